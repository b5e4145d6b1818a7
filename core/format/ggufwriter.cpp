// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/format/ggufwriter.h"

#include <algorithm>
#include <array>
#include <set>

#include "core/format/names.h"
#include "core/format/newfile.h"

namespace secateur::format {

namespace {

constexpr std::uint64_t alignment = 32; // gguf.md: what readers assume without general.alignment
constexpr std::size_t longestName = 63;
constexpr std::size_t mostDimensions = 4;

/// gguf.md, enum gguf_metadata_value_type.
enum ValueType : std::uint32_t { U32 = 4, I32 = 5, F32 = 6, Bool = 7, String = 8, Array = 9 };

constexpr std::uint64_t aligned(std::uint64_t bytes)
{
    return (bytes + alignment - 1) / alignment * alignment;
}

template <typename T>
void appendRaw(std::string &bytes, T value)
{
    bytes.append(reinterpret_cast<const char *>(&value), sizeof value); // both are little-endian
}

void appendRawText(std::string &bytes, std::string_view text)
{
    appendRaw(bytes, std::uint64_t(text.size()));
    bytes.append(text);
}

Result<std::uint64_t> sizeOf(const GgufWriter::Entry &entry)
{
    const auto bytes = storedBytes(entry.type, entry.shape);
    if (entry.name.empty() || entry.name.size() > longestName || entry.shape.empty()
        || entry.shape.size() > mostDimensions || !ggufNumber(entry.type) || !bytes
        || entry.shape.back() % blockElements(entry.type) != 0)
        return failure(ErrorCode::InvalidArgument,
                       "tensor " + inQuotes(entry.name) + " cannot be written as " + std::string(dtypeName(entry.type))
                           + " into a GGUF file");
    return *bytes;
}

} // namespace

void GgufMetadata::begin(std::string_view key, std::uint32_t type)
{
    appendText(key);
    append(type);
    ++m_count;
}

void GgufMetadata::beginArray(std::string_view key, std::uint32_t type, std::uint64_t length)
{
    begin(key, Array);
    append(type);
    append(length);
}

template <typename T>
void GgufMetadata::append(T value)
{
    appendRaw(m_bytes, value);
}

void GgufMetadata::appendText(std::string_view text)
{
    appendRawText(m_bytes, text);
}

void GgufMetadata::add(std::string_view key, std::uint32_t value)
{
    begin(key, U32);
    append(value);
}

void GgufMetadata::add(std::string_view key, float value)
{
    begin(key, F32);
    append(value);
}

void GgufMetadata::add(std::string_view key, bool value)
{
    begin(key, Bool);
    append(std::uint8_t(value ? 1 : 0));
}

void GgufMetadata::add(std::string_view key, std::string_view value)
{
    begin(key, String);
    appendText(value);
}

void GgufMetadata::add(std::string_view key, const std::vector<std::string> &values)
{
    beginArray(key, String, values.size());
    for (const auto &value : values)
        appendText(value);
}

void GgufMetadata::add(std::string_view key, const std::vector<std::int32_t> &values)
{
    beginArray(key, I32, values.size());
    for (const auto value : values)
        append(value);
}

void GgufMetadata::add(std::string_view key, const std::vector<float> &values)
{
    beginArray(key, F32, values.size());
    for (const auto value : values)
        append(value);
}

Result<GgufWriter> GgufWriter::create(const std::filesystem::path &path, const GgufMetadata &metadata,
                                      const std::vector<Entry> &entries,
                                      const std::vector<std::filesystem::path> &sources)
{
    std::string front = "GGUF";
    appendRaw(front, std::uint32_t(3));
    appendRaw(front, std::uint64_t(entries.size()));
    appendRaw(front, metadata.count());
    front += metadata.bytes();
    std::vector<std::uint64_t> sizes;
    std::set<std::string_view> names;
    std::uint64_t offset = 0;
    for (const auto &entry : entries) {
        SECATEUR_TRY(bytes, sizeOf(entry));
        if (!names.insert(entry.name).second)
            return failure(ErrorCode::InvalidArgument, "tensor " + inQuotes(entry.name) + ": is named twice");
        appendRawText(front, entry.name);
        appendRaw(front, std::uint32_t(entry.shape.size()));
        for (auto extent = entry.shape.rbegin(); extent != entry.shape.rend(); ++extent) // the fastest one first
            appendRaw(front, *extent);
        appendRaw(front, *ggufNumber(entry.type));
        appendRaw(front, offset);
        offset += aligned(bytes);
        sizes.push_back(bytes);
    }
    front.resize(aligned(front.size()), '\0');

    SECATEUR_TRY(file, createNewFile(path, front.size() + offset, sources));
    SECATEUR_CHECK(file.write(front));
    GgufWriter writer(std::move(file));
    writer.m_sizes = std::move(sizes);
    writer.m_fileBytes = front.size() + offset;
    return writer;
}

/// Fills up behind every entry that is complete.
Result<void> GgufWriter::finishEntries()
{
    constexpr std::array<std::byte, alignment> zeros{};
    while (m_current < m_sizes.size() && m_written == m_sizes[m_current]) {
        SECATEUR_CHECK(m_file.write(std::span(zeros).first(aligned(m_written) - m_written)));
        ++m_current;
        m_written = 0;
    }
    return {};
}

Result<void> GgufWriter::append(std::span<const std::byte> bytes)
{
    while (!bytes.empty()) {
        if (m_current == m_sizes.size())
            return failure(ErrorCode::Internal, "more bytes were written than the tensors of the file have");
        const auto part = bytes.first(std::min<std::uint64_t>(bytes.size(), m_sizes[m_current] - m_written));
        SECATEUR_CHECK(m_file.write(part));
        m_written += part.size();
        bytes = bytes.subspan(part.size());
        SECATEUR_CHECK(finishEntries());
    }
    return {};
}

Result<void> GgufWriter::commit()
{
    if (m_current != m_sizes.size())
        return failure(ErrorCode::Internal,
                       std::to_string(m_sizes.size() - m_current) + " tensors of the file were not written whole");
    return m_file.commit();
}

} // namespace secateur::format
