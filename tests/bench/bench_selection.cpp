// SPDX-License-Identifier: GPL-3.0-or-later
#include <cmath>
#include <vector>

#include <ATen/Functions.h>
#include <ATen/Parallel.h>

#include "core/selection/selection.h"
#include "tests/bench/benchtools.h"
#include "tests/support/tinymodel.h"

using namespace secateur;

/// From weights and norms to a mask of 4096 x 4096, against libtorch sorting scores that are there already (stable, per
/// row), which is the greater part of the reference's selection. Two threads each.
namespace {

constexpr std::size_t side = 4096;

struct Input {
    std::vector<float> weights;
    std::vector<float> norms;
    [[nodiscard]] selection::WeightView view() const { return {side, side, weights}; }
};

const Input &input()
{
    static const Input made = [] {
        test::TinyRandom random(1);
        Input input{std::vector<float>(side * side), std::vector<float>(side)};
        for (float &weight : input.weights)
            weight = float(0.02 * random.normal());
        for (float &norm : input.norms)
            norm = float(std::exp(random.normal()));
        return input;
    }();
    return made;
}

at::Tensor scores()
{
    auto data = input().weights;
    const auto size = std::int64_t(side);
    const auto weights = at::from_blob(data.data(), {size, size}, at::kFloat);
    auto norms = input().norms;
    return at::mul(weights.abs(), at::from_blob(norms.data(), {1, size}, at::kFloat).sqrt());
}

template <typename Select>
void againstSort(benchmark::State &state, const Select &select)
{
    at::set_num_threads(bench::threads);
    const at::Tensor metric = scores();
    bench::compare(
        state, [&] { benchmark::DoNotOptimize(at::sort(metric, /*stable=*/true, /*dim=*/-1, /*descending=*/false)); },
        [&] {
            auto kept = select();
            benchmark::DoNotOptimize(kept);
        },
        3);
}

void selectRows(benchmark::State &state)
{
    const auto target = Sparsity::fromRatio(0.5).value();
    againstSort(state, [&] { return selection::selectWanda(input().view(), input().norms, target, bench::threads); });
}

void selectPattern(benchmark::State &state, int n, int m)
{
    const auto target = NmPattern::fromCounts(n, m).value();
    againstSort(state, [&] { return selection::selectWanda(input().view(), input().norms, target, bench::threads); });
}

void selectVariant(benchmark::State &state)
{
    const auto target = Sparsity::fromRatio(0.5).value();
    againstSort(state,
                [&] { return selection::selectWandaVariant(input().view(), input().norms, target, bench::threads); });
}

void selectMagnitude(benchmark::State &state)
{
    const auto target = Sparsity::fromRatio(0.5).value();
    againstSort(state, [&] { return selection::selectMagnitude(input().view(), target, bench::threads); });
}

} // namespace

BENCHMARK(selectRows)->UseManualTime()->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(selectPattern, 2of4, 2, 4)->UseManualTime()->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(selectPattern, 4of8, 4, 8)->UseManualTime()->Unit(benchmark::kMillisecond);
BENCHMARK(selectVariant)->UseManualTime()->Unit(benchmark::kMillisecond);
BENCHMARK(selectMagnitude)->UseManualTime()->Unit(benchmark::kMillisecond);
