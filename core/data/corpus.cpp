// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/corpus.h"

#include <charconv>
#include <unordered_set>

#include "core/base/sha256.h"
#include "core/data/conversion.h"
#include "core/data/recordreader.h"
#include "core/data/utf8.h"

namespace secateur::data {

namespace {

using TextHash = std::array<std::uint64_t, 2>;

TextHash hashOf(const std::string &text)
{
    const std::string hex = sha256Hex(text);
    TextHash hash = {};
    for (std::size_t i = 0; i < hash.size(); ++i)
        std::from_chars(hex.data() + 16 * i, hex.data() + 16 * (i + 1), hash[i], 16);
    return hash;
}

struct FirstWord {
    std::size_t operator()(const TextHash &hash) const { return std::size_t(hash[0]); }
};

} // namespace

/// Fills a Corpus record by record.
class Corpus::Scanner
{
public:
    Scanner(Corpus &corpus, const RecordFilter &filter, const RunContext &context)
        : m_corpus(corpus), m_filter(filter), m_context(context), m_count(filter)
    {
    }

    [[nodiscard]] Result<void> scanFile(const std::filesystem::path &path, std::optional<RecordText> recordText)
    {
        const std::uint64_t before = m_records;
        const std::uint64_t takenBefore = m_count.taken();
        const auto visit = [&](const Record &record) -> Result<void> {
            const std::uint64_t number = nextNumber();
            if (!m_count.takes(record))
                return {};
            if (!recordText) {
                SECATEUR_TRY(guessed, guessTemplate(record));
                SECATEUR_TRY(parsed, FieldTemplate::parse(guessed));
                recordText = RecordText(std::move(parsed));
            }
            SECATEUR_TRY(text, recordText->render(record));
            add(number, text);
            return {};
        };
        FileDigest digest;
        SECATEUR_CHECK(forEachRecord(path, visit, m_context, digest));
        m_corpus.m_paths.push_back(path);
        m_corpus.m_files.push_back({.name = path.filename().string(),
                                    .bytes = digest.bytes,
                                    .sha256 = digest.sha256,
                                    .records = m_records - before,
                                    .fieldTemplate = recordText ? recordText->text() : std::string(),
                                    .path = std::filesystem::absolute(path).lexically_normal().string(),
                                    .filter = m_filter.text(),
                                    .filtered = m_filter.takesAll() ? 0 : m_count.taken() - takenBefore});
        m_corpus.m_templates.push_back(std::move(recordText));
        return {};
    }

    [[nodiscard]] Result<void> checkFilter() const { return m_count.check(); }

private:
    [[nodiscard]] std::uint64_t nextNumber()
    {
        constexpr std::uint64_t reportEvery = 4096;
        if (m_records % reportEvery == 0)
            m_context.report({"read", m_records, 0, "records"});
        return m_records++;
    }

    void add(std::uint64_t record, const std::string &text)
    {
        if (isBlank(text)) {
            ++m_corpus.m_blank;
            return;
        }
        const auto hash = hashOf(text);
        if (m_seen.insert(hash).second)
            m_corpus.m_documents.push_back({record, text.size(), hash});
        else
            ++m_corpus.m_duplicates;
    }

    Corpus &m_corpus;
    const RecordFilter &m_filter;
    const RunContext &m_context;
    FilterCount m_count;
    std::unordered_set<TextHash, FirstWord> m_seen;
    std::uint64_t m_records = 0;
};

Result<Corpus> Corpus::scan(const std::vector<std::filesystem::path> &files,
                            const std::optional<RecordText> &recordText, const RunContext &context,
                            const RecordFilter &filter)
{
    Corpus corpus;
    Scanner scanner(corpus, filter, context);
    for (const auto &given : files) {
        SECATEUR_TRY(all, datasetFiles(given));
        for (const auto &file : all)
            SECATEUR_CHECK(scanner.scanFile(file, recordText));
    }
    SECATEUR_CHECK(scanner.checkFilter());
    return corpus;
}

Result<std::vector<std::string>> Corpus::texts(std::span<const std::size_t> numbers, const RunContext &context) const
{
    std::vector<std::string> texts(numbers.size());
    Wanted wanted;
    for (std::size_t i = 0; i < numbers.size(); ++i)
        wanted.emplace(m_documents.at(numbers[i]).record, i);
    std::uint64_t firstRecord = 0;
    for (std::size_t file = 0; file < m_paths.size(); ++file) {
        SECATEUR_CHECK(readTexts(file, firstRecord, wanted, numbers, texts, context));
        firstRecord += m_files[file].records;
    }
    return texts;
}

Result<void> Corpus::readTexts(std::size_t file, std::uint64_t firstRecord, const Wanted &wanted,
                               std::span<const std::size_t> numbers, std::vector<std::string> &texts,
                               const RunContext &context) const
{
    const auto changed = [&] {
        return failure(ErrorCode::Conflict, m_paths[file].string() + ": changed while it was read; start again");
    };
    auto next = wanted.lower_bound(firstRecord);
    const auto end = wanted.lower_bound(firstRecord + m_files[file].records);
    if (next == end)
        return {};
    std::uint64_t record = firstRecord;
    const auto visit = [&](const Record &fields) -> Result<void> {
        if (next == end)
            return failure(ErrorCode::Cancelled, "all texts are there");
        if (record++ != next->first)
            return {};
        SECATEUR_TRY(text, m_templates[file]->render(fields));
        if (hashOf(text) != m_documents[numbers[next->second]].hash)
            return changed();
        texts[next->second] = std::move(text);
        ++next;
        return {};
    };
    const auto read = forEachRecord(m_paths[file], visit, context);
    if (next == end)
        return {};
    // Whatever else went wrong (a missing field, a cut line) was not so in the first reading.
    return read || read.error().code == ErrorCode::BadInput ? Result<void>(changed()) : read;
}

} // namespace secateur::data
