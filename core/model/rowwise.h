// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <span>

#include "core/architecture/modelconfig.h"
#include "core/model/gemm.h"

/// The parts of a decoder that work row by row, float32, on the calling thread: a row of a result has the same bits
/// whatever other rows are computed with it, wherever it stands among them, and however the work is shared out among
/// threads. oneDNN gives no such promise (it has other kernels, which sum in another order, for other numbers of rows).
/// Evaluation needs it: the answer to an item must not depend on which items happen to be in the same batch.
///
/// The weights are read once for all rows, so that products of a few rows run at the speed of memory and products of
/// many at that of oneDNN (on CPUs with AVX-512; tests/bench compares). Every sum is kept in 16 lanes and added up in
/// one fixed order. CPUs without fused multiply-add round differently from those with it.
namespace secateur::model {

/// out = x * transpose(w): x [m, k], w [n, k], out [m, n]. The form of a linear layer.
void multiplyRows(const ConstMatrixView &x, const ConstMatrixView &w, const MatrixView &out);
/// The same with bf16 weights, which are exact in float32; round `x` first (roundRowsToBFloat16) for a bf16 product.
void multiplyRows(const ConstMatrixView &x, const RoundedView &w, const MatrixView &out);

/// out += x * w: x [m, k], w [k, n], out [m, n]; columns of x that are 0 leave no trace. Weighted values of attention.
void addWeightedRows(const ConstMatrixView &x, const ConstMatrixView &w, const MatrixView &out);

/// `count` floats rounded to the nearest bf16 (ties to even); `out` may be `x`. Not-a-number stays what it is.
void roundRowsToBFloat16(const float *x, std::int64_t count, float *out);

/// values = exp(values) / sum(exp(values)), in place.
void softmaxRow(std::span<float> values);

/// log(sum(exp(values))) = max + log(sum).
struct ExpSum {
    float max = 0.0F;
    double sum = 0.0; ///< of exp(value - max): at least 1
};
[[nodiscard]] ExpSum expSumOfRow(std::span<const float> values);

/// gate = activation(gate) * up, one row; without `up` (empty), gate = activation(gate).
void gateRow(std::span<float> gate, std::span<const float> up, architecture::Activation activation);

} // namespace secateur::model
