// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>

#include "core/eval/tasks/tasks.h"

namespace secateur::eval {

namespace {

struct Kind {
    const char *name;
    const char *title;
    const char *domain;
    sandbox::Language language;
    const char *items;
};

/// The file tells by its fields which benchmark it is; its protocol is then part of the result's.
constexpr Kind kinds[] = {
    {"humaneval", "HumanEval", "python", sandbox::Language::Python, "HumanEval.jsonl: prompt, entry_point, test"},
    {"humaneval_java", "HumanEval Java", "java", sandbox::Language::Java, "HumanEval-X or MultiPL-E in Java"},
    {"humaneval_cpp", "HumanEval C++", "cpp", sandbox::Language::Cpp, "HumanEval-X or MultiPL-E in C++"},
    {"humaneval_js", "HumanEval JavaScript", "javascript", sandbox::Language::JavaScript,
     "HumanEval-X or MultiPL-E in JavaScript"},
    {"mbpp", "MBPP", "python", sandbox::Language::Python, "MBPP's test split, plain or sanitized: text, test_list"},
};

} // namespace

Result<std::shared_ptr<const Task>> makeCode(const std::string &name, const TaskChoices &choices)
{
    const auto *const kind = std::ranges::find(kinds, name, [](const Kind &other) { return std::string(other.name); });
    if (kind == std::end(kinds))
        return failure(ErrorCode::Internal, name + ": is no task of code");
    TaskInfo info{.name = kind->name,
                  .title = kind->title,
                  .kind = TaskKind::Code,
                  .domain = kind->domain,
                  .protocol = choices.paper ? "paper" : "standard",
                  .version = "1",
                  .items = kind->items};
    // Greedy and one sample unless asked otherwise; the paper's code draws ten.
    GenerationSettings settings{.stops = {}, .maxNewTokens = 512};
    if (choices.paper)
        settings = {.stops = {}, .maxNewTokens = 500, .temperature = 0.8, .topP = 0.95, .samples = 10};
    return std::make_shared<CodeTask>(std::move(info), std::move(settings), kind->language,
                                      choices.paper ? CodePreset::Paper : CodePreset::Standard);
}

} // namespace secateur::eval
