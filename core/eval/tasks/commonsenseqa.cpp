// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/eval/itemfields.h"
#include "core/eval/tasks/tasks.h"

namespace secateur::eval {

namespace {

/// All options are shown, and their letters are scored (lm-evaluation-harness, tasks/commonsense_qa).
class Commonsenseqa : public ChoiceTask
{
public:
    using ChoiceTask::ChoiceTask;

    Result<ChoiceItem> item(const data::Record &record) const override
    {
        SECATEUR_TRY(question, letteredQuestion(record));
        // The harness strips the question.
        const std::size_t end = question.stem.find_last_not_of(" \t\n");
        const std::size_t begin = question.stem.find_first_not_of(" \t\n");
        std::string context = "Question: ";
        if (begin != std::string::npos)
            context += question.stem.substr(begin, end - begin + 1);
        for (std::size_t i = 0; i < question.texts.size(); ++i)
            context += "\n" + question.labels[i] + ". " + question.texts[i];
        return choicesOf(context + "\nAnswer:", question.labels, question.gold);
    }
};

} // namespace

std::shared_ptr<const Task> makeCommonsenseqa()
{
    return std::make_shared<Commonsenseqa>(
        TaskInfo{.name = "commonsenseqa",
                 .title = "CommonsenseQA",
                 .kind = TaskKind::Choice,
                 .domain = "csr",
                 .protocol = "lm-eval-zero-shot",
                 .version = "1",
                 .items = "CommonsenseQA's validation split: question, choices, answerKey"});
}

} // namespace secateur::eval
