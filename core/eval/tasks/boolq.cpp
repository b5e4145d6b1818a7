// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/eval/itemfields.h"
#include "core/eval/tasks/tasks.h"

namespace secateur::eval {

namespace {

/// Yes or no from a passage (lm-evaluation-harness, tasks/super_glue/boolq).
class Boolq : public ChoiceTask
{
public:
    using ChoiceTask::ChoiceTask;

    Result<ChoiceItem> item(const data::Record &record) const override
    {
        const ItemFields fields(record);
        SECATEUR_TRY(passage, fields.text("passage"));
        SECATEUR_TRY(question, fields.text("question"));
        SECATEUR_TRY(gold, fields.number(fields.has("label") ? "label" : "answer", 2));
        return choicesOf(passage + "\nQuestion: " + question + "?\nAnswer:", {"no", "yes"}, gold);
    }
};

} // namespace

std::shared_ptr<const Task> makeBoolq()
{
    return std::make_shared<Boolq>(TaskInfo{.name = "boolq",
                                            .title = "BoolQ",
                                            .kind = TaskKind::Choice,
                                            .domain = "csr",
                                            .protocol = "lm-eval-zero-shot",
                                            .version = "1",
                                            .items = "BoolQ's validation split: question, passage, answer"});
}

} // namespace secateur::eval
