// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/eval/itemfields.h"
#include "core/eval/metrics/bleu.h"
#include "core/eval/metrics/chrf.h"
#include "core/eval/metrics/meteor.h"
#include "core/eval/metrics/words.h"
#include "core/eval/tasks/tasks.h"

namespace secateur::eval {

namespace {

/// From which language into which.
struct Direction {
    const char *name;
    const char *title;
    const char *from; ///< fields of a record
    const char *to;
};
constexpr Direction intoFrench = {"translation_en_fr", "English–French", "en", "fr"};
constexpr Direction intoEnglish = {"translation_fr_en", "French–English", "fr", "en"};

/// A record's two texts, which may lie inside "translation".
Result<GenerationItem> itemOf(const data::Record &record, const Direction &direction)
{
    const auto nested = record.fields.find("translation");
    const data::Record pair{nested == record.fields.end() ? record.fields : *nested, record.origin};
    if (!pair.fields.is_object())
        return ItemFields(record).refuse("\"translation\" is no pair of texts");
    const ItemFields fields(pair);
    SECATEUR_TRY(source, fields.text(direction.from));
    SECATEUR_TRY(target, fields.text(direction.to));
    return GenerationItem{{}, "#Text: " + source + " #Translation:", target};
}

std::string translationIn(const std::string &output)
{
    return output.substr(std::min(output.find_first_not_of(' '), output.size()));
}

/// Which WordNet, if any. The installed one is read when the first answer is scored, for it takes a second, and a task
/// is also made to be listed.
class Synonyms
{
public:
    enum class Use { Never, Installed };

    Synonyms(Use use, std::shared_ptr<const WordNet> named) : m_use(use), m_named(std::move(named)) { }

    [[nodiscard]] std::shared_ptr<const WordNet> get() const
    {
        return m_use == Use::Never ? nullptr : m_named ? m_named : installedWordNet();
    }

private:
    Use m_use;
    std::shared_ptr<const WordNet> m_named;
};

/// Asked as the calibration texts of arXiv 2501.05248 are written ("#Text: … #Translation: …"); what the model writes
/// up to the line's end is its translation. Porter's stems and WordNet are English, and used for outputs in English.
class Translation : public GenerationTask
{
public:
    Translation(TaskInfo info, const Direction &direction, bool english, Synonyms synonyms)
        : GenerationTask(std::move(info)), m_direction(direction), m_english(english), m_synonyms(std::move(synonyms))
    {
    }

    GenerationSettings settings() const override
    {
        return {.stops = {"\n", "#Text"}, .maxNewTokens = 128, .temperature = 0.0};
    }

    Result<GenerationItem> item(const data::Record &record, std::uint64_t) const override
    {
        return itemOf(record, m_direction);
    }

    Result<OutputScore> score(const GenerationItem &item, const std::string &output) const override
    {
        OutputScore score;
        score.extracted = translationIn(output);
        const std::vector<std::string> references = {item.reference};
        const std::vector<std::vector<std::string>> words = {wordTokens(item.reference)};
        score.scores["meteor"] = meteorScore(wordTokens(score.extracted), words, meteor());
        score.statistics["bleu"] = sumsOf(bleuStatistics(score.extracted, references));
        score.statistics["chrf"] = sumsOf(chrfStatistics(score.extracted, references));
        return score;
    }

    std::map<std::string, std::string> labels() const override
    {
        return {{"meteor", meteorLabel(meteor())}, {"bleu", bleuLabel(1)}, {"chrf", chrfLabel(1)}};
    }

private:
    [[nodiscard]] MeteorOptions meteor() const
    {
        MeteorOptions options;
        options.stems = m_english;
        options.synonyms = m_synonyms.get();
        return options;
    }

    const Direction &m_direction;
    bool m_english; ///< the target
    Synonyms m_synonyms;
};

/// As the paper's own code measures translation, quirks and all: of several samples the best counts; the output is
/// given to NLTK as the reference and the right answer as the hypothesis, so that alpha weighs precision where recall
/// was meant; English stems and synonyms are looked for in French. Different here: words are split at punctuation
/// instead of by word_tokenize, and items are the first of the file instead of 400 drawn without a seed.
class PaperTranslation : public GenerationTask
{
public:
    PaperTranslation(TaskInfo info, const Direction &direction, Synonyms synonyms)
        : GenerationTask(std::move(info)), m_direction(direction), m_synonyms(std::move(synonyms))
    {
    }

    GenerationSettings settings() const override
    {
        return {.stops = {"\n", "#Text"},
                .maxNewTokens = 128,
                .temperature = 0.95,
                .topP = 0.95,
                .topK = 250,
                .samples = 5};
    }

    Result<GenerationItem> item(const data::Record &record, std::uint64_t) const override
    {
        return itemOf(record, m_direction);
    }

    Result<OutputScore> score(const GenerationItem &item, const std::string &output) const override
    {
        OutputScore score;
        score.extracted = translationIn(output);
        const std::vector<std::vector<std::string>> outputs = {wordTokens(score.extracted)};
        score.best["meteor"] = meteorScore(wordTokens(item.reference), outputs, meteor());
        return score;
    }

    std::map<std::string, std::string> labels() const override
    {
        return {{"meteor_best", meteorLabel(meteor()) + "|roles:swapped|samples:best"}};
    }

private:
    [[nodiscard]] MeteorOptions meteor() const
    {
        MeteorOptions options;
        options.synonyms = m_synonyms.get();
        return options;
    }

    const Direction &m_direction;
    Synonyms m_synonyms;
};

TaskInfo infoOf(const Direction &direction, const char *protocol)
{
    return {.name = direction.name,
            .title = direction.title,
            .kind = TaskKind::Generation,
            .domain = "translation",
            .protocol = protocol,
            .version = "1",
            .items = "pairs of sentences: en, fr (also inside translation)"};
}

} // namespace

Result<std::shared_ptr<const Task>> makeTranslation(const std::string &name, const TaskChoices &choices)
{
    const bool english = name == intoEnglish.name;
    const Direction &direction = english ? intoEnglish : intoFrench;
    std::shared_ptr<const WordNet> named;
    if (choices.wordNet && (english || choices.paper)) {
        SECATEUR_TRY(opened, WordNet::open(*choices.wordNet));
        named = std::move(opened);
    }
    if (choices.paper)
        return std::make_shared<PaperTranslation>(infoOf(direction, "text-translation-best-sample-paper"), direction,
                                                  Synonyms(Synonyms::Use::Installed, std::move(named)));
    return std::make_shared<Translation>(
        infoOf(direction, "text-translation-zero-shot"), direction, english,
        Synonyms(english ? Synonyms::Use::Installed : Synonyms::Use::Never, std::move(named)));
}

} // namespace secateur::eval
