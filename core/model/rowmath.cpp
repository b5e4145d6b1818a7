// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/rowwise.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/model/lanes.h"

namespace secateur::model {

namespace {

constexpr float minusInfinity = -std::numeric_limits<float>::infinity();

/// exp of each lane to about 1 unit in the last place of float32; 0 below -87.3, infinity above 88.4. Not-a-number
/// stays. exp(x) = 2^n exp(r) with |r| <= ln(2) / 2 (Cody and Waite's reduction), exp(r) by its Taylor series to r^7.
SECATEUR_FORCE_INLINE void exponential(lanes::Floats &x)
{
    constexpr float lowest = -87.3F;
    constexpr float highest = 88.4F;
    const lanes::Ints tiny = x < lowest;
    const lanes::Ints huge = x > highest;
    const lanes::Floats given = tiny ? lanes::Floats{} + lowest : (huge ? lanes::Floats{} + highest : x);
    constexpr float magic = 12582912.0F; // 1.5 * 2^23: adding it leaves the nearest integer in the low bits
    const lanes::Floats shifted = given * 1.44269504F + magic;
    const lanes::Floats n = shifted - magic;
    const lanes::Floats r = (given - n * 0.693359375F) + n * 2.12194440e-4F;
    lanes::Floats series = lanes::Floats{} + 1.0F / 5040.0F;
    series = series * r + 1.0F / 720.0F;
    series = series * r + 1.0F / 120.0F;
    series = series * r + 1.0F / 24.0F;
    series = series * r + 1.0F / 6.0F;
    series = series * r + 0.5F;
    series = series * r + 1.0F;
    series = series * r + 1.0F;
    lanes::Ints bits;
    std::memcpy(&bits, &shifted, sizeof(bits));
    const lanes::Ints power = (bits - 0x4B400000 + 127) << 23;
    lanes::Floats scale;
    std::memcpy(&scale, &power, sizeof(scale));
    const lanes::Floats result = series * scale;
    x = tiny ? lanes::Floats{} : (huge ? lanes::Floats{} + std::numeric_limits<float>::infinity() : result);
}

SECATEUR_FORCE_INLINE float largest(const float *values, std::int64_t size)
{
    lanes::Floats most = lanes::Floats{} + minusInfinity;
    for (std::int64_t i = 0; i < size; i += lanes::count) {
        lanes::Floats some;
        lanes::loadPart(values + i, std::min(lanes::count, size - i), minusInfinity, some);
        most = some > most ? some : most;
    }
    float result = minusInfinity;
    for (std::int64_t lane = 0; lane < lanes::count; ++lane)
        result = std::max(result, most[lane]);
    return result;
}

SECATEUR_FORCE_INLINE void softmaxBody(float *values, std::int64_t size)
{
    const float most = largest(values, size);
    lanes::Floats sums = lanes::Floats{};
    for (std::int64_t i = 0; i < size; i += lanes::count) {
        const std::int64_t filled = std::min(lanes::count, size - i);
        lanes::Floats some;
        lanes::loadPart(values + i, filled, minusInfinity, some);
        some -= most;
        exponential(some);
        sums += some;
        std::memcpy(values + i, &some, std::size_t(filled) * sizeof(float));
    }
    const float factor = 1.0F / lanes::sum(sums);
    for (std::int64_t i = 0; i < size; ++i)
        values[i] *= factor;
}

/// Sums in float32 over short stretches, those in double: the sum of a whole vocabulary to 1e-7.
SECATEUR_FORCE_INLINE void expSumBody(const float *values, std::int64_t size, ExpSum &result)
{
    constexpr std::int64_t stretch = 16 * lanes::count;
    result = {largest(values, size), 0.0};
    for (std::int64_t first = 0; first < size; first += stretch) {
        const std::int64_t last = std::min(size, first + stretch);
        lanes::Floats sums = lanes::Floats{};
        for (std::int64_t i = first; i < last; i += lanes::count) {
            lanes::Floats some;
            lanes::loadPart(values + i, std::min(lanes::count, last - i), minusInfinity, some);
            some -= result.max;
            exponential(some);
            sums += some;
        }
        result.sum += double(lanes::sum(sums));
    }
}

/// x / 2 (1 + erf(x / sqrt(2))), by Abramowitz and Stegun 7.1.26: 1 - erf(z) = (a1 t + ... + a5 t^5) exp(-z^2) with
/// t = 1 / (1 + p z), to 1.5e-7 for z >= 0.
SECATEUR_FORCE_INLINE void geluOfLanes(lanes::Floats &x)
{
    const lanes::Floats z = (x < 0.0F ? -x : x) * 0.70710678F;
    const lanes::Floats t = 1.0F / (0.3275911F * z + 1.0F);
    lanes::Floats series = lanes::Floats{} + 1.061405429F;
    series = series * t - 1.453152027F;
    series = series * t + 1.421413741F;
    series = series * t - 0.284496736F;
    series = series * t + 0.254829592F;
    lanes::Floats e = -z * z;
    exponential(e);
    const lanes::Floats tail = 0.5F * series * t * e;
    x *= x < 0.0F ? tail : 1.0F - tail;
}

/// silu(x) = x / (1 + exp(-x)). Its tanh form of gelu(x) = x / (1 + exp(-2 y)) with
/// y = sqrt(2 / pi) (x + 0.044715 x^3), which is x / 2 (1 + tanh(y)).
SECATEUR_FORCE_INLINE void activateLanes(lanes::Floats &x, architecture::Activation activation)
{
    if (activation == architecture::Activation::Gelu)
        return geluOfLanes(x);
    if (activation == architecture::Activation::Relu) {
        x = x < 0.0F ? lanes::Floats{} : x;
        return;
    }
    lanes::Floats e =
        activation == architecture::Activation::GeluTanh ? -1.5957691216F * (x + 0.044715F * x * x * x) : -x;
    exponential(e);
    x = x / (e + 1.0F);
}

SECATEUR_FORCE_INLINE void gateBody(float *gate, const float *up, std::int64_t size,
                                    architecture::Activation activation)
{
    for (std::int64_t i = 0; i < size; i += lanes::count) {
        const std::int64_t filled = std::min(lanes::count, size - i);
        lanes::Floats x;
        lanes::loadPart(gate + i, filled, 0.0F, x);
        activateLanes(x, activation);
        if (up) {
            lanes::Floats factor;
            lanes::loadPart(up + i, filled, 0.0F, factor);
            x *= factor;
        }
        std::memcpy(gate + i, &x, std::size_t(filled) * sizeof(float));
    }
}

SECATEUR_FORCE_INLINE void roundBody(const float *x, std::int64_t size, float *out)
{
    for (std::int64_t i = 0; i < size; ++i) {
        std::uint32_t bits = 0;
        std::memcpy(&bits, x + i, sizeof(bits));
        const bool number = (bits & 0x7FFFFFFFU) <= 0x7F800000U;
        bits = number ? (bits + 0x7FFFU + ((bits >> 16) & 1U)) & 0xFFFF0000U : bits;
        std::memcpy(out + i, &bits, sizeof(bits));
    }
}

/// Calls `body(arguments...)` in the version for this CPU.
#ifdef SECATEUR_HAS_CPU_LEVELS
#define SECATEUR_LEVELS(name, parameters, call)                                                                        \
    SECATEUR_TARGET_AVX512 void name##Avx512 parameters                                                                \
    {                                                                                                                  \
        call;                                                                                                          \
    }                                                                                                                  \
    SECATEUR_TARGET_FMA void name##Fma parameters                                                                      \
    {                                                                                                                  \
        call;                                                                                                          \
    }                                                                                                                  \
    void name##Plain parameters                                                                                        \
    {                                                                                                                  \
        call;                                                                                                          \
    }                                                                                                                  \
    const auto name = mask::cpuLevel() == mask::CpuLevel::Avx512 ? name##Avx512                                        \
        : lanes::hasFma()                                        ? name##Fma                                           \
                                                                 : name##Plain;
#else
#define SECATEUR_LEVELS(name, parameters, call)                                                                        \
    void name parameters                                                                                               \
    {                                                                                                                  \
        call;                                                                                                          \
    }
#endif

SECATEUR_LEVELS(softmaxLevel, (float *values, std::int64_t size), softmaxBody(values, size))
SECATEUR_LEVELS(expSumLevel, (const float *values, std::int64_t size, ExpSum &sum), expSumBody(values, size, sum))
SECATEUR_LEVELS(siluLevel, (float *gate, const float *up, std::int64_t size),
                gateBody(gate, up, size, architecture::Activation::Silu))
SECATEUR_LEVELS(geluTanhLevel, (float *gate, const float *up, std::int64_t size),
                gateBody(gate, up, size, architecture::Activation::GeluTanh))
SECATEUR_LEVELS(geluLevel, (float *gate, const float *up, std::int64_t size),
                gateBody(gate, up, size, architecture::Activation::Gelu))
SECATEUR_LEVELS(reluLevel, (float *gate, const float *up, std::int64_t size),
                gateBody(gate, up, size, architecture::Activation::Relu))
SECATEUR_LEVELS(roundLevel, (const float *x, std::int64_t size, float *out), roundBody(x, size, out))

} // namespace

void softmaxRow(std::span<float> values)
{
    softmaxLevel(values.data(), std::int64_t(values.size()));
}

ExpSum expSumOfRow(std::span<const float> values)
{
    ExpSum sum;
    expSumLevel(values.data(), std::int64_t(values.size()), sum);
    return sum;
}

void gateRow(std::span<float> gate, std::span<const float> up, architecture::Activation activation)
{
    const auto size = std::int64_t(gate.size());
    const float *const factors = up.empty() ? nullptr : up.data();
    switch (activation) {
    case architecture::Activation::Silu: return siluLevel(gate.data(), factors, size);
    case architecture::Activation::GeluTanh: return geluTanhLevel(gate.data(), factors, size);
    case architecture::Activation::Gelu: return geluLevel(gate.data(), factors, size);
    case architecture::Activation::Relu: return reluLevel(gate.data(), factors, size);
    }
}

void roundRowsToBFloat16(const float *x, std::int64_t count, float *out)
{
    roundLevel(x, count, out);
}

} // namespace secateur::model
