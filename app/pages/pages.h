// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <vector>

#include "app/pages/page.h"

namespace secateur::app {

/// All pages, in the order of the method.
[[nodiscard]] std::vector<std::unique_ptr<Page>> makePages(StudySession &session);

} // namespace secateur::app
