// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <vector>

#include "core/base/result.h"
#include "core/base/runcontext.h"
#include "core/base/types.h"
#include "core/data/calibration.h"
#include "core/model/decoder.h"
#include "core/prune/activations.h"
#include "core/prune/statistics.h"
#include "core/store/study.h"

namespace secateur::prune {

struct PruneOptions {
    PruneMethod method = PruneMethod::Wanda;
    PruneTarget target;
    StatisticsMode statistics = StatisticsMode::Pruned;
    std::vector<Sparsity> layers = {}; ///< one per layer, instead of `target`; empty: all alike
};

/// Where the time went, in seconds of wall clock.
struct PruneTimes {
    double load = 0.0; ///< reading and converting weights
    double calibrate = 0.0; ///< forward passes
    double prune = 0.0; ///< selection, and writing the layer
};

/// One round of the published layer loop (wanda lib/prune.py, prune_wanda) over a streamed model:
/// for each block take the statistics of its inputs, select, and pass the activations through the pruned block
/// (StatisticsMode::Dense: through the unpruned one, in the same pass). What the reference computes but no result
/// depends on is left out: down_proj of the statistics pass, and the second pass of the last block.
///
/// Layers go to `writer` as they are finished. A writer that already holds layers is continued: the activations are
/// brought back by passing through those layers with their masks, which are the bits the loop itself would have seen.
class Pruner
{
public:
    Pruner(model::Decoder &decoder, const PruneOptions &options, const data::CalibrationSet &calibration,
           store::RunWriter &writer);

    /// Cancelled keeps all layers written so far. Reports stage "prune" in layers, "resume" while catching up.
    [[nodiscard]] Result<PruneTimes> run(const RunContext &context);
    /// After run(): by numbers of sequences (an eighth, a quarter, a half of them) how far the norms of the first so
    /// many are from those of all, ActivationStatistics::normDistance(), the mean over the layers of this session.
    [[nodiscard]] const std::map<std::uint64_t, double> &normConvergence() const { return m_normConvergence; }
    /// After run(), of all layers; nothing where there are no experts, or no statistics.
    [[nodiscard]] const std::optional<store::ExpertUse> &expertUse() const { return m_expertUse; }

private:
    [[nodiscard]] Result<void> prepare(const RunContext &context);
    [[nodiscard]] Result<void> pruneLayer(LayerIndex layer, const RunContext &context);
    [[nodiscard]] Result<void> replayLayer(LayerIndex layer, const RunContext &context);
    /// What a pass tells of a layer's inputs; empty for methods that need none.
    struct Inputs {
        std::vector<std::vector<float>> norms; ///< at ActivationStatistics::inputNumber()
        std::vector<std::uint64_t> expertTokens;
    };
    [[nodiscard]] Result<store::LayerResult> select(LayerIndex layer, model::BlockWeights &weights,
                                                    const Inputs &inputs, const RunContext &context) const;
    void addExperts(LayerIndex layer, const store::LayerResult &result);
    void addConvergence(const ActivationStatistics &statistics, const std::vector<std::vector<float>> &norms);
    [[nodiscard]] bool usesActivations() const { return secateur::usesActivations(m_options.method); }
    [[nodiscard]] bool isLast(LayerIndex layer) const;

    model::Decoder &m_decoder;
    PruneOptions m_options;
    const data::CalibrationSet &m_calibration;
    store::RunWriter &m_writer;
    Activations m_activations;
    PruneTimes m_times;
    std::size_t m_firstLayer = 0; ///< of this session
    std::map<std::uint64_t, double> m_normConvergence;
    std::optional<store::ExpertUse> m_expertUse;
};

} // namespace secateur::prune
