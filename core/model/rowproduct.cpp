// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/rowwise.h"

#include <algorithm>

#include "core/model/lanes.h"
#include "core/model/producttime.h"

namespace secateur::model {

namespace {

/// The inner dimension is taken in pieces of this many, so that a tile's rows stay in the first cache. The cut depends
/// on nothing else, so neither do the bits.
constexpr std::int64_t innerAtOnce = 1024;
/// Rows of x that stay in the second cache while the rows of w pass by.
constexpr std::int64_t rowsAtOnce = 64;

float widened(float value)
{
    return value;
}
float widened(BFloat16Bits bits)
{
    const std::uint32_t wide = std::uint32_t(bits) << 16;
    float value = 0.0F;
    std::memcpy(&value, &wide, sizeof(value));
    return value;
}

/// out [M, N] (+)= x [M, k] * transpose(w [N, k]): M * N sums stay in registers.
template <int M, int N, typename Weight>
SECATEUR_FORCE_INLINE void productTile(const float *x, std::int64_t xStride, const Weight *w, std::int64_t wStride,
                                       std::int64_t k, float *out, std::int64_t outStride, bool add)
{
    lanes::Floats sums[M][N];
#pragma GCC unroll 8
    for (int i = 0; i < M; ++i)
#pragma GCC unroll 8
        for (int j = 0; j < N; ++j)
            sums[i][j] = lanes::Floats{};
    std::int64_t c = 0;
    for (; c + lanes::count <= k; c += lanes::count) {
        lanes::Floats a[M];
#pragma GCC unroll 8
        for (int i = 0; i < M; ++i)
            lanes::load(x + i * xStride + c, a[i]);
#pragma GCC unroll 8
        for (int j = 0; j < N; ++j) {
            lanes::Floats b;
            lanes::load(w + j * wStride + c, b);
#pragma GCC unroll 8
            for (int i = 0; i < M; ++i)
                sums[i][j] += a[i] * b;
        }
    }
#pragma GCC unroll 8
    for (int i = 0; i < M; ++i)
#pragma GCC unroll 8
        for (int j = 0; j < N; ++j) {
            float total = lanes::sum(sums[i][j]);
            for (std::int64_t rest = c; rest < k; ++rest)
                total += x[i * xStride + rest] * widened(w[j * wStride + rest]);
            float &target = out[i * outStride + j];
            target = add ? target + total : total;
        }
}

/// N rows of w against all rows of x, M of them at a time.
template <int M, int N, typename Weight>
SECATEUR_FORCE_INLINE void productStrip(const ConstMatrixView &x, const Weight *w, std::int64_t wStride,
                                        const MatrixView &out, bool add)
{
    std::int64_t i = 0;
    for (; i + M <= x.rows; i += M)
        productTile<M, N>(x.data + i * x.stride, x.stride, w, wStride, x.cols, out.data + i * out.stride, out.stride,
                          add);
    for (; i < x.rows; ++i)
        productTile<1, N>(x.data + i * x.stride, x.stride, w, wStride, x.cols, out.data + i * out.stride, out.stride,
                          add);
}

template <int M, int N, typename Weight>
SECATEUR_FORCE_INLINE void product(const ConstMatrixView &x, const Weight *w, std::int64_t wStride,
                                   const MatrixView &out)
{
    for (std::int64_t inner = 0; inner < x.cols; inner += innerAtOnce) {
        const std::int64_t k = std::min(innerAtOnce, x.cols - inner);
        for (std::int64_t row = 0; row < x.rows; row += rowsAtOnce) {
            const std::int64_t rows = std::min(rowsAtOnce, x.rows - row);
            const ConstMatrixView some(x.data + row * x.stride + inner, rows, k, x.stride);
            const MatrixView to{out.data + row * out.stride, rows, out.cols, out.stride};
            std::int64_t j = 0;
            for (; j + N <= out.cols; j += N)
                productStrip<M, N>(some, w + j * wStride + inner, wStride, {to.data + j, rows, N, out.stride},
                                   inner > 0);
            for (; j < out.cols; ++j)
                productStrip<M, 1>(some, w + j * wStride + inner, wStride, {to.data + j, rows, 1, out.stride},
                                   inner > 0);
        }
    }
}

/// out [M, 16 N] += x [M, k] * w [k, 16 N].
template <int M, int N>
SECATEUR_FORCE_INLINE void weightedTile(const float *x, std::int64_t xStride, const float *w, std::int64_t wStride,
                                        std::int64_t k, float *out, std::int64_t outStride)
{
    lanes::Floats sums[M][N];
#pragma GCC unroll 8
    for (int i = 0; i < M; ++i)
#pragma GCC unroll 8
        for (int j = 0; j < N; ++j)
            lanes::load(out + i * outStride + j * lanes::count, sums[i][j]);
    for (std::int64_t c = 0; c < k; ++c)
#pragma GCC unroll 8
        for (int j = 0; j < N; ++j) {
            lanes::Floats b;
            lanes::load(w + c * wStride + j * lanes::count, b);
#pragma GCC unroll 8
            for (int i = 0; i < M; ++i)
                sums[i][j] += x[i * xStride + c] * b;
        }
#pragma GCC unroll 8
    for (int i = 0; i < M; ++i)
#pragma GCC unroll 8
        for (int j = 0; j < N; ++j)
            std::memcpy(out + i * outStride + j * lanes::count, &sums[i][j], sizeof(lanes::Floats));
}

template <int M>
SECATEUR_FORCE_INLINE void weightedRows(const float *x, std::int64_t xStride, const ConstMatrixView &w, float *out,
                                        std::int64_t outStride)
{
    std::int64_t j = 0;
    for (; j + 4 * lanes::count <= w.cols; j += 4 * lanes::count)
        weightedTile<M, 4>(x, xStride, w.data + j, w.stride, w.rows, out + j, outStride);
    for (; j + lanes::count <= w.cols; j += lanes::count)
        weightedTile<M, 1>(x, xStride, w.data + j, w.stride, w.rows, out + j, outStride);
    for (; j < w.cols; ++j)
        for (int i = 0; i < M; ++i)
            for (std::int64_t c = 0; c < w.rows; ++c)
                out[i * outStride + j] += x[i * xStride + c] * w.data[c * w.stride + j];
}

template <int M>
SECATEUR_FORCE_INLINE void weighted(const ConstMatrixView &x, const ConstMatrixView &w, const MatrixView &out)
{
    std::int64_t i = 0;
    for (; i + M <= x.rows; i += M)
        weightedRows<M>(x.data + i * x.stride, x.stride, w, out.data + i * out.stride, out.stride);
    for (; i < x.rows; ++i)
        weightedRows<1>(x.data + i * x.stride, x.stride, w, out.data + i * out.stride, out.stride);
}

template <typename Weight>
void plainProduct(const ConstMatrixView &x, const Weight *w, std::int64_t wStride, const MatrixView &out)
{
    product<1, 2>(x, w, wStride, out);
}

void plainWeighted(const ConstMatrixView &x, const ConstMatrixView &w, const MatrixView &out)
{
    weighted<1>(x, w, out);
}

#ifdef SECATEUR_HAS_CPU_LEVELS
template <typename Weight>
SECATEUR_TARGET_FMA void fmaProduct(const ConstMatrixView &x, const Weight *w, std::int64_t wStride,
                                    const MatrixView &out)
{
    product<2, 3>(x, w, wStride, out);
}

template <typename Weight>
SECATEUR_TARGET_AVX512 void avx512Product(const ConstMatrixView &x, const Weight *w, std::int64_t wStride,
                                          const MatrixView &out)
{
    product<4, 6>(x, w, wStride, out);
}

SECATEUR_TARGET_FMA void fmaWeighted(const ConstMatrixView &x, const ConstMatrixView &w, const MatrixView &out)
{
    weighted<1>(x, w, out);
}

SECATEUR_TARGET_AVX512 void avx512Weighted(const ConstMatrixView &x, const ConstMatrixView &w, const MatrixView &out)
{
    weighted<3>(x, w, out);
}
#endif

template <typename Weight>
void anyProduct(const ConstMatrixView &x, const Weight *w, std::int64_t wStride, const MatrixView &out)
{
    const ProductTimer timer;
#ifdef SECATEUR_HAS_CPU_LEVELS
    if (mask::cpuLevel() == mask::CpuLevel::Avx512)
        return avx512Product(x, w, wStride, out);
    if (lanes::hasFma())
        return fmaProduct(x, w, wStride, out);
#endif
    plainProduct(x, w, wStride, out);
}

} // namespace

void multiplyRows(const ConstMatrixView &x, const ConstMatrixView &w, const MatrixView &out)
{
    anyProduct(x, w.data, w.stride, out);
}

void multiplyRows(const ConstMatrixView &x, const RoundedView &w, const MatrixView &out)
{
    anyProduct(x, w.data, w.cols, out);
}

void addWeightedRows(const ConstMatrixView &x, const ConstMatrixView &w, const MatrixView &out)
{
    const ProductTimer timer;
#ifdef SECATEUR_HAS_CPU_LEVELS
    if (mask::cpuLevel() == mask::CpuLevel::Avx512)
        return avx512Weighted(x, w, out);
    if (lanes::hasFma())
        return fmaWeighted(x, w, out);
#endif
    plainWeighted(x, w, out);
}

} // namespace secateur::model
