// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>

#include "app/jobs/worker.h"

namespace secateur::test {

/// A shell script in `folder` that behaves as a worker does, by its first argument: `done`, `fail`, `silent` (fails
/// without a reason), `wait` and `demo` (until it is asked to stop), `deaf` (does not stop when asked), `killed`, `noise`,
/// `environment` (prints it); after the command `prune`, by its last argument. Each start appends its arguments as a
/// line to the file `starts` beside the script. After `generate` it writes a piece of text, and then what the file
/// `answer.json` beside it holds, or waits where there is none.
[[nodiscard]] app::Worker scriptWorker(const std::filesystem::path &folder);
[[nodiscard]] QStringList startsOf(const std::filesystem::path &folder);

} // namespace secateur::test
