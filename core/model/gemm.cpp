// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/gemm.h"

#include <algorithm>
#include <chrono>
#include <cmath>
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

namespace secateur::model {

namespace {

void run(char transposeW, std::int64_t n, const ConstMatrixView &x, const ConstMatrixView &w, const MatrixView &out,
         float scale)
{
    const auto status = dnnl_sgemm('N', transposeW, x.rows, n, x.cols, scale, x.data, x.stride, w.data, w.stride, 0.0F,
                                   out.data, out.stride);
    if (status == dnnl_out_of_memory)
        throw std::bad_alloc();
    if (status != dnnl_success)
        throw std::runtime_error("oneDNN refused a matrix product, status " + std::to_string(int(status)));
}

at::Tensor rounded(const ConstMatrixView &matrix)
{
    // from_blob wants a mutable pointer; the tensor is only read.
    return at::from_blob(const_cast<float *>(matrix.data), {matrix.rows, matrix.cols}, {matrix.stride, 1})
        .to(at::kBFloat16);
}

void runBFloat16(const ConstMatrixView &x, const ConstMatrixView &w, const MatrixView &out)
{
    at::from_blob(out.data, {out.rows, out.cols}, {out.stride, 1}).copy_(at::linear(rounded(x), rounded(w)));
}

template <typename Function>
double bestSeconds(int repeats, const Function &function)
{
    double best = 1e30;
    for (int i = 0; i < repeats; ++i) {
        const auto start = std::chrono::steady_clock::now();
        function();
        best = std::min(best, std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
    }
    return best;
}

} // namespace

void multiplyTransposed(const ConstMatrixView &x, const ConstMatrixView &w, const MatrixView &out, Precision precision)
{
    if (precision == Precision::BFloat16)
        runBFloat16(x, w, out);
    else
        run('T', w.rows, x, w, out, 1.0F);
}

void multiplyTransposed(const ConstMatrixView &x, const ConstMatrixView &w, const MatrixView &out, float scale)
{
    run('T', w.rows, x, w, out, scale);
}

void multiply(const ConstMatrixView &x, const ConstMatrixView &w, const MatrixView &out)
{
    run('N', w.cols, x, w, out, 1.0F);
}

BFloat16Probe probeBFloat16()
{
    prepareComputeThread();
    constexpr std::int64_t side = 256;
    std::vector<float> x(side * side);
    std::vector<float> w(side * side);
    std::uint32_t state = 1;
    const auto next = [&state] {
        state = state * 1664525U + 1013904223U;
        return float(state >> 16) / 32768.0F - 1.0F;
    };
    std::generate(x.begin(), x.end(), next);
    std::generate(w.begin(), w.end(), next);
    // Inputs that bf16 holds exactly, so that only the product's own error is seen.
    for (auto *matrix : {&x, &w}) {
        auto tensor = at::from_blob(matrix->data(), {side, side});
        tensor.copy_(tensor.to(at::kBFloat16));
    }
    std::vector<float> exact(side * side);
    std::vector<float> trial(side * side);
    const auto product = [&](std::vector<float> &out, Precision precision) {
        multiplyTransposed({x.data(), side, side, side}, {w.data(), side, side, side}, {out.data(), side, side, side},
                           precision);
    };
    BFloat16Probe probe;
    product(exact, Precision::Float32);
    product(trial, Precision::BFloat16);
    probe.speedup = bestSeconds(3, [&] { product(exact, Precision::Float32); })
        / bestSeconds(3, [&] { product(trial, Precision::BFloat16); });
    double difference = 0.0;
    double size = 0.0;
    for (std::size_t i = 0; i < exact.size(); ++i) {
        difference += (double(exact[i]) - trial[i]) * (double(exact[i]) - trial[i]);
        size += double(exact[i]) * exact[i];
    }
    probe.relativeError = std::sqrt(difference / size);
    return probe;
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
