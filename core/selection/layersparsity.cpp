// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/selection/layersparsity.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <numeric>

#include "core/base/sha256.h"
#include "core/selection/checks.h"
#include "core/selection/rowblocks.h"

namespace secateur::selection {

namespace {

constexpr std::size_t mostBlocks = 4096;
constexpr double leastPruned = 0.01;
constexpr double negligible = 1e-12;
const LayerRule published;

std::vector<std::string> split(const std::string &text, char separator)
{
    std::vector<std::string> words(1);
    for (const char c : text) {
        if (c == separator)
            words.emplace_back();
        else if (c != ' ' && c != '\n' && c != '\r' && c != '\t')
            words.back() += c;
    }
    return words;
}

Result<double> numberFrom(const std::string &word)
{
    double value = 0.0;
    const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), value);
    if (error != std::errc() || end != word.data() + word.size() || !std::isfinite(value))
        return failure(ErrorCode::InvalidArgument,
                       "\"" + word
                           + "\" is no number; per-layer sparsity is owl, owl:M:LAMBDA or a share for each "
                             "layer such as 0.4,0.5,0.6");
    return value;
}

/// At most four decimals, none of them a trailing zero.
std::string shortNumber(double value)
{
    std::array<char, 32> buffer{};
    const auto [end, error] =
        std::to_chars(buffer.data(), buffer.data() + buffer.size(), std::round(value * 1e4) / 1e4);
    return error == std::errc() ? std::string(buffer.data(), end) : "nan";
}

Result<LayerRule> owlFromText(const std::string &text)
{
    const auto words = split(text, ':');
    LayerRule rule;
    if (words.size() != 1 && words.size() != 3)
        return failure(ErrorCode::InvalidArgument, "\"" + text + "\" is neither owl nor owl:M:LAMBDA");
    if (words.size() == 3) {
        SECATEUR_TRY(factor, numberFrom(words[1]));
        SECATEUR_TRY(spread, numberFrom(words[2]));
        if (!(factor > 0.0 && spread >= 0.0 && spread < 0.5))
            return failure(ErrorCode::InvalidArgument,
                           "\"" + text + "\": M must be above 0, and lambda at least 0 and below 0.5");
        rule.outlierFactor = factor;
        rule.spread = spread;
    }
    return rule;
}

double mean(std::span<const double> values)
{
    return std::accumulate(values.begin(), values.end(), 0.0) / double(values.size());
}

std::string tableText(const LayerRule &rule)
{
    std::string text;
    for (const double share : rule.table)
        text += (text.empty() ? "" : ",") + shortNumber(share);
    return text;
}

/// The sum over all scores of a matrix of what `value` makes of each, row by row, so that threads change no bit.
template <typename Value>
Result<double> sumOverScores(const ScoredMatrix &matrix, int threads, const Value &value)
{
    const WeightView &weights = matrix.weights;
    SECATEUR_CHECK(checkWeights(weights));
    SECATEUR_TRY(roots, columnRoots(weights, matrix.scalerRow));
    std::vector<double> sums(weights.rows);
    forEachRow(weights.rows, weights.cols, threads, [&](std::size_t row, RowScratch &) {
        const auto values = weights.values.subspan(row * weights.cols, weights.cols);
        for (std::size_t col = 0; col < weights.cols; ++col)
            sums[row] += value(std::abs(values[col]) * roots[col]);
    });
    return std::accumulate(sums.begin(), sums.end(), 0.0);
}

} // namespace

Result<LayerRule> layerRuleFromText(const std::string &text)
{
    if (text == "owl" || text.starts_with("owl:"))
        return owlFromText(text);
    LayerRule rule;
    rule.kind = LayerRule::Kind::Table;
    for (const std::string &word : split(text, ',')) {
        SECATEUR_TRY(share, numberFrom(word));
        SECATEUR_CHECK(Sparsity::fromRatio(share));
        rule.table.push_back(std::round(share * 1e4) / 1e4);
    }
    if (rule.table.size() > mostBlocks)
        return failure(ErrorCode::InvalidArgument, "per-layer sparsity: no model has so many layers");
    return rule;
}

std::string layerRuleText(const LayerRule &rule)
{
    if (rule.kind == LayerRule::Kind::Table)
        return tableText(rule);
    if (rule == published)
        return "owl";
    return "owl:" + shortNumber(rule.outlierFactor) + ":" + shortNumber(rule.spread);
}

Result<std::string> targetText(const PruneTarget &target, const std::optional<LayerRule> &rule)
{
    if (!rule)
        return secateur::targetText(target);
    const auto *const total = std::get_if<Sparsity>(&target);
    if (!total)
        return failure(ErrorCode::InvalidArgument,
                       "pattern " + secateur::targetText(target)
                           + " prunes every layer alike; give a sparsity with a per-layer rule");
    if (rule->kind == LayerRule::Kind::Table)
        return shortNumber(mean(rule->table)) + "-table-" + sha256Hex(tableText(*rule)).substr(0, 6);
    std::string text = shortNumber(total->ratio()) + "-" + layerRuleText(*rule);
    std::ranges::replace(text, ':', '-');
    return text;
}

Result<std::vector<Sparsity>> tableSparsities(const LayerRule &rule, std::size_t layers)
{
    if (rule.table.size() != layers)
        return failure(ErrorCode::InvalidArgument,
                       "per-layer sparsity names " + std::to_string(rule.table.size()) + " shares, and the model has "
                           + std::to_string(layers) + " layers; give one for each");
    std::vector<Sparsity> sparsities;
    for (const double share : rule.table) {
        SECATEUR_TRY(sparsity, Sparsity::fromRatio(share));
        sparsities.push_back(sparsity);
    }
    return sparsities;
}

std::vector<double> moveShare(std::span<const double> shares, std::size_t block, double share)
{
    std::vector<double> moved(shares.begin(), shares.end());
    moved[block] = std::clamp(share, 0.0, mostPruned);
    double left = shares[block] - moved[block]; // for the others to take over
    for (std::size_t round = 0; round < moved.size() && std::abs(left) > negligible; ++round) {
        std::vector<std::size_t> free;
        for (std::size_t i = 0; i < moved.size(); ++i)
            if (i != block && (left > 0.0 ? moved[i] < mostPruned : moved[i] > 0.0))
                free.push_back(i);
        const double each = left / double(std::max<std::size_t>(free.size(), 1));
        for (const std::size_t i : free) {
            const double next = std::clamp(moved[i] + each, 0.0, mostPruned);
            left -= next - moved[i];
            moved[i] = next;
        }
    }
    moved[block] = std::clamp(moved[block] + left, 0.0, mostPruned); // rounding must not lead outside
    return moved;
}

Result<double> outlierShare(std::span<const ScoredMatrix> matrices, double factor, int threads)
{
    double sum = 0.0;
    double count = 0.0;
    for (const auto &matrix : matrices) {
        SECATEUR_TRY(part, sumOverScores(matrix, threads, [](float score) { return double(score); }));
        sum += part;
        count += double(matrix.weights.values.size());
    }
    if (count == 0.0)
        return 0.0;
    const float threshold = float(sum / count) * float(factor);
    double above = 0.0;
    for (const auto &matrix : matrices) {
        SECATEUR_TRY(part, sumOverScores(matrix, threads, [=](float score) { return score > threshold ? 1.0 : 0.0; }));
        above += part;
    }
    return above / count;
}

Result<std::vector<Sparsity>> owlSparsities(std::span<const double> outlierShares, const Sparsity &total, double spread)
{
    const auto [least, most] = std::ranges::minmax(outlierShares);
    std::vector<double> kept;
    for (const double share : outlierShares)
        kept.push_back(most > least ? (share - least) / (most - least) * 2.0 * spread : 0.0);
    const double middle = mean(kept);
    std::vector<Sparsity> sparsities;
    for (const double value : kept) {
        const double pruned = 1.0 - (value - middle + 1.0 - total.ratio());
        const auto sparsity = Sparsity::fromRatio(pruned > 0.0 ? pruned : leastPruned);
        if (!sparsity)
            return failure(ErrorCode::InvalidArgument,
                           "OWL would prune all of layer " + std::to_string(sparsities.size())
                               + "; choose a smaller lambda or a lower sparsity");
        sparsities.push_back(*sparsity);
    }
    return sparsities;
}

} // namespace secateur::selection
