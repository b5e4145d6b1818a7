// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <map>

#include "core/engine/comparetodense.h"
#include "core/engine/evaluate.h"
#include "core/engine/itemstatistics.h"
#include "core/eval/registry.h"

namespace secateur::engine {

namespace {

using analysis::AccuracyCell;
using analysis::AccuracyTable;
using store::EvaluationManifest;

std::string calibrationText(const data::Provenance &calibration)
{
    std::string text = calibration.bos;
    for (const auto number : {calibration.length, calibration.maxLength, calibration.samplesRequested})
        text += '|' + std::to_string(number);
    for (const auto &file : calibration.files)
        text += '|' + file.sha256 + file.fieldTemplate + file.filter;
    return text;
}

/// What runs have alike that differ in their calibration sample alone.
std::string recipeText(const store::RunRecipe &recipe)
{
    std::string text = recipe.domain + '|' + methodName(recipe.method) + '|' + recipe.target + '|'
        + statisticsName(recipe.statistics) + '|' + recipe.compute + '|' + recipe.origin
        + (recipe.approximate ? "~|" : "|") + calibrationText(recipe.calibration);
    if (recipe.combination) {
        text += '|' + mask::ruleName(recipe.combination->rule);
        for (const auto &run : recipe.combination->runs)
            text += '|' + run.domain + '|' + run.target + '|' + std::to_string(run.weight);
        for (const auto &calibration : recipe.combination->calibrations)
            text += '|' + calibration.domain + '|' + calibrationText(calibration.provenance);
    }
    return text;
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
        addMeans();
        m_table.cells.resize(m_table.rows.size() * m_table.columns.size());
        for (std::size_t column = 0; column < m_table.columns.size(); ++column)
            SECATEUR_CHECK(m_table.columns[column].isMean() ? fillMean(column) : fillColumn(column));
        return std::move(m_table);
    }

private:
    /// Those that are compared with each other, one per row.
    using Group = std::map<std::size_t, const EvaluationManifest *>;

    Result<void> addRows(const std::vector<std::string> &runs)
    {
        m_table.rows.push_back({store::denseRun, store::denseRun, {}, {}, {}});
        const auto add = [this](const store::RunManifest &run) {
            m_table.rows.push_back({.run = run.recipe.name,
                                    .id = run.id,
                                    .domain = run.recipe.domain,
                                    .method = methodName(run.recipe.method),
                                    .target = run.recipe.target,
                                    .recipe = recipeText(run.recipe),
                                    .sample = run.recipe.calibrationFingerprint});
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
        // A metric that only some of the evaluations have comes from an older version of the task, so they all do.
        const EvaluationManifest &first = *best->second.begin()->second;
        for (std::size_t metric = 0; metric < first.metrics.size(); ++metric) {
            describeColumn(first, first.metrics[metric]);
            m_groups.push_back(best->second);
        }
    }

    /// The study's own name of the domain that the task measures.
    [[nodiscard]] std::string domainOf(const EvaluationManifest &found) const
    {
        if (found.recipe.domain.empty())
            return {};
        for (const auto &domain : domainsOf(m_study))
            if (domain == found.recipe.domain || eval::isDomainName(found.recipe.domain, domain))
                return domain;
        return found.recipe.domain;
    }

    /// Texts are called by their domain.
    [[nodiscard]] std::string labelOf(const EvaluationManifest &found) const
    {
        if (found.recipe.task.starts_with("perplexity"))
            return found.recipe.domain.empty() ? found.recipe.task : domainOf(found);
        const auto task = eval::taskByName(found.recipe.task);
        return task ? (*task)->info().title : found.recipe.task;
    }

    void describeColumn(const EvaluationManifest &found, const store::EvaluationMetric &metric)
    {
        m_table.columns.push_back({.task = found.recipe.task,
                                   .domain = domainOf(found),
                                   .metric = metric.name,
                                   .label = labelOf(found),
                                   .lowerIsBetter = metric.name == "perplexity",
                                   .protocol = found.recipe.protocolText(),
                                   .interval = metric.interval,
                                   .compute = found.recipe.compute,
                                   .items = metric.n + metric.unscored,
                                   .meanOf = {}});
    }

    /// A column behind the others for each domain that several tasks measure alike.
    void addMeans()
    {
        std::vector<std::vector<std::size_t>> groups;
        for (std::size_t column = 0; column < m_table.columns.size(); ++column) {
            const auto &task = m_table.columns[column];
            const auto *const statistic = statisticOf(*m_groups[column].begin()->second, task.metric);
            if (task.domain.empty() || !statistic || !statistic->isMean())
                continue;
            const auto group = std::ranges::find_if(groups, [&](const std::vector<std::size_t> &members) {
                const auto &first = m_table.columns[members.front()];
                return first.domain == task.domain && first.metric == task.metric && first.protocol == task.protocol
                    && first.compute == task.compute;
            });
            if (group == groups.end())
                groups.push_back({column});
            else
                group->push_back(column);
        }
        for (auto &members : groups)
            if (members.size() > 1)
                describeMean(std::move(members));
    }

    void describeMean(std::vector<std::size_t> members)
    {
        auto mean = m_table.columns[members.front()];
        mean.task = analysis::meanPrefix + mean.domain;
        mean.label = mean.domain + ", mean";
        mean.interval = "95 % percentile bootstrap over the items of each task, 1000 resamples, seed 0";
        mean.items = 0;
        for (const std::size_t column : members) {
            mean.items += m_table.columns[column].items;
            mean.meanOf.push_back(m_table.columns[column].task);
        }
        m_table.columns.push_back(std::move(mean));
        m_groups.emplace_back();
        m_members[m_table.columns.size() - 1] = std::move(members);
    }

    /// All metrics of an evaluation as functions of its items, which are read once; none, with a notice, where they
    /// cannot be read.
    const std::vector<ItemStatistic> &statisticsOf(const EvaluationManifest &found)
    {
        const auto [place, fresh] = m_statistics.try_emplace(found.id);
        if (!fresh)
            return place->second;
        if (auto items = m_study.evaluationItems(found.id, m_context))
            place->second = itemStatistics(*items);
        else
            m_table.notices.push_back(items.error().detail);
        return place->second;
    }

    /// Null where the evaluation does not have the metric.
    const ItemStatistic *statisticOf(const EvaluationManifest &found, const std::string &metric)
    {
        const auto &all = statisticsOf(found);
        const auto place = std::ranges::find(all, metric, &ItemStatistic::name);
        return place == all.end() ? nullptr : &*place;
    }

    Result<void> fillColumn(std::size_t column)
    {
        const Group &group = m_groups[column];
        const std::string &name = m_table.columns[column].metric;
        const auto dense = group.find(0);
        const auto *const reference = dense == group.end() ? nullptr : statisticOf(*dense->second, name);
        for (const auto &[row, found] : group) {
            SECATEUR_CHECK(m_context.checkpoint());
            const auto metric = std::ranges::find(found->metrics, name, &store::EvaluationMetric::name);
            if (metric == found->metrics.end() || metric->n == 0)
                continue;
            AccuracyCell cell{.measured = {metric->value, {metric->low, metric->high}},
                              .n = metric->n,
                              .unscored = metric->unscored,
                              .evaluation = found->id,
                              .toDense = {},
                              .ratio = {},
                              .test = {},
                              .seeds = {}};
            if (row != 0 && reference)
                compare(*found, *reference, cell);
            m_table.cells[row * m_table.columns.size() + column] = std::move(cell);
        }
        return {};
    }

    void compare(const EvaluationManifest &found, const ItemStatistic &dense, AccuracyCell &cell)
    {
        const auto *const pruned = statisticOf(found, dense.name());
        const auto compared = pruned ? compareToDense(*pruned, dense) : std::nullopt;
        if (!compared)
            return;
        cell.toDense = compared->difference;
        cell.ratio = compared->ratio;
        cell.test = compared->test;
    }

    /// What a model has of each of the tasks; empty where it lacks one.
    std::vector<const ItemStatistic *> partsOf(std::size_t row, std::size_t column)
    {
        std::vector<const ItemStatistic *> parts;
        for (const std::size_t member : m_members.at(column)) {
            const auto found = m_groups[member].find(row);
            const auto *const statistic =
                found == m_groups[member].end() ? nullptr : statisticOf(*found->second, m_table.columns[column].metric);
            if (!statistic)
                return {};
            parts.push_back(statistic);
        }
        return parts;
    }

    Result<void> fillMean(std::size_t column)
    {
        const auto dense = partsOf(0, column);
        for (std::size_t row = 0; row < m_table.rows.size(); ++row) {
            SECATEUR_CHECK(m_context.checkpoint());
            const auto parts = partsOf(row, column);
            const auto mean = parts.empty() ? std::nullopt : meanOfTasks(parts);
            if (!mean)
                continue;
            AccuracyCell cell;
            cell.measured = *mean;
            for (const std::size_t member : m_members.at(column)) {
                const auto &part = m_table.at(row, member);
                cell.n += part ? part->n : 0;
                cell.unscored += part ? part->unscored : 0;
            }
            if (row != 0 && !dense.empty())
                cell.toDense = meanDifference(parts, dense);
            m_table.cells[row * m_table.columns.size() + column] = std::move(cell);
        }
        return {};
    }

    const store::Study &m_study;
    const RunContext &m_context;
    AccuracyTable m_table;
    std::vector<Group> m_groups; ///< one per column
    std::map<std::size_t, std::vector<std::size_t>> m_members; ///< of columns that are means: those of the tasks
    std::map<std::string, std::vector<ItemStatistic>> m_statistics; ///< by evaluation
};

} // namespace

std::vector<std::string> domainsOf(const store::Study &study)
{
    std::vector<std::string> domains;
    const auto add = [&domains](const std::string &domain) {
        if (std::ranges::find(domains, domain) == domains.end())
            domains.push_back(domain);
    };
    for (const auto &run : study.runs()) {
        if (!run.recipe.combination)
            add(run.recipe.domain);
        else // its own is none: there are no texts of "code+math"
            for (const auto &calibration : run.recipe.combination->calibrations)
                add(calibration.domain);
    }
    return domains;
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
