// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/eval/registry.h"

#include <algorithm>
#include <cctype>
#include <functional>
#include <map>

#include "core/base/text.h"
#include "core/eval/tasks/tasks.h"

namespace secateur::eval {

namespace {

using Make = std::function<Result<std::shared_ptr<const Task>>(const TaskChoices &)>;

struct Entry {
    const char *name;
    Make make;
};

/// The names are those of lm-evaluation-harness where it has the task.
const std::vector<Entry> &entries()
{
    const auto plain = [](std::shared_ptr<const Task> (*make)()) -> Make {
        return [make](const TaskChoices &) -> Result<std::shared_ptr<const Task>> { return make(); };
    };
    const auto named = [](auto make, const char *name) -> Make {
        return [make, name](const TaskChoices &choices) { return make(name, choices); };
    };
    const auto code = [&named](const char *name) -> Make { return named(makeCode, name); };
    static const std::vector<Entry> all = {
        {"boolq", plain(makeBoolq)},
        {"rte", plain(makeRte)},
        {"hellaswag", plain(makeHellaswag)},
        {"winogrande", plain(makeWinogrande)},
        {"arc_easy", plain(makeArcEasy)},
        {"arc_challenge", plain(makeArcChallenge)},
        {"openbookqa", plain(makeOpenbookqa)},
        {"piqa", plain(makePiqa)},
        {"commonsenseqa", plain(makeCommonsenseqa)},
        {"gsm8k_cot", makeGsm8k},
        {"translation_en_fr", named(makeTranslation, "translation_en_fr")},
        {"translation_fr_en", named(makeTranslation, "translation_fr_en")},
        {"humaneval", code("humaneval")},
        {"humaneval_java", code("humaneval_java")},
        {"humaneval_cpp", code("humaneval_cpp")},
        {"humaneval_js", code("humaneval_js")},
        {"mbpp", code("mbpp")},
        {"wikitext2", plain(makeWikitext2)},
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

Result<std::shared_ptr<const Task>> taskByName(const std::string &name, const TaskChoices &choices)
{
    for (const auto &entry : entries())
        if (entry.name == name)
            return entry.make(choices);
    return failure(ErrorCode::InvalidArgument,
                   "there is no task \"" + name + "\"; there are perplexity, " + joined(taskNames())
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
