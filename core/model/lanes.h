// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <cstring>

#include "core/mask/cpulevel.h"

/// Sixteen floats at a time in the compiler's own vectors, which become the widest registers that the instruction set
/// of the surrounding function has. Bodies are forced inline into one function per instruction set, as in core/mask.
/// For rowproduct.cpp and rowmath.cpp, which are compiled with fused multiply-add allowed.
namespace secateur::model::lanes {

constexpr std::int64_t count = 16;
using Floats __attribute__((vector_size(64))) = float;
using Ints __attribute__((vector_size(64))) = std::int32_t;

#ifdef SECATEUR_HAS_CPU_LEVELS
#define SECATEUR_TARGET_FMA __attribute__((target("avx2,fma")))
inline bool hasFma()
{
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
}
#endif

SECATEUR_FORCE_INLINE void load(const float *from, Floats &to)
{
    std::memcpy(&to, from, sizeof(to));
}

/// bf16 numbers are the upper halves of float32 numbers.
SECATEUR_FORCE_INLINE void load(const std::uint16_t *from, Floats &to)
{
    using Halves __attribute__((vector_size(32))) = std::uint16_t;
    Halves halves;
    std::memcpy(&halves, from, sizeof(halves));
    const Ints wide = __builtin_convertvector(halves, Ints) << 16;
    std::memcpy(&to, &wide, sizeof(to));
}

/// The first `filled` floats, and `rest` in the lanes after them.
SECATEUR_FORCE_INLINE void loadPart(const float *from, std::int64_t filled, float rest, Floats &to)
{
    to = Floats{} + rest;
    std::memcpy(&to, from, std::size_t(filled) * sizeof(float));
}

SECATEUR_FORCE_INLINE float sum(const Floats &values)
{
    float part[count];
    std::memcpy(part, &values, sizeof(part));
    for (std::int64_t width = count / 2; width > 0; width /= 2)
        for (std::int64_t lane = 0; lane < width; ++lane)
            part[lane] += part[lane + width];
    return part[0];
}

} // namespace secateur::model::lanes
