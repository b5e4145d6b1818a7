// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/pages/comparedata.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include <QCoreApplication>

#include "widgets/common/tablefit.h"

namespace secateur::app {

namespace {

QString tr(const char *text)
{
    return QCoreApplication::translate("Compare", text);
}

QString textOf(const std::string &text)
{
    return QString::fromStdString(text);
}

/// Share of the chosen set among `total` weights.
double shareOf(std::uint64_t kept, std::uint64_t total, analysis::SetKind set)
{
    if (total == 0)
        return 0.0;
    return double(set == analysis::SetKind::Kept ? kept : total - kept) / double(total);
}

QStringList layerNames(std::size_t layers)
{
    QStringList names;
    for (std::size_t layer = 0; layer < layers; ++layer)
        names << QString::number(layer);
    return names;
}

} // namespace

CompareData::CompareData(engine::CompareReport report)
    : m_report(std::move(report)), m_domains(engine::domainPairs(m_report.runs))
{
    if (!m_report.runs.empty())
        m_layers = m_report.runs.front().layers();
}

QStringList CompareData::runNames() const
{
    QStringList names;
    for (const auto &run : m_report.runs)
        names << textOf(run.recipe.name);
    return names;
}

QString CompareData::runId(std::size_t run) const
{
    return textOf(m_report.runs[run].id);
}

std::optional<std::size_t> CompareData::runOf(const QString &id) const
{
    for (std::size_t run = 0; run < m_report.runs.size(); ++run)
        if (runId(run) == id)
            return run;
    return std::nullopt;
}

std::size_t CompareData::pairOf(std::size_t a, std::size_t b) const
{
    const auto [low, high] = std::minmax(a, b);
    for (std::size_t pair = 0; pair < m_report.pairs.size(); ++pair)
        if (m_report.pairs[pair].a == low && m_report.pairs[pair].b == high)
            return pair;
    return 0;
}

QString CompareData::pairName(std::size_t pair) const
{
    const auto &distances = m_report.pairs[pair];
    return QStringLiteral("%1 \u2013 %2")
        .arg(textOf(m_report.runs[distances.a].recipe.name), textOf(m_report.runs[distances.b].recipe.name));
}

QString CompareData::shortPairName(std::size_t pair) const
{
    const auto &distances = m_report.pairs[pair];
    const QStringList names = widgets::withoutSharedParts(runNames());
    return QStringLiteral("%1 \u2013 %2").arg(names[int(distances.a)], names[int(distances.b)]);
}

bool CompareData::isSameDomain(std::size_t pair) const
{
    const auto &distances = m_report.pairs[pair];
    return std::ranges::any_of(m_report.sameDomain, [&distances](const engine::SameDomainPair &same) {
        return same.a == distances.a && same.b == distances.b;
    });
}

mask::OverlapCounts CompareData::counts(std::size_t pair, const CompareScope &scope) const
{
    mask::OverlapCounts sum;
    for (const auto &[sublayer, layers] : m_report.pairs[pair].counts) {
        if (!scope.sublayer.empty() && sublayer != scope.sublayer)
            continue;
        for (std::size_t layer = 0; layer < layers.size(); ++layer)
            if (!scope.layer || *scope.layer == layer)
                sum += layers[layer];
    }
    return sum;
}

double CompareData::distance(std::size_t pair, const CompareView &view, const CompareScope &scope) const
{
    const auto sum = counts(pair, scope);
    return view.measure == Measure::Hamming ? analysis::hammingDistance(sum) : analysis::jaccardDistance(sum, view.set);
}

double CompareData::chance(std::size_t pair, const CompareView &view, const CompareScope &scope) const
{
    const auto sum = counts(pair, scope);
    const double p = shareOf(sum.inA, sum.total, view.set);
    const double q = shareOf(sum.inB, sum.total, view.set);
    return view.measure == Measure::Hamming ? p + q - 2.0 * p * q : analysis::randomBaseline(p, q);
}

std::optional<double> CompareData::floor(const CompareView &view, const CompareScope &scope) const
{
    double sum = 0.0;
    for (const auto &same : m_report.sameDomain)
        sum += distance(pairOf(same.a, same.b), view, scope);
    return m_report.sameDomain.empty() ? std::nullopt : std::optional(sum / double(m_report.sameDomain.size()));
}

std::optional<CompareData::Effect> CompareData::effect(std::size_t pair, const CompareView &view,
                                                       const CompareScope &scope) const
{
    const auto has = [](const std::vector<std::size_t> &runs, std::size_t run) {
        return std::ranges::find(runs, run) != runs.end();
    };
    const std::size_t a = m_report.pairs[pair].a;
    const std::size_t b = m_report.pairs[pair].b;
    const auto found = std::ranges::find_if(m_domains, [&](const engine::DomainPair &domains) {
        const auto &samples = domains.samples;
        return (has(samples.a, a) && has(samples.b, b)) || (has(samples.a, b) && has(samples.b, a));
    });
    if (found == m_domains.end())
        return std::nullopt;
    std::vector<std::size_t> runs = found->samples.a;
    runs.insert(runs.end(), found->samples.b.begin(), found->samples.b.end());
    analysis::ItemDistances distances(m_report.runs.size());
    for (const std::size_t one : runs)
        for (const std::size_t other : runs)
            if (one < other)
                distances.set(one, other, distance(pairOf(one, other), view, scope));
    double chances = 0.0;
    for (const std::size_t one : found->samples.a)
        for (const std::size_t other : found->samples.b)
            chances += chance(pairOf(one, other), view, scope);
    const double random = chances / double(found->samples.a.size() * found->samples.b.size());
    return Effect{*found, analysis::effectSize(distances, found->samples, random, engine::effectDraws())};
}

widgets::LayerChartData CompareData::layerChart(const std::vector<std::size_t> &pairs, const CompareView &view) const
{
    widgets::LayerChartData chart;
    chart.valueTitle = valueTitle(view);
    chart.baselineName = tr("By chance");
    chart.floorName = tr("Same domain, other sample");
    double baselines = 0.0;
    for (const std::size_t pair : pairs) {
        widgets::LayerChartData::Series series{pairName(pair), {}, shortPairName(pair)};
        for (std::uint32_t layer = 0; layer < m_layers; ++layer)
            series.values.push_back(distance(pair, view, {layer, {}}));
        chart.series.push_back(std::move(series));
        baselines += chance(pair, view, {});
    }
    if (!pairs.empty())
        chart.baseline = baselines / double(pairs.size());
    for (std::uint32_t layer = 0; layer < m_layers; ++layer)
        if (const auto value = floor(view, {layer, {}}))
            chart.floor.push_back(*value);
    return chart;
}

widgets::HeatMapData CompareData::sublayerMap(std::size_t pair, const CompareView &view) const
{
    widgets::HeatMapData map;
    map.rowTitle = tr("Sublayer");
    map.columnTitle = tr("Layer");
    map.valueTitle = valueTitle(view);
    map.columns = layerNames(m_layers);
    if (pair >= pairCount())
        return map;
    for (const std::string &sublayer : m_report.sublayers) {
        map.rows << shortSublayer(sublayer);
        for (std::uint32_t layer = 0; layer < m_layers; ++layer)
            map.values.push_back(distance(pair, view, {layer, sublayer}));
    }
    map.baseline = chance(pair, view, {});
    return map;
}

widgets::HeatMapData CompareData::runMap(const CompareView &view, const CompareScope &scope,
                                         const std::vector<std::size_t> &order) const
{
    widgets::HeatMapData map;
    map.rowTitle = tr("Sub-model");
    map.columnTitle = tr("Sub-model");
    map.valueTitle = valueTitle(view);
    double baselines = 0.0;
    for (std::size_t pair = 0; pair < pairCount(); ++pair)
        baselines += chance(pair, view, scope);
    for (const std::size_t a : order) {
        map.rows << textOf(m_report.runs[a].recipe.name);
        for (const std::size_t b : order)
            map.values.push_back(a == b ? 0.0 : distance(pairOf(a, b), view, scope));
    }
    map.columns = map.rows;
    if (pairCount() > 0)
        map.baseline = baselines / double(pairCount());
    return map;
}

analysis::Clustering CompareData::clustering(const CompareView &view, const CompareScope &scope) const
{
    analysis::ItemDistances distances(m_report.runs.size());
    for (std::size_t pair = 0; pair < pairCount(); ++pair)
        distances.set(m_report.pairs[pair].a, m_report.pairs[pair].b, distance(pair, view, scope));
    // Shares of counts are finite; the fallback is for the compiler.
    return analysis::clusterByAverage(distances).value_or(analysis::Clustering{});
}

namespace {

EffectWords effectText(const engine::DomainPair &domains, const analysis::EffectSize &size)
{
    const auto number = [](double value) { return QString::number(value, 'f', 3); };
    const QString pair = QStringLiteral("%1 \u2013 %2").arg(textOf(domains.a), textOf(domains.b));
    const QString samples = tr("%1 and %2 samples").arg(size.samplesA).arg(size.samplesB);
    const QString brief = tr("<b>Effect size %1 %2.</b> ").arg(pair, number(size.value));
    if (!size.interval)
        return {tr("<b>Effect size %1 %2</b> (%3: too few for an interval). ").arg(pair, number(size.value), samples),
                brief};
    return {tr("<b>Effect size %1 %2</b> (95 % interval %3 to %4, %5). ")
                .arg(pair, number(size.value), number(size.interval->low), number(size.interval->high), samples),
            brief};
}

} // namespace

EffectWords effectWords(const CompareData &distances, const std::vector<std::size_t> &pairs, const CompareView &view,
                        const CompareScope &scope)
{
    constexpr std::size_t most = 2;
    std::vector<EffectWords> withInterval; // which say more, so they come first
    std::vector<EffectWords> without;
    EffectWords words; // where there is no effect, the reason
    for (const std::size_t pair : pairs) {
        const auto effect = distances.effect(pair, view, scope);
        if (!effect)
            continue;
        if (!effect->size) {
            words.whole = words.brief =
                tr("<b>Effect size: not known</b>, because neither domain has a second sample. ");
            continue;
        }
        auto &texts = effect->size->interval ? withInterval : without;
        const auto text = effectText(effect->domains, *effect->size);
        if (std::ranges::find(texts, text.whole, &EffectWords::whole) == texts.end())
            texts.push_back(text);
    }
    withInterval.insert(withInterval.end(), without.begin(), without.end());
    if (withInterval.empty())
        return words;
    words = withInterval.front();
    for (std::size_t i = 1; i < std::min(most, withInterval.size()); ++i)
        words.whole += withInterval[i].whole;
    return words;
}

QString valueTitle(const CompareView &view)
{
    if (view.measure == Measure::Hamming)
        return tr("Hamming distance"); // of pruned and of kept weights the same
    return view.set == analysis::SetKind::Pruned ? tr("Jaccard distance, pruned weights")
                                                 : tr("Jaccard distance, kept weights");
}

QString scopeText(const CompareScope &scope)
{
    if (scope.layer && !scope.sublayer.empty())
        return tr("layer %1, %2").arg(*scope.layer).arg(shortSublayer(scope.sublayer));
    if (scope.layer)
        return tr("layer %1").arg(*scope.layer);
    return scope.sublayer.empty() ? tr("the whole model") : tr("%1 of all layers").arg(shortSublayer(scope.sublayer));
}

QString shortSublayer(const std::string &sublayer)
{
    return textOf(secateur::shortSublayer(sublayer));
}

analysis::CombinationCounts combinationsOf(const analysis::CombinationTable &table, analysis::SetKind set,
                                           const CompareScope &scope)
{
    analysis::CombinationCounts sum;
    for (const auto &[sublayer, layers] : table) {
        if (!scope.sublayer.empty() && sublayer != scope.sublayer)
            continue;
        for (std::size_t layer = 0; layer < layers.size(); ++layer)
            if (!scope.layer || *scope.layer == layer)
                sum += layers[layer];
    }
    return set == analysis::SetKind::Kept ? sum : sum.complement();
}

widgets::SetChartData setChart(const analysis::CombinationTable &table, const QStringList &runs, analysis::SetKind set,
                               const CompareScope &scope, std::size_t most)
{
    const auto counts = combinationsOf(table, set, scope);
    widgets::SetChartData chart;
    chart.sets = runs;
    chart.shareTitle =
        set == analysis::SetKind::Kept ? tr("Share of weights kept (%)") : tr("Share of weights pruned (%)");
    const double total = double(counts.total());
    if (total == 0.0)
        return chart;
    for (std::size_t run = 0; run < counts.runs; ++run)
        chart.setShares.push_back(double(counts.ofRun(run)) / total);
    std::vector<std::size_t> indices(counts.exactly.size() - 1);
    std::iota(indices.begin(), indices.end(), std::size_t(1));
    std::ranges::stable_sort(indices,
                             [&counts](std::size_t a, std::size_t b) { return counts.exactly[a] > counts.exactly[b]; });
    indices.resize(std::min(indices.size(), most));
    for (const std::size_t index : indices) {
        widgets::SetChartData::Combination combination;
        for (std::size_t run = 0; run < counts.runs; ++run)
            combination.members.push_back((index >> run & 1U) != 0);
        combination.weights = double(counts.exactly[index]);
        combination.share = combination.weights / total;
        combination.chance = analysis::chanceOf(index, chart.setShares);
        chart.combinations.push_back(std::move(combination));
    }
    return chart;
}

} // namespace secateur::app
