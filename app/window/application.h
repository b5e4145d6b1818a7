// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace secateur::app {

/// `secateur [--safe-mode] [STUDY|MODEL]`. Returns the exit status.
[[nodiscard]] int runApplication(int argc, char **argv);

} // namespace secateur::app
