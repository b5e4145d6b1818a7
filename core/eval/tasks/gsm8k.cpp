// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/eval/itemfields.h"
#include "core/eval/metrics/gsm8kanswers.h"
#include "core/eval/tasks/demonstrations.h"
#include "core/eval/tasks/tasks.h"

namespace secateur::eval {

namespace {

constexpr std::uint64_t paperSeed = 42;

/// Word problems with a chain of thought after worked examples (lm-evaluation-harness, gsm8k_cot version 3), with both
/// of its filters. In the paper's manner the examples stand in another order for each question, and the answer is taken
/// and compared as that code does.
class Gsm8k : public GenerationTask
{
public:
    Gsm8k(TaskInfo info, Demonstrations demonstrations, bool paper)
        : GenerationTask(std::move(info)), m_demonstrations(std::move(demonstrations)), m_paper(paper)
    {
    }

    GenerationSettings settings() const override
    {
        return {.stops = {"Q:", "</s>", "<|im_end|>"}, .maxNewTokens = 256, .temperature = 0.0};
    }

    Result<GenerationItem> item(const data::Record &record, std::uint64_t number) const override
    {
        const ItemFields fields(record);
        SECATEUR_TRY(question, fields.text("question"));
        SECATEUR_TRY(answer, fields.text("answer"));
        const auto layout = chainLayout();
        if (m_paper)
            return GenerationItem{
                {}, fewShotPrompt(reshuffled(m_demonstrations, paperSeed, number), question, layout), answer};
        return GenerationItem{fewShotPrefix(m_demonstrations, layout), questionPrompt(question, layout), answer};
    }

    Result<OutputScore> score(const GenerationItem &item, const std::string &output) const override
    {
        OutputScore score;
        if (m_paper) {
            score.extracted = extractAnswer(output, AnswerFilter::Paper);
            score.correct["exact_match_paper"] = paperAnswersMatch(score.extracted, item.reference);
            return score;
        }
        const std::string gold = goldAnswer(item.reference);
        const std::string strict = extractAnswer(output, AnswerFilter::ChainStrict);
        score.extracted = extractAnswer(output, AnswerFilter::Flexible);
        score.correct["exact_match_strict"] = answersMatch(strict, gold);
        score.correct["exact_match_flexible"] = answersMatch(score.extracted, gold);
        return score;
    }

private:
    Demonstrations m_demonstrations;
    bool m_paper;
};

} // namespace

Result<std::shared_ptr<const Task>> makeGsm8k(const TaskChoices &choices)
{
    Demonstrations demonstrations = ownDemonstrations();
    if (choices.demonstrations) {
        SECATEUR_TRY(read, readDemonstrations(*choices.demonstrations));
        demonstrations = std::move(read);
    }
    TaskInfo info{.name = "gsm8k_cot",
                  .title = "GSM8K",
                  .kind = TaskKind::Generation,
                  .domain = "math",
                  .protocol = demonstrationProtocol(demonstrations) + (choices.paper ? "-paper" : ""),
                  .version = "1",
                  .items = "GSM8K's test split: question, answer"};
    return std::make_shared<Gsm8k>(std::move(info), std::move(demonstrations), choices.paper);
}

} // namespace secateur::eval
