// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/store/hdf5session.h"

namespace secateur::store {

/// Reads a whole dataset of exactly this shape and little-endian type (u8, f32, f64, u64). Before memory is allocated
/// or data is touched: the layout is chunked (so neither external nor virtual), the filters are deflate, shuffle and
/// fletcher32, all chunks are there and of sensible size, and a large shape is backed by stored bytes. Used inside a
/// Hdf5Session. BadInput says what is wrong with `where`.
[[nodiscard]] Result<std::vector<std::uint8_t>> readBytes(Hdf5Id dataset, std::uint64_t rows, std::uint64_t cols,
                                                          const std::string &where);
[[nodiscard]] Result<std::vector<float>> readFloats(Hdf5Id dataset, std::uint64_t size, const std::string &where);
[[nodiscard]] Result<std::vector<double>> readDoubles(Hdf5Id dataset, std::uint64_t size, const std::string &where);
[[nodiscard]] Result<std::vector<std::uint64_t>> readWords(Hdf5Id dataset, std::uint64_t size,
                                                           const std::string &where);

} // namespace secateur::store
