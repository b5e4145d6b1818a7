// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <vector>

#include "app/pages/page.h"
#include "app/settings/settings.h"

namespace secateur::app {

/// All pages, in the order of the method. `settings`: where they remember the user's taste; null: nowhere.
[[nodiscard]] std::vector<std::unique_ptr<Page>> makePages(StudySession &session, Settings *settings = nullptr);

} // namespace secateur::app
