// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>

#include "core/format/dtype.h"

namespace secateur::format {

/// Decodes consecutive blocks of one of GGUF's quantised types; the caller has checked both sizes.
using BlockDecoder = void (*)(const std::byte *source, std::size_t blocks, float *target);

/// The decoder of a Q type; null for plain types.
[[nodiscard]] BlockDecoder blockDecoder(DType type);

} // namespace secateur::format
