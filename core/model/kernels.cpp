// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/kernels.h"

#include <algorithm>
#include <array>
#include <cmath>

#include <ATen/core/Tensor.h>
#include <ATen/ops/from_blob.h>
#include <ATen/ops/gelu.h>
#include <ATen/ops/relu.h>
#include <ATen/ops/silu.h>

// One build for every CPU that picks the widest instructions at start-up. The sanitizers cannot intercept the resolver.
#if defined(__x86_64__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#define SECATEUR_CLONES __attribute__((target_clones("avx512f", "avx2", "default")))
#else
#define SECATEUR_CLONES
#endif

namespace secateur::model {

namespace {

/// Partial sums are kept in a fixed number of lanes, so that the compiler may use vectors of any width and the result
/// has the same bits whichever it picks.
constexpr std::int64_t laneCount = 32;

SECATEUR_CLONES float squareSum(const float *x, std::int64_t count)
{
    std::array<float, laneCount> lanes{};
    std::int64_t i = 0;
    for (; i + laneCount <= count; i += laneCount)
        for (std::int64_t lane = 0; lane < laneCount; ++lane)
            lanes[std::size_t(lane)] += x[i + lane] * x[i + lane];
    for (std::int64_t lane = 0; i < count; ++i, ++lane)
        lanes[std::size_t(lane)] += x[i] * x[i];
    for (std::size_t width = laneCount / 2; width > 0; width /= 2)
        for (std::size_t lane = 0; lane < width; ++lane)
            lanes[lane] += lanes[lane + width];
    return lanes[0];
}

SECATEUR_CLONES void scaleRow(const float *x, std::int64_t cols, const float *weight, float scale, float offset,
                              float *out)
{
    for (std::int64_t col = 0; col < cols; ++col)
        out[col] = (x[col] * scale) * (offset + weight[col]);
}

SECATEUR_CLONES void addSquares(const float *x, std::int64_t cols, float *sums)
{
    for (std::int64_t col = 0; col < cols; ++col)
        sums[col] += x[col] * x[col];
}

SECATEUR_CLONES void addSpans(float *x, const float *y, std::int64_t count)
{
    for (std::int64_t i = 0; i < count; ++i)
        x[i] += y[i];
}

SECATEUR_CLONES void multiplySpans(float *x, const float *y, std::int64_t count)
{
    for (std::int64_t i = 0; i < count; ++i)
        x[i] *= y[i];
}

SECATEUR_CLONES float sumOf(const float *x, std::int64_t count)
{
    std::array<float, laneCount> lanes{};
    std::int64_t i = 0;
    for (; i + laneCount <= count; i += laneCount)
        for (std::int64_t lane = 0; lane < laneCount; ++lane)
            lanes[std::size_t(lane)] += x[i + lane];
    for (std::int64_t lane = 0; i < count; ++i, ++lane)
        lanes[std::size_t(lane)] += x[i];
    for (std::size_t width = laneCount / 2; width > 0; width /= 2)
        for (std::size_t lane = 0; lane < width; ++lane)
            lanes[lane] += lanes[lane + width];
    return lanes[0];
}

SECATEUR_CLONES void subtractFrom(const float *x, std::int64_t count, float value, float *out)
{
    for (std::int64_t i = 0; i < count; ++i)
        out[i] = x[i] - value;
}

SECATEUR_CLONES void scaleAndShift(float *x, std::int64_t count, const float *weight, const float *bias, float scale)
{
    for (std::int64_t i = 0; i < count; ++i)
        x[i] = (x[i] * scale) * weight[i] + bias[i];
}

/// In pieces that stay in the cache between the activation and the product with what it gates.
constexpr std::int64_t activatedAtOnce = 16384;

void activatePiece(float *values, std::int64_t count, architecture::Activation activation)
{
    auto tensor = at::from_blob(values, {count});
    switch (activation) {
    case architecture::Activation::Silu: at::silu_(tensor); break;
    case architecture::Activation::GeluTanh: at::gelu_out(tensor, tensor, "tanh"); break;
    case architecture::Activation::Gelu: at::gelu_out(tensor, tensor, "none"); break;
    case architecture::Activation::Relu: at::relu_(tensor); break;
    }
}

} // namespace

void layerNorm(const float *x, std::int64_t rows, std::int64_t cols, const float *weight, const float *bias,
               double epsilon, float *out)
{
    for (std::int64_t row = 0; row < rows; ++row, x += cols, out += cols) {
        subtractFrom(x, cols, sumOf(x, cols) / float(cols), out);
        const float variance = squareSum(out, cols) / float(cols);
        scaleAndShift(out, cols, weight, bias, 1.0F / std::sqrt(variance + float(epsilon)));
    }
}

void rmsNorm(const float *x, std::int64_t rows, std::int64_t cols, const float *weight, double epsilon, double offset,
             float *out)
{
    for (std::int64_t row = 0; row < rows; ++row) {
        const float *const in = x + row * cols;
        const float variance = squareSum(in, cols) / float(cols);
        scaleRow(in, cols, weight, 1.0F / std::sqrt(variance + float(epsilon)), float(offset), out + row * cols);
    }
}

void addInto(float *x, const float *y, std::int64_t count)
{
    addSpans(x, y, count);
}

void softCap(float *values, std::int64_t count, double cap)
{
    if (cap == 0.0)
        return;
    const auto limit = float(cap);
    for (std::int64_t i = 0; i < count; ++i)
        values[i] = limit * std::tanh(values[i] / limit);
}

void applyActivation(float *values, std::int64_t count, architecture::Activation activation)
{
    for (std::int64_t first = 0; first < count; first += activatedAtOnce)
        activatePiece(values + first, std::min(activatedAtOnce, count - first), activation);
}

void gateWithActivation(float *gate, const float *up, std::int64_t count, architecture::Activation activation)
{
    for (std::int64_t first = 0; first < count; first += activatedAtOnce) {
        const std::int64_t length = std::min(activatedAtOnce, count - first);
        activatePiece(gate + first, length, activation);
        multiplySpans(gate + first, up + first, length);
    }
}

void columnSquareSums(const float *x, std::int64_t rows, std::int64_t cols, float *sums)
{
    std::fill_n(sums, cols, 0.0F);
    for (std::int64_t row = 0; row < rows; ++row)
        addSquares(x + row * cols, cols, sums);
}

} // namespace secateur::model
