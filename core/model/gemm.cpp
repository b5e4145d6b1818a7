// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/gemm.h"

#include <algorithm>
#include <stdexcept>
#include <string>
#include <vector>

#include <ATen/Parallel.h>
#include <ATen/core/Tensor.h>
#include <ATen/ops/from_blob.h>
#include <ATen/ops/linear.h>
#include <c10/core/GradMode.h>
#include <dnnl.h>
#include <omp.h>

#include "core/model/producttime.h"

namespace secateur::model {

namespace {

void check(dnnl_status_t status)
{
    if (status == dnnl_out_of_memory)
        throw std::bad_alloc();
    if (status != dnnl_success)
        throw std::runtime_error("oneDNN refused a matrix product, status " + std::to_string(int(status)));
}

void run(char transposeW, std::int64_t n, const ConstMatrixView &x, const ConstMatrixView &w, const MatrixView &out,
         float scale)
{
    const ProductTimer timer;
    check(dnnl_sgemm('N', transposeW, x.rows, n, x.cols, scale, x.data, x.stride, w.data, w.stride, 0.0F, out.data,
                     out.stride));
}

at::Tensor rounded(const ConstMatrixView &matrix)
{
    // from_blob wants a mutable pointer; the tensor is only read.
    return at::from_blob(const_cast<float *>(matrix.data), {matrix.rows, matrix.cols}, {matrix.stride, 1})
        .to(at::kBFloat16);
}

at::Tensor wrapped(const RoundedView &matrix)
{
    return at::from_blob(const_cast<BFloat16Bits *>(matrix.data), {matrix.rows, matrix.cols}, at::kBFloat16);
}

void runBFloat16(const ConstMatrixView &x, const at::Tensor &w, const MatrixView &out)
{
    const ProductTimer timer;
    at::from_blob(out.data, {out.rows, out.cols}, {out.stride, 1}).copy_(at::linear(rounded(x), w));
}

/// The size of equal pieces (but for rounding) of at most `atMost`: no piece is much smaller than the others, for which
/// oneDNN has other kernels that sum in another order.
std::int64_t evenPiece(std::int64_t total, std::int64_t atMost)
{
    const std::int64_t pieces = (total + atMost - 1) / atMost;
    return (total + pieces - 1) / pieces;
}

} // namespace

void multiplyTransposed(const ConstMatrixView &x, const ConstMatrixView &w, const MatrixView &out, Precision precision)
{
    if (precision == Precision::BFloat16)
        runBFloat16(x, rounded(w), out);
    else
        run('T', w.rows, x, w, out, 1.0F);
}

void multiplyTransposed(const ConstMatrixView &x, const RoundedView &w, const MatrixView &out)
{
    runBFloat16(x, wrapped(w), out);
}

void multiplyTransposed(const ConstMatrixView &x, const ConstMatrixView &w, const MatrixView &out, float scale)
{
    run('T', w.rows, x, w, out, scale);
}

void multiply(const ConstMatrixView &x, const ConstMatrixView &w, const MatrixView &out)
{
    run('N', w.cols, x, w, out, 1.0F);
}

void addProduct(const ConstMatrixView &x, const ConstMatrixView &w, const MatrixView &out)
{
    const ProductTimer timer;
    check(dnnl_sgemm('N', 'N', x.rows, w.cols, x.cols, 1.0F, x.data, x.stride, w.data, w.stride, 1.0F, out.data,
                     out.stride));
}

void addTransposedProduct(const ConstMatrixView &x, const ConstMatrixView &y, const MatrixView &out)
{
    const ProductTimer timer;
    check(dnnl_sgemm('T', 'N', x.cols, y.cols, x.rows, 1.0F, x.data, x.stride, y.data, y.stride, 1.0F, out.data,
                     out.stride));
}

void roundToBFloat16(const ConstMatrixView &matrix, std::span<BFloat16Bits> out)
{
    prepareComputeThread();
    wrapped({out.data(), matrix.rows, matrix.cols})
        .copy_(at::from_blob(const_cast<float *>(matrix.data), {matrix.rows, matrix.cols}, {matrix.stride, 1}));
}

std::vector<ProductTile> tilesOfProduct(std::int64_t m, std::int64_t n, std::int64_t k)
{
    constexpr double mostFlop = 1e10;
    if (2.0 * double(m) * double(n) * double(k) <= mostFlop)
        return {{0, m, 0, n}};
    // Mostly rows of w: oneDNN repacks all of w for every tile of x, which costs a fifth of the time at 128 rows of x
    // and nothing measurable at a thousand.
    constexpr std::int64_t mostXRows = 1024;
    constexpr std::int64_t fewestWRows = 64;
    const std::int64_t xRows = evenPiece(m, mostXRows);
    const auto fitting = std::int64_t(mostFlop / (2.0 * double(xRows) * double(k)));
    const std::int64_t wRows = evenPiece(n, std::max(fitting, fewestWRows));
    std::vector<ProductTile> tiles;
    for (std::int64_t x = 0; x < m; x += xRows)
        for (std::int64_t w = 0; w < n; w += wRows)
            tiles.push_back({x, std::min(xRows, m - x), w, std::min(wRows, n - w)});
    return tiles;
}

void prepareComputeThread()
{
    thread_local bool prepared = false;
    if (prepared)
        return;
    prepared = true;
    at::set_num_threads(1);
    omp_set_num_threads(1);
    c10::GradMode::set_enabled(false);
}

} // namespace secateur::model
