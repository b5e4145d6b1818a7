// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/arrowfile.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include <arrow/api.h>
#include <arrow/io/file.h>
#include <arrow/ipc/reader.h>
#include <parquet/arrow/reader.h>
#include <parquet/exception.h>

#include "core/base/file.h"
#include "core/base/sha256.h"
#include "core/base/system.h"
#include "core/data/utf8.h"

namespace secateur::data {

namespace {

namespace fs = std::filesystem;
using arrow::Type;
using nlohmann::json;
using Visitor = std::function<Result<void>(const Record &)>;

constexpr std::int64_t mostMemory = std::int64_t(2) << 30; ///< of Arrow's buffers
constexpr std::int64_t rowsAtATime = 64; ///< of Parquet, whose rows may each have maxRecordBytes
constexpr std::size_t valueBytes = 16; ///< counted for each value of a record, beside its text
constexpr int deepestType = 32;

enum class Format { Parquet, File, Stream };

std::optional<Format> formatOf(std::string_view begin)
{
    if (begin.starts_with("PAR1"))
        return Format::Parquet;
    if (begin.starts_with("ARROW1"))
        return Format::File;
    if (begin.starts_with("\xff\xff\xff\xff")) // the mark before each message of a stream
        return Format::Stream;
    return std::nullopt;
}

Result<std::optional<Format>> formatOfFile(const fs::path &path)
{
    SECATEUR_TRY(file, ReadFile::open(path));
    std::array<char, 8> begin{};
    if (file.size() < begin.size())
        return std::optional<Format>();
    SECATEUR_CHECK(file.readAt(0, std::as_writable_bytes(std::span(begin))));
    return formatOf(std::string_view(begin.data(), begin.size()));
}

tl::unexpected<Error> refuse(const fs::path &file, const std::string &problem)
{
    return failure(ErrorCode::BadInput, file.string() + ": " + problem);
}

/// The beginning of a text of Arrow's, which may hold bytes of the file.
std::string plain(const std::string &message)
{
    constexpr std::size_t most = 300;
    std::string text = message.substr(0, std::min(message.find('\n'), most));
    std::ranges::replace_if(
        text, [](char c) { return c < ' ' || c > '~'; }, '?');
    return text;
}

tl::unexpected<Error> damaged(const fs::path &file, const std::string &message)
{
    return refuse(file, "is damaged or cut, or holds what cannot be read (" + plain(message) + ")");
}

Result<void> checkType(const arrow::DataType &type, const std::string &column, const fs::path &file, int depth = 0)
{
    if (firstInvalidUtf8(column))
        return refuse(file, "a column has a name that is not UTF-8");
    if (depth > deepestType)
        return refuse(file, "column \"" + column + "\" is nested too deeply");
    switch (type.id()) {
    case Type::NA:
    case Type::BOOL:
    case Type::INT8:
    case Type::INT16:
    case Type::INT32:
    case Type::INT64:
    case Type::UINT8:
    case Type::UINT16:
    case Type::UINT32:
    case Type::UINT64:
    case Type::FLOAT:
    case Type::DOUBLE:
    case Type::STRING:
    case Type::LARGE_STRING:
    case Type::DATE32:
    case Type::TIMESTAMP: return {};
    case Type::DICTIONARY:
        return checkType(*static_cast<const arrow::DictionaryType &>(type).value_type(), column, file, depth + 1);
    case Type::LIST:
    case Type::LARGE_LIST:
    case Type::FIXED_SIZE_LIST: return checkType(*type.field(0)->type(), column + "[]", file, depth + 1);
    case Type::STRUCT:
        for (const auto &field : type.fields())
            SECATEUR_CHECK(checkType(*field->type(), column + "." + field->name(), file, depth + 1));
        return {};
    default:
        return refuse(
            file,
            "column \"" + column + "\" is of type " + plain(type.ToString())
                + ", which is not read; texts, numbers, bool, times, lists and structs of them are. Leave the "
                  "column out");
    }
}

Result<void> checkSchema(const arrow::Schema &schema, const fs::path &file)
{
    std::set<std::string> seen;
    for (const auto &field : schema.fields()) {
        if (!seen.insert(field->name()).second)
            return refuse(file, "two columns are called \"" + field->name() + "\"");
        SECATEUR_CHECK(checkType(*field->type(), field->name(), file));
    }
    return {};
}

std::string padded(std::int64_t number, std::size_t digits)
{
    std::string text = std::to_string(number);
    text.insert(0, digits - std::min(digits, text.size()), '0');
    return text;
}

/// "2021-03-01"; empty outside of the years that four digits write.
std::string dayText(std::int64_t days)
{
    constexpr std::int64_t yearOne = -719'162;
    constexpr std::int64_t yearTenThousand = 2'932'897;
    if (days < yearOne || days >= yearTenThousand)
        return {};
    const std::chrono::year_month_day day{std::chrono::sys_days(std::chrono::days(days))};
    return padded(int(day.year()), 4) + "-" + padded(unsigned(day.month()), 2) + "-" + padded(unsigned(day.day()), 2);
}

json timeValue(std::int64_t value, const arrow::TimestampType &type)
{
    constexpr std::array<std::int64_t, 4> units = {1, 1'000, 1'000'000, 1'000'000'000}; // s, ms, us, ns
    const auto power = std::size_t(type.unit());
    const std::int64_t unit = units.at(power);
    const auto floored = [](std::int64_t a, std::int64_t b) { return a / b - (a % b < 0 ? 1 : 0); };
    const std::int64_t seconds = floored(value, unit);
    const std::int64_t days = floored(seconds, 86'400);
    const std::string day = dayText(days);
    if (day.empty())
        return value;
    const std::int64_t time = seconds - days * 86'400;
    std::string text =
        day + "T" + padded(time / 3600, 2) + ":" + padded(time / 60 % 60, 2) + ":" + padded(time % 60, 2);
    if (const std::int64_t rest = (value % unit + unit) % unit; rest != 0) {
        text += "." + padded(rest, 3 * power);
        text.erase(text.find_last_not_of('0') + 1);
    }
    return text + (type.timezone().empty() ? "" : "Z");
}

template <typename Array>
auto valueOf(const arrow::Array &array, std::int64_t row)
{
    return static_cast<const Array &>(array).Value(row);
}

/// Makes JSON of the rows of validated batches, and stops short where a record is too large.
class RowReader
{
public:
    [[nodiscard]] json row(const arrow::RecordBatch &batch, std::int64_t row)
    {
        m_bytes = valueBytes;
        json fields = json::object();
        for (int i = 0; i < batch.num_columns() && !isTooLarge(); ++i)
            fields[batch.column_name(i)] = value(*batch.column(i), row);
        m_allBytes += m_bytes;
        return fields;
    }
    [[nodiscard]] bool isTooLarge() const { return m_bytes > maxRecordBytes; }
    [[nodiscard]] bool areTooMany() const { return m_allBytes > maxTextBytes; } ///< few bytes can stand for many rows

private:
    [[nodiscard]] json value(const arrow::Array &array, std::int64_t row)
    {
        m_bytes += valueBytes;
        if (array.IsNull(row))
            return nullptr;
        switch (array.type_id()) {
        case Type::BOOL: return valueOf<arrow::BooleanArray>(array, row);
        case Type::INT8: return valueOf<arrow::Int8Array>(array, row);
        case Type::INT16: return valueOf<arrow::Int16Array>(array, row);
        case Type::INT32: return valueOf<arrow::Int32Array>(array, row);
        case Type::INT64: return valueOf<arrow::Int64Array>(array, row);
        case Type::UINT8: return valueOf<arrow::UInt8Array>(array, row);
        case Type::UINT16: return valueOf<arrow::UInt16Array>(array, row);
        case Type::UINT32: return valueOf<arrow::UInt32Array>(array, row);
        case Type::UINT64: return valueOf<arrow::UInt64Array>(array, row);
        case Type::FLOAT: return valueOf<arrow::FloatArray>(array, row);
        case Type::DOUBLE: return valueOf<arrow::DoubleArray>(array, row);
        case Type::STRING: return text(static_cast<const arrow::StringArray &>(array).GetView(row));
        case Type::LARGE_STRING: return text(static_cast<const arrow::LargeStringArray &>(array).GetView(row));
        case Type::DATE32: return dayText(valueOf<arrow::Date32Array>(array, row));
        case Type::TIMESTAMP:
            return timeValue(valueOf<arrow::TimestampArray>(array, row),
                             static_cast<const arrow::TimestampType &>(*array.type()));
        case Type::DICTIONARY: {
            const auto &entries = static_cast<const arrow::DictionaryArray &>(array);
            return value(*entries.dictionary(), entries.GetValueIndex(row));
        }
        case Type::LIST: return list(static_cast<const arrow::ListArray &>(array), row);
        case Type::LARGE_LIST: return list(static_cast<const arrow::LargeListArray &>(array), row);
        case Type::FIXED_SIZE_LIST: return list(static_cast<const arrow::FixedSizeListArray &>(array), row);
        case Type::STRUCT: return object(static_cast<const arrow::StructArray &>(array), row);
        default: return nullptr; // refused by checkSchema()
        }
    }

    [[nodiscard]] json text(std::string_view view)
    {
        m_bytes += view.size();
        return isTooLarge() ? json() : json(view);
    }

    template <typename List>
    [[nodiscard]] json list(const List &array, std::int64_t row)
    {
        json elements = json::array();
        const std::int64_t begin = array.value_offset(row);
        for (std::int64_t i = 0; i < array.value_length(row) && !isTooLarge(); ++i)
            elements.push_back(value(*array.values(), begin + i));
        return elements;
    }

    [[nodiscard]] json object(const arrow::StructArray &array, std::int64_t row)
    {
        json fields = json::object();
        for (int i = 0; i < array.num_fields() && !isTooLarge(); ++i)
            fields[array.type()->field(i)->name()] = value(*array.field(i), row);
        return fields;
    }

    std::size_t m_bytes = 0; ///< of the record
    std::uint64_t m_allBytes = 0;
};

/// For all files and for good: Arrow's own threads may let go of a buffer after the reader that asked for it is gone.
arrow::MemoryPool &memory()
{
    static auto &pool = *new arrow::CappedMemoryPool(arrow::default_memory_pool(), mostMemory);
    return pool;
}

/// The batches of a file of any format, one after another.
class Batches
{
public:
    [[nodiscard]] arrow::Status open(const fs::path &file, Format format)
    {
        ARROW_ASSIGN_OR_RAISE(auto input, arrow::io::ReadableFile::Open(file.string(), &memory()));
        auto options = arrow::ipc::IpcReadOptions::Defaults();
        options.memory_pool = &memory();
        options.max_recursion_depth = deepestType;
        options.use_threads = false;
        if (format == Format::Parquet)
            return openParquet(std::move(input));
        if (format == Format::Stream)
            return arrow::ipc::RecordBatchStreamReader::Open(std::move(input), options).Value(&m_stream);
        return arrow::ipc::RecordBatchFileReader::Open(std::move(input), options).Value(&m_file);
    }
    [[nodiscard]] std::shared_ptr<arrow::Schema> schema() const
    {
        return m_file ? m_file->schema() : m_stream->schema();
    }
    /// Null at the end.
    [[nodiscard]] arrow::Result<std::shared_ptr<arrow::RecordBatch>> next()
    {
        if (!m_file)
            return m_stream->Next();
        if (m_next == m_file->num_record_batches())
            return nullptr;
        return m_file->ReadRecordBatch(m_next++);
    }

private:
    [[nodiscard]] arrow::Status openParquet(std::shared_ptr<arrow::io::RandomAccessFile> input)
    {
        parquet::ReaderProperties properties(&memory());
        properties.enable_buffered_stream(); // a page at a time, not a whole column of a row group
        parquet::ArrowReaderProperties arrowProperties(false);
        arrowProperties.set_batch_size(rowsAtATime);
        arrowProperties.set_pre_buffer(false);
        parquet::arrow::FileReaderBuilder builder;
        ARROW_RETURN_NOT_OK(builder.Open(std::move(input), properties));
        ARROW_RETURN_NOT_OK(builder.memory_pool(&memory())->properties(arrowProperties)->Build(&m_parquet));
        return m_parquet->GetRecordBatchReader().Value(&m_stream);
    }

    std::unique_ptr<parquet::arrow::FileReader> m_parquet;
    std::shared_ptr<arrow::RecordBatchReader> m_stream; ///< this or
    std::shared_ptr<arrow::ipc::RecordBatchFileReader> m_file;
    int m_next = 0;
};

Result<void> visitBatch(const arrow::RecordBatch &batch, RowReader &rows, const fs::path &file, std::uint64_t &number,
                        const Visitor &visit, const RunContext &context)
{
    for (std::int64_t row = 0; row < batch.num_rows(); ++row) {
        SECATEUR_CHECK(context.checkpoint());
        Record record{rows.row(batch, row), file.string() + ", record " + std::to_string(++number)};
        if (rows.isTooLarge())
            return failure(ErrorCode::BadInput, record.origin + ": is longer than " + bytesText(maxRecordBytes));
        if (rows.areTooMany())
            return refuse(file, "holds more than " + bytesText(maxTextBytes));
        SECATEUR_CHECK(visit(record));
    }
    return {};
}

Result<void> visitAll(const fs::path &file, Format format, const Visitor &visit, const RunContext &context)
{
    Batches batches;
    if (const auto opened = batches.open(file, format); !opened.ok())
        return damaged(file, opened.message());
    SECATEUR_CHECK(checkSchema(*batches.schema(), file));
    RowReader rows;
    for (std::uint64_t number = 0;;) {
        SECATEUR_CHECK(context.checkpoint());
        const auto batch = batches.next();
        if (!batch.ok())
            return damaged(file, batch.status().message());
        if (!*batch)
            return {};
        // What the file says of offsets, indices and UTF-8 is not to be believed.
        if (const auto valid = (*batch)->ValidateFull(); !valid.ok())
            return damaged(file, valid.message());
        SECATEUR_CHECK(visitBatch(**batch, rows, file, number, visit, context));
    }
}

} // namespace

bool isArrowFile(const fs::path &file)
{
    const auto format = formatOfFile(file);
    return format && *format;
}

Result<void> readArrowFile(const fs::path &file, const Visitor &visit, const RunContext &context, FileDigest *digest)
{
    SECATEUR_TRY(format, formatOfFile(file));
    if (!format)
        return refuse(file, "begins neither as a Parquet file nor as one of Arrow");
    if (digest) {
        SECATEUR_TRY(opened, ReadFile::open(file));
        SECATEUR_TRY(sha256, sha256File(file, context));
        *digest = {opened.size(), sha256};
    }
    try {
        return visitAll(file, *format, visit, context);
    } catch (const parquet::ParquetException &error) { // where it is not turned into a status
        return damaged(file, error.what());
    }
}

} // namespace secateur::data
