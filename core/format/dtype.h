// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "core/base/result.h"

namespace secateur::format {

/// Element types of tensors in model files. The Q types are GGUF's block-quantised ones (ggml-quants.c).
enum class DType {
    Bool,
    U8,
    I8,
    U16,
    I16,
    U32,
    I32,
    U64,
    I64,
    F16,
    BF16,
    F32,
    F64,
    Q4_0,
    Q4_1,
    Q5_0,
    Q5_1,
    Q8_0,
    Q2_K,
    Q3_K,
    Q4_K,
    Q5_K,
    Q6_K,
};

/// "F32", "BF16", "Q4_1": the spelling of the file formats.
[[nodiscard]] std::string_view dtypeName(DType type);
/// From a safetensors header; empty for a type this program does not read.
[[nodiscard]] std::optional<DType> dtypeFromSafetensors(std::string_view name);
/// From a GGUF tensor info; empty for a type this program does not read.
[[nodiscard]] std::optional<DType> dtypeFromGguf(std::uint32_t type);
/// As a GGUF tensor info says it; empty for a type that these files do not have.
[[nodiscard]] std::optional<std::uint32_t> ggufNumber(DType type);

/// The name of a GGUF type that exists but is not read ("IQ4_XS"), so that an error can tell it from nonsense; empty
/// for every other number.
[[nodiscard]] std::string_view unreadGgufType(std::uint32_t type);
/// The same for the names of a safetensors header ("F8_E4M3").
[[nodiscard]] bool isUnreadSafetensorsType(std::string_view name);

/// Weights per block (1 for plain types) and bytes per block.
[[nodiscard]] std::size_t blockElements(DType type);
[[nodiscard]] std::size_t blockBytes(DType type);
/// Bytes of a whole tensor; empty when that is no whole number of blocks or does not fit 64 bits.
[[nodiscard]] std::optional<std::uint64_t> storedBytes(DType type, std::span<const std::uint64_t> shape);
/// True for the types whose values are weights: F16, BF16, F32, F64 and the Q types.
[[nodiscard]] bool isWeightType(DType type);

/// Whole blocks to float32, one rounding per weight, the same bits on every machine (no fused multiply-add where it
/// would change a result: goldens/smollm2/weights_check.json is the reference).
/// `source` must hold exactly the blocks of `target` weights; Internal when it does not, Unsupported for integer types.
[[nodiscard]] Result<void> toFloat32(DType type, std::span<const std::byte> source, std::span<float> target);

/// Float32 back to F32, F16 or BF16, round to nearest even, or to Q8_0 or Q4_0 (quantize.h). Unsupported for other
/// types; Internal when the sizes do not fit.
[[nodiscard]] Result<void> fromFloat32(DType type, std::span<const float> source, std::span<std::byte> target);

} // namespace secateur::format
