// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/eval/itemfields.h"
#include "core/eval/metrics/bleu.h"
#include "core/eval/metrics/chrf.h"
#include "core/eval/metrics/meteor.h"
#include "core/eval/metrics/words.h"
#include "core/eval/tasks/tasks.h"

namespace secateur::eval {

namespace {

/// Only exact words are matched: Porter's stems and WordNet are English, and the outputs are French.
MeteorOptions frenchMeteor()
{
    MeteorOptions options;
    options.stems = false;
    return options;
}

/// English to French, asked as the calibration texts of arXiv 2501.05248 are written ("#Text: … #Translation: …"); what
/// the model writes up to the line's end is its translation.
class Translation : public GenerationTask
{
public:
    using GenerationTask::GenerationTask;

    GenerationSettings settings() const override
    {
        return {.stops = {"\n", "#Text"}, .maxNewTokens = 128, .temperature = 0.0};
    }

    Result<GenerationItem> item(const data::Record &record, std::uint64_t) const override
    {
        const auto nested = record.fields.find("translation");
        const data::Record pair{nested == record.fields.end() ? record.fields : *nested, record.origin};
        if (!pair.fields.is_object())
            return ItemFields(record).refuse("\"translation\" is no pair of texts");
        const ItemFields fields(pair);
        SECATEUR_TRY(english, fields.text("en"));
        SECATEUR_TRY(french, fields.text("fr"));
        return GenerationItem{{}, "#Text: " + english + " #Translation:", french};
    }

    Result<OutputScore> score(const GenerationItem &item, const std::string &output) const override
    {
        OutputScore score;
        score.extracted = output.substr(std::min(output.find_first_not_of(' '), output.size()));
        const std::vector<std::string> references = {item.reference};
        const std::vector<std::vector<std::string>> words = {wordTokens(item.reference)};
        score.scores["meteor"] = meteorScore(wordTokens(score.extracted), words, frenchMeteor());
        score.statistics["bleu"] = sumsOf(bleuStatistics(score.extracted, references));
        score.statistics["chrf"] = sumsOf(chrfStatistics(score.extracted, references));
        return score;
    }

    std::map<std::string, std::string> labels() const override
    {
        return {{"meteor", meteorLabel(frenchMeteor())}, {"bleu", bleuLabel(1)}, {"chrf", chrfLabel(1)}};
    }
};

} // namespace

std::shared_ptr<const Task> makeTranslation()
{
    return std::make_shared<Translation>(TaskInfo{.name = "translation_en_fr",
                                                  .title = "English–French",
                                                  .kind = TaskKind::Generation,
                                                  .domain = "translation",
                                                  .protocol = "text-translation-zero-shot",
                                                  .version = "1",
                                                  .items = "pairs of sentences: en, fr (also inside translation)"});
}

} // namespace secateur::eval
