// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/eval/registry.h"

#include <algorithm>
#include <cctype>
#include <functional>
#include <map>

#include "core/eval/tasks/tasks.h"

namespace secateur::eval {

namespace {

using Make = std::shared_ptr<const Task> (*)();

struct Entry {
    const char *name;
    Make make;
};

/// The names are those of lm-evaluation-harness where it has the task.
const std::vector<Entry> &entries()
{
    static const std::vector<Entry> all = {
        {"boolq", makeBoolq},           {"rte", makeRte},          {"hellaswag", makeHellaswag},
        {"winogrande", makeWinogrande}, {"arc_easy", makeArcEasy}, {"arc_challenge", makeArcChallenge},
        {"openbookqa", makeOpenbookqa}, {"piqa", makePiqa},        {"commonsenseqa", makeCommonsenseqa},
        {"wikitext2", makeWikitext2},
    };
    return all;
}

std::string lower(std::string text)
{
    std::ranges::transform(text, text.begin(), [](unsigned char c) { return char(std::tolower(c)); });
    return text;
}

} // namespace

const std::vector<std::string> &taskNames()
{
    static const std::vector<std::string> names = [] {
        std::vector<std::string> all;
        for (const auto &entry : entries())
            all.emplace_back(entry.name);
        return all;
    }();
    return names;
}

Result<std::shared_ptr<const Task>> taskByName(const std::string &name)
{
    for (const auto &entry : entries())
        if (entry.name == name)
            return entry.make();
    std::string known;
    for (const auto &other : taskNames())
        known += (known.empty() ? "" : ", ") + other;
    return failure(ErrorCode::InvalidArgument,
                   "there is no task \"" + name + "\"; there are perplexity, " + known
                       + ", and your own, described in a file whose name ends with .json");
}

bool isDomainName(const std::string &taskDomain, const std::string &studyDomain)
{
    static const std::multimap<std::string, std::string> others = {
        {"csr", "commonsense"}, {"javascript", "js"},     {"cpp", "c++"},
        {"general", "control"}, {"general", "wikitext2"}, {"general", "c4"},
    };
    const std::string asked = lower(studyDomain);
    if (asked == taskDomain)
        return true;
    const auto [first, last] = others.equal_range(taskDomain);
    return std::any_of(first, last, [&asked](const auto &other) { return other.second == asked; });
}

} // namespace secateur::eval
