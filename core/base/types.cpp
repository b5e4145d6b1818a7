// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/types.h"

#include <array>
#include <charconv>

namespace secateur {

namespace {

/// The shortest decimal text that reads back to the same double.
std::string shortestText(double value)
{
    std::array<char, 32> buffer{};
    const auto [end, error] = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value);
    return error == std::errc{} ? std::string(buffer.data(), end) : std::string("nan");
}

} // namespace

std::string tensorName(const MatrixId &id)
{
    return "model.layers." + std::to_string(id.layer.value) + "." + id.sublayer + ".weight";
}

std::string shortSublayer(const std::string &sublayer)
{
    return sublayer.substr(sublayer.find('.') + 1);
}

Result<Sparsity> Sparsity::fromRatio(double ratio)
{
    if (!(ratio >= 0.0 && ratio < 1.0))
        return failure(ErrorCode::InvalidArgument,
                       "sparsity " + shortestText(ratio) + " is out of range; it must be at least 0 and below 1");
    return Sparsity(ratio);
}

Result<NmPattern> NmPattern::fromCounts(int n, int m)
{
    if (!(n > 0 && n < m && m <= 256))
        return failure(ErrorCode::InvalidArgument,
                       "pattern " + std::to_string(n) + ":" + std::to_string(m)
                           + " is out of range; N:M needs 0 < N < M <= 256");
    return NmPattern(n, m);
}

Result<NmPattern> NmPattern::fromText(const std::string &text)
{
    int n = 0;
    int m = 0;
    const char *const end = text.data() + text.size();
    const auto first = std::from_chars(text.data(), end, n);
    if (first.ec == std::errc{} && first.ptr != end && *first.ptr == ':') {
        const auto second = std::from_chars(first.ptr + 1, end, m);
        if (second.ec == std::errc{} && second.ptr == end)
            return fromCounts(n, m);
    }
    return failure(ErrorCode::InvalidArgument, "pattern \"" + text + "\" is not of the form N:M, such as 2:4");
}

std::string targetText(const PruneTarget &target)
{
    if (const auto *pattern = std::get_if<NmPattern>(&target))
        return std::to_string(pattern->n()) + ":" + std::to_string(pattern->m());
    return shortestText(std::get<Sparsity>(target).ratio());
}

double targetRatio(const PruneTarget &target)
{
    return std::visit([](const auto &value) { return value.ratio(); }, target);
}

std::string methodName(PruneMethod method)
{
    switch (method) {
    case PruneMethod::Wanda: return "wanda";
    case PruneMethod::WandaVariant: return "wanda-variant";
    case PruneMethod::Magnitude: return "magnitude";
    case PruneMethod::Random: return "random";
    }
    return "wanda";
}

bool usesActivations(PruneMethod method)
{
    return method == PruneMethod::Wanda || method == PruneMethod::WandaVariant;
}

Result<PruneMethod> methodFromName(const std::string &name)
{
    for (const auto method : allPruneMethods)
        if (methodName(method) == name)
            return method;
    return failure(ErrorCode::InvalidArgument,
                   "method \"" + name + "\" is not known; choose wanda, wanda-variant, magnitude or random");
}

std::string statisticsName(StatisticsMode mode)
{
    return mode == StatisticsMode::Dense ? "dense" : "pruned";
}

Result<StatisticsMode> statisticsFromName(const std::string &name)
{
    for (const auto mode : {StatisticsMode::Pruned, StatisticsMode::Dense})
        if (statisticsName(mode) == name)
            return mode;
    return failure(ErrorCode::InvalidArgument, "statistics \"" + name + "\" is not known; choose pruned or dense");
}

std::string bosName(BosPolicy policy)
{
    switch (policy) {
    case BosPolicy::Auto: return "auto";
    case BosPolicy::Always: return "always";
    case BosPolicy::Never: return "never";
    }
    return "auto";
}

Result<BosPolicy> bosFromName(const std::string &name)
{
    for (const auto policy : {BosPolicy::Auto, BosPolicy::Always, BosPolicy::Never})
        if (bosName(policy) == name)
            return policy;
    return failure(ErrorCode::InvalidArgument, "bos \"" + name + "\" is not known; choose auto, always or never");
}

} // namespace secateur
