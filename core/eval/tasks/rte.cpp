// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/eval/itemfields.h"
#include "core/eval/tasks/tasks.h"

namespace secateur::eval {

namespace {

/// Whether the second sentence follows from the first (lm-evaluation-harness, tasks/glue/rte); label 0 is "True".
class Rte : public ChoiceTask
{
public:
    using ChoiceTask::ChoiceTask;

    Result<ChoiceItem> item(const data::Record &record) const override
    {
        const ItemFields fields(record);
        SECATEUR_TRY(premise, fields.text("sentence1"));
        SECATEUR_TRY(hypothesis, fields.text("sentence2"));
        SECATEUR_TRY(gold, fields.number("label", 2));
        return choicesOf(premise + "\nQuestion: " + hypothesis + " True or False?\nAnswer:", {"True", "False"}, gold);
    }
};

} // namespace

std::shared_ptr<const Task> makeRte()
{
    return std::make_shared<Rte>(TaskInfo{.name = "rte",
                                          .title = "RTE",
                                          .kind = TaskKind::Choice,
                                          .domain = "csr",
                                          .protocol = "lm-eval-zero-shot",
                                          .version = "1",
                                          .items = "GLUE's RTE validation split: sentence1, sentence2, label"});
}

} // namespace secateur::eval
