// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>

#include "core/format/dtype.h"

namespace secateur::format {

/// Encodes consecutive blocks of a quantised type; the caller has checked both sizes.
using BlockEncoder = void (*)(const float *source, std::size_t blocks, std::byte *target);

/// The encoder of Q8_0 and Q4_0 (ggml-quants.c, quantize_row_q8_0_ref and quantize_row_q4_0_ref); null for all other
/// types. In both, 0 stays exactly 0. In Q4_1, Q5_1, Q2_K, Q4_K and Q5_K it does not: their blocks hold multiples of a
/// step less a minimum, which is why no pruned model is written in them.
[[nodiscard]] BlockEncoder blockEncoder(DType type);

} // namespace secateur::format
