// SPDX-License-Identifier: GPL-3.0-or-later
#include <array>

#include "core/eval/code/codeproblem.h"

namespace secateur::eval {

namespace {

/// Where a string, a character or a comment that begins at `at` ends (one behind); `at` when none begins there.
std::size_t behindLiteral(std::string_view text, std::size_t at, bool backticks)
{
    const auto behind = [&](std::string_view end, std::size_t from) {
        const auto found = text.find(end, from);
        return found == std::string_view::npos ? text.size() : found + end.size();
    };
    if (text.substr(at, 2) == "//")
        return behind("\n", at);
    if (text.substr(at, 2) == "/*")
        return behind("*/", at + 2);
    const char quote = text[at];
    if (quote != '"' && quote != '\'' && !(backticks && quote == '`'))
        return at;
    for (std::size_t i = at + 1; i < text.size(); ++i) {
        if (text[i] == '\\')
            ++i;
        else if (text[i] == quote || (text[i] == '\n' && quote != '`'))
            return i + 1;
    }
    return text.size();
}

/// Cuts behind the brace that closes the function, whose opening brace is in the prompt.
Completion closedByBrace(std::string_view written, bool backticks)
{
    int depth = 1;
    for (std::size_t at = 0; at < written.size();) {
        if (const auto behind = behindLiteral(written, at, backticks); behind != at) {
            at = behind;
            continue;
        }
        const char c = written[at++];
        depth += c == '{' ? 1 : c == '}' ? -1 : 0;
        if (depth == 0)
            return {std::string(written.substr(0, at)), true};
    }
    return {std::string(written), false};
}

} // namespace

std::string cutAtStop(std::string_view text, const std::vector<std::string> &stops)
{
    auto end = text.size();
    for (const auto &stop : stops)
        if (!stop.empty())
            end = std::min(end, text.find(stop));
    return std::string(text.substr(0, end));
}

std::string extractCode(std::string_view answer)
{
    static constexpr std::array<std::pair<std::string_view, std::string_view>, 6> marks = {{{"```python", "```"},
                                                                                            {"[PY]", "[/PY]"},
                                                                                            {"[PYTHON]", "[/PYTHON]"},
                                                                                            {"[SOL]", "[/SOL]"},
                                                                                            {"```", "```"},
                                                                                            {"[BEGIN]", "[DONE]"}}};
    for (const auto &[opens, closes] : marks)
        if (const auto at = answer.find(opens); at != std::string_view::npos) {
            const auto code = answer.substr(at + opens.size());
            return std::string(code.substr(0, code.find(closes)));
        }
    return std::string(answer);
}

Completion completionOf(const CodeProblem &problem, std::string_view written)
{
    switch (problem.ending) {
    case CodeEnding::Answer: return {extractCode(written), false};
    case CodeEnding::Braces: {
        Completion completion = closedByBrace(written, problem.language == sandbox::Language::JavaScript);
        if (problem.language == sandbox::Language::Java && completion.ended)
            completion.text += "\n}"; // of the class
        return completion;
    }
    case CodeEnding::Stops: break;
    }
    Completion completion{cutAtStop(written, problem.stops), false};
    completion.ended = completion.text.size() < written.size();
    return completion;
}

} // namespace secateur::eval
