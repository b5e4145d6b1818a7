// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/evaluationoutcome.h"

#include <algorithm>

#include "app/cli/text.h"
#include "core/analysis/measurestyle.h"
#include "core/base/text.h"

namespace secateur::cli {
namespace {

using nlohmann::ordered_json;
using Align = Table::Align;

/// None scored is no number, not 0.
ordered_json scored(const store::EvaluationMetric &metric, double value)
{
    return metric.n > 0 ? ordered_json(value) : ordered_json();
}

ordered_json estimateJson(const analysis::Estimate &estimate)
{
    return {{"value", estimate.value}, {"low", estimate.interval.low}, {"high", estimate.interval.high}};
}

ordered_json estimateJson(const std::optional<analysis::Estimate> &estimate)
{
    return estimate ? estimateJson(*estimate) : ordered_json();
}

std::string testName(const analysis::Significance &test)
{
    return test.test == analysis::PairedTest::McNemar ? "mcnemar-exact" : "paired-t";
}

ordered_json comparisonJson(const engine::MetricComparison &comparison)
{
    ordered_json json = estimateJson(comparison.difference);
    json["n"] = comparison.n;
    json["distinguishable"] = comparison.isDistinguishable();
    json["ratio"] = estimateJson(comparison.ratio);
    json["p"] = comparison.test ? ordered_json(comparison.test->p) : ordered_json();
    json["test"] = comparison.test ? ordered_json(testName(*comparison.test)) : ordered_json();
    if (comparison.test && comparison.test->test == analysis::PairedTest::McNemar)
        json["discordant"] = {{"only_dense", comparison.test->discordant.onlyFirst},
                              {"only_run", comparison.test->discordant.onlySecond}};
    return json;
}

const engine::MetricComparison *comparisonOf(const engine::EvaluationEntry &entry, const std::string &metric)
{
    const auto found = std::ranges::find(entry.toDense, metric, &engine::MetricComparison::metric);
    return found == entry.toDense.end() ? nullptr : &*found;
}

ordered_json metricJson(const engine::EvaluationEntry &entry, const store::EvaluationMetric &metric)
{
    const auto *const comparison = comparisonOf(entry, metric.name);
    return {{"run", entry.run},
            {"task", entry.recipe.task},
            {"metric", metric.name},
            {"value", scored(metric, metric.value)},
            {"low", scored(metric, metric.low)},
            {"high", scored(metric, metric.high)},
            {"n", metric.n},
            {"unscored", metric.unscored},
            {"protocol", entry.recipe.protocolText()},
            {"interval", metric.interval},
            {"known", entry.known},
            {"seconds", entry.seconds},
            {"to_dense", comparison ? comparisonJson(*comparison) : ordered_json()}};
}

ordered_json meanJson(const engine::MeanOfTasks &mean)
{
    return {{"run", mean.run},
            {"domain", mean.domain},
            {"metric", mean.metric},
            {"tasks", mean.tasks},
            {"value", mean.measured.value},
            {"low", mean.measured.interval.low},
            {"high", mean.measured.interval.high},
            {"n", mean.n},
            {"protocol", mean.protocol},
            {"to_dense", estimateJson(mean.toDense)}};
}

ordered_json timesJson(const engine::EvaluationTimes &times)
{
    return {
        {"total", times.total}, {"measure", times.measure}, {"gemm", times.gemm}, {"gemm_share", times.gemmShare()}};
}

/// Numbers of a metric as people read them.
class Shown
{
public:
    explicit Shown(const std::string &metric) : m_metric(metric), m_style(analysis::styleOf(metric)) { }

    [[nodiscard]] std::string name() const
    {
        return m_style.unit.empty() ? m_metric : m_metric + " (" + m_style.unit + ")";
    }
    [[nodiscard]] std::string number(double value) const { return fixed(value * m_style.scale, m_style.decimals); }
    [[nodiscard]] std::string signedNumber(double value) const { return (value < 0.0 ? "" : "+") + number(value); }

private:
    const std::string &m_metric;
    analysis::MeasureStyle m_style;
};

std::string resultsText(const engine::EvaluateReport &report)
{
    Table table({{"Run"},
                 {"Task"},
                 {"Metric"},
                 {"Value", Align::Right},
                 {"95 % from", Align::Right},
                 {"to", Align::Right},
                 {"Items", Align::Right},
                 {"Protocol"}});
    std::uint64_t unscored = 0;
    for (const auto &entry : report.results)
        for (const auto &metric : entry.metrics) {
            const Shown shown(metric.name);
            const auto number = [&](double value) { return metric.n > 0 ? shown.number(value) : std::string("–"); };
            table.addRow({entry.run, entry.recipe.task, shown.name(), number(metric.value), number(metric.low),
                          number(metric.high), grouped(metric.n), entry.recipe.protocolText()});
            unscored += metric.unscored;
        }
    return table.text()
        + (unscored == 0 ? "" : "\n" + grouped(unscored) + " items could not be scored and do not count\n");
}

std::string significanceText(const std::optional<analysis::Significance> &test)
{
    if (!test)
        return "–";
    return (test->p < 0.0001 ? "<0.0001" : fixed(test->p, 4))
        + (test->test == analysis::PairedTest::McNemar ? " (McNemar)" : " (paired t)");
}

std::string verdictText(const analysis::Interval &difference)
{
    if (difference.covers(0.0))
        return "not distinguishable";
    return difference.low > 0.0 ? "higher" : "lower";
}

std::string comparisonsText(const engine::EvaluateReport &report)
{
    Table table({{"Run"},
                 {"Task"},
                 {"Metric"},
                 {"Run - dense", Align::Right},
                 {"95 % from", Align::Right},
                 {"to", Align::Right},
                 {"p", Align::Right},
                 {"On the same items"}});
    bool any = false;
    for (const auto &entry : report.results)
        for (const auto &comparison : entry.toDense) {
            const Shown shown(comparison.metric);
            const auto &[value, interval] = comparison.difference;
            table.addRow({entry.run, entry.recipe.task, shown.name(), shown.signedNumber(value),
                          shown.signedNumber(interval.low), shown.signedNumber(interval.high),
                          significanceText(comparison.test), verdictText(interval)});
            any = true;
        }
    return any ? "\nAgainst dense (paired bootstrap; p is of each comparison alone)\n" + table.text() : "";
}

std::string meansText(const engine::EvaluateReport &report)
{
    if (report.means.empty())
        return "";
    Table table({{"Run"},
                 {"Domain"},
                 {"Metric"},
                 {"Mean", Align::Right},
                 {"95 % from", Align::Right},
                 {"to", Align::Right},
                 {"Run - dense", Align::Right},
                 {"Against dense"},
                 {"Tasks"}});
    for (const auto &mean : report.means) {
        const Shown shown(mean.metric);
        table.addRow({mean.run, mean.domain, shown.name(), shown.number(mean.measured.value),
                      shown.number(mean.measured.interval.low), shown.number(mean.measured.interval.high),
                      mean.toDense ? shown.signedNumber(mean.toDense->value) : "",
                      mean.toDense ? verdictText(mean.toDense->interval) : "", joined(mean.tasks)});
    }
    return "\nMeans over the tasks of a domain, each of the same weight\n" + table.text();
}

std::string timesText(const engine::EvaluationTimes &times)
{
    return "\nTook " + fixed(times.total, 1) + " s, of which " + fixed(times.measure, 1) + " s measuring ("
        + fixed(100.0 * times.gemmShare(), 0) + " % of it in matrix products)\n";
}

} // namespace

ordered_json evaluationJson(const engine::EvaluateReport &report)
{
    ordered_json results = ordered_json::array();
    for (const auto &entry : report.results)
        for (const auto &metric : entry.metrics)
            results.push_back(metricJson(entry, metric));
    ordered_json means = ordered_json::array();
    for (const auto &mean : report.means)
        means.push_back(meanJson(mean));
    return {{"results", results}, {"means", means}, {"seconds", timesJson(report.times)}, {"notices", report.notices}};
}

std::string evaluationText(const engine::EvaluateReport &report)
{
    return resultsText(report) + comparisonsText(report) + meansText(report) + timesText(report.times);
}

std::string evaluationDetails(const engine::EvaluateReport &report)
{
    std::string text;
    for (const auto &entry : report.results)
        for (std::size_t row = 0; row < entry.items.rows(); ++row) {
            ordered_json line = {{"run", entry.run}, {"task", entry.recipe.task}};
            for (const auto &[name, values] : entry.items.counts)
                line[name] = values[row];
            for (const auto &[name, values] : entry.items.numbers)
                line[name] = values[row];
            for (const auto &[name, values] : entry.items.texts)
                line[name] =
                    name == "choices" ? ordered_json::parse(values[row], nullptr, false) : ordered_json(values[row]);
            text += jsonText(line) + "\n";
        }
    return text;
}

} // namespace secateur::cli
