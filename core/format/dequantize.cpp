// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/format/dequantize.h"

#include <array>

#include "core/format/bytes.h"
#include "core/format/half.h"

/// The block layouts of ggml (dequantize_row_* in ggml-quants.c). Scale times quant is exact in float32 for all of
/// them (11-bit significand of the scale, at most 7 bits of sub-scale and 6 of quant), so that one rounding is left, in
/// the subtraction or addition of the minimum, and the bits do not depend on the machine.

namespace secateur::format {

namespace {

constexpr std::size_t kSmallBlock = 32;
constexpr std::size_t kSuperBlock = 256;

/// Blocks are copied before decoding: bytes may alias floats, and the compiler would not vectorise the loops.
template <std::size_t n>
[[nodiscard]] inline std::array<std::uint8_t, n> take(const std::byte *source)
{
    std::array<std::uint8_t, n> bytes;
    std::memcpy(bytes.data(), source, n);
    return bytes;
}

[[nodiscard]] inline float halfAt(const std::byte *source)
{
    return halfToFloat(loadAs<std::uint16_t>(source));
}

void decodeQ8_0(const std::byte *block, float *out)
{
    const float d = halfAt(block);
    const auto quants = take<kSmallBlock>(block + 2);
    for (std::size_t i = 0; i < kSmallBlock; ++i)
        out[i] = d * float(std::int8_t(quants[i]));
}

void decodeQ4_0(const std::byte *block, float *out)
{
    const float d = halfAt(block);
    const auto quants = take<16>(block + 2);
    for (std::size_t i = 0; i < 16; ++i) {
        out[i] = d * float(int(quants[i] & 15) - 8);
        out[i + 16] = d * float(int(quants[i] >> 4) - 8);
    }
}

void decodeQ4_1(const std::byte *block, float *out)
{
    const float d = halfAt(block);
    const float m = halfAt(block + 2);
    const auto quants = take<16>(block + 4);
    for (std::size_t i = 0; i < 16; ++i) {
        out[i] = d * float(int(quants[i] & 15)) + m;
        out[i + 16] = d * float(int(quants[i] >> 4)) + m;
    }
}

/// The 32 quants of 5 bits of Q5_0 and Q5_1: 32 high bits, then 16 bytes of low nibbles.
[[nodiscard]] inline std::array<int, kSmallBlock> fiveBitQuants(const std::byte *source)
{
    const auto high = loadAs<std::uint32_t>(source);
    const auto low = take<16>(source + 4);
    std::array<int, kSmallBlock> quants;
    for (std::size_t i = 0; i < 16; ++i) {
        quants[i] = int((low[i] & 15u) | (((high >> i) & 1u) << 4));
        quants[i + 16] = int((low[i] >> 4) | (((high >> (i + 16)) & 1u) << 4));
    }
    return quants;
}

void decodeQ5_0(const std::byte *block, float *out)
{
    const float d = halfAt(block);
    const auto quants = fiveBitQuants(block + 2);
    for (std::size_t i = 0; i < kSmallBlock; ++i)
        out[i] = d * float(quants[i] - 16);
}

void decodeQ5_1(const std::byte *block, float *out)
{
    const float d = halfAt(block);
    const float m = halfAt(block + 2);
    const auto quants = fiveBitQuants(block + 4);
    for (std::size_t i = 0; i < kSmallBlock; ++i)
        out[i] = d * float(quants[i]) + m;
}

/// 16 groups of 16: scale and minimum in 4 bits each; quants of 2 bits, four groups of 32 in the same 32 bytes.
void decodeQ2_K(const std::byte *block, float *out)
{
    const auto scales = take<16>(block);
    const auto quants = take<64>(block + 16);
    const float d = halfAt(block + 80);
    const float dmin = halfAt(block + 82);
    for (std::size_t group = 0; group < 16; ++group) {
        const float scale = d * float(int(scales[group] & 15));
        const float minimum = dmin * float(int(scales[group] >> 4));
        const std::size_t first = group / 8 * 32 + group % 2 * 16;
        const int shift = int(group % 8 / 2 * 2);
        for (std::size_t i = 0; i < 16; ++i)
            out[group * 16 + i] = scale * float(int((quants[first + i] >> shift) & 3)) - minimum;
    }
}

/// Q3_K's 16 scales of 6 bits: the low nibbles in bytes 0 to 7, the upper two bits in bytes 8 to 11.
[[nodiscard]] inline int scaleOfQ3_K(const std::array<std::uint8_t, 12> &packed, std::size_t group)
{
    const unsigned low = (packed[group % 8] >> (group / 8 * 4)) & 15u;
    const unsigned high = (packed[8 + group % 4] >> (group / 4 * 2)) & 3u;
    return int(low | (high << 4)) - 32;
}

/// As Q2_K with a third bit in a mask of its own, where a cleared bit means minus 4; no minimum.
void decodeQ3_K(const std::byte *block, float *out)
{
    const auto mask = take<32>(block);
    const auto quants = take<64>(block + 32);
    const auto scales = take<12>(block + 96);
    const float d = halfAt(block + 108);
    for (std::size_t group = 0; group < 16; ++group) {
        const float scale = d * float(scaleOfQ3_K(scales, group));
        const std::size_t column = group % 2 * 16;
        const std::size_t first = group / 8 * 32 + column;
        const int shift = int(group % 8 / 2 * 2);
        const int bit = int(group / 2);
        for (std::size_t i = 0; i < 16; ++i) {
            const int low = (quants[first + i] >> shift) & 3;
            const int high = (mask[column + i] >> bit) & 1;
            out[group * 16 + i] = scale * float(low - 4 * (1 - high));
        }
    }
}

struct ScaleAndMinimum {
    float scale;
    float minimum;
};

/// The 8 scales and minima of 6 bits of Q4_K and Q5_K in 12 bytes: the first four of each in the low six bits of
/// bytes 0 to 7, the last four as nibbles in bytes 8 to 11 with their upper two bits on top of bytes 0 to 7.
[[nodiscard]] inline ScaleAndMinimum sixBitScale(const std::array<std::uint8_t, 12> &packed, std::size_t group)
{
    if (group < 4)
        return {float(int(packed[group] & 63)), float(int(packed[group + 4] & 63))};
    const unsigned scale = (packed[group + 4] & 15u) | ((packed[group - 4] >> 6) << 4);
    const unsigned minimum = (packed[group + 4] >> 4) | ((packed[group] >> 6) << 4);
    return {float(int(scale)), float(int(minimum))};
}

/// 8 groups of 32, two of them in the nibbles of the same 32 bytes.
void decodeQ4_K(const std::byte *block, float *out)
{
    const float d = halfAt(block);
    const float dmin = halfAt(block + 2);
    const auto scales = take<12>(block + 4);
    const auto quants = take<128>(block + 16);
    for (std::size_t group = 0; group < 8; ++group) {
        const auto factor = sixBitScale(scales, group);
        const float scale = d * factor.scale;
        const float minimum = dmin * factor.minimum;
        const std::size_t first = group / 2 * 32;
        const int shift = int(group % 2 * 4);
        for (std::size_t i = 0; i < 32; ++i)
            out[group * 32 + i] = scale * float(int((quants[first + i] >> shift) & 15)) - minimum;
    }
}

/// As Q4_K with the fifth bit of group g in bit g of 32 further bytes.
void decodeQ5_K(const std::byte *block, float *out)
{
    const float d = halfAt(block);
    const float dmin = halfAt(block + 2);
    const auto scales = take<12>(block + 4);
    const auto high = take<32>(block + 16);
    const auto quants = take<128>(block + 48);
    for (std::size_t group = 0; group < 8; ++group) {
        const auto factor = sixBitScale(scales, group);
        const float scale = d * factor.scale;
        const float minimum = dmin * factor.minimum;
        const std::size_t first = group / 2 * 32;
        const int shift = int(group % 2 * 4);
        for (std::size_t i = 0; i < 32; ++i) {
            const int quant = ((quants[first + i] >> shift) & 15) | (((high[i] >> group) & 1) << 4);
            out[group * 32 + i] = scale * float(quant) - minimum;
        }
    }
}

/// 16 groups of 16 with a signed 8-bit scale each. Each half of the block has 64 bytes of nibbles (its groups of 32
/// numbered 0 to 3 lie in low 0, low 32, high 0, high 32) and 32 bytes with their upper two bits.
void decodeQ6_K(const std::byte *block, float *out)
{
    const auto low = take<128>(block);
    const auto high = take<64>(block + 128);
    const auto scales = take<16>(block + 192);
    const float d = halfAt(block + 208);
    for (std::size_t group = 0; group < 16; ++group) {
        const float scale = d * float(std::int8_t(scales[group]));
        const std::size_t half = group / 8;
        const std::size_t quarter = group % 8 / 2;
        const std::size_t column = group % 2 * 16;
        const std::size_t lowFirst = half * 64 + quarter % 2 * 32 + column;
        const std::size_t highFirst = half * 32 + column;
        const int lowShift = int(quarter / 2 * 4);
        const int highShift = int(quarter * 2);
        for (std::size_t i = 0; i < 16; ++i) {
            const int upper = (high[highFirst + i] >> highShift) & 3;
            const int quant = ((low[lowFirst + i] >> lowShift) & 15) | (upper << 4);
            out[group * 16 + i] = scale * float(quant - 32);
        }
    }
}

template <void (*decode)(const std::byte *, float *), std::size_t bytes, std::size_t elements>
void decodeBlocks(const std::byte *source, std::size_t blocks, float *target)
{
    for (std::size_t block = 0; block < blocks; ++block)
        decode(source + block * bytes, target + block * elements);
}

} // namespace

BlockDecoder blockDecoder(DType type)
{
    switch (type) {
    case DType::Q4_0: return decodeBlocks<decodeQ4_0, 18, kSmallBlock>;
    case DType::Q4_1: return decodeBlocks<decodeQ4_1, 20, kSmallBlock>;
    case DType::Q5_0: return decodeBlocks<decodeQ5_0, 22, kSmallBlock>;
    case DType::Q5_1: return decodeBlocks<decodeQ5_1, 24, kSmallBlock>;
    case DType::Q8_0: return decodeBlocks<decodeQ8_0, 34, kSmallBlock>;
    case DType::Q2_K: return decodeBlocks<decodeQ2_K, 84, kSuperBlock>;
    case DType::Q3_K: return decodeBlocks<decodeQ3_K, 110, kSuperBlock>;
    case DType::Q4_K: return decodeBlocks<decodeQ4_K, 144, kSuperBlock>;
    case DType::Q5_K: return decodeBlocks<decodeQ5_K, 176, kSuperBlock>;
    case DType::Q6_K: return decodeBlocks<decodeQ6_K, 210, kSuperBlock>;
    default: return nullptr;
    }
}

} // namespace secateur::format
