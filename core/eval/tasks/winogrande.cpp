// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/eval/itemfields.h"
#include "core/eval/tasks/tasks.h"

namespace secateur::eval {

namespace {

/// Partial scoring (Trinh and Le 2018; lm-evaluation-harness, tasks/winogrande): the option stands in the context, and
/// what follows the gap is scored. acc_norm there divides by the characters of the context.
class Winogrande : public ChoiceTask
{
public:
    using ChoiceTask::ChoiceTask;

    Result<ChoiceItem> item(const data::Record &record) const override
    {
        const ItemFields fields(record);
        SECATEUR_TRY(sentence, fields.text("sentence"));
        const std::size_t gap = sentence.find('_');
        if (gap == std::string::npos)
            return fields.refuse("\"sentence\" has no gap \"_\"");
        SECATEUR_TRY(answer, fields.number("answer", 3));
        if (answer == 0)
            return fields.refuse("\"answer\" is neither 1 nor 2");
        const std::size_t rest = sentence.find_first_not_of(" \t\n", gap + 1);
        const std::string suffix = rest == std::string::npos ? "" : sentence.substr(rest);
        ChoiceItem item;
        item.gold = answer - 1;
        for (const char *const name : {"option1", "option2"}) {
            SECATEUR_TRY(option, fields.text(name));
            const std::string context = sentence.substr(0, gap) + option;
            item.choices.push_back(
                {context, " " + suffix.substr(0, suffix.find_last_not_of(" \t\n") + 1), characters(context)});
        }
        return item;
    }
};

} // namespace

std::shared_ptr<const Task> makeWinogrande()
{
    return std::make_shared<Winogrande>(
        TaskInfo{.name = "winogrande",
                 .title = "WinoGrande",
                 .kind = TaskKind::Choice,
                 .domain = "csr",
                 .protocol = "lm-eval-zero-shot",
                 .version = "1",
                 .items = "WinoGrande's validation split (xl): sentence, option1, option2, answer"});
}

} // namespace secateur::eval
