// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "app/cli/arguments.h"
#include "core/base/result.h"
#include "core/base/runcontext.h"

namespace secateur::cli {

/// What every command gets to work with.
struct Session {
    RunContext context;
    int threads = 1;
    /// Writes text to standard output at once; does nothing with --json.
    std::function<void(std::string_view)> stream;
    /// Writes a line of JSON to standard error at once, with --progress json only: what is no progress, but news.
    std::function<void(const nlohmann::ordered_json &)> tell;
};

/// The result of a command in both forms; only one of them is printed.
struct Outcome {
    nlohmann::ordered_json json; ///< an object, as design/cli.md describes it
    std::string text; ///< for people
    std::vector<std::string> notices; ///< printed to standard error after the result, also with --json
    int status = 0; ///< exit status; other than 0 when the result itself is bad news
};

/// One word of the command line: what it accepts, and which engine function it calls.
class Command
{
public:
    virtual ~Command() = default;
    [[nodiscard]] virtual std::string name() const = 0;
    [[nodiscard]] virtual std::string summary() const = 0; ///< one line, no full stop
    [[nodiscard]] virtual std::vector<std::string> examples() const = 0; ///< without the program's name
    [[nodiscard]] virtual bool hidden() const { return false; }
    virtual void declare(Arguments &arguments) = 0;
    /// Called after the line was read into the declared variables.
    [[nodiscard]] virtual Result<Outcome> run(const Session &session) = 0;
};

using CommandList = std::vector<std::unique_ptr<Command>>;

} // namespace secateur::cli
