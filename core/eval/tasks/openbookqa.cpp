// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/eval/itemfields.h"
#include "core/eval/tasks/tasks.h"

namespace secateur::eval {

namespace {

/// Elementary science; the stem alone is the context (lm-evaluation-harness, tasks/openbookqa).
class Openbookqa : public ChoiceTask
{
public:
    using ChoiceTask::ChoiceTask;

    Result<ChoiceItem> item(const data::Record &record) const override
    {
        SECATEUR_TRY(question, letteredQuestion(record));
        return choicesOf(question.stem, question.texts, question.gold);
    }
};

} // namespace

std::shared_ptr<const Task> makeOpenbookqa()
{
    return std::make_shared<Openbookqa>(
        TaskInfo{.name = "openbookqa",
                 .title = "OpenBookQA",
                 .kind = TaskKind::Choice,
                 .domain = "csr",
                 .protocol = "lm-eval-zero-shot",
                 .version = "1",
                 .items = "OpenBookQA's test split: question (or question_stem), choices, answerKey"});
}

} // namespace secateur::eval
