// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/commandline.h"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <new>
#include <string>
#include <variant>
#include <vector>

#include <sys/ioctl.h>
#include <unistd.h>

#include "app/cli/command.h"
#include "app/cli/commandparser.h"
#include "app/cli/commands.h"
#include "app/cli/progressprinter.h"
#include "app/cli/stopsignals.h"
#include "app/cli/text.h"
#include "core/base/file.h"
#include "core/base/system.h"

namespace secateur::cli {
namespace {

/// Writes all of `text`; past stdio, so that a full disk or a closed pipe is seen where it happens.
Result<void> writeTo(int descriptor, std::string_view text)
{
    while (!text.empty()) {
        const ssize_t written = ::write(descriptor, text.data(), text.size());
        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0)
            return tl::make_unexpected(errnoError(errno, "write", "standard output"));
        text.remove_prefix(std::size_t(written));
    }
    return {};
}

/// Standard error may be closed or full; there is no better place to say so.
void complain(std::string_view text)
{
    [[maybe_unused]] const auto ignored = writeTo(STDERR_FILENO, text);
}

double secondsNow()
{
    return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

int terminalColumns()
{
    winsize size{};
    return ::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

int printError(const Error &error, const CommonOptions &options)
{
    const nlohmann::ordered_json object = {{"error", {{"code", errorCodeName(error.code)}, {"detail", error.detail}}}};
    if (options.json)
        if (const auto written = writeTo(STDOUT_FILENO, jsonText(object) + "\n"); !written)
            complain(written.error().detail + "\n");
    // With --progress json, whoever reads standard error reads nothing but JSON lines.
    complain(options.progress == "json" ? jsonText(object) + "\n"
                                        : std::string(programName) + ": " + printable(error.detail) + "\n");
    return exitStatus(error.code);
}

void printNotice(const std::string &notice, const CommonOptions &options)
{
    const nlohmann::ordered_json object = {{"notice", notice}};
    complain(options.progress == "json" ? jsonText(object) + "\n" : "note: " + printable(notice) + "\n");
}

int printOutcome(const Outcome &outcome, const CommonOptions &options)
{
    const auto written = writeTo(STDOUT_FILENO, options.json ? jsonText(outcome.json) + "\n" : outcome.text);
    if (!written)
        return printError(written.error(), {});
    if (!options.quiet)
        for (const auto &notice : outcome.notices)
            printNotice(notice, options);
    return outcome.status;
}

/// The job guard: whatever a command throws becomes an error here, and nowhere else.
template <typename Work>
Result<Outcome> guarded(const std::string &name, const Work &work)
{
    try {
        return work();
    } catch (const std::bad_alloc &) {
        return failure(ErrorCode::OutOfMemory,
                       "not enough memory for \"" + name
                           + "\"; close other programs, or take fewer or shorter samples");
    } catch (const std::exception &problem) {
        return failure(ErrorCode::Internal, "\"" + name + "\" failed unexpectedly: " + problem.what());
    } catch (...) {
        return failure(ErrorCode::Internal, "\"" + name + "\" failed unexpectedly");
    }
}

int runCommand(const ParsedLine &line)
{
    ProgressPrinter printer(
        progressForm(line.options.progress, line.options.quiet, ::isatty(STDERR_FILENO) == 1),
        [](std::string_view text) { complain(text); }, secondsNow, terminalColumns());
    const bool outputTerminal = ::isatty(STDOUT_FILENO) == 1;
    const auto outcome = guarded(line.command->name(), [&] {
        StopSignals signals;
        Session session;
        session.context = RunContext(signals.token(), [&](const Progress &progress) { printer.report(progress); });
        session.threads = line.options.threads > 0 ? line.options.threads : physicalCores();
        session.stream = [&](std::string_view text) {
            if (line.options.json)
                return;
            printer.finish();
            // A reader that went away (| head) ends the job; a terminal gets no control characters from a model.
            if (!writeTo(STDOUT_FILENO, outputTerminal ? printable(text) : std::string(text)))
                signals.requestStop();
        };
        session.tell = [&](const nlohmann::ordered_json &news) {
            if (line.options.progress == "json" && !line.options.quiet)
                complain(jsonText(news) + "\n");
        };
        return line.command->run(session);
    });
    printer.finish();
    return outcome ? printOutcome(*outcome, line.options) : printError(outcome.error(), line.options);
}

} // namespace

int runCommandLine(int argc, char **argv)
{
    std::signal(SIGPIPE, SIG_IGN);
    const std::vector<std::string> arguments(argv + std::min(argc, 1), argv + argc);
    const CommandList commands = allCommands();
    const auto parsed = parseLine(commands, arguments);
    if (!parsed) {
        CommonOptions options;
        options.json = std::find(arguments.begin(), arguments.end(), "--json") != arguments.end();
        return printError(parsed.error(), options);
    }
    if (const auto *const text = std::get_if<ShowText>(&*parsed)) {
        const auto written = writeTo(STDOUT_FILENO, text->text);
        return written ? 0 : printError(written.error(), {});
    }
    return runCommand(std::get<ParsedLine>(*parsed));
}

} // namespace secateur::cli
