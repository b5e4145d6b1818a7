// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/window/application.h"

int main(int argc, char **argv)
{
    return secateur::app::runApplication(argc, argv);
}
