// SPDX-License-Identifier: GPL-3.0-or-later
#include <ATen/Functions.h>
#include <ATen/Parallel.h>

#include "core/analysis/distance.h"
#include "tests/bench/benchtools.h"
#include "tests/support/tinymodel.h"

using namespace secateur;

/// The distance of two masks of 4096 x 11008 at one bit a weight, on one thread, against the same from tensors of one
/// byte a weight on two threads, as the thesis code computes it.
namespace {

constexpr std::size_t rows = 4096;
constexpr std::size_t cols = 11008;

mask::BitMatrix randomMask(std::uint64_t seed)
{
    test::TinyRandom random(seed);
    mask::BitMatrix out(rows, cols);
    for (std::size_t row = 0; row < rows; ++row)
        for (std::uint64_t &word : out.row(row)) // 11008 is a multiple of 64
            word = random.next();
    return out;
}

at::Tensor prunedBytes(const mask::BitMatrix &kept)
{
    at::Tensor out = at::empty({std::int64_t(rows), std::int64_t(cols)}, at::kBool);
    auto *const data = out.data_ptr<bool>();
    for (std::size_t row = 0; row < rows; ++row)
        for (std::size_t col = 0; col < cols; ++col)
            data[row * cols + col] = !kept.test(row, col);
    return out;
}

void jaccard(benchmark::State &state)
{
    at::set_num_threads(bench::threads);
    const mask::BitMatrix a = randomMask(1);
    const mask::BitMatrix b = randomMask(2);
    const at::Tensor prunedA = prunedBytes(a);
    const at::Tensor prunedB = prunedBytes(b);
    const auto reference = [&] {
        return 1.0
            - at::bitwise_and(prunedA, prunedB).sum().item<double>()
            / at::bitwise_or(prunedA, prunedB).sum().item<double>();
    };
    const auto subject = [&] { return analysis::jaccardDistance(*overlap(a, b), analysis::SetKind::Pruned); };
    if (reference() != subject()) {
        state.SkipWithError("the two distances differ");
        return;
    }
    bench::compare(
        state, [&] { benchmark::DoNotOptimize(reference()); }, [&] { benchmark::DoNotOptimize(subject()); });
}

} // namespace

BENCHMARK(jaccard)->UseManualTime()->Unit(benchmark::kMillisecond);
