// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/eval/itemfields.h"
#include "core/eval/tasks/tasks.h"

namespace secateur::eval {

namespace {

/// School science (lm-evaluation-harness, tasks/arc).
class Arc : public ChoiceTask
{
public:
    using ChoiceTask::ChoiceTask;

    Result<ChoiceItem> item(const data::Record &record) const override
    {
        SECATEUR_TRY(question, letteredQuestion(record));
        return choicesOf("Question: " + question.stem + "\nAnswer:", question.texts, question.gold);
    }
};

std::shared_ptr<const Task> make(const char *name, const char *title)
{
    return std::make_shared<Arc>(TaskInfo{.name = name,
                                          .title = title,
                                          .kind = TaskKind::Choice,
                                          .domain = "csr",
                                          .protocol = "lm-eval-zero-shot",
                                          .version = "1",
                                          .items = std::string(title) + "'s test split: question, choices, answerKey"});
}

} // namespace

std::shared_ptr<const Task> makeArcEasy()
{
    return make("arc_easy", "ARC-Easy");
}

std::shared_ptr<const Task> makeArcChallenge()
{
    return make("arc_challenge", "ARC-Challenge");
}

} // namespace secateur::eval
