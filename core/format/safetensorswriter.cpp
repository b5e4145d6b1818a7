// SPDX-License-Identifier: GPL-3.0-or-later
#include <limits>
#include <set>

#include <nlohmann/json.hpp>

#include "core/format/bytes.h"
#include "core/format/names.h"
#include "core/format/newfile.h"
#include "core/format/safetensors.h"
#include "core/format/safetensorsheader.h"

namespace secateur::format {

namespace {

struct Layout {
    std::string header; ///< with its length in front
    std::uint64_t dataBytes = 0;
};

Result<std::string> metadataText(const std::map<std::string, std::string> &metadata)
{
    for (const auto &[key, value] : metadata) {
        if (!isUtf8(key) || !isUtf8(value))
            return failure(ErrorCode::InvalidArgument, "a metadata text is not UTF-8");
    }
    return nlohmann::json(metadata).dump();
}

/// The entry's part of the header; adds its size to `end`, where its data begins.
Result<std::string> entryText(const SafetensorsWriter::Entry &entry, std::uint64_t &end)
{
    if (const auto problem = nameProblem(entry.name); !problem.empty() || entry.name == "__metadata__")
        return failure(ErrorCode::InvalidArgument,
                       "a tensor's name " + (problem.empty() ? "is __metadata__" : std::string(problem)));
    if (!dtypeFromSafetensors(dtypeName(entry.type)))
        return failure(ErrorCode::InvalidArgument,
                       "tensor " + inQuotes(entry.name) + ": safetensors files have no "
                           + std::string(dtypeName(entry.type)));
    const auto bytes = storedBytes(entry.type, entry.shape);
    if (!bytes || *bytes > std::uint64_t(std::numeric_limits<std::int64_t>::max()) - end)
        return failure(ErrorCode::InvalidArgument, "tensor " + inQuotes(entry.name) + ": is too large");
    const std::uint64_t begin = end;
    end += *bytes;
    return nlohmann::json(entry.name).dump() + ":{\"dtype\":\"" + std::string(dtypeName(entry.type))
        + "\",\"shape\":" + nlohmann::json(entry.shape).dump() + ",\"data_offsets\":[" + std::to_string(begin) + ","
        + std::to_string(end) + "]}";
}

Result<Layout> layOut(const std::vector<SafetensorsWriter::Entry> &entries,
                      const std::map<std::string, std::string> &metadata)
{
    Layout layout;
    std::string json = "{";
    if (!metadata.empty()) {
        SECATEUR_TRY(text, metadataText(metadata));
        json += "\"__metadata__\":" + text;
    }
    std::set<std::string_view> names;
    for (const auto &entry : entries) {
        SECATEUR_TRY(text, entryText(entry, layout.dataBytes));
        if (!names.insert(entry.name).second)
            return failure(ErrorCode::InvalidArgument, "tensor " + inQuotes(entry.name) + ": is named twice");
        if (json.size() > 1)
            json += ',';
        json += text;
    }
    json += '}';
    // Padded to whole 8 bytes, so that the data starts aligned.
    json.resize((json.size() + 7) / 8 * 8, ' ');
    if (json.size() > kMaxSafetensorsHeader)
        return failure(ErrorCode::InvalidArgument, "the names of all tensors take more than the 100 MB of a header");
    const std::uint64_t length = json.size();
    layout.header.assign(reinterpret_cast<const char *>(&length), sizeof(length));
    layout.header += json;
    return layout;
}

} // namespace

Result<SafetensorsWriter> SafetensorsWriter::create(const std::filesystem::path &path,
                                                    const std::vector<Entry> &entries,
                                                    const std::map<std::string, std::string> &metadata,
                                                    const std::vector<std::filesystem::path> &sources)
{
    auto laidOut = layOut(entries, metadata);
    if (!laidOut)
        return tl::make_unexpected(withContext(std::move(laidOut).error(), path.string()));
    SECATEUR_TRY(file, createNewFile(path, laidOut->header.size() + laidOut->dataBytes, sources));
    SECATEUR_CHECK(file.write(laidOut->header));
    SafetensorsWriter writer(std::move(file));
    writer.m_headerBytes = laidOut->header.size();
    writer.m_dataBytes = laidOut->dataBytes;
    return writer;
}

Result<void> SafetensorsWriter::append(std::span<const std::byte> bytes)
{
    if (bytes.size() > m_dataBytes - m_written)
        return failure(ErrorCode::Internal, "more bytes were written than the tensors of the header have");
    SECATEUR_CHECK(m_file.write(bytes));
    m_written += bytes.size();
    return {};
}

Result<void> SafetensorsWriter::commit()
{
    if (m_written != m_dataBytes)
        return failure(ErrorCode::Internal,
                       std::to_string(m_dataBytes - m_written) + " bytes of the header's tensors were not written");
    return m_file.commit();
}

} // namespace secateur::format
