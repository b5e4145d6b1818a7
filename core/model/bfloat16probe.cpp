// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <vector>

#include "core/model/gemm.h"

namespace secateur::model {

namespace {

// The shape of a group of tokens and a linear of a small model: a smaller product would measure the calls around it.
constexpr std::int64_t tokens = 512;
constexpr std::int64_t width = 1024;

/// Numbers in [-1, 1) that bf16 holds exactly, so that only the product's own error is seen.
std::vector<float> trialNumbers(std::size_t count, std::uint32_t state)
{
    std::vector<float> numbers(count);
    for (auto &number : numbers) {
        state = state * 1664525U + 1013904223U;
        number = float(state >> 24) / 128.0F - 1.0F;
    }
    return numbers;
}

template <typename Function>
double seconds(const Function &function)
{
    const auto start = std::chrono::steady_clock::now();
    function();
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

/// The best of a few runs after one to warm up; when that one took long there is nothing left to find out.
template <typename Function>
double bestSeconds(const Function &function)
{
    double best = seconds(function);
    constexpr double longRun = 0.2;
    for (int repeat = 0; repeat < 4 && best < longRun; ++repeat)
        best = std::min(best, seconds(function));
    return best;
}

double relativeDifference(const std::vector<float> &exact, const std::vector<float> &trial)
{
    double difference = 0.0;
    double size = 0.0;
    for (std::size_t i = 0; i < exact.size(); ++i) {
        difference += (double(exact[i]) - trial[i]) * (double(exact[i]) - trial[i]);
        size += double(exact[i]) * exact[i];
    }
    return std::sqrt(difference / size);
}

BFloat16Probe measureBFloat16()
{
    prepareComputeThread();
    const auto x = trialNumbers(std::size_t(tokens * width), 1);
    const auto w = trialNumbers(std::size_t(width * width), 2);
    const ConstMatrixView input{x.data(), tokens, width, width};
    const ConstMatrixView weights{w.data(), width, width, width};
    std::vector<BFloat16Bits> rounded(w.size());
    roundToBFloat16(weights, rounded);
    std::vector<float> exact(std::size_t(tokens * width));
    std::vector<float> trial(exact.size());
    BFloat16Probe probe;
    probe.speedup = bestSeconds([&] {
        multiplyTransposed(input, weights, {exact.data(), tokens, width, width}, Precision::Float32);
    });
    probe.speedup /= bestSeconds([&] {
        multiplyTransposed(input, RoundedView{rounded.data(), width, width}, {trial.data(), tokens, width, width});
    });
    probe.relativeError = relativeDifference(exact, trial);
    return probe;
}

} // namespace

/// Measured once: on a busy machine a second trial may end otherwise, in the middle of a job.
BFloat16Probe probeBFloat16()
{
    static const BFloat16Probe probe = measureBFloat16();
    return probe;
}

} // namespace secateur::model
