// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/layering/layeringrules.h"

#include <algorithm>
#include <cctype>
#include <map>
#include <optional>
#include <set>

namespace secateur::test {
namespace {

using Names = std::set<std::string>;

Names with(Names names, const Names &more)
{
    names.insert(more.begin(), more.end());
    return names;
}

/// Which rooms a room may include, besides itself. CONTRIBUTING.md draws the same picture.
const std::map<std::string, Names> &allowedRooms()
{
    static const Names light = {"core/base",    "core/format", "core/architecture", "core/tokenizer", "core/chat",
                                "core/data",    "core/mask",   "core/selection",    "core/analysis",  "core/eval",
                                "core/sandbox", "core/store",  "core/engine"};
    static const Names drawn = {"core/base", "core/mask", "core/analysis", "core/selection"};
    static const std::map<std::string, Names> rooms = {
        {"core/base", {}},
        {"core/format", {"core/base"}},
        {"core/architecture", {"core/base", "core/format"}},
        {"core/tokenizer", {"core/base", "core/format"}},
        {"core/chat", {"core/base", "core/format", "core/tokenizer"}},
        {"core/data", {"core/base", "core/format", "core/tokenizer", "core/chat"}},
        {"core/mask", {"core/base"}},
        {"core/selection", {"core/base", "core/mask"}},
        {"core/analysis", {"core/base", "core/mask"}},
        {"core/eval", {"core/base", "core/format", "core/tokenizer", "core/data", "core/sandbox"}},
        {"core/sandbox", {"core/base"}},
        {"core/store", {"core/base", "core/format", "core/architecture", "core/tokenizer", "core/data", "core/mask"}},
        {"core/engine", light},
        {"core/model", {"core/base", "core/format", "core/architecture", "core/mask", "core/selection"}},
        {"core/prune",
         {"core/base", "core/format", "core/architecture", "core/data", "core/mask", "core/selection", "core/store",
          "core/model"}},
        {"core/compute",
         {"core/base", "core/format", "core/architecture", "core/tokenizer", "core/data", "core/mask", "core/selection",
          "core/eval", "core/sandbox", "core/store", "core/engine", "core/model", "core/prune", "core/chat"}},
        {"core/demo", {"core/base"}},
        {"core/training",
         {"core/base", "core/format", "core/architecture", "core/tokenizer", "core/demo", "core/model"}},
        {"app/cli", light},
        {"app/trainer", {"core/base", "core/demo", "core/training"}},
        {"widgets/figure", drawn},
        {"widgets/common", {"core/base"}},
        {"widgets/plots", with(drawn, {"widgets/figure", "widgets/common"})},
        {"app/figure", with(light, {"widgets/figure"})},
        {"app/settings", {"core/base"}},
        {"app/jobs", {"core/base"}},
        {"app/session", with(light, {"app/settings"})},
        {"app/pages",
         with(light, {"app/session", "app/settings", "app/jobs", "widgets/figure", "widgets/common", "widgets/plots"})},
        {"app/help", {"widgets/common"}},
        {"app/window",
         with(light,
              {"app/session", "app/settings", "app/jobs", "app/pages", "app/help", "widgets/figure", "widgets/common",
               "widgets/plots"})},
        {"app/gui", {"app/window"}},
    };
    return rooms;
}

/// A library's headers, and the rooms that may see them.
struct LibraryRule {
    const char *name;
    std::vector<std::string> headers; ///< beginnings
    Names rooms;
    bool sourcesOnly; ///< not even in the rooms' own headers
};

const std::vector<LibraryRule> &libraryRules()
{
    static const std::vector<LibraryRule> rules = {
        {"torch",
         {"torch/", "ATen/", "c10/", "caffe2/"},
         {"core/model", "core/prune", "core/compute", "core/training"},
         false},
        {"oneDNN", {"dnnl", "oneapi/dnnl"}, {"core/model", "core/compute"}, true},
        {"HDF5", {"hdf5.h", "H5", "hdf5_hl.h"}, {"core/store"}, true},
        {"OpenSSL", {"openssl/"}, {"core/base"}, true},
        {"zlib", {"zlib.h"}, {"core/data"}, true},
        {"Arrow", {"arrow/", "parquet/"}, {"core/data"}, true},
        {"PCRE2", {"pcre2"}, {"core/tokenizer"}, true},
        {"utf8proc", {"utf8proc"}, {"core/tokenizer"}, true},
        {"libseccomp", {"seccomp.h"}, {"core/sandbox"}, true},
        {"CLI11", {"CLI/"}, {"app/cli"}, true},
        {"QCustomPlot", {"qcustomplot.h"}, {"widgets/plots"}, false},
        {"the dynamic loader", {"dlfcn.h"}, {"core/engine"}, true},
    };
    return rules;
}

bool startsWith(std::string_view text, std::string_view start)
{
    return text.substr(0, start.size()) == start;
}

bool endsWith(std::string_view text, std::string_view end)
{
    return text.size() >= end.size() && text.substr(text.size() - end.size()) == end;
}

/// QString, QtCore/qglobal.h, qglobal.h.
bool isQtHeader(std::string_view header)
{
    if (header.size() < 2 || endsWith(header, "queue"))
        return false;
    return (header[0] == 'Q' && (std::isupper(static_cast<unsigned char>(header[1])) || header[1] == 't'))
        || startsWith(header, "qt") || (header[0] == 'q' && endsWith(header, ".h"));
}

/// "core/format" of "core/format/gguf.h"; empty for paths that are not inside a room.
std::string roomOf(const std::string &path)
{
    const auto first = path.find('/');
    const auto second = first == std::string::npos ? first : path.find('/', first + 1);
    return second == std::string::npos ? std::string() : path.substr(0, second);
}

struct Include {
    std::size_t line = 0;
    bool quoted = false;
    std::string header;
};

std::vector<std::string_view> linesOf(std::string_view content)
{
    std::vector<std::string_view> lines;
    while (!content.empty()) {
        const auto end = content.find('\n');
        lines.push_back(content.substr(0, end));
        content.remove_prefix(end == std::string_view::npos ? content.size() : end + 1);
    }
    return lines;
}

std::string_view withoutBlanks(std::string_view text)
{
    const auto first = text.find_first_not_of(" \t");
    return first == std::string_view::npos ? std::string_view() : text.substr(first);
}

/// `#include <x>` and `#include "x"`, with any blanks the preprocessor allows.
std::optional<Include> includeOf(std::string_view line, std::size_t number)
{
    std::string_view rest = withoutBlanks(line);
    if (!startsWith(rest, "#"))
        return std::nullopt;
    rest = withoutBlanks(rest.substr(1));
    if (!startsWith(rest, "include"))
        return std::nullopt;
    rest = withoutBlanks(rest.substr(7));
    if (rest.empty() || (rest[0] != '<' && rest[0] != '"'))
        return std::nullopt;
    const bool quoted = rest[0] == '"';
    const auto end = rest.find(quoted ? '"' : '>', 1);
    return Include{number, quoted, std::string(rest.substr(1, end == std::string_view::npos ? end : end - 1))};
}

std::optional<std::string> projectProblem(const std::string &path, const Include &include)
{
    const std::string room = roomOf(path);
    const std::string target = roomOf(include.header);
    if (startsWith(include.header, "tests/"))
        return "product code includes a test's header, " + include.header;
    const auto allowed = allowedRooms().find(room);
    if (allowed == allowedRooms().end())
        return "the room " + room + " is not in the table of tests/layering/layeringrules.cpp";
    if (target != room && !allowed->second.count(target))
        return room + " must not include " + include.header;
    return std::nullopt;
}

std::optional<std::string> libraryProblem(const std::string &path, const Include &include)
{
    const std::string room = roomOf(path);
    if (startsWith(path, "core/") && isQtHeader(include.header))
        return "core never includes Qt, but here is " + include.header;
    if (room == "app/cli" && isQtHeader(include.header))
        return "the command line does not use Qt, but here is " + include.header;
    for (const auto &rule : libraryRules()) {
        const bool covered = std::any_of(rule.headers.begin(), rule.headers.end(),
                                         [&](const std::string &start) { return startsWith(include.header, start); });
        if (!covered)
            continue;
        if (!rule.rooms.count(room))
            return room + " must not include " + rule.name + " (" + include.header + ")";
        if (rule.sourcesOnly && !endsWith(path, ".cpp"))
            return std::string(rule.name) + " belongs into .cpp files only (" + include.header + ")";
    }
    return std::nullopt;
}

bool isProjectHeader(const std::string &header)
{
    return startsWith(header, "core/") || startsWith(header, "app/") || startsWith(header, "widgets/")
        || startsWith(header, "tests/");
}

/// True for assert( that is not part of a longer word such as static_assert(.
bool usesAssert(std::string_view line)
{
    const auto at = line.find("assert(");
    if (at == std::string_view::npos || startsWith(withoutBlanks(line), "//"))
        return false;
    const char before = at == 0 ? ' ' : line[at - 1];
    return before != '_' && !std::isalnum(static_cast<unsigned char>(before));
}

} // namespace

std::vector<std::string> checkIncludes(const std::string &path, std::string_view content)
{
    std::vector<std::string> problems;
    const auto lines = linesOf(content);
    for (std::size_t i = 0; i < lines.size(); ++i) {
        const auto include = includeOf(lines[i], i + 1);
        if (!include)
            continue;
        std::optional<std::string> problem;
        if (include->quoted && !isProjectHeader(include->header))
            problem = "\"" + include->header + "\" is not written from the project's root";
        else if (!include->quoted && isProjectHeader(include->header))
            problem = "<" + include->header + "> is a header of the project and belongs in quotes";
        else
            problem = include->quoted ? projectProblem(path, *include) : libraryProblem(path, *include);
        if (problem)
            problems.push_back(path + ":" + std::to_string(i + 1) + ": " + *problem);
    }
    return problems;
}

std::vector<std::string> checkForm(const std::string &path, std::string_view content)
{
    std::vector<std::string> problems;
    const auto lines = linesOf(content);
    const bool code = endsWith(path, ".cpp") || endsWith(path, ".h");
    // A shell script has its interpreter in the first line.
    const auto licensed = [](std::string_view line) {
        return line.find("SPDX-License-Identifier: GPL-3.0-or-later") != std::string_view::npos;
    };
    if (std::none_of(lines.begin(), lines.begin() + std::ptrdiff_t(std::min<std::size_t>(2, lines.size())), licensed))
        problems.push_back(path + ": the SPDX line is missing");
    if (endsWith(path, ".h") && std::find(lines.begin(), lines.end(), "#pragma once") == lines.end())
        problems.push_back(path + ": #pragma once is missing");
    // Tests hold tables of cases, which are longer than code without being harder to read.
    const std::size_t longest = startsWith(path, "tests/") ? 700 : 450;
    if (lines.size() > longest)
        problems.push_back(path + ": " + std::to_string(lines.size()) + " lines, more than " + std::to_string(longest));
    for (std::size_t i = 0; code && !startsWith(path, "tests/") && i < lines.size(); ++i)
        if (usesAssert(lines[i]))
            problems.push_back(path + ":" + std::to_string(i + 1) + ": assert vanishes in release; return an Error");
    return problems;
}

std::vector<std::string> checkLibraries(const std::string &program, std::string_view libraries,
                                        const std::vector<std::string> &forbidden)
{
    std::vector<std::string> problems;
    for (const auto line : linesOf(libraries)) {
        std::string_view name = withoutBlanks(line);
        name = name.substr(0, name.find_first_of(" \t"));
        const auto slash = name.rfind('/');
        name = slash == std::string_view::npos ? name : name.substr(slash + 1);
        for (const auto &start : forbidden)
            if (startsWith(name, start))
                problems.push_back(program + " loads " + std::string(name));
    }
    return problems;
}

} // namespace secateur::test
