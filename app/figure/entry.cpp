// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/figure/figureservice.h"

/// The only symbol of the module libsecateur-figure.so: one service for the life of the process. It is never
/// destroyed, because Qt's own static objects may be gone before it at exit.
extern "C" __attribute__((visibility("default"))) secateur::engine::FigureMaker *secateurFigure()
{
    static auto *const service = new secateur::app::FigureService;
    return service;
}
