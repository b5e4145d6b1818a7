// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/pages/pages.h"

namespace secateur::app {

std::vector<std::unique_ptr<Page>> makePages(StudySession &session)
{
    std::vector<std::unique_ptr<Page>> pages;
    // One line per page, in the order of the navigation: Model, Calibrate, Prune, Masks, Compare, Accuracy, Figures.
    static_cast<void>(session);
    return pages;
}

} // namespace secateur::app
