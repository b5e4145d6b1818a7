// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <cmath>
#include <map>

#include "core/data/sampler.h"
#include "core/engine/evaluate.h"

namespace secateur::engine {

namespace {

using analysis::AccuracyCell;
using analysis::AccuracyTable;
using analysis::Estimate;
using store::EvaluationItems;
using store::EvaluationManifest;

constexpr std::uint64_t bootstrapSeed = 0;
constexpr const char *intervalText = "95 % percentile bootstrap over texts, 1000 resamples, seed 0";

/// The columns of a perplexity evaluation.
struct Losses {
    std::vector<double> nll;
    std::vector<std::uint64_t> tokens;

    explicit Losses(const EvaluationItems &items)
    {
        if (const auto found = items.numbers.find("nll"); found != items.numbers.end())
            nll = found->second;
        if (const auto found = items.counts.find("tokens"); found != items.counts.end())
            tokens = found->second;
        tokens.resize(nll.size());
    }

    [[nodiscard]] double perplexity(std::span<const std::size_t> items) const
    {
        double loss = 0.0;
        double predicted = 0.0;
        for (const std::size_t item : items) {
            loss += nll[item];
            predicted += double(tokens[item]);
        }
        return std::exp(loss / predicted);
    }
    /// Of items with predicted tokens.
    [[nodiscard]] std::vector<std::size_t> scored() const
    {
        std::vector<std::size_t> items;
        for (std::size_t item = 0; item < tokens.size(); ++item)
            if (tokens[item] > 0)
                items.push_back(item);
        return items;
    }
};

/// Of a statistic over the items in `chosen`.
Estimate estimate(const std::vector<std::size_t> &chosen, const analysis::Statistic &statistic)
{
    data::SplitMix64 chance(bootstrapSeed);
    std::vector<std::size_t> mapped(chosen.size());
    const auto interval = analysis::bootstrapInterval(
        chosen.size(),
        [&](std::span<const std::size_t> resample) {
            std::transform(resample.begin(), resample.end(), mapped.begin(),
                           [&chosen](std::size_t item) { return chosen[item]; });
            return statistic(mapped);
        },
        [&chance](std::size_t bound) { return std::size_t(chance.below(bound)); });
    return {statistic(chosen), interval};
}

class TableMaker
{
public:
    TableMaker(const store::Study &study, const RunContext &context) : m_study(study), m_context(context) { }

    Result<AccuracyTable> make(const std::vector<std::string> &runs)
    {
        SECATEUR_CHECK(addRows(runs));
        for (const auto &task : tasks())
            addColumn(task);
        m_table.cells.resize(m_table.rows.size() * m_table.columns.size());
        for (std::size_t column = 0; column < m_table.columns.size(); ++column)
            SECATEUR_CHECK(fillColumn(column));
        return std::move(m_table);
    }

private:
    /// Those that are compared with each other, one per row.
    using Group = std::map<std::size_t, const EvaluationManifest *>;

    Result<void> addRows(const std::vector<std::string> &runs)
    {
        m_table.rows.push_back({store::denseRun, store::denseRun, {}, {}, {}});
        const auto add = [this](const store::RunManifest &run) {
            m_table.rows.push_back(
                {run.recipe.name, run.id, run.recipe.domain, methodName(run.recipe.method), run.recipe.target});
        };
        for (const auto &name : runs) {
            if (name == store::denseRun)
                continue;
            SECATEUR_TRY(run, m_study.find(name));
            add(run);
        }
        if (runs.empty())
            std::ranges::for_each(m_study.runs(), add);
        return {};
    }

    /// Of the domains in the order of their runs, then the others.
    std::vector<std::string> tasks() const
    {
        std::vector<std::string> names;
        const auto add = [&names](const std::string &task) {
            if (std::ranges::find(names, task) == names.end())
                names.push_back(task);
        };
        for (const auto &domain : domainsOf(m_study))
            for (const auto &found : m_study.evaluations())
                if (found.recipe.domain == domain)
                    add(found.recipe.task);
        for (const auto &found : m_study.evaluations())
            add(found.recipe.task);
        return names;
    }

    [[nodiscard]] std::optional<std::size_t> rowOf(const EvaluationManifest &found) const
    {
        const auto row = std::ranges::find(m_table.rows, found.recipe.run, &analysis::AccuracyRow::id);
        if (row == m_table.rows.end())
            return std::nullopt;
        return std::size_t(row - m_table.rows.begin());
    }

    void addColumn(const std::string &task)
    {
        std::vector<std::pair<std::string, Group>> groups; // oldest conditions first
        for (const auto &found : m_study.evaluations()) {
            const auto row = rowOf(found);
            if (found.recipe.task != task || !row)
                continue;
            const std::string conditions = found.recipe.conditions();
            auto group = std::ranges::find(groups, conditions, &std::pair<std::string, Group>::first);
            Group members = group == groups.end() ? Group() : group->second;
            if (group != groups.end())
                groups.erase(group);
            members[*row] = &found;
            groups.emplace_back(conditions, std::move(members)); // now the newest
        }
        if (groups.empty())
            return;
        const auto best = std::max_element(groups.begin(), groups.end(), [](const auto &a, const auto &b) {
            return a.second.size() <= b.second.size(); // of equally large ones the last
        });
        if (groups.size() > 1)
            m_table.notices.push_back(task + ": was also measured on other texts or with other settings; shown is what "
                                      + std::to_string(best->second.size())
                                      + " models have in common. Measure all of them again to compare them");
        describeColumn(*best->second.begin()->second);
        m_groups.push_back(best->second);
    }

    void describeColumn(const EvaluationManifest &found)
    {
        const auto &metric = found.metrics.front();
        m_table.columns.push_back({.task = found.recipe.task,
                                   .domain = found.recipe.domain,
                                   .metric = metric.name,
                                   .unit = {},
                                   .lowerIsBetter = metric.name == "perplexity",
                                   .protocol = found.recipe.protocol,
                                   .interval = metric.interval,
                                   .compute = found.recipe.compute,
                                   .items = found.rows});
    }

    std::optional<Losses> lossesOf(const EvaluationManifest &found)
    {
        auto items = m_study.evaluationItems(found.id, m_context);
        if (!items) {
            m_table.notices.push_back(items.error().detail);
            return std::nullopt;
        }
        return Losses(*items);
    }

    Result<void> fillColumn(std::size_t column)
    {
        const Group &group = m_groups[column];
        const auto dense = group.find(0);
        const auto reference = dense == group.end() ? std::nullopt : lossesOf(*dense->second);
        for (const auto &[row, found] : group) {
            SECATEUR_CHECK(m_context.checkpoint());
            const auto &metric = found->metrics.front();
            AccuracyCell cell{.measured = {metric.value, {metric.low, metric.high}},
                              .n = metric.n,
                              .unscored = metric.unscored,
                              .evaluation = found->id,
                              .toDense = {},
                              .ratio = {}};
            if (row != 0 && reference)
                compare(*found, *reference, cell);
            m_table.cells[row * m_table.columns.size() + column] = std::move(cell);
        }
        return {};
    }

    void compare(const EvaluationManifest &found, const Losses &dense, AccuracyCell &cell)
    {
        const auto losses = lossesOf(found);
        if (!losses || losses->nll.size() != dense.nll.size())
            return;
        const auto scored = dense.scored();
        cell.toDense = estimate(scored, [&](std::span<const std::size_t> items) {
            return losses->perplexity(items) - dense.perplexity(items);
        });
        cell.ratio = estimate(scored, [&](std::span<const std::size_t> items) {
            return losses->perplexity(items) / dense.perplexity(items);
        });
    }

    const store::Study &m_study;
    const RunContext &m_context;
    AccuracyTable m_table;
    std::vector<Group> m_groups; ///< one per column
};

} // namespace

std::vector<std::string> domainsOf(const store::Study &study)
{
    std::vector<std::string> domains;
    for (const auto &run : study.runs())
        if (std::ranges::find(domains, run.recipe.domain) == domains.end())
            domains.push_back(run.recipe.domain);
    return domains;
}

store::EvaluationMetric perplexityMetric(const EvaluationItems &items)
{
    const Losses losses(items);
    const auto scored = losses.scored();
    const auto found =
        estimate(scored, [&losses](std::span<const std::size_t> resample) { return losses.perplexity(resample); });
    return {.name = "perplexity",
            .value = found.value,
            .low = found.interval.low,
            .high = found.interval.high,
            .interval = intervalText,
            .n = scored.size(),
            .unscored = losses.nll.size() - scored.size()};
}

Result<AccuracyTable> accuracyTable(const store::Study &study, const std::vector<std::string> &runs,
                                    const RunContext &context)
{
    return TableMaker(study, context).make(runs);
}

Result<AccuracyTable> accuracyTable(const std::filesystem::path &study, const std::vector<std::string> &runs,
                                    const RunContext &context)
{
    SECATEUR_TRY(open, store::Study::open(study, store::Study::Access::Read));
    return accuracyTable(*open, runs, context);
}

} // namespace secateur::engine
