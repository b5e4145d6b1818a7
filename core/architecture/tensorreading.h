// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>

#include "core/base/result.h"
#include "core/format/dtype.h"

namespace secateur::architecture {

/// Stored bytes of one tensor, from an offset within it.
using RawReader = std::function<Result<void>(std::uint64_t, std::span<std::byte>)>;

/// Rows [firstRow, firstRow + target.size() / cols) as float32. Reads about 1 MiB at a time, so that no second copy of
/// the rows exists; float32 goes straight to its place. The caller has checked the range.
[[nodiscard]] Result<void> readRows(const RawReader &read, format::DType type, std::uint64_t cols,
                                    std::uint64_t firstRow, std::span<float> target);

/// The same for a matrix whose rows GGUF keeps interleaved within each head: row 2i + s of a head there is row
/// s * headDim / 2 + i of the checkpoint (llama.cpp convert_hf_to_gguf.py, LlamaModel.permute). Rows are the
/// checkpoint's.
[[nodiscard]] Result<void> readUnpermutedRows(const RawReader &read, format::DType type, std::uint64_t cols,
                                              std::uint64_t headDim, std::uint64_t firstRow, std::span<float> target);

} // namespace secateur::architecture
