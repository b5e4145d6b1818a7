// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/engine/demofindings.h"

#include <algorithm>
#include <functional>
#include <iterator>
#include <map>

#include "core/engine/comparetodense.h"
#include "core/engine/demo.h"
#include "core/engine/itemstatistics.h"
#include "core/store/evaluation.h"

namespace secateur::engine {
namespace {

using analysis::Estimate;

/// What a task is judged by, as the paper does.
std::string metricOf(const std::string &task)
{
    if (task.starts_with("humaneval"))
        return "pass@1";
    if (task.starts_with("gsm8k"))
        return "exact_match_flexible";
    if (task.starts_with("translation"))
        return "meteor";
    return "acc";
}

bool isCode(const std::string &run)
{
    return run == "python" || run == "java" || run == "cpp" || run == "javascript";
}

using Measured = std::map<std::string, const EvaluationEntry *>; ///< by run, of one task

Measured measuredOn(const std::vector<EvaluateReport> &reports, const std::string &task)
{
    Measured found;
    for (const auto &report : reports)
        for (const auto &entry : report.results)
            if (entry.recipe.task == task)
                found.emplace(entry.run, &entry);
    return found;
}

std::optional<Estimate> valueOf(const EvaluationEntry &entry, const std::string &metric)
{
    const auto found = std::ranges::find(entry.metrics, metric, &store::EvaluationMetric::name);
    if (found == entry.metrics.end() || found->n == 0)
        return {};
    return Estimate{found->value, {found->low, found->high}};
}

std::optional<ItemStatistic> statisticOf(const EvaluationEntry &entry, const std::string &metric)
{
    for (auto &statistic : itemStatistics(entry.items))
        if (statistic.name() == metric)
            return std::move(statistic);
    return {};
}

/// Per item that all of them could score: a domain's own sub-model, less the mean of those of the others, all of them
/// named by their domain and `suffix`. Nothing where it was not measured, or none of the others was.
std::vector<double> ownLessOthers(const Measured &measured, const std::string &domain, const std::string &metric,
                                  const std::vector<std::string> &domainRuns, const std::string &suffix)
{
    const auto statisticIn = [&](const std::string &run) {
        const auto entry = measured.find(run + suffix);
        return entry == measured.end() ? std::nullopt : statisticOf(*entry->second, metric);
    };
    const auto own = statisticIn(domain);
    if (!own || !own->isMean())
        return {};
    std::vector<ItemStatistic> others;
    auto items = own->scoredItems();
    for (const auto &run : domainRuns) {
        // The mix of all code is neither a language's own sub-model nor foreign to it.
        if (run == domain || (run == "code" && isCode(domain)))
            continue;
        auto other = statisticIn(run);
        if (!other || other->items() != own->items())
            continue;
        std::vector<std::size_t> both;
        std::ranges::set_intersection(items, other->scoredItems(), std::back_inserter(both));
        items = std::move(both);
        others.push_back(std::move(*other));
    }
    if (others.empty())
        return {};
    // Summed before it is divided: of equal scores nothing may be left.
    std::vector<double> sums(items.size(), 0.0);
    for (const auto &other : others)
        std::ranges::transform(sums, scoresOf(other, items), sums.begin(), std::plus<>());
    auto differences = scoresOf(*own, items);
    std::ranges::transform(differences, sums, differences.begin(),
                           [&others](double score, double sum) { return score - sum / double(others.size()); });
    return differences;
}

class DistanceGroups
{
public:
    explicit DistanceGroups(const CompareReport &compared) : m_compared(compared) { }

    /// Of the pairs that `belongs` says yes to, by the names of their runs; nothing without any.
    template <typename Belongs>
    void add(std::vector<DemoDistances> &groups, const std::string &name, Belongs belongs) const
    {
        DemoDistances group{name, 0, 0, 1, 0};
        for (const auto &pair : m_compared.pairs)
            if (belongs(m_compared.runs[pair.a].recipe.name, m_compared.runs[pair.b].recipe.name)) {
                ++group.count;
                group.mean += pair.whole;
                group.least = std::min(group.least, pair.whole);
                group.most = std::max(group.most, pair.whole);
            }
        if (group.count == 0)
            return;
        group.mean /= double(group.count);
        groups.push_back(std::move(group));
    }

private:
    const CompareReport &m_compared;
};

std::vector<DemoDistances> distancesOf(const CompareReport &compared, const std::vector<std::string> &domainRuns)
{
    const auto isDomain = [&domainRuns](const std::string &run) {
        return run != "code" && std::ranges::find(domainRuns, run) != domainRuns.end();
    };
    std::vector<DemoDistances> groups;
    const DistanceGroups all(compared);
    std::vector<std::pair<std::string, std::string>> floor;
    for (const auto &same : compared.sameDomain)
        floor.emplace_back(compared.runs[same.a].recipe.name, compared.runs[same.b].recipe.name);
    all.add(groups, "same domain, other sample", [&floor](const std::string &a, const std::string &b) {
        return std::ranges::find(floor, std::pair(a, b)) != floor.end();
    });
    all.add(groups, "two programming languages", [&](const std::string &a, const std::string &b) {
        return isDomain(a) && isDomain(b) && isCode(a) && isCode(b);
    });
    all.add(groups, "two domains, not both code", [&](const std::string &a, const std::string &b) {
        return isDomain(a) && isDomain(b) && !(isCode(a) && isCode(b));
    });
    all.add(groups, "a domain and magnitude", [&](const std::string &a, const std::string &b) {
        return (isDomain(a) && b == "magnitude") || (isDomain(b) && a == "magnitude");
    });
    all.add(groups, "a domain and random", [&](const std::string &a, const std::string &b) {
        return (isDomain(a) && b == "random") || (isDomain(b) && a == "random");
    });
    return groups;
}

/// Of runs at the sparsity of the tables; the baseline of the others is another one.
double randomOf(const CompareReport &compared, const std::vector<std::string> &domainRuns)
{
    const auto isDomain = [&](std::size_t run) {
        return std::ranges::find(domainRuns, compared.runs[run].recipe.name) != domainRuns.end();
    };
    double sum = 0.0;
    std::size_t count = 0;
    for (const auto &pair : compared.pairs)
        if (isDomain(pair.a) && isDomain(pair.b)) {
            sum += pair.random;
            ++count;
        }
    return count > 0 ? sum / double(count) : compared.random;
}

} // namespace

DemoFindings demoFindings(const std::vector<EvaluateReport> &measured, const CompareReport &compared,
                          const std::vector<std::string> &domainRuns)
{
    DemoFindings findings;
    findings.runs = {std::string(store::denseRun)};
    for (const auto &run : compared.runs)
        findings.runs.push_back(run.recipe.name);
    findings.random = randomOf(compared, domainRuns);
    findings.distances = distancesOf(compared, domainRuns);
    std::vector<std::vector<double>> differences; // per domain
    for (const auto &[domain, task, items] : demoTasks()) {
        const auto found = measuredOn(measured, task);
        if (found.empty())
            continue;
        DemoTask row{domain, metricOf(task), items, {}, {}, {}};
        for (const auto &run : findings.runs) {
            const auto entry = found.find(run);
            row.values.push_back(entry == found.end() ? std::nullopt : valueOf(*entry->second, row.metric));
        }
        if (const auto own = ownLessOthers(found, domain, row.metric, domainRuns, demoSparserSuffix); !own.empty())
            row.ownLessOthersSparser = meanOfScores({&own, 1});
        if (auto own = ownLessOthers(found, domain, row.metric, domainRuns, {}); !own.empty()) {
            row.ownLessOthers = meanOfScores({&own, 1});
            differences.push_back(std::move(own));
        }
        findings.tasks.push_back(std::move(row));
    }
    findings.ownLessOthers = meanOfScores(differences);
    return findings;
}

} // namespace secateur::engine
