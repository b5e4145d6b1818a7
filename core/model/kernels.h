// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <span>

#include "core/architecture/modelconfig.h"

/// The element-wise parts of a decoder block, float32, on the calling thread.
namespace secateur::model {

/// Each row of `x` [rows, cols] divided by its root mean square, times (offset + weight [cols]); `out` may be `x`.
/// (transformers LlamaRMSNorm with offset 0, Gemma3RMSNorm with offset 1)
void rmsNorm(const float *x, std::int64_t rows, std::int64_t cols, const float *weight, double epsilon, double offset,
             float *out);

/// Each row of `x` [rows, cols] less its mean, divided by its standard deviation, times weight plus bias [cols]; `out`
/// may be `x`. (torch.nn.LayerNorm)
void layerNorm(const float *x, std::int64_t rows, std::int64_t cols, const float *weight, const float *bias,
               double epsilon, float *out);

/// x += y, `count` elements.
void addInto(float *x, const float *y, std::int64_t count);

/// values = cap * tanh(values / cap), `count` elements; 0 leaves them. (transformers modeling_gemma2.py)
void softCap(float *values, std::int64_t count, double cap);

/// values = activation(values), `count` elements.
void applyActivation(float *values, std::int64_t count, architecture::Activation activation);

/// gate = activation(gate) * up, `count` elements.
void gateWithActivation(float *gate, const float *up, std::int64_t count, architecture::Activation activation);

/// Sum over the rows of x*x, per column: sums [cols] of x [rows, cols]. Sets, does not add.
void columnSquareSums(const float *x, std::int64_t rows, std::int64_t cols, float *sums);

} // namespace secateur::model
