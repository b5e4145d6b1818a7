// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/architecture/tensorreading.h"

#include <algorithm>
#include <bit>
#include <memory>

namespace secateur::architecture {

namespace {

constexpr std::uint64_t pieceBytes = 1 << 20;

std::uint64_t rowBytes(format::DType type, std::uint64_t cols)
{
    return cols / format::blockElements(type) * format::blockBytes(type);
}

/// Where row `row` of the checkpoint lies in the file.
std::uint64_t permutedRow(std::uint64_t row, std::uint64_t headDim)
{
    const std::uint64_t within = row % headDim;
    const std::uint64_t half = headDim / 2;
    return row - within + 2 * (within % half) + within / half;
}

std::uint64_t unpermutedRow(std::uint64_t stored, std::uint64_t headDim)
{
    const std::uint64_t within = stored % headDim;
    return stored - within + (within % 2) * (headDim / 2) + within / 2;
}

/// Calls `use(row, bytes)` for the stored rows [first, last), reading them piece by piece.
Result<void> forStoredRows(const RawReader &read, std::uint64_t bytesPerRow, std::uint64_t first, std::uint64_t last,
                           const std::function<Result<void>(std::uint64_t, std::span<const std::byte>)> &use)
{
    const std::uint64_t perPiece = std::max<std::uint64_t>(1, pieceBytes / bytesPerRow);
    const std::uint64_t largest = std::min(perPiece, last - first) * bytesPerRow;
    const auto buffer = std::make_unique_for_overwrite<std::byte[]>(largest);
    for (std::uint64_t row = first; row < last; row += perPiece) {
        const std::uint64_t count = std::min(perPiece, last - row);
        const std::span piece(buffer.get(), count * bytesPerRow);
        SECATEUR_CHECK(read(row * bytesPerRow, piece));
        for (std::uint64_t i = 0; i < count; ++i)
            SECATEUR_CHECK(use(row + i, piece.subspan(i * bytesPerRow, bytesPerRow)));
    }
    return {};
}

} // namespace

Result<void> readRows(const RawReader &read, format::DType type, std::uint64_t cols, std::uint64_t firstRow,
                      std::span<float> target)
{
    if (target.empty())
        return {};
    const std::uint64_t bytesPerRow = rowBytes(type, cols);
    if (type == format::DType::F32 && std::endian::native == std::endian::little)
        return read(firstRow * bytesPerRow, std::as_writable_bytes(target));

    return forStoredRows(read, bytesPerRow, firstRow, firstRow + target.size() / cols,
                         [&](std::uint64_t row, std::span<const std::byte> bytes) {
                             return format::toFloat32(type, bytes, target.subspan((row - firstRow) * cols, cols));
                         });
}

Result<void> readUnpermutedRows(const RawReader &read, format::DType type, std::uint64_t cols, std::uint64_t headDim,
                                std::uint64_t firstRow, std::span<float> target)
{
    if (target.empty())
        return {};
    const std::uint64_t lastRow = firstRow + target.size() / cols;
    // A range of a few rows needs a part of its head only; a longer one is read head by head, each byte once.
    std::uint64_t row = firstRow;
    while (row < lastRow) {
        const std::uint64_t end = std::min(lastRow, row - row % headDim + headDim);
        std::uint64_t first = permutedRow(row, headDim);
        std::uint64_t last = first;
        for (std::uint64_t each = row; each < end; ++each) {
            first = std::min(first, permutedRow(each, headDim));
            last = std::max(last, permutedRow(each, headDim));
        }
        SECATEUR_CHECK(forStoredRows(read, rowBytes(type, cols), first, last + 1,
                                     [&](std::uint64_t stored, std::span<const std::byte> bytes) -> Result<void> {
                                         const std::uint64_t wanted = unpermutedRow(stored, headDim);
                                         if (wanted < row || wanted >= end)
                                             return {};
                                         return format::toFloat32(type, bytes,
                                                                  target.subspan((wanted - firstRow) * cols, cols));
                                     }));
        row = end;
    }
    return {};
}

} // namespace secateur::architecture
