// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace secateur::cli {

/// The whole program: reads the line, runs the command, prints its result or error, and returns the exit status of
/// design/cli.md. The job guard: nothing that a command throws gets past it.
[[nodiscard]] int runCommandLine(int argc, char **argv);

} // namespace secateur::cli
