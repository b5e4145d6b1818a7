// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <bit>
#include <cstdint>

namespace secateur::format {

/// IEEE 754 binary16 to float32: exact, with the payload of a NaN kept. No subnormal float32 takes part, so that the
/// result does not depend on the flush-to-zero mode, and no branch, so that a loop of it is vectorised.
[[nodiscard]] inline float halfToFloat(std::uint16_t half)
{
    constexpr std::uint32_t rebias = (127u - 15u) << 23;
    constexpr std::uint32_t smallestNormal = (127u - 14u) << 23;
    const std::uint32_t magnitude = std::uint32_t(half & 0x7fffu) << 13;
    const std::uint32_t sign = std::uint32_t(half & 0x8000u) << 16;
    const float subnormal = std::bit_cast<float>(magnitude + smallestNormal) - std::bit_cast<float>(smallestNormal);
    const std::uint32_t finite = magnitude < (1u << 23) ? std::bit_cast<std::uint32_t>(subnormal) : magnitude + rebias;
    const std::uint32_t special = magnitude >= (31u << 23) ? rebias : 0u;
    return std::bit_cast<float>((finite + special) | sign);
}

/// float32 to binary16, round to nearest even; what does not fit becomes infinite, a NaN stays one.
[[nodiscard]] inline std::uint16_t floatToHalf(float value)
{
    constexpr std::uint32_t infinity = 255u << 23;
    constexpr std::uint32_t roundsToInfinity = 0x477ff000u; // 65520, half way between 65504 and the next step
    constexpr std::uint32_t smallestNormal = (127u - 14u) << 23;
    const std::uint32_t bits = std::bit_cast<std::uint32_t>(value);
    const std::uint32_t magnitude = bits & 0x7fffffffu;
    const auto sign = std::uint16_t((bits >> 16) & 0x8000u);
    if (magnitude > infinity) {
        const std::uint32_t payload = (magnitude >> 13) & 0x3ffu;
        return std::uint16_t(sign | 0x7c00u | (payload ? payload : 0x200u));
    }
    if (magnitude >= roundsToInfinity)
        return std::uint16_t(sign | 0x7c00u);
    if (magnitude < smallestNormal) {
        // The step of float32 at 0.5 is that of binary16's subnormals, so the addition does the rounding.
        const float shifted = std::bit_cast<float>(magnitude) + 0.5f;
        return std::uint16_t(sign | (std::bit_cast<std::uint32_t>(shifted) - std::bit_cast<std::uint32_t>(0.5f)));
    }
    const std::uint32_t rounded = magnitude - ((127u - 15u) << 23) + 0xfffu + ((magnitude >> 13) & 1u);
    return std::uint16_t(sign | (rounded >> 13));
}

[[nodiscard]] inline float bfloatToFloat(std::uint16_t bfloat)
{
    return std::bit_cast<float>(std::uint32_t(bfloat) << 16);
}

/// float32 to bfloat16, round to nearest even; a NaN stays one, with as much of its payload as fits.
[[nodiscard]] inline std::uint16_t floatToBfloat(float value)
{
    const std::uint32_t bits = std::bit_cast<std::uint32_t>(value);
    const bool isNan = (bits & 0x7fffffffu) > (255u << 23);
    const std::uint32_t quiet = (bits & 0x7f0000u) != 0 ? 0u : 0x40u;
    const std::uint32_t rounded = (bits + 0x7fffu + ((bits >> 16) & 1u)) >> 16;
    return std::uint16_t(isNan ? (bits >> 16) | quiet : rounded);
}

} // namespace secateur::format
