// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "app/cli/command.h"
#include "core/base/result.h"

namespace secateur::cli {

inline constexpr const char *programName = "secateur-cli";

/// What every command accepts.
struct CommonOptions {
    bool json = false;
    bool quiet = false;
    std::string progress = "auto"; ///< auto, json or none
    int threads = 0; ///< 0: physical cores
};

/// The line asked for a text (help, version) instead of work.
struct ShowText {
    std::string text;
};

struct ParsedLine {
    Command *command = nullptr;
    CommonOptions options;
};

/// Names of a command and of its options, for shell completion.
struct CommandWords {
    std::string name;
    std::vector<std::string> options; ///< "--samples", "-n", …
};

/// Reads `arguments` (without the program's name). InvalidArgument says what is wrong, with the nearest known word, and
/// where the help is.
[[nodiscard]] Result<std::variant<ParsedLine, ShowText>> parseLine(const CommandList &commands,
                                                                   const std::vector<std::string> &arguments);

/// Of all commands that are not hidden.
[[nodiscard]] std::vector<CommandWords> commandWords(const CommandList &commands);

} // namespace secateur::cli
