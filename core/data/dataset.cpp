// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/dataset.h"

#include <algorithm>
#include <set>

#include "core/base/json.h"
#include "core/base/system.h"
#include "core/data/arrowfile.h"
#include "core/data/conversion.h"
#include "core/data/csv.h"
#include "core/data/recordreader.h"
#include "core/data/textchunks.h"
#include "core/data/utf8.h"

namespace secateur::data {

namespace {

using nlohmann::json;
using Visitor = std::function<Result<void>(const Record &)>;

/// A .json file is held in memory as a whole, several times its size.
constexpr std::size_t maxJsonBytes = std::size_t(512) << 20;

enum class Kind { JsonLines, Json, Csv, Tsv, Text, Arrow };

std::string lineOrigin(const std::string &name, std::uint64_t line)
{
    return name + ", line " + std::to_string(line);
}

std::string lowerCase(std::string text)
{
    std::transform(text.begin(), text.end(), text.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? char(c + 32) : c; });
    return text;
}

Result<Kind> kindOf(const std::filesystem::path &file)
{
    std::error_code failed;
    if (std::filesystem::is_directory(file, failed))
        return failure(ErrorCode::Unsupported,
                       file.string() + ": is a folder, and what is read are files" + conversionAdvice(file));
    auto name = file.filename();
    if (lowerCase(name.extension().string()) == ".gz")
        name = name.stem();
    const std::string extension = lowerCase(name.extension().string());
    if (extension == ".jsonl" || extension == ".ndjson")
        return Kind::JsonLines;
    if (extension == ".json")
        return Kind::Json;
    if (extension == ".csv")
        return Kind::Csv;
    if (extension == ".tsv" || extension == ".tab")
        return Kind::Tsv;
    if (extension == ".txt" || extension == ".text")
        return Kind::Text;
#ifdef SECATEUR_ARROW
    if (extension == ".parquet" || extension == ".arrow" || isArrowFile(file))
        return Kind::Arrow;
#endif
    return failure(ErrorCode::Unsupported,
                   file.string()
                       + ": is not a kind of dataset file that can be read (.jsonl, .json, .csv, .tsv, .txt, "
                         "each also as .gz)"
                       + conversionAdvice(file));
}

/// Streams a file's text through a splitter that has feed() and finish().
template <typename Splitter>
Result<void> stream(const std::filesystem::path &file, Splitter &splitter, const RunContext &context,
                    FileDigest *digest)
{
    const auto feed = [&](std::string_view piece) { return splitter.feed(piece); };
    SECATEUR_CHECK(forEachChunk(file, feed, context, digest));
    return splitter.finish();
}

Result<void> readJsonLines(const std::filesystem::path &file, const Visitor &visit, const RunContext &context,
                           FileDigest *digest)
{
    const std::string name = file.string();
    LineSplitter lines(name, [&](std::string_view line, std::uint64_t number) -> Result<void> {
        if (isBlank(line))
            return {};
        SECATEUR_CHECK(context.checkpoint());
        Record record{nullptr, lineOrigin(name, number)};
        SECATEUR_TRY(value, parseJson(line, record.origin));
        if (!value.is_object())
            return failure(ErrorCode::BadInput,
                           record.origin + ": is not a JSON object {\"field\": …} but " + value.type_name());
        record.fields = std::move(value);
        record.source = line;
        return visit(record);
    });
    return stream(file, lines, context, digest);
}

Result<void> visitArray(json &array, const std::string &name, const Visitor &visit, const RunContext &context)
{
    std::uint64_t number = 0;
    for (auto &element : array) {
        SECATEUR_CHECK(context.checkpoint());
        Record record{nullptr, name + ", record " + std::to_string(++number)};
        if (!element.is_object())
            return failure(ErrorCode::BadInput, record.origin + ": is not a JSON object but " + element.type_name());
        record.fields = std::move(element);
        SECATEUR_CHECK(visit(record));
    }
    return {};
}

Result<void> readJson(const std::filesystem::path &file, const Visitor &visit, const RunContext &context,
                      FileDigest *digest)
{
    const std::string name = file.string();
    std::string text;
    const auto append = [&](std::string_view piece) -> Result<void> {
        if (text.size() + piece.size() > maxJsonBytes)
            return failure(ErrorCode::BadInput,
                           name + ": has more than " + bytesText(maxJsonBytes)
                               + " in one JSON value; write it as JSON lines (.jsonl), which are "
                                 "read one record at a time");
        text.append(piece);
        return {};
    };
    SECATEUR_CHECK(forEachChunk(file, append, context, digest));
    if (const auto bad = firstInvalidUtf8(text))
        return failure(ErrorCode::BadInput,
                       name + ": byte " + std::to_string(*bad + 1) + " is not UTF-8; convert the file to UTF-8");
    SECATEUR_TRY(document, parseJson(text, name));
    text = {};
    const bool wrapped = document.is_object() && document.contains("data");
    json &array = wrapped ? document["data"] : document;
    if (!array.is_array())
        return failure(ErrorCode::BadInput,
                       name + ": is neither an array of records [{…}, …] nor {\"data\": [{…}, …]}");
    return visitArray(array, name, visit, context);
}

/// The names of the columns; an unnamed one (pandas writes its index so) is called by its position.
Result<std::vector<std::string>> readHeader(std::vector<std::string> row, const std::string &origin)
{
    std::set<std::string> seen;
    for (std::size_t i = 0; i < row.size(); ++i) {
        if (row[i].empty())
            row[i] = "column " + std::to_string(i + 1);
        if (!seen.insert(row[i]).second)
            return failure(ErrorCode::BadInput, origin + ": two columns are called \"" + row[i] + "\"");
    }
    return row;
}

Result<void> readTable(const std::filesystem::path &file, char delimiter, const Visitor &visit,
                       const RunContext &context, FileDigest *digest)
{
    const std::string name = file.string();
    std::vector<std::string> header;
    CsvSplitter rows(name, delimiter, [&](std::vector<std::string> &row, std::uint64_t line) -> Result<void> {
        SECATEUR_CHECK(context.checkpoint());
        Record record{json::object(), lineOrigin(name, line)};
        if (header.empty()) {
            SECATEUR_TRY(names, readHeader(std::move(row), record.origin));
            header = std::move(names);
            return {};
        }
        if (row.size() != header.size())
            return failure(ErrorCode::BadInput,
                           record.origin + ": has " + std::to_string(row.size()) + " fields, but the header row has "
                               + std::to_string(header.size()));
        for (std::size_t i = 0; i < row.size(); ++i)
            record.fields[header[i]] = std::move(row[i]);
        return visit(record);
    });
    return stream(file, rows, context, digest);
}

/// Joins the lines between blank lines into records.
class ParagraphCollector
{
public:
    ParagraphCollector(const std::string &name, const Visitor &visit) : m_name(name), m_visit(visit) { }

    [[nodiscard]] Result<void> take(std::string_view line, std::uint64_t number)
    {
        if (isBlank(line))
            return finish();
        if (m_text.empty())
            m_firstLine = number;
        else
            m_text += '\n';
        m_text += line;
        if (m_text.size() > maxRecordBytes)
            return failure(ErrorCode::BadInput,
                           lineOrigin(m_name, m_firstLine) + ": the paragraph that starts here is " + "longer than "
                               + bytesText(maxRecordBytes) + "; separate its parts by blank lines");
        return {};
    }

    [[nodiscard]] Result<void> finish()
    {
        if (m_text.empty())
            return {};
        const Record record{{{"text", std::exchange(m_text, {})}}, lineOrigin(m_name, m_firstLine)};
        return m_visit(record);
    }

private:
    const std::string &m_name;
    const Visitor &m_visit;
    std::string m_text;
    std::uint64_t m_firstLine = 0;
};

Result<void> readParagraphs(const std::filesystem::path &file, const Visitor &visit, const RunContext &context,
                            FileDigest *digest)
{
    const std::string name = file.string();
    ParagraphCollector paragraphs(name, visit);
    LineSplitter lines(name, [&](std::string_view line, std::uint64_t number) -> Result<void> {
        SECATEUR_CHECK(context.checkpoint());
        return paragraphs.take(line, number);
    });
    SECATEUR_CHECK(stream(file, lines, context, digest));
    return paragraphs.finish();
}

Result<void> readRecords(const std::filesystem::path &file, const Visitor &visit, const RunContext &context,
                         FileDigest *digest)
{
    SECATEUR_TRY(kind, kindOf(file));
    switch (kind) {
    case Kind::JsonLines: return readJsonLines(file, visit, context, digest);
    case Kind::Json: return readJson(file, visit, context, digest);
    case Kind::Csv: return readTable(file, ',', visit, context, digest);
    case Kind::Tsv: return readTable(file, '\t', visit, context, digest);
    case Kind::Text: return readParagraphs(file, visit, context, digest);
#ifdef SECATEUR_ARROW
    case Kind::Arrow: return readArrowFile(file, visit, context, digest);
#else
    case Kind::Arrow: break;
#endif
    }
    return failure(ErrorCode::Internal, "a kind of dataset file without a reader");
}

} // namespace

nlohmann::ordered_json orderedFields(const Record &record)
{
    if (record.source.empty())
        return nlohmann::ordered_json(record.fields);
    return nlohmann::ordered_json::parse(record.source, nullptr, false); // which was parsed before, strictly
}

Result<void> forEachRecord(const std::filesystem::path &file, const Visitor &visit, const RunContext &context)
{
    return readRecords(file, visit, context, nullptr);
}

Result<void> forEachRecord(const std::filesystem::path &file, const Visitor &visit, const RunContext &context,
                           FileDigest &digest)
{
    return readRecords(file, visit, context, &digest);
}

} // namespace secateur::data
