// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/engine/distanceaccuracy.h"

#include <algorithm>
#include <map>
#include <utility>

#include "core/base/text.h"
#include "core/engine/light.h"
#include "core/engine/pairedbootstrap.h"

namespace secateur::engine {

namespace {

using analysis::AccuracyTable;
using store::RunManifest;

class PointMaker
{
public:
    PointMaker(const store::Study &study, const AccuracyTable &table, analysis::SetKind set, int threads,
               const RunContext &context)
        : m_study(study), m_table(table), m_set(set), m_threads(threads), m_context(context)
    {
    }

    Result<DistanceAccuracyReport> make()
    {
        m_report.data.set = m_set;
        const auto columns = chosenColumns();
        if (!columns.empty())
            m_report.data.measure = m_table.columns[columns.front()];
        for (const std::size_t column : columns)
            addPoints(column);
        if (m_report.data.points.empty())
            return failure(ErrorCode::NotFound,
                           "nothing was measured of a run in a domain that has a run of its own: there are no points");
        SECATEUR_CHECK(measureDistances());
        sayReferences();
        correlate();
        return std::move(m_report);
    }

private:
    /// Means in the place of their tasks.
    [[nodiscard]] std::vector<std::size_t> chosenColumns() const
    {
        const auto isInMean = [this](const analysis::AccuracyColumn &task) {
            return std::ranges::any_of(m_table.columns, [&task](const analysis::AccuracyColumn &mean) {
                return mean.domain == task.domain && std::ranges::find(mean.meanOf, task.task) != mean.meanOf.end();
            });
        };
        std::vector<std::size_t> chosen;
        for (std::size_t column = 0; column < m_table.columns.size(); ++column)
            if (const auto &task = m_table.columns[column]; !task.domain.empty() && !isInMean(task))
                chosen.push_back(column);
        return chosen;
    }

    /// The run that stands for a domain, seen from a run of the table.
    [[nodiscard]] const RunManifest *referenceOf(const RunManifest &run, const std::string &domain)
    {
        // The masks of a run made of masks are at no target; those it was made of are.
        const std::string &target =
            run.recipe.isMadeOfMasks() ? run.recipe.combination->runs.front().target : run.recipe.target;
        const auto fits = [&](const RunManifest &other) {
            return !other.recipe.combination && other.recipe.domain == domain
                && other.recipe.method == run.recipe.method && other.recipe.target == target
                && other.recipe.statistics == run.recipe.statistics;
        };
        const auto isShown = [this](const RunManifest &other) {
            return std::ranges::find(m_table.rows, other.id, &analysis::AccuracyRow::id) != m_table.rows.end();
        };
        const auto &runs = m_study.runs();
        auto found = std::ranges::find_if(runs, [&](const auto &other) { return fits(other) && isShown(other); });
        if (found == runs.end())
            found = std::ranges::find_if(runs, fits);
        if (found == runs.end()) {
            remember(m_without, domain);
            return nullptr;
        }
        if (std::ranges::count_if(runs, fits) > 1)
            m_chosen[domain + " (" + methodName(run.recipe.method) + ", " + target + ")"] = found->recipe.name;
        return &*found;
    }

    static void remember(std::vector<std::string> &names, const std::string &name)
    {
        if (std::ranges::find(names, name) == names.end())
            names.push_back(name);
    }

    void addPoints(std::size_t column)
    {
        const auto &task = m_table.columns[column];
        for (std::size_t row = 0; row < m_table.rows.size(); ++row) {
            const auto run = std::ranges::find(m_study.runs(), m_table.rows[row].id, &RunManifest::id);
            const auto &cell = m_table.at(row, column);
            if (run == m_study.runs().end() || !cell)
                continue;
            const auto *const reference = referenceOf(*run, task.domain);
            if (!reference)
                continue;
            remember(m_report.data.domains, task.domain);
            m_report.data.points.push_back({.run = run->recipe.name,
                                            .runId = run->id,
                                            .domain = task.domain,
                                            .reference = reference->recipe.name,
                                            .distance = 0.0,
                                            .task = task.task,
                                            .measured = cell->measured,
                                            .n = cell->n,
                                            .own = m_table.isOwnDomain(row, column)});
        }
    }

    Result<void> measureDistances()
    {
        std::vector<std::string> names;
        for (const auto &point : m_report.data.points) {
            remember(names, point.run);
            remember(names, point.reference);
        }
        if (names.size() < 2) // a single run against itself
            return {};
        SECATEUR_TRY(compared, compare({m_study.folder(), names, m_set, m_threads}, m_context));
        std::map<std::pair<std::string, std::string>, double> distances;
        for (const auto &pair : compared.pairs) {
            const auto &a = compared.runs[pair.a].recipe.name;
            const auto &b = compared.runs[pair.b].recipe.name;
            distances[{a, b}] = distances[{b, a}] = pair.whole;
        }
        for (auto &point : m_report.data.points)
            if (point.run != point.reference)
                point.distance = distances[{point.run, point.reference}];
        return {};
    }

    void sayReferences()
    {
        for (const auto &[domain, run] : m_chosen)
            m_report.notices.push_back("several runs are of the domain " + domain + "; its mask is that of the oldest, "
                                       + run);
        if (!m_without.empty())
            m_report.notices.push_back("no points for domains without a run of the same method and target: "
                                       + joined(m_without));
    }

    void correlate()
    {
        std::vector<double> distances;
        std::vector<double> values;
        for (const auto &point : m_report.data.points) {
            distances.push_back(point.distance);
            values.push_back(point.measured.value);
        }
        m_report.data.correlation = analysis::rankCorrelation(distances, values, bootstrapDraws());
    }

    const store::Study &m_study;
    const AccuracyTable &m_table;
    analysis::SetKind m_set;
    int m_threads;
    const RunContext &m_context;
    DistanceAccuracyReport m_report;
    std::map<std::string, std::string> m_chosen; ///< of several runs, by domain, method and target
    std::vector<std::string> m_without; ///< domains
};

} // namespace

Result<DistanceAccuracyReport> distanceAccuracy(const store::Study &study, const AccuracyTable &table,
                                                analysis::SetKind set, int threads, const RunContext &context)
{
    return PointMaker(study, table, set, threads, context).make();
}

Result<DistanceAccuracyReport> distanceAccuracy(const std::filesystem::path &study, const AccuracyTable &table,
                                                analysis::SetKind set, int threads, const RunContext &context)
{
    SECATEUR_TRY(open, store::Study::open(study, store::Study::Access::Read));
    return distanceAccuracy(*open, table, set, threads, context);
}

} // namespace secateur::engine
