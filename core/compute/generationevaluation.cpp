// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/compute/generationevaluation.h"

namespace secateur::compute {

Result<void> GenerationEvaluation::prepare(const std::shared_ptr<const tokenizer::Tokenizer> &tokenizer)
{
    const auto &generation = dynamic_cast<const eval::GenerationTask &>(task());
    SECATEUR_TRY(records, readItems());
    const auto settings = generation.settings();
    std::vector<Prompt> prompts;
    for (std::size_t number = 0; number < records.size(); ++number) {
        SECATEUR_TRY(item, generation.item(records[number], number));
        prompts.push_back({item.prefix, item.prompt, settings.stops, {}});
        m_items.push_back(std::move(item));
    }
    for (const auto &[metric, label] : generation.labels())
        this->settings()["label " + metric] = label;
    return setPrompts(std::move(prompts), settings, tokenizer);
}

Result<void> GenerationEvaluation::measure(const EvaluatedRun &run, Findings &findings, const Progress &progress)
{
    return generate(run, findings, progress);
}

Result<store::EvaluationItems> GenerationEvaluation::items(const Findings &findings) const
{
    const auto &generation = dynamic_cast<const eval::GenerationTask &>(task());
    store::EvaluationItems items;
    for (std::size_t item = 0; item < m_items.size(); ++item)
        for (std::uint64_t sample = 0; sample < samples(); ++sample) {
            const auto output = findings.found().at({item, sample}).at("output").get<std::string>();
            SECATEUR_TRY(score, generation.score(m_items[item], output));
            items.counts["index"].push_back(item);
            items.counts["sample"].push_back(sample);
            for (const auto &[metric, correct] : score.correct)
                items.counts["correct_" + metric].push_back(correct ? 1 : 0);
            for (const auto &[metric, value] : score.scores)
                items.numbers["score_" + metric].push_back(value);
            for (const auto &[metric, value] : score.best)
                items.numbers["best_" + metric].push_back(value);
            for (const auto &[metric, sums] : score.statistics)
                for (std::size_t i = 0; i < sums.size(); ++i)
                    items.counts[metric + "_" + std::to_string(i)].push_back(sums[i]);
            items.texts["prompt"].push_back(m_items[item].prompt);
            items.texts["reference"].push_back(m_items[item].reference);
            items.texts["output"].push_back(output);
            items.texts["extracted"].push_back(score.extracted);
        }
    return items;
}

} // namespace secateur::compute
