// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>

#include "core/engine/comparetodense.h"
#include "core/engine/evaluate.h"

namespace secateur::engine {

namespace {

/// An entry with its metrics as functions of its items, which are made once.
struct Known {
    const EvaluationEntry *entry = nullptr;
    std::string conditions;
    std::vector<ItemStatistic> statistics;
};

std::vector<Known> knownOf(const std::vector<EvaluationEntry> &entries)
{
    std::vector<Known> all;
    for (const auto &entry : entries)
        if (!entry.metrics.empty())
            all.push_back({&entry, entry.recipe.conditions(), itemStatistics(entry.items)});
    return all;
}

const ItemStatistic *statisticOf(const Known *known, const std::string &metric)
{
    if (!known)
        return nullptr;
    const auto found = std::ranges::find(known->statistics, metric, &ItemStatistic::name);
    return found == known->statistics.end() ? nullptr : &*found;
}

bool isDense(const Known &known)
{
    return known.entry->recipe.run == store::denseRun;
}

/// The tasks of one run and domain that give one metric in one way.
struct Group {
    std::string run;
    std::string domain;
    std::string metric;
    std::string protocol;
    std::vector<const Known *> tasks;

    [[nodiscard]] bool takes(const Known &known, const std::string &name) const
    {
        const auto &recipe = known.entry->recipe;
        return run == known.entry->run && domain == recipe.domain && metric == name && protocol == recipe.protocolText()
            && std::ranges::none_of(tasks, [&](const Known *task) { return task->entry->recipe.task == recipe.task; });
    }
};

std::vector<Group> groupsOf(const std::vector<Known> &entries)
{
    std::vector<Group> groups;
    for (const auto &known : entries)
        for (const auto &statistic : known.statistics) {
            if (!statistic.isMean() || known.entry->recipe.domain.empty())
                continue;
            const auto fits = [&](const Group &group) { return group.takes(known, statistic.name()); };
            auto found = std::ranges::find_if(groups, fits);
            if (found == groups.end())
                found = groups.insert(groups.end(),
                                      {known.entry->run,
                                       known.entry->recipe.domain,
                                       statistic.name(),
                                       known.entry->recipe.protocolText(),
                                       {}});
            found->tasks.push_back(&known);
        }
    std::erase_if(groups, [](const Group &group) { return group.tasks.size() < 2; });
    return groups;
}

class Comparer
{
public:
    Comparer(const std::vector<EvaluationEntry> &results, const std::vector<EvaluationEntry> &dense)
        : m_results(knownOf(results)), m_dense(knownOf(dense))
    {
    }

    /// By entry, as many as there are results.
    [[nodiscard]] std::vector<std::vector<MetricComparison>> comparisons(std::size_t entries,
                                                                         const EvaluationEntry *first) const
    {
        std::vector<std::vector<MetricComparison>> all(entries);
        for (const auto &known : m_results)
            all[std::size_t(known.entry - first)] = comparisonsOf(known);
        return all;
    }

    [[nodiscard]] std::vector<MeanOfTasks> means() const
    {
        std::vector<MeanOfTasks> all;
        for (const auto &group : groupsOf(m_results))
            if (auto mean = meanOf(group))
                all.push_back(std::move(*mean));
        return all;
    }

private:
    [[nodiscard]] const Known *denseOf(const Known &known) const
    {
        for (const auto *const list : {&m_results, &m_dense})
            for (const auto &other : *list)
                if (isDense(other) && other.conditions == known.conditions)
                    return &other;
        return nullptr;
    }

    [[nodiscard]] std::vector<MetricComparison> comparisonsOf(const Known &known) const
    {
        std::vector<MetricComparison> all;
        const Known *const dense = isDense(known) ? nullptr : denseOf(known);
        for (const auto &statistic : known.statistics)
            if (const auto *const reference = statisticOf(dense, statistic.name()))
                if (const auto found = compareToDense(statistic, *reference))
                    all.push_back({statistic.name(), found->difference, found->ratio, found->test, found->n});
        return all;
    }

    [[nodiscard]] std::optional<MeanOfTasks> meanOf(const Group &group) const
    {
        MeanOfTasks mean{group.run, group.domain, group.metric, group.protocol, {}, {}, 0, {}};
        std::vector<const ItemStatistic *> parts;
        std::vector<const ItemStatistic *> references;
        for (const auto *const task : group.tasks) {
            parts.push_back(statisticOf(task, group.metric));
            references.push_back(isDense(*task) ? nullptr : statisticOf(denseOf(*task), group.metric));
            mean.tasks.push_back(task->entry->recipe.task);
            mean.n += parts.back()->scoredItems().size();
        }
        const auto measured = meanOfTasks(parts);
        if (!measured)
            return std::nullopt;
        mean.measured = *measured;
        if (std::ranges::find(references, nullptr) == references.end())
            mean.toDense = meanDifference(parts, references);
        return mean;
    }

    std::vector<Known> m_results;
    std::vector<Known> m_dense;
};

} // namespace

void compareEntries(EvaluateReport &report, const std::vector<EvaluationEntry> &dense)
{
    const Comparer comparer(report.results, dense);
    auto comparisons = comparer.comparisons(report.results.size(), report.results.data());
    for (std::size_t i = 0; i < comparisons.size(); ++i)
        report.results[i].toDense = std::move(comparisons[i]);
    report.means = comparer.means();
}

} // namespace secateur::engine
