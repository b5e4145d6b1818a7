// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/engine/exportweights.h"

#include <algorithm>
#include <cstring>
#include <functional>
#include <utility>

#include "core/base/file.h"
#include "core/base/system.h"
#include "core/mask/bitmatrix.h"

namespace secateur::engine {

namespace {

using Entry = format::SafetensorsWriter::Entry;

constexpr std::uint64_t pieceBytes = 1 << 20;

struct RowShape {
    std::uint64_t rows = 1;
    std::uint64_t bytes = 0; ///< of one row
};

RowShape rowShape(const Entry &entry)
{
    RowShape shape;
    const std::uint64_t cols = entry.shape.empty() ? 1 : entry.shape.back();
    for (std::size_t i = 0; i + 1 < entry.shape.size(); ++i)
        shape.rows *= entry.shape[i];
    shape.bytes = cols * format::blockBytes(entry.type);
    return shape;
}

std::uint64_t tensorBytes(const Entry &entry)
{
    const RowShape shape = rowShape(entry);
    return shape.rows * shape.bytes;
}

/// Calls `read(firstRow, bytes)` and then `use(firstRow, bytes)` for pieces of whole rows.
using ReadPiece = std::function<Result<void>(std::uint64_t, std::span<std::byte>)>;
Result<void> forPieces(const RowShape &shape, const RunContext &context, const ReadPiece &read, const ReadPiece &use)
{
    if (shape.rows == 0 || shape.bytes == 0)
        return {};
    const std::uint64_t perPiece = std::max<std::uint64_t>(1, pieceBytes / shape.bytes);
    const auto buffer = std::make_unique_for_overwrite<std::byte[]>(std::min(perPiece, shape.rows) * shape.bytes);
    for (std::uint64_t row = 0; row < shape.rows; row += perPiece) {
        SECATEUR_CHECK(context.checkpoint());
        const std::span piece(buffer.get(), std::min(perPiece, shape.rows - row) * shape.bytes);
        SECATEUR_CHECK(read(row, piece));
        SECATEUR_CHECK(use(row, piece));
    }
    return {};
}

/// Puts +0 where the mask is 0 (`kept` null: nowhere) and returns how many zeros the row then has. All weight types
/// write +0 as zero bits, so their width is all that matters; -0 is not counted.
template <typename Word>
std::uint64_t zeroRow(std::span<std::byte> row, const std::uint64_t *kept)
{
    std::uint64_t zeros = 0;
    for (std::size_t col = 0; col < row.size() / sizeof(Word); ++col) {
        Word word;
        std::memcpy(&word, row.data() + col * sizeof(Word), sizeof(Word));
        if (kept && !((kept[col / 64] >> (col % 64)) & 1U)) {
            word = 0;
            std::memcpy(row.data() + col * sizeof(Word), &word, sizeof(Word));
        }
        zeros += word == 0;
    }
    return zeros;
}

std::uint64_t zeroRow(format::DType type, std::span<std::byte> row, const std::uint64_t *kept)
{
    switch (format::blockBytes(type)) {
    case 2: return zeroRow<std::uint16_t>(row, kept);
    case 4: return zeroRow<std::uint32_t>(row, kept);
    default: return zeroRow<std::uint64_t>(row, kept);
    }
}

/// A matrix of the run in the tensor that is being written, which may hold others beside it.
struct MaskedPart {
    architecture::StoredPart part;
    mask::BitMatrix kept;
    ExportedMatrix matrix;
};

/// Puts zeros into stored rows from `firstRow` on.
void maskRows(format::DType type, std::uint64_t bytesPerRow, std::span<std::byte> rows, std::uint64_t firstRow,
              std::vector<MaskedPart> &parts)
{
    for (std::uint64_t offset = 0; offset < rows.size(); offset += bytesPerRow)
        for (auto &[part, kept, matrix] : parts)
            if (const auto row = part.ownRow(firstRow + offset / bytesPerRow))
                matrix.zeros += zeroRow(type, rows.subspan(offset, bytesPerRow), kept.row(*row).data());
}

} // namespace

WeightExporter::WeightExporter(const ExportSource &source, const architecture::ModelArchive &model,
                               const ExportMasks &masks, std::filesystem::path folder)
    : m_source(source), m_model(model), m_masks(masks), m_folder(std::move(folder)), m_shards(source.shards())
{
    for (const auto &sublayer : masks.matrices)
        m_pruned.emplace(tensorName(sublayer.id), sublayer);
    for (const auto &shard : m_shards)
        for (const auto &entry : shard.entries)
            m_total += tensorBytes(entry);
}

Result<void> WeightExporter::write(const RunContext &context)
{
    SECATEUR_TRY(available, freeSpace(m_folder));
    if (m_total > available)
        return failure(ErrorCode::OutOfDisk,
                       m_folder.string() + ": the sub-model needs " + bytesText(m_total) + ", but only "
                           + bytesText(available) + " are free there");
    for (const auto &shard : m_shards)
        SECATEUR_CHECK(writeShard(shard, context));
    SECATEUR_CHECK(m_source.writeIndex(m_folder));
    if (m_matrices.size() != m_pruned.size())
        return failure(ErrorCode::Conflict,
                       m_model.path().string() + ": has " + std::to_string(m_matrices.size()) + " of the "
                           + std::to_string(m_pruned.size()) + " matrices of the run");
    return {};
}

Result<void> WeightExporter::writeShard(const ExportSource::Shard &shard, const RunContext &context)
{
    SECATEUR_TRY(writer,
                 format::SafetensorsWriter::create(m_folder / shard.fileName, shard.entries, shard.metadata,
                                                   m_model.weightFiles()));
    for (const auto &entry : shard.entries) {
        SECATEUR_CHECK(writeTensor(entry, writer, context));
        m_done += tensorBytes(entry);
        context.report({"export", m_done, m_total, "bytes"});
    }
    return writer.commit();
}

Result<void> WeightExporter::writeTensor(const Entry &entry, format::SafetensorsWriter &writer,
                                         const RunContext &context)
{
    std::vector<MaskedPart> masked;
    for (auto &part : m_model.storedParts(entry.name)) {
        const auto found = m_pruned.find(part.tensor);
        if (found == m_pruned.end())
            continue;
        const auto &info = found->second;
        SECATEUR_TRY(kept, m_masks.mask(info.id));
        const ExportedMatrix matrix{info.id, kept.rows(), kept.cols(), kept.size() - kept.count(), 0, info.alpha};
        if (part.shape != std::vector<std::uint64_t>{matrix.rows, matrix.cols})
            return failure(ErrorCode::Conflict,
                           m_model.path().string() + ": tensor " + part.tensor
                               + " has another shape than the run's mask");
        masked.push_back({std::move(part), std::move(kept), matrix});
    }
    const RowShape shape = rowShape(entry);
    SECATEUR_CHECK(forPieces(
        shape, context,
        [&](std::uint64_t row, std::span<std::byte> bytes) { return m_source.readRows(entry, row, bytes); },
        [&](std::uint64_t row, std::span<std::byte> bytes) {
            maskRows(entry.type, shape.bytes, bytes, row, masked);
            return writer.append(bytes);
        }));
    for (auto &one : masked)
        m_matrices.push_back(std::move(one.matrix));
    return {};
}

Result<void> WeightExporter::verify(const RunContext &context) const
{
    SECATEUR_TRY(written, architecture::ModelArchive::open(m_folder));
    std::uint64_t done = 0;
    for (const auto &matrix : m_matrices) {
        const std::string name = tensorName(matrix.id);
        const auto *tensor = written->find(name);
        if (!tensor)
            return failure(ErrorCode::Internal, m_folder.string() + ": tensor " + name + " was not written");
        const RowShape shape = rowShape({name, tensor->type, tensor->shape});
        std::uint64_t zeros = 0;
        SECATEUR_CHECK(forPieces(
            shape, context,
            [&](std::uint64_t row, std::span<std::byte> bytes) {
                return written->readRaw(name, row * shape.bytes, bytes);
            },
            [&](std::uint64_t, std::span<std::byte> bytes) -> Result<void> {
                zeros += zeroRow(tensor->type, bytes, nullptr);
                return {};
            }));
        if (zeros != matrix.zeros || zeros < matrix.pruned)
            return failure(ErrorCode::Internal,
                           m_folder.string() + ": tensor " + name + " was read back with " + std::to_string(zeros)
                               + " zeros instead of " + std::to_string(matrix.zeros)
                               + "; the disk may be damaged, export to another one");
        context.report({"verify", ++done, m_matrices.size(), "tensors"});
    }
    return {};
}

} // namespace secateur::engine
