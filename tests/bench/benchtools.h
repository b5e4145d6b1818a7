// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <vector>

#include <benchmark/benchmark.h>

namespace secateur::bench {

/// What both sides of a comparison may use.
inline constexpr int threads = 2;

template <typename Function>
double secondsOf(const Function &function)
{
    const auto start = std::chrono::steady_clock::now();
    function();
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

inline double median(std::vector<double> values)
{
    const auto middle = values.begin() + std::ptrdiff_t(values.size() / 2);
    std::nth_element(values.begin(), middle, values.end());
    return *middle;
}

/// Measures `subject` and, in the same process and minute, `reference`; for a benchmark with UseManualTime().
/// Counters: "ratio" = time of the reference / time of the subject (above 1 the subject is faster), medians of both;
/// "reference_ms".
template <typename Reference, typename Subject>
void compare(benchmark::State &state, const Reference &reference, const Subject &subject, int referenceRounds = 5)
{
    std::vector<double> referenceSeconds;
    reference(); // both sides start with warm caches
    for (int round = 0; round < referenceRounds; ++round)
        referenceSeconds.push_back(secondsOf(reference));
    subject();
    std::vector<double> seconds;
    for (auto _ : state) {
        seconds.push_back(secondsOf(subject));
        state.SetIterationTime(seconds.back());
    }
    if (seconds.empty())
        return;
    state.counters["ratio"] = median(referenceSeconds) / median(seconds);
    state.counters["reference_ms"] = 1e3 * median(referenceSeconds);
}

} // namespace secateur::bench
