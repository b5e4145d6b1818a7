// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/prune/pruner.h"

#include <chrono>
#include <span>
#include <utility>

#include "core/prune/statistics.h"
#include "core/selection/selection.h"

namespace secateur::prune {

namespace {

using model::BlockWeights;
using model::PassKind;

/// Adds the time of a scope to a total.
class Stopwatch
{
public:
    explicit Stopwatch(double &total) : m_total(total), m_start(Clock::now()) { }
    ~Stopwatch() { m_total += std::chrono::duration<double>(Clock::now() - m_start).count(); }
    Stopwatch(const Stopwatch &) = delete;
    Stopwatch &operator=(const Stopwatch &) = delete;

private:
    using Clock = std::chrono::steady_clock;
    double &m_total;
    Clock::time_point m_start;
};

/// What was read back must be of this model, matrix by matrix: the order says which mask belongs to which weights.
Result<void> checkMatrices(const store::LayerResult &result, const BlockWeights &weights, LayerIndex layer)
{
    bool same = result.matrices.size() == weights.linears.size();
    for (std::size_t place = 0; same && place < weights.linears.size(); ++place) {
        const auto &sublayer = weights.linears[place].sublayer;
        const auto &matrix = result.matrices[place];
        same = matrix.sublayer == sublayer.name && matrix.kept.rows() == std::size_t(sublayer.rows)
            && matrix.kept.cols() == std::size_t(sublayer.cols);
    }
    if (!same)
        return failure(ErrorCode::BadInput,
                       "layer " + std::to_string(layer.value)
                           + " of the interrupted run does not hold this model's matrices; delete the run and prune "
                             "again");
    return {};
}

} // namespace

Pruner::Pruner(model::Decoder &decoder, const PruneOptions &options, const data::CalibrationSet &calibration,
               store::RunWriter &writer)
    : m_decoder(decoder), m_options(options), m_calibration(calibration), m_writer(writer)
{
}

bool Pruner::isLast(LayerIndex layer) const
{
    return std::int64_t(layer.value) + 1 == m_decoder.config().layers;
}

Result<PruneTimes> Pruner::run(const RunContext &context)
{
    const auto layers = std::uint32_t(m_decoder.config().layers);
    const auto finished = std::uint32_t(m_writer.finishedLayers());
    m_firstLayer = finished;
    context.report({.stage = "prune", .done = finished, .total = layers, .unit = "layers"});
    SECATEUR_CHECK(prepare(context));
    const bool counted = m_decoder.config().experts.count > 0 && usesActivations();
    for (std::uint32_t layer = 0; layer < finished && counted; ++layer) {
        SECATEUR_CHECK(context.checkpoint());
        SECATEUR_TRY(result, m_writer.readLayer(LayerIndex{layer}));
        addExperts(LayerIndex{layer}, result);
    }
    if (finished < layers && usesActivations()) {
        for (std::uint32_t layer = 0; layer < finished; ++layer) {
            SECATEUR_CHECK(context.checkpoint());
            SECATEUR_CHECK(replayLayer(LayerIndex{layer}, context));
            context.report({.stage = "resume", .done = layer + 1, .total = finished, .unit = "layers"});
        }
    }
    const auto start = std::chrono::steady_clock::now();
    for (std::uint32_t layer = finished; layer < layers; ++layer) {
        SECATEUR_CHECK(context.checkpoint());
        SECATEUR_CHECK(pruneLayer(LayerIndex{layer}, context));
        const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
        const double share = double(layer + 1 - finished) / layers;
        context.report({.stage = "prune",
                        .done = layer + 1,
                        .total = layers,
                        .unit = "layers",
                        .tokensPerSecond = share * double(m_calibration.tokens()) / seconds});
    }
    return m_times;
}

Result<void> Pruner::prepare(const RunContext &context)
{
    if (!usesActivations())
        return {};
    const Stopwatch watch(m_times.load);
    SECATEUR_TRY(activations, Activations::embed(m_decoder, m_calibration, context));
    m_activations = std::move(activations);
    return {};
}

Result<void> Pruner::replayLayer(LayerIndex layer, const RunContext &context)
{
    BlockWeights *weights = nullptr;
    {
        const Stopwatch watch(m_times.load);
        SECATEUR_TRY(loaded, m_decoder.load(layer, context));
        weights = loaded;
        if (m_options.statistics == StatisticsMode::Pruned) {
            SECATEUR_TRY(result, m_writer.readLayer(layer));
            SECATEUR_CHECK(checkMatrices(result, *weights, layer));
            for (std::size_t place = 0; place < weights->linears.size(); ++place)
                SECATEUR_CHECK(selection::applyMask(result.matrices[place].kept, weights->linears[place].values,
                                                    m_decoder.options().threads));
        }
    }
    const Stopwatch watch(m_times.calibrate);
    return m_decoder.forward(layer, *weights, m_activations.groups, PassKind::Full, nullptr, context);
}

Result<void> Pruner::pruneLayer(LayerIndex layer, const RunContext &context)
{
    BlockWeights *weights = nullptr;
    {
        const Stopwatch watch(m_times.load);
        SECATEUR_TRY(loaded, m_decoder.load(layer, context));
        weights = loaded;
    }
    Inputs inputs;
    if (usesActivations()) {
        const Stopwatch watch(m_times.calibrate);
        ActivationStatistics statistics(m_decoder.config(), m_calibration.sequences.size());
        const bool passOn = m_options.statistics == StatisticsMode::Dense && !isLast(layer);
        SECATEUR_CHECK(m_decoder.forward(layer, *weights, m_activations.groups,
                                         passOn ? PassKind::Full : PassKind::StatisticsOnly, &statistics, context));
        inputs = {statistics.scalerRows(), statistics.expertTokens()};
        addConvergence(statistics, inputs.norms);
    }
    {
        const Stopwatch watch(m_times.prune);
        SECATEUR_TRY(result, select(layer, *weights, inputs, context));
        SECATEUR_CHECK(m_writer.writeLayer(layer, result));
        addExperts(layer, result);
    }
    if (usesActivations() && m_options.statistics == StatisticsMode::Pruned && !isLast(layer)) {
        const Stopwatch watch(m_times.calibrate);
        return m_decoder.forward(layer, *weights, m_activations.groups, PassKind::Full, nullptr, context);
    }
    return {};
}

void Pruner::addConvergence(const ActivationStatistics &statistics, const std::vector<std::vector<float>> &norms)
{
    const std::size_t sequences = m_calibration.sequences.size();
    const double layers = double(m_decoder.config().layers) - double(m_firstLayer);
    for (const std::size_t part : {8U, 4U, 2U})
        if (sequences / part > 0)
            m_normConvergence[sequences / part] += statistics.normDistance(sequences / part, norms) / layers;
}

/// Of each expert one norm, that of its gate, tells the tokens.
void Pruner::addExperts(LayerIndex layer, const store::LayerResult &result)
{
    const auto &experts = m_decoder.config().experts;
    if (experts.count == 0 || !usesActivations())
        return;
    if (!m_expertUse) {
        m_expertUse.emplace();
        m_expertUse->evenTokens = double(m_calibration.tokens()) * double(experts.perToken) / double(experts.count);
    }
    std::uint32_t expert = 0;
    for (const auto &norm : result.norms) {
        if (!norm.tokens)
            continue;
        if (double(*norm.tokens) < store::ExpertUse::seldomShare * m_expertUse->evenTokens)
            m_expertUse->seldom.push_back({layer, expert, *norm.tokens});
        ++expert;
    }
    m_expertUse->experts += expert;
}

/// Selects, zeroes the pruned weights in place, and returns masks and norms for the store.
Result<store::LayerResult> Pruner::select(LayerIndex layer, BlockWeights &weights, const Inputs &inputs,
                                          const RunContext &context) const
{
    store::LayerResult result;
    const int threads = m_decoder.options().threads;
    const PruneTarget target = m_options.layers.empty() ? m_options.target : m_options.layers.at(layer.value);
    for (std::size_t place = 0; place < weights.linears.size(); ++place) {
        SECATEUR_CHECK(context.checkpoint());
        auto &linear = weights.linears[place];
        const auto norm = inputs.norms.empty()
            ? std::span<const float>()
            : std::span(inputs.norms[ActivationStatistics::inputNumber(weights, place)]);
        const selection::WeightView view{std::size_t(linear.sublayer.rows), std::size_t(linear.sublayer.cols),
                                         linear.values};
        SECATEUR_TRY(selected,
                     selection::select(m_options.method, target, {layer, linear.sublayer.name}, view, norm,
                                       m_calibration.provenance.seed, threads));
        SECATEUR_CHECK(selection::applyMask(selected.kept, linear.values, threads));
        result.matrices.push_back({linear.sublayer.name, std::move(selected.kept), selected.alpha});
        if (norm.empty() || linear.sublayer.inputOf != linear.sublayer.name)
            continue;
        result.norms.push_back({linear.sublayer.name, {norm.begin(), norm.end()}});
        if (const auto expert = weights.expertOf(place); expert && weights.placeOf(place) == BlockWeights::Gate)
            result.norms.back().tokens = inputs.expertTokens[*expert];
    }
    return result;
}

} // namespace secateur::prune
