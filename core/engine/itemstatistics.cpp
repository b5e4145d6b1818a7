// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/engine/itemstatistics.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <memory>

#include "core/analysis/proportions.h"
#include "core/engine/pairedbootstrap.h"
#include "core/eval/metrics/bleu.h"
#include "core/eval/metrics/chrf.h"
#include "core/eval/metrics/passatk.h"

namespace secateur::engine {

using store::EvaluationItems;

namespace {

constexpr const char *bootstrapText = "95 % percentile bootstrap over items, 1000 resamples, seed 0";
constexpr const char *wilsonText = "95 % Wilson";
constexpr std::uint64_t passLengths[] = {1, 10, 100};

/// Rows of each item, in the order in which the items first appear.
std::vector<std::vector<std::size_t>> rowsByItem(const EvaluationItems &items)
{
    std::vector<std::vector<std::size_t>> rows;
    const auto index = items.counts.find("index");
    if (index == items.counts.end()) {
        for (std::size_t row = 0; row < items.rows(); ++row)
            rows.push_back({row});
        return rows;
    }
    std::map<std::uint64_t, std::size_t> places;
    for (std::size_t row = 0; row < index->second.size(); ++row) {
        const auto [place, fresh] = places.try_emplace(index->second[row], rows.size());
        if (fresh)
            rows.emplace_back();
        rows[place->second].push_back(row);
    }
    return rows;
}

class StatisticsMaker
{
public:
    explicit StatisticsMaker(const EvaluationItems &items)
        : m_items(items), m_rows(rowsByItem(items)), m_scored(m_rows.size(), true)
    {
        if (const auto scored = items.counts.find("scored"); scored != items.counts.end())
            for (std::size_t item = 0; item < m_rows.size(); ++item)
                m_scored[item] =
                    std::ranges::all_of(m_rows[item], [&](std::size_t row) { return scored->second[row] != 0; });
    }

    std::vector<ItemStatistic> make()
    {
        const auto losses = m_items.numbers.find("nll");
        const auto tokens = m_items.counts.find("tokens");
        if (losses != m_items.numbers.end() && tokens != m_items.counts.end())
            addPerplexity(losses->second, tokens->second);
        for (const auto &[name, values] : m_items.counts)
            if (name.starts_with("correct_"))
                addMean(name.substr(8), {values.begin(), values.end()}, true);
        for (const auto &[name, values] : m_items.numbers)
            if (name.starts_with("score_"))
                addMean(name.substr(6), values, false);
            else if (name.starts_with("best_"))
                addBest(name.substr(5) + "_best", values);
        addCorpus("bleu",
                  [](std::span<const std::uint64_t> sums) { return eval::bleuScore(eval::bleuFromSums(sums)).score; });
        addCorpus("chrf",
                  [](std::span<const std::uint64_t> sums) { return eval::chrfScore(eval::chrfFromSums(sums)); });
        if (const auto passed = m_items.counts.find("passed"); passed != m_items.counts.end())
            addPasses(passed->second);
        return std::move(m_statistics);
    }

private:
    /// Items without a predicted token do not count.
    void addPerplexity(const std::vector<double> &losses, const std::vector<std::uint64_t> &tokens)
    {
        std::vector<double> loss(m_rows.size());
        std::vector<double> predicted(m_rows.size());
        std::vector<bool> scored = m_scored;
        for (std::size_t item = 0; item < m_rows.size(); ++item) {
            for (const std::size_t row : m_rows[item]) {
                loss[item] += losses[row];
                predicted[item] += double(tokens[row]);
            }
            scored[item] = scored[item] && predicted[item] > 0.0;
        }
        m_statistics.emplace_back(
            "perplexity", true, ItemStatistic::Kind::Whole, std::move(scored),
            [loss = std::move(loss), predicted = std::move(predicted)](std::span<const std::size_t> chosen) {
                double sum = 0.0;
                double count = 0.0;
                for (const std::size_t item : chosen) {
                    sum += loss[item];
                    count += predicted[item];
                }
                return std::exp(sum / count);
            });
    }

    void addPerItem(std::string name, std::vector<double> values, bool share)
    {
        const auto kind = share ? ItemStatistic::Kind::Share : ItemStatistic::Kind::Mean;
        m_statistics.emplace_back(std::move(name), false, kind, m_scored,
                                  [values = std::move(values)](std::span<const std::size_t> chosen) {
                                      double sum = 0.0;
                                      for (const std::size_t item : chosen)
                                          sum += values[item];
                                      return sum / double(chosen.size());
                                  });
    }

    void addMean(std::string name, const std::vector<double> &ofRows, bool share)
    {
        std::vector<double> means(m_rows.size());
        for (std::size_t item = 0; item < m_rows.size(); ++item) {
            for (const std::size_t row : m_rows[item])
                means[item] += ofRows[row];
            means[item] /= double(m_rows[item].size());
            share = share && m_rows[item].size() == 1;
        }
        addPerItem(std::move(name), std::move(means), share);
    }

    void addBest(std::string name, const std::vector<double> &ofRows)
    {
        std::vector<double> best(m_rows.size());
        for (std::size_t item = 0; item < m_rows.size(); ++item)
            best[item] =
                ofRows[*std::ranges::max_element(m_rows[item], {}, [&ofRows](std::size_t row) { return ofRows[row]; })];
        addPerItem(std::move(name), std::move(best), false);
    }

    /// A metric of sums over all items, kept in the columns "<name>_0", "<name>_1", …
    void addCorpus(const std::string &name, double (*score)(std::span<const std::uint64_t>))
    {
        std::vector<const std::vector<std::uint64_t> *> columns;
        for (auto found = m_items.counts.find(name + "_0"); found != m_items.counts.end();
             found = m_items.counts.find(name + "_" + std::to_string(columns.size())))
            columns.push_back(&found->second);
        if (columns.empty())
            return;
        std::vector<std::vector<std::uint64_t>> ofItems(m_rows.size(), std::vector<std::uint64_t>(columns.size()));
        for (std::size_t item = 0; item < m_rows.size(); ++item)
            for (const std::size_t row : m_rows[item])
                for (std::size_t column = 0; column < columns.size(); ++column)
                    ofItems[item][column] += (*columns[column])[row];
        const std::size_t size = columns.size();
        m_statistics.emplace_back(name, false, ItemStatistic::Kind::Whole, m_scored,
                                  [ofItems = std::move(ofItems), size, score](std::span<const std::size_t> chosen) {
                                      std::vector<std::uint64_t> sums(size);
                                      for (const std::size_t item : chosen)
                                          for (std::size_t column = 0; column < size; ++column)
                                              sums[column] += ofItems[item][column];
                                      return score(sums);
                                  });
    }

    void addPasses(const std::vector<std::uint64_t> &passed)
    {
        for (const std::uint64_t k : passLengths) {
            std::vector<double> estimates;
            bool all01 = true; // where no problem gives anything between, a resample of none right is always 0
            for (const auto &rows : m_rows) {
                std::uint64_t right = 0;
                for (const std::size_t row : rows)
                    right += passed[row];
                const auto estimate = eval::passAtK(rows.size(), right, k);
                if (!estimate)
                    return; // not defined for this many samples, nor for more
                estimates.push_back(*estimate);
                all01 = all01 && (*estimate == 0.0 || *estimate == 1.0);
            }
            addPerItem("pass@" + std::to_string(k), std::move(estimates), all01);
        }
    }

    const EvaluationItems &m_items;
    std::vector<std::vector<std::size_t>> m_rows;
    std::vector<bool> m_scored;
    std::vector<ItemStatistic> m_statistics;
};

} // namespace

ItemStatistic::ItemStatistic(std::string name, bool lowerIsBetter, Kind kind, std::vector<bool> scored, Combine combine)
    : m_name(std::move(name)), m_lowerIsBetter(lowerIsBetter), m_kind(kind), m_scored(std::move(scored)),
      m_combine(std::move(combine))
{
}

std::vector<std::size_t> ItemStatistic::scoredItems() const
{
    std::vector<std::size_t> chosen;
    for (std::size_t item = 0; item < m_scored.size(); ++item)
        if (m_scored[item])
            chosen.push_back(item);
    return chosen;
}

std::vector<ItemStatistic> itemStatistics(const EvaluationItems &items)
{
    return StatisticsMaker(items).make();
}

store::EvaluationMetric metricOf(const ItemStatistic &statistic)
{
    const auto chosen = statistic.scoredItems();
    store::EvaluationMetric metric;
    metric.name = statistic.name();
    metric.n = chosen.size();
    metric.unscored = statistic.items() - chosen.size();
    metric.interval = statistic.isShare() ? wilsonText : bootstrapText;
    if (chosen.empty())
        return metric;
    if (statistic.isShare()) {
        metric.value = statistic.value(chosen);
        const auto right = std::uint64_t(std::llround(metric.value * double(chosen.size())));
        const auto interval = analysis::wilsonInterval({right, chosen.size()});
        metric.low = interval.low;
        metric.high = interval.high;
        return metric;
    }
    const auto found =
        bootstrapped(chosen, [&](std::span<const std::size_t> resample) { return statistic.value(resample); });
    metric.value = found.value;
    metric.low = found.interval.low;
    metric.high = found.interval.high;
    return metric;
}

std::vector<store::EvaluationMetric> metricsOf(const EvaluationItems &items)
{
    std::vector<store::EvaluationMetric> metrics;
    for (const auto &statistic : itemStatistics(items))
        metrics.push_back(metricOf(statistic));
    return metrics;
}

} // namespace secateur::engine
