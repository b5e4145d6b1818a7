// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/analysis/effectsize.h"

#include <cmath>
#include <span>

namespace secateur::analysis {

namespace {

/// A sum on the way to a mean.
struct Mean {
    double sum = 0.0;
    std::size_t count = 0;

    void add(double value)
    {
        sum += value;
        ++count;
    }
    [[nodiscard]] double value() const { return sum / double(count); }
};

void addWithin(const ItemDistances &distances, std::span<const std::size_t> runs, Mean &mean)
{
    for (std::size_t i = 0; i < runs.size(); ++i)
        for (std::size_t j = 0; j < i; ++j)
            if (runs[i] != runs[j])
                mean.add(distances.at(runs[i], runs[j]));
}

/// None where there is no pair to know the floor from, or no room between floor and chance.
std::optional<EffectSize> effectOf(const ItemDistances &distances, std::span<const std::size_t> a,
                                   std::span<const std::size_t> b, double random)
{
    Mean within;
    addWithin(distances, a, within);
    addWithin(distances, b, within);
    Mean between;
    for (const std::size_t one : a)
        for (const std::size_t other : b)
            between.add(distances.at(one, other));
    if (within.count == 0 || between.count == 0 || !(random > within.value()))
        return std::nullopt;
    EffectSize effect;
    effect.cross = between.value();
    effect.floor = within.value();
    effect.random = random;
    effect.value = (effect.cross - effect.floor) / (random - effect.floor);
    return effect;
}

std::vector<std::size_t> pick(const std::vector<std::size_t> &runs, std::span<const std::size_t> items,
                              std::size_t first)
{
    std::vector<std::size_t> picked;
    for (const std::size_t item : items)
        picked.push_back(runs[item - first]);
    return picked;
}

std::optional<Interval> intervalOf(const ItemDistances &distances, const DomainSamples &samples, double random,
                                   const DrawIndex &draw, const BootstrapOptions &options)
{
    const std::size_t groups[] = {samples.a.size(), samples.b.size()};
    const auto statistic = [&](std::span<const std::size_t> items) {
        const auto a = pick(samples.a, items.first(groups[0]), 0);
        const auto b = pick(samples.b, items.subspan(groups[0]), groups[0]);
        const auto effect = effectOf(distances, a, b, random);
        return effect ? effect->value : std::nan("");
    };
    auto values = resampledValues(groups, statistic, draw, options.resamples);
    std::erase_if(values, [](double value) { return std::isnan(value); });
    // Of two and two samples a quarter has no pair within a domain. Where it is more than half, too little is left.
    if (values.size() * 2 < options.resamples)
        return std::nullopt;
    return percentileInterval(std::move(values), options.level);
}

} // namespace

Result<EffectSize> effectSize(const ItemDistances &distances, const DomainSamples &samples, double random,
                              const DrawIndex &draw, const BootstrapOptions &options)
{
    if (samples.a.empty() || samples.b.empty())
        return failure(ErrorCode::InvalidArgument, "an effect size needs runs of two domains");
    if (samples.a.size() < 2 && samples.b.size() < 2)
        return failure(ErrorCode::InvalidArgument,
                       "an effect size needs two samples of one of the domains, to know how far apart two samples of "
                       "the same domain lie; prune one of them again with another --seed");
    auto effect = effectOf(distances, samples.a, samples.b, random);
    if (!effect)
        return failure(ErrorCode::InvalidArgument,
                       "two samples of one domain lie as far apart as chance would put them, so there is no scale for "
                       "an effect size");
    effect->samplesA = samples.a.size();
    effect->samplesB = samples.b.size();
    if (samples.a.size() >= 2 && samples.b.size() >= 2)
        effect->interval = intervalOf(distances, samples, random, draw, options);
    return *effect;
}

} // namespace secateur::analysis
