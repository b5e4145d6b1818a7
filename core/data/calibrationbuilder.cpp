// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <iterator>
#include <memory>
#include <numeric>
#include <optional>
#include <utility>

#include "core/chat/conversation.h"
#include "core/data/calibration.h"
#include "core/data/corpus.h"
#include "core/data/mixture.h"
#include "core/data/sampler.h"

namespace secateur::data {

namespace {

using tokenizer::TokenId;
using tokenizer::Tokenizer;

/// Bounds of a request: far above any sensible one, low enough that no product below can overflow.
constexpr std::uint64_t mostSamples = 10'000'000;
constexpr std::uint64_t mostTokens = std::uint64_t(1) << 24;
/// Texts held at a time while tokenising.
constexpr std::uint64_t batchBytes = std::uint64_t(64) << 20;
/// A guess at how many bytes of text make a token; wrong only costs another reading of the files.
constexpr std::uint64_t bytesPerToken = 6;
constexpr std::string_view documentSeparator = "\n\n";

/// Collects sequences from the texts of sampled documents, in the order of sampling.
class SequenceMaker
{
public:
    virtual ~SequenceMaker() = default;
    /// `record` is the document's number in the provenance.
    [[nodiscard]] virtual Result<void> take(const std::string &text, std::uint64_t record) = 0;
    /// Bytes of text that may still be needed; 0 when there are enough sequences.
    [[nodiscard]] virtual std::uint64_t bytesWanted() const = 0;
    /// Documents that may still be needed at most.
    [[nodiscard]] virtual std::uint64_t documentsWanted() const = 0;
    /// Appends sequences, their records and notices to `set`. BadInput when there is no sequence.
    [[nodiscard]] virtual Result<void> finish(CalibrationSet &set) = 0;
};

/// One document a sequence, at its natural length.
class NaturalMaker final : public SequenceMaker
{
public:
    NaturalMaker(const CalibrationRequest &request, const Tokenizer &tokenizer)
        : m_request(request), m_tokenizer(tokenizer)
    {
    }

    Result<void> take(const std::string &text, std::uint64_t record) override
    {
        std::vector<TokenId> ids;
        if (m_request.chat) {
            SECATEUR_TRY(encoded, chat::encodeChat(m_tokenizer, text, m_request.bos));
            ids = std::move(encoded.ids);
            m_droppedBos += encoded.droppedBos ? 1 : 0;
        } else {
            SECATEUR_TRY(encoded, m_tokenizer.encode(text, m_request.bos));
            ids = std::move(encoded);
        }
        if (ids.empty())
            return {};
        if (ids.size() > m_request.maxLength) {
            ids.resize(std::size_t(m_request.maxLength));
            ++m_cut;
        }
        m_sequences.push_back(std::move(ids));
        m_records.push_back(record);
        return {};
    }
    std::uint64_t documentsWanted() const override { return m_request.samples - m_sequences.size(); }
    std::uint64_t bytesWanted() const override { return documentsWanted() > 0 ? batchBytes : 0; }

    Result<void> finish(CalibrationSet &set) override
    {
        if (m_sequences.empty())
            return failure(ErrorCode::BadInput, "the files hold no text");
        const std::uint64_t made = m_sequences.size();
        auto &notices = set.provenance.notices;
        if (made < m_request.samples)
            notices.push_back(std::to_string(m_request.samples) + " samples were asked for; the files hold "
                              + std::to_string(made) + " different texts, and all were taken");
        if (m_cut > 0)
            notices.push_back(std::to_string(m_cut) + " of " + std::to_string(made) + " samples were longer than "
                              + std::to_string(m_request.maxLength) + " tokens and were cut");
        if (m_droppedBos > 0)
            notices.push_back(chat::droppedBosNotice(m_droppedBos));
        std::ranges::move(m_sequences, std::back_inserter(set.sequences));
        std::ranges::move(m_records, std::back_inserter(set.provenance.sampleIndices));
        return {};
    }

private:
    const CalibrationRequest &m_request;
    const Tokenizer &m_tokenizer;
    std::vector<std::vector<TokenId>> m_sequences;
    std::vector<std::uint64_t> m_records;
    std::uint64_t m_cut = 0;
    std::uint64_t m_droppedBos = 0;
};

/// Documents one after another, each followed by a blank line, cut into sequences of one length. Each document is
/// tokenised by itself together with the blank line after it, so the ids do not depend on how much is read at a time.
/// A document may be split over sequences; what does not fill a last sequence is left out. Conversations end as their
/// template ends them, without a blank line.
class PackedMaker final : public SequenceMaker
{
public:
    PackedMaker(const CalibrationRequest &request, const Tokenizer &tokenizer, std::optional<TokenId> bos)
        : m_request(request), m_tokenizer(tokenizer), m_bos(bos), m_payload(request.length - (bos ? 1 : 0))
    {
    }

    Result<void> take(const std::string &text, std::uint64_t record) override
    {
        const std::string_view separator = m_request.chat ? std::string_view() : documentSeparator;
        SECATEUR_TRY(ids, m_tokenizer.encode(text + std::string(separator), BosPolicy::Never));
        m_starts.emplace_back(record, m_total);
        m_total += ids.size();
        for (const auto id : ids) {
            if (m_sequences.size() == m_request.samples)
                break;
            if (m_open.empty() && m_bos) {
                m_open.push_back(*m_bos);
                if (m_request.chat && id == *m_bos) { // the template begins with it, too
                    ++m_droppedBos;
                    --m_total;
                    continue;
                }
            }
            m_open.push_back(id);
            if (m_open.size() == m_request.length)
                m_sequences.push_back(std::exchange(m_open, {}));
        }
        return {};
    }
    std::uint64_t documentsWanted() const override { return tokensWanted(); }
    std::uint64_t bytesWanted() const override { return std::min(batchBytes, tokensWanted() * bytesPerToken); }

    Result<void> finish(CalibrationSet &set) override
    {
        const std::uint64_t made = m_sequences.size();
        if (made == 0)
            return failure(ErrorCode::BadInput,
                           "the files hold " + std::to_string(m_total) + " tokens, not enough for one sequence of "
                               + std::to_string(m_request.length) + "; give more data, or a smaller --length");
        if (made < m_request.samples)
            set.provenance.notices.push_back(
                std::to_string(m_request.samples) + " sequences of " + std::to_string(m_request.length)
                + " tokens were asked for; the files hold enough for " + std::to_string(made));
        for (const auto &[record, start] : m_starts)
            if (start < made * m_payload)
                set.provenance.sampleIndices.push_back(record);
        if (m_droppedBos > 0)
            set.provenance.notices.push_back(chat::droppedBosNotice(m_droppedBos));
        std::ranges::move(m_sequences, std::back_inserter(set.sequences));
        return {};
    }

private:
    [[nodiscard]] std::uint64_t tokensWanted() const
    {
        const std::uint64_t needed = m_request.samples * m_payload;
        return needed > m_total ? needed - m_total : 0;
    }

    const CalibrationRequest &m_request;
    const Tokenizer &m_tokenizer;
    std::optional<TokenId> m_bos;
    std::uint64_t m_payload;
    std::vector<std::vector<TokenId>> m_sequences;
    std::vector<TokenId> m_open;
    std::vector<std::pair<std::uint64_t, std::uint64_t>> m_starts; ///< record, and where its tokens start in the stream
    std::uint64_t m_total = 0; ///< tokens seen, without BOS
    std::uint64_t m_droppedBos = 0;
};

/// The token that the policy puts at the start of a packed sequence.
Result<std::optional<TokenId>> packedBos(BosPolicy policy, const Tokenizer &tokenizer)
{
    if (policy == BosPolicy::Never || (policy == BosPolicy::Auto && !tokenizer.addsBos()))
        return std::optional<TokenId>();
    if (!tokenizer.bosId())
        return failure(ErrorCode::InvalidArgument, "the tokenizer has no beginning-of-sequence token; use --bos never");
    return tokenizer.bosId();
}

Result<std::unique_ptr<SequenceMaker>> makeSequenceMaker(const CalibrationRequest &request, const Tokenizer &tokenizer)
{
    if (request.length == 0)
        return std::make_unique<NaturalMaker>(request, tokenizer);
    SECATEUR_TRY(bos, packedBos(request.bos, tokenizer));
    if (bos && request.length < 2)
        return failure(ErrorCode::InvalidArgument,
                       "a length of 1 leaves no room beside the beginning-of-sequence token");
    return std::make_unique<PackedMaker>(request, tokenizer, bos);
}

Result<void> checkRequest(const CalibrationRequest &request)
{
    const auto refuse = [](const std::string &problem) { return failure(ErrorCode::InvalidArgument, problem); };
    if (request.files.empty())
        return refuse("no data file was given");
    if (request.samples == 0 || request.samples > mostSamples)
        return refuse(std::to_string(request.samples) + " samples were asked for; from 1 to "
                      + std::to_string(mostSamples) + " are possible");
    if (request.length > mostTokens)
        return refuse("length " + std::to_string(request.length) + " is above " + std::to_string(mostTokens));
    if (request.length == 0 && request.maxLength == 0)
        return refuse("samples would be cut to 0 tokens; give a maximal length of at least 1");
    if (!request.preset.empty() && !request.fieldTemplate.empty())
        return refuse("a preset (\"" + request.preset + "\") and a template were given; give one of them");
    if (request.chat && (!request.preset.empty() || !request.fieldTemplate.empty()))
        return refuse("conversations are written by the model's chat template: give no preset and no template");
    return request.weights.empty() ? Result<void>() : checkWeights(request.weights, request.files.size());
}

/// The template asked for; none: to be guessed.
Result<std::optional<RecordText>> requestedTemplate(const CalibrationRequest &request)
{
    if (request.chat)
        return std::optional(RecordText(request.chat, request.chatDay ? *request.chatDay : chat::today()));
    std::string text = request.fieldTemplate;
    if (!request.preset.empty()) {
        SECATEUR_TRY(preset, presetByName(request.preset));
        text = preset.fieldTemplate;
    }
    if (text.empty())
        return std::optional<RecordText>();
    SECATEUR_TRY(parsed, FieldTemplate::parse(text));
    return std::optional(RecordText(std::move(parsed)));
}

/// What is known of the set before a record is drawn.
Provenance describe(const CalibrationRequest &request, const Corpus &corpus, bool guessed)
{
    Provenance provenance;
    provenance.files = corpus.files();
    provenance.preset = request.preset;
    provenance.fieldTemplate = corpus.files().front().fieldTemplate;
    provenance.seed = request.seed;
    provenance.length = request.length;
    provenance.maxLength = request.length == 0 ? request.maxLength : 0;
    provenance.samplesRequested = request.samples;
    provenance.bos = bosName(request.bos);
    provenance.duplicates = corpus.duplicates();
    for (const auto &file : corpus.files()) {
        if (file.fieldTemplate != provenance.fieldTemplate)
            provenance.fieldTemplate.clear();
        if (!file.filter.empty())
            provenance.notices.push_back(filterNotice(file));
        if (file.records == 0)
            provenance.notices.push_back(file.name + " holds no records");
        else if (guessed && !file.fieldTemplate.empty())
            provenance.notices.push_back(file.name + ": the template \"" + file.fieldTemplate
                                         + "\" was chosen from the fields");
    }
    if (request.chat && request.chat->mentionsClock() && !request.chatDay)
        provenance.notices.push_back("the chat template writes the date; --date gives the same texts on another day ("
                                     + provenance.files.front().fieldTemplate + ")");
    if (corpus.duplicates() > 0)
        provenance.notices.push_back(std::to_string(corpus.duplicates())
                                     + " records were left out because their text was seen before");
    if (corpus.blank() > 0)
        provenance.notices.push_back(std::to_string(corpus.blank())
                                     + " records were left out because they hold no text");
    return provenance;
}

/// Documents of a corpus (their numbers), in sampled order.
class Draw
{
public:
    Draw(std::vector<std::size_t> numbers, std::uint64_t seed)
        : m_numbers(std::move(numbers)), m_order(m_numbers.size(), seed)
    {
    }
    /// The next ones: as many as the maker may need, but not more text than is held at a time.
    [[nodiscard]] std::vector<std::size_t> next(const Corpus &corpus, const SequenceMaker &maker)
    {
        std::vector<std::size_t> batch;
        std::uint64_t bytes = 0;
        while (m_order.remaining() > 0 && bytes < maker.bytesWanted() && batch.size() < maker.documentsWanted()) {
            batch.push_back(m_numbers[m_order.draw()]);
            bytes += corpus.documents()[batch.back()].bytes + documentSeparator.size();
        }
        return batch;
    }

private:
    std::vector<std::size_t> m_numbers;
    ShuffledOrder m_order;
};

Result<void> fill(SequenceMaker &maker, const Corpus &corpus, Draw &draw, const RunContext &context)
{
    std::uint64_t taken = 0;
    for (auto batch = draw.next(corpus, maker); !batch.empty(); batch = draw.next(corpus, maker)) {
        SECATEUR_TRY(texts, corpus.texts(batch, context));
        for (std::size_t i = 0; i < batch.size() && maker.documentsWanted() > 0; ++i) {
            SECATEUR_CHECK(context.checkpoint());
            const std::uint64_t record = corpus.documents()[batch[i]].record;
            if (auto done = maker.take(texts[i], record); !done)
                return tl::make_unexpected(withContext(done.error(), "record " + std::to_string(record + 1)));
            context.report({"tokenize", ++taken, taken + maker.documentsWanted(), "records"});
        }
    }
    return {};
}

/// Appends `request.samples` sequences of these documents to the set.
Result<void> addSequences(CalibrationSet &set, const CalibrationRequest &request, const Tokenizer &tokenizer,
                          const Corpus &corpus, std::vector<std::size_t> documents, const RunContext &context)
{
    SECATEUR_TRY(maker, makeSequenceMaker(request, tokenizer));
    Draw draw(std::move(documents), request.seed);
    SECATEUR_CHECK(fill(*maker, corpus, draw, context));
    return maker->finish(set);
}

/// The documents of each file, by their numbers in the corpus.
std::vector<std::vector<std::size_t>> documentsByFile(const Corpus &corpus)
{
    std::vector<std::vector<std::size_t>> byFile(corpus.files().size());
    std::size_t file = 0;
    std::uint64_t end = corpus.files().front().records;
    for (std::size_t number = 0; number < corpus.documents().size(); ++number) {
        while (corpus.documents()[number].record >= end)
            end += corpus.files()[++file].records;
        byFile[file].push_back(number);
    }
    return byFile;
}

Result<void> addMixture(CalibrationSet &set, const CalibrationRequest &request, const Tokenizer &tokenizer,
                        const Corpus &corpus, const RunContext &context)
{
    auto documents = documentsByFile(corpus);
    const auto shares = apportion(request.samples, request.weights);
    for (std::size_t i = 0; i < shares.size(); ++i) {
        auto &file = set.provenance.files[i];
        file.weight = request.weights[i];
        if (shares[i] == 0) {
            set.provenance.notices.push_back(file.name + " gives no sequence: its weight is too small a part of "
                                             + std::to_string(request.samples));
            continue;
        }
        CalibrationRequest part = request;
        part.samples = shares[i];
        const std::size_t before = set.provenance.notices.size();
        const std::size_t sequences = set.sequences.size();
        if (auto done = addSequences(set, part, tokenizer, corpus, std::move(documents[i]), context); !done)
            return tl::make_unexpected(withContext(done.error(), request.files[i].string()));
        file.sequences = set.sequences.size() - sequences;
        for (std::size_t n = before; n < set.provenance.notices.size(); ++n)
            set.provenance.notices[n].insert(0, file.name + ": ");
    }
    return {};
}

} // namespace

Result<CalibrationSet> buildCalibrationSet(const CalibrationRequest &request, const Tokenizer &tokenizer,
                                           const RunContext &context)
{
    SECATEUR_CHECK(checkRequest(request));
    SECATEUR_TRY(fieldTemplate, requestedTemplate(request));
    SECATEUR_TRY(filter, RecordFilter::parse(request.filter));
    if (auto maker = makeSequenceMaker(request, tokenizer); !maker) // say it before the files are read
        return tl::make_unexpected(maker.error());
    SECATEUR_TRY(corpus, Corpus::scan(request.files, fieldTemplate, context, filter));
    if (!request.weights.empty() && corpus.files().size() != request.weights.size())
        return failure(ErrorCode::InvalidArgument,
                       "weights are for files, and a folder stands for several; name the files in it");
    CalibrationSet set;
    set.provenance = describe(request, corpus, !fieldTemplate);
    if (!request.weights.empty()) {
        SECATEUR_CHECK(addMixture(set, request, tokenizer, corpus, context));
    } else {
        std::vector<std::size_t> all(corpus.documents().size());
        std::iota(all.begin(), all.end(), std::size_t(0));
        if (auto done = addSequences(set, request, tokenizer, corpus, std::move(all), context); !done)
            return tl::make_unexpected(withContext(done.error(), request.files.front().string()));
    }
    for (const auto &sequence : set.sequences)
        set.provenance.tokenCounts.push_back(sequence.size());
    return set;
}

} // namespace secateur::data
