// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QThreadPool>

namespace secateur::widgets {

/// The threads of work that may take a second, waited for when the application ends. Not QThreadPool::globalInstance():
/// Qt paints large images with that one and waits for it, so that work of ours on it would hold up the window.
/// Call on the application's thread.
[[nodiscard]] QThreadPool &backgroundPool();

} // namespace secateur::widgets
