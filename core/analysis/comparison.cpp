// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/analysis/comparison.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <string>

namespace secateur::analysis {

namespace {

constexpr double RootPi = 1.7724538509055160273;

/// The mean of `scores` over a resample.
double resampledMean(std::span<const double> scores, std::span<const std::size_t> items)
{
    double sum = 0.0;
    for (const std::size_t item : items)
        sum += scores[item];
    return sum / double(items.size());
}

Result<void> checkFinite(std::span<const double> scores, const std::string &what)
{
    const auto bad = std::find_if(scores.begin(), scores.end(), [](double score) { return !std::isfinite(score); });
    if (bad == scores.end())
        return {};
    return failure(ErrorCode::InvalidArgument,
                   what + ": the score of item " + std::to_string(bad - scores.begin())
                       + " is not a finite number; leave that item out on both sides");
}

bool areVerdicts(std::span<const double> scores)
{
    return std::all_of(scores.begin(), scores.end(), [](double score) { return score == 0.0 || score == 1.0; });
}

std::optional<double> pairedT(std::span<const double> differences)
{
    const auto error = standardError(differences);
    if (!error || *error == 0.0)
        return std::nullopt;
    return studentP(*mean(differences) / *error, differences.size() - 1);
}

Discordant discordantPairs(std::span<const double> differences)
{
    return {std::uint64_t(std::count(differences.begin(), differences.end(), -1.0)),
            std::uint64_t(std::count(differences.begin(), differences.end(), 1.0))};
}

/// log(Gamma(a + 1/2) / Gamma(a)) for a = half of a whole number, from Gamma(x + 1) = x Gamma(x) and the values at 1/2
/// and 1: std::lgamma writes a variable that all threads share.
double logGammaRatio(std::uint64_t twiceA)
{
    const bool even = twiceA % 2 == 0;
    double ratio = even ? RootPi / 2.0 : 1.0 / RootPi; // a = 1: Gamma(3/2) / Gamma(1); a = 1/2: Gamma(1) / Gamma(1/2)
    for (std::uint64_t twice = even ? 2 : 1; twice < twiceA; twice += 2)
        ratio *= double(twice + 1) / double(twice);
    return std::log(ratio);
}

/// The continued fraction of I_x(a, b) by the modified method of Lentz (Thompson and Barnett 1986).
double betaFraction(double x, double a, double b)
{
    constexpr double tiny = 1e-300;
    const auto away = [](double value) { return std::abs(value) < tiny ? tiny : value; };
    double c = 1.0;
    double d = 1.0 / away(1.0 - (a + b) * x / (a + 1.0));
    double fraction = d;
    for (int m = 1; m <= 10'000; ++m) {
        const double even = m * (b - m) * x / ((a + 2 * m - 1.0) * (a + 2 * m));
        d = 1.0 / away(1.0 + even * d);
        c = away(1.0 + even / c);
        fraction *= d * c;
        const double odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1.0));
        d = 1.0 / away(1.0 + odd * d);
        c = away(1.0 + odd / c);
        fraction *= d * c;
        if (std::abs(d * c - 1.0) < 1e-16)
            break;
    }
    return fraction;
}

} // namespace

double mcnemarExactP(const Discordant &pairs)
{
    const double n = double(pairs.onlyFirst) + double(pairs.onlySecond);
    const std::uint64_t fewer = std::min(pairs.onlyFirst, pairs.onlySecond);
    // C(n, fewer) / 2^n as mantissa and exponent, since 2^-n is no double from n = 1075 on.
    double term = 1.0;
    double exponent = -n;
    for (std::uint64_t i = 1; i <= fewer; ++i) {
        term *= (n - double(fewer) + double(i)) / double(i);
        if (term > 1e100) {
            int shift = 0;
            term = std::frexp(term, &shift);
            exponent += shift;
        }
    }
    double sum = 0.0;
    double relative = 1.0; // the terms below are this one times falling ratios
    for (std::uint64_t k = fewer;; --k) {
        sum += relative;
        if (k == 0 || relative < sum * 1e-18)
            break;
        relative *= double(k) / (n - double(k) + 1.0);
    }
    return std::min(1.0, 2.0 * std::ldexp(term * sum, int(std::max(exponent, -1e6))));
}

std::optional<double> studentP(double t, std::uint64_t degrees)
{
    if (degrees == 0 || std::isnan(t))
        return std::nullopt;
    if (t == 0.0)
        return 1.0;
    if (std::isinf(t))
        return 0.0;
    // p = I_x(degrees / 2, 1 / 2) with x = degrees / (degrees + t^2); of x and 1 - x the fraction takes the smaller.
    const double a = double(degrees) / 2.0;
    const double b = 0.5;
    const double x = double(degrees) / (double(degrees) + t * t);
    const double rest = t * t / (double(degrees) + t * t);
    const double logX = rest < 0.5 ? std::log1p(-rest) : std::log(x);
    const double logFront = a * logX + b * std::log(rest) + logGammaRatio(degrees) - std::log(RootPi);
    if (x < (a + 1.0) / (a + b + 2.0))
        return std::min(1.0, std::exp(logFront) * betaFraction(x, a, b) / a);
    return std::max(0.0, 1.0 - std::exp(logFront) * betaFraction(rest, b, a) / b);
}

Result<Comparison> comparePaired(std::span<const double> first, std::span<const double> second, const DrawIndex &draw,
                                 const BootstrapOptions &options)
{
    if (first.empty() || first.size() != second.size())
        return failure(ErrorCode::InvalidArgument,
                       "cannot compare " + std::to_string(first.size()) + " with " + std::to_string(second.size())
                           + " scores item by item; evaluate both models on the same items");
    SECATEUR_CHECK(checkFinite(first, "the first model"));
    SECATEUR_CHECK(checkFinite(second, "the second model"));
    std::vector<double> differences(first.size());
    std::transform(second.begin(), second.end(), first.begin(), differences.begin(), std::minus<>());
    Comparison comparison;
    comparison.difference = *mean(differences);
    comparison.interval = bootstrapInterval(
        differences.size(),
        [&differences](std::span<const std::size_t> items) { return resampledMean(differences, items); }, draw,
        options);
    if (areVerdicts(first) && areVerdicts(second)) {
        comparison.discordant = discordantPairs(differences);
        comparison.p = mcnemarExactP(comparison.discordant);
    } else {
        comparison.test = PairedTest::StudentT;
        comparison.p = pairedT(differences);
    }
    return comparison;
}

Result<DomainMean> meanOverTasks(std::span<const std::vector<double>> tasks, const DrawIndex &draw,
                                 const BootstrapOptions &options)
{
    std::vector<std::size_t> sizes;
    std::vector<double> weighted; // all tasks' scores, each divided by its number of items and of tasks
    for (const auto &scores : tasks) {
        SECATEUR_CHECK(checkFinite(scores, "task " + std::to_string(sizes.size())));
        sizes.push_back(scores.size());
        for (const double score : scores)
            weighted.push_back(score / double(scores.size()) / double(tasks.size()));
    }
    if (sizes.empty() || std::count(sizes.begin(), sizes.end(), 0U) != 0)
        return failure(ErrorCode::InvalidArgument, "a mean over tasks needs at least one task, and items in each");
    const auto sum = [&weighted](std::span<const std::size_t> items) {
        return resampledMean(weighted, items) * double(items.size());
    };
    DomainMean result;
    result.mean = *mean(weighted) * double(weighted.size());
    result.interval = percentileInterval(resampledValues(sizes, sum, draw, options.resamples), options.level);
    return result;
}

Result<DomainMean> meanOverTasks(std::span<const Count> tasks, double z)
{
    DomainMean result;
    double variance = 0.0;
    bool known = true;
    for (const Count &task : tasks) {
        if (task.items == 0 || task.right > task.items)
            return failure(ErrorCode::InvalidArgument,
                           std::to_string(task.right) + " right of " + std::to_string(task.items)
                               + " items is no result of a task");
        result.mean += double(task.right) / double(task.items);
        const auto error = standardError(task);
        known = known && error;
        variance += error ? *error * *error : 0.0;
    }
    if (tasks.empty())
        return failure(ErrorCode::InvalidArgument, "a mean over tasks needs at least one task");
    result.mean /= double(tasks.size());
    const double half = z * std::sqrt(variance) / double(tasks.size());
    if (known)
        result.interval = Interval{std::max(0.0, result.mean - half), std::min(1.0, result.mean + half)};
    return result;
}

} // namespace secateur::analysis
