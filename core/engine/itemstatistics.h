// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "core/store/evaluation.h"

/// From what was found per item to numbers with intervals, torch-free.
namespace secateur::engine {

/// One metric of an evaluation as a function of a sample of its items. All rows of equal "index" are one item, of which
/// they are samples; without that column every row is one. The columns say which metrics there are:
///     "nll", "tokens"       perplexity: exp(sum of losses / sum of predicted tokens)
///     counts  "correct_X"   X: share of right answers
///     numbers "score_X"     X: mean over items of the mean over samples
///     numbers "best_X"      X_best: mean over items of the largest of their samples
///     counts  "bleu_0", … and "chrf_0", …   BLEU and chrF of all items together, 0 to 100 (eval/metrics)
///     count   "passed"      pass@1, pass@10, pass@100 as far as there are samples (eval/metrics/passatk.h)
///     count   "scored"      where there: rows with 0 could not be scored, and their item does not count
class ItemStatistic
{
public:
    /// Of an item; only items with samples are counted.
    using Combine = std::function<double(std::span<const std::size_t> items)>;

    /// What the values of single items say of the value of all.
    enum class Kind {
        Whole, ///< nothing: perplexity, BLEU
        Mean, ///< it is their mean
        Share, ///< likewise, and every item gives 0 or 1
    };

    ItemStatistic(std::string name, bool lowerIsBetter, Kind kind, std::vector<bool> scored, Combine combine);

    [[nodiscard]] const std::string &name() const { return m_name; }
    [[nodiscard]] bool lowerIsBetter() const { return m_lowerIsBetter; }
    /// Every item gives 0 or 1, so that Wilson's interval applies.
    [[nodiscard]] bool isShare() const { return m_kind == Kind::Share; }
    [[nodiscard]] bool isMean() const { return m_kind != Kind::Whole; }
    [[nodiscard]] std::size_t items() const { return m_scored.size(); }
    /// Items that can be scored, ascending.
    [[nodiscard]] std::vector<std::size_t> scoredItems() const;
    /// Over items with repetitions; each must be scored.
    [[nodiscard]] double value(std::span<const std::size_t> items) const { return m_combine(items); }

private:
    std::string m_name;
    bool m_lowerIsBetter;
    Kind m_kind;
    std::vector<bool> m_scored;
    Combine m_combine;
};

/// All metrics that these items give, perplexity first, then by name.
[[nodiscard]] std::vector<ItemStatistic> itemStatistics(const store::EvaluationItems &items);

/// A statistic over all scored items with its interval of 95 %: Wilson's for shares, else the percentile bootstrap over
/// items, always of the same seed.
[[nodiscard]] store::EvaluationMetric metricOf(const ItemStatistic &statistic);
[[nodiscard]] std::vector<store::EvaluationMetric> metricsOf(const store::EvaluationItems &items);

} // namespace secateur::engine
