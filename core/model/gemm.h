// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace secateur::model {

/// A row-major float32 matrix that someone else owns; `stride` is the distance between rows in elements.
struct MatrixView {
    float *data = nullptr;
    std::int64_t rows = 0;
    std::int64_t cols = 0;
    std::int64_t stride = 0;
};
struct ConstMatrixView {
    const float *data = nullptr;
    std::int64_t rows = 0;
    std::int64_t cols = 0;
    std::int64_t stride = 0;

    ConstMatrixView() = default;
    ConstMatrixView(const float *d, std::int64_t r, std::int64_t c, std::int64_t s)
        : data(d), rows(r), cols(c), stride(s)
    {
    }
    ConstMatrixView(const MatrixView &view) : data(view.data), rows(view.rows), cols(view.cols), stride(view.stride) { }
};

/// In which type the products of linears are computed; sums are float32 either way.
enum class Precision {
    Float32,
    BFloat16, ///< inputs rounded to bf16; only where probeBFloat16 finds it fast and accurate
};

/// out = x * transpose(w): x [m, k], w [n, k], out [m, n]. The form of a linear layer.
///
/// All products go through here. They run on the calling thread alone (see prepareComputeThread), so that a result
/// never depends on how many threads there are; callers spread whole groups of sequences over threads instead.
/// oneDNN's kernels are compiled for the CPU at hand, where OpenBLAS 0.3.21 falls back to AVX2 on CPUs newer than it.
void multiplyTransposed(const ConstMatrixView &x, const ConstMatrixView &w, const MatrixView &out, Precision precision);

/// A bf16 number as its bits.
using BFloat16Bits = std::uint16_t;

/// A dense row-major bf16 matrix that someone else owns.
struct RoundedView {
    const BFloat16Bits *data = nullptr;
    std::int64_t rows = 0;
    std::int64_t cols = 0;
};

/// `matrix` rounded to nearest even, rows back to back; `out` holds rows * cols numbers.
void roundToBFloat16(const ConstMatrixView &matrix, std::span<BFloat16Bits> out);

/// The bf16 product with weights that were rounded before: the same bits as rounding them on the way.
void multiplyTransposed(const ConstMatrixView &x, const RoundedView &w, const MatrixView &out);

/// The same in float32, times `scale`: attention scores.
void multiplyTransposed(const ConstMatrixView &x, const ConstMatrixView &w, const MatrixView &out, float scale);

/// out = x * w: x [m, k], w [k, n], out [m, n].
void multiply(const ConstMatrixView &x, const ConstMatrixView &w, const MatrixView &out);

/// out += x * w: x [m, k], w [k, n]. The gradient of a linear's input.
void addProduct(const ConstMatrixView &x, const ConstMatrixView &w, const MatrixView &out);

/// out += transpose(x) * y: x [k, m], y [k, n], out [m, n]. The gradient of a linear's weights.
void addTransposedProduct(const ConstMatrixView &x, const ConstMatrixView &y, const MatrixView &out);

/// A part of a product x * transpose(w): rows of x and of w.
struct ProductTile {
    std::int64_t firstX = 0;
    std::int64_t xRows = 0;
    std::int64_t firstW = 0;
    std::int64_t wRows = 0;
};

/// Cuts a product of x [m, k] and w [n, k] into tiles of at most about 10 GFLOP, between which a job can hear that it
/// shall stop. The cut depends on the shape alone, never on threads. Smaller products stay whole.
[[nodiscard]] std::vector<ProductTile> tilesOfProduct(std::int64_t m, std::int64_t n, std::int64_t k);

/// What a short trial of bf16 products says about this machine (libtorch 1.13 is 100 times slower and 5 % wrong on CPUs
/// without bf16 instructions).
struct BFloat16Probe {
    double speedup = 0.0; ///< float32 time / bf16 time of one product
    double relativeError = 0.0; ///< |bf16 - float32| / |float32| in the Frobenius norm, on bf16-rounded inputs
    /// A gain within the noise of a trial is none.
    [[nodiscard]] bool usable() const { return speedup > 1.2 && relativeError < 0.01; }
};
[[nodiscard]] BFloat16Probe probeBFloat16();

/// Confines libtorch and oneDNN to the calling thread and switches gradients off on it. Call it first in every piece
/// of work handed to parallelFor; repeated calls cost nothing.
void prepareComputeThread();

} // namespace secateur::model
