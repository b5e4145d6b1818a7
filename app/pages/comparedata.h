// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <QString>

#include "core/analysis/combinations.h"
#include "core/engine/effects.h"
#include "core/engine/light.h"
#include "widgets/plots/heatmap.h"
#include "widgets/plots/layerchart.h"
#include "widgets/plots/setchart.h"

namespace secateur::app {

enum class Measure { Jaccard, Hamming };

/// Which weights are compared: of the whole model, of a layer, of a sublayer in all layers, or of one matrix.
struct CompareScope {
    std::optional<std::uint32_t> layer;
    std::string sublayer; ///< empty: all
    friend bool operator==(const CompareScope &, const CompareScope &) = default;
};

/// How they are compared.
struct CompareView {
    analysis::SetKind set = analysis::SetKind::Pruned;
    Measure measure = Measure::Jaccard;
    friend bool operator==(const CompareView &, const CompareView &) = default;
};

/// All distances between the runs of a report, at every level, of either set: made from the counts of one pass over the
/// masks, so that no switch of the page reads them again. Immutable, plain numbers.
class CompareData
{
public:
    explicit CompareData(engine::CompareReport report);

    [[nodiscard]] const engine::CompareReport &report() const { return m_report; }
    [[nodiscard]] QStringList runNames() const;
    [[nodiscard]] QString runId(std::size_t run) const;
    /// Index of the run, or nothing.
    [[nodiscard]] std::optional<std::size_t> runOf(const QString &id) const;
    [[nodiscard]] std::size_t layers() const { return m_layers; }
    [[nodiscard]] const std::vector<std::string> &sublayers() const { return m_report.sublayers; }
    [[nodiscard]] std::size_t pairCount() const { return m_report.pairs.size(); }
    /// Of two different runs, in either order.
    [[nodiscard]] std::size_t pairOf(std::size_t a, std::size_t b) const;
    [[nodiscard]] QString pairName(std::size_t pair) const;
    /// The same, without what the names of all runs have in common.
    [[nodiscard]] QString shortPairName(std::size_t pair) const;
    [[nodiscard]] bool isSameDomain(std::size_t pair) const;

    [[nodiscard]] double distance(std::size_t pair, const CompareView &view, const CompareScope &scope) const;
    /// What two independent random masks of the same sparsities would show.
    [[nodiscard]] double chance(std::size_t pair, const CompareView &view, const CompareScope &scope) const;
    /// The mean of pairs that differ in the sample of one domain only; nothing where there is no such pair.
    [[nodiscard]] std::optional<double> floor(const CompareView &view, const CompareScope &scope) const;

    [[nodiscard]] widgets::LayerChartData layerChart(const std::vector<std::size_t> &pairs,
                                                     const CompareView &view) const;
    /// Rows: sublayers; columns: layers.
    [[nodiscard]] widgets::HeatMapData sublayerMap(std::size_t pair, const CompareView &view) const;
    /// All runs against all, in `order` (of run indices).
    [[nodiscard]] widgets::HeatMapData runMap(const CompareView &view, const CompareScope &scope,
                                              const std::vector<std::size_t> &order) const;
    /// Neighbours are alike.
    [[nodiscard]] analysis::Clustering clustering(const CompareView &view, const CompareScope &scope) const;

    /// Of kept weights; a and b as in the report's pair.
    [[nodiscard]] mask::OverlapCounts counts(std::size_t pair, const CompareScope &scope) const;
    /// Where on the way from the floor to chance the two domains of a pair lie, over all their samples. Nothing for
    /// runs of one domain, and an error's reason where it is not known.
    struct Effect {
        engine::DomainPair domains;
        Result<analysis::EffectSize> size;
    };
    [[nodiscard]] std::optional<Effect> effect(std::size_t pair, const CompareView &view,
                                               const CompareScope &scope) const;

private:
    engine::CompareReport m_report;
    std::size_t m_layers = 0;
    std::vector<engine::DomainPair> m_domains;
};

/// "Jaccard distance of pruned weights".
[[nodiscard]] QString valueTitle(const CompareView &view);
/// "whole model", "layer 3", "q_proj, all layers", "layer 3, q_proj".
[[nodiscard]] QString scopeText(const CompareScope &scope);
/// "q_proj" of "self_attn.q_proj".
[[nodiscard]] QString shortSublayer(const std::string &sublayer);

struct EffectWords {
    QString whole;
    QString brief; ///< of one pair, and without its interval
};
/// "Effect size python \u2013 math 0.312 (95 % 0.298 to 0.327, 3 and 3 samples)" for each pair of domains among these
/// pairs of runs, at most two of them; why there is none, where none is known; empty for runs of one domain.
[[nodiscard]] EffectWords effectWords(const CompareData &distances, const std::vector<std::size_t> &pairs,
                                      const CompareView &view, const CompareScope &scope);

/// The largest `most` combinations of a scope, without the one that belongs to no run.
[[nodiscard]] widgets::SetChartData setChart(const analysis::CombinationTable &table, const QStringList &runs,
                                             analysis::SetKind set, const CompareScope &scope, std::size_t most);
/// The counts of all matrices in the scope.
[[nodiscard]] analysis::CombinationCounts combinationsOf(const analysis::CombinationTable &table, analysis::SetKind set,
                                                         const CompareScope &scope);

} // namespace secateur::app
