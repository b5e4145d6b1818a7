// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/pages/pages.h"

#include "app/pages/accuracypage.h"
#include "app/pages/calibratepage.h"
#include "app/pages/comparepage.h"
#include "app/pages/figurespage.h"
#include "app/pages/maskspage.h"
#include "app/pages/modelpage.h"
#include "app/pages/prunepage.h"

namespace secateur::app {

std::vector<std::unique_ptr<Page>> makePages(StudySession &session, Settings *settings)
{
    std::vector<std::unique_ptr<Page>> pages;
    // One line per page, in the order of the navigation: Model, Calibrate, Prune, Masks, Compare, Accuracy, Figures.
    pages.push_back(std::make_unique<ModelPage>(session));
    pages.push_back(std::make_unique<CalibratePage>(session));
    pages.push_back(std::make_unique<PrunePage>(session));
    pages.push_back(std::make_unique<MasksPage>(session));
    pages.push_back(std::make_unique<ComparePage>(session));
    pages.push_back(std::make_unique<AccuracyPage>(session, settings ? &settings->taskFiles : nullptr));
    pages.push_back(std::make_unique<FiguresPage>(session, settings ? &settings->figureStyle : nullptr));
    return pages;
}

} // namespace secateur::app
