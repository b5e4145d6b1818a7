// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/format/quantize.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>

#include "core/format/half.h"

namespace secateur::format {

namespace {

constexpr std::size_t blockWeights = 32; // of Q8_0 and Q4_0

/// Writes the step of a block as binary16 and returns its inverse; weights are divided by the step before it is
/// rounded.
float writeStep(float step, std::byte *target)
{
    const std::uint16_t half = floatToHalf(step);
    std::memcpy(target, &half, sizeof half);
    return step != 0.0F ? 1.0F / step : 0.0F;
}

void encodeQ8(const float *block, std::byte *target)
{
    float largest = 0.0F;
    for (std::size_t i = 0; i < blockWeights; ++i)
        largest = std::max(largest, std::abs(block[i]));
    const float inverse = writeStep(largest / 127.0F, target);
    for (std::size_t i = 0; i < blockWeights; ++i)
        target[2 + i] = std::byte(std::int8_t(std::round(block[i] * inverse)));
}

/// Two weights a byte: those of the first half of the block in the low bits.
void encodeQ4(const float *block, std::byte *target)
{
    constexpr std::size_t half = blockWeights / 2;
    const float extreme =
        *std::max_element(block, block + blockWeights, [](float a, float b) { return std::abs(a) < std::abs(b); });
    const float inverse = writeStep(extreme / -8.0F, target);
    const auto level = [inverse](float weight) {
        return std::min(15U, unsigned(std::int8_t(weight * inverse + 8.5F)));
    };
    for (std::size_t i = 0; i < half; ++i)
        target[2 + i] = std::byte(level(block[i]) | (level(block[i + half]) << 4U));
}

template <void (*Encode)(const float *, std::byte *)>
void encodeBlocks(const float *source, std::size_t blocks, std::byte *target, std::size_t bytes)
{
    for (std::size_t block = 0; block < blocks; ++block)
        Encode(source + block * blockWeights, target + block * bytes);
}

} // namespace

BlockEncoder blockEncoder(DType type)
{
    switch (type) {
    case DType::Q8_0:
        return [](const float *source, std::size_t blocks, std::byte *target) {
            encodeBlocks<encodeQ8>(source, blocks, target, blockBytes(DType::Q8_0));
        };
    case DType::Q4_0:
        return [](const float *source, std::size_t blocks, std::byte *target) {
            encodeBlocks<encodeQ4>(source, blocks, target, blockBytes(DType::Q4_0));
        };
    default: return nullptr;
    }
}

} // namespace secateur::format
