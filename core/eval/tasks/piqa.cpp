// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/eval/itemfields.h"
#include "core/eval/tasks/tasks.h"

namespace secateur::eval {

namespace {

/// Everyday physics (lm-evaluation-harness, tasks/piqa).
class Piqa : public ChoiceTask
{
public:
    using ChoiceTask::ChoiceTask;

    Result<ChoiceItem> item(const data::Record &record) const override
    {
        const ItemFields fields(record);
        SECATEUR_TRY(goal, fields.text("goal"));
        SECATEUR_TRY(first, fields.text("sol1"));
        SECATEUR_TRY(second, fields.text("sol2"));
        SECATEUR_TRY(gold, fields.number("label", 2));
        return choicesOf("Question: " + goal + "\nAnswer:", {first, second}, gold);
    }
};

} // namespace

std::shared_ptr<const Task> makePiqa()
{
    return std::make_shared<Piqa>(TaskInfo{.name = "piqa",
                                           .title = "PIQA",
                                           .kind = TaskKind::Choice,
                                           .domain = "csr",
                                           .protocol = "lm-eval-zero-shot",
                                           .version = "1",
                                           .items = "PIQA's validation split: goal, sol1, sol2, label"});
}

} // namespace secateur::eval
