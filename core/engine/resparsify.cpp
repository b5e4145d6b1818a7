// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <chrono>
#include <utility>

#include "core/engine/derivedrun.h"
#include "core/engine/layersparsities.h"
#include "core/engine/light.h"
#include "core/selection/selection.h"

namespace secateur::engine {

namespace {

using Clock = std::chrono::steady_clock;

double secondsSince(Clock::time_point start)
{
    return std::chrono::duration<double>(Clock::now() - start).count();
}

Result<void> checkTarget(const PruneTarget &target, const store::RunManifest &parent)
{
    if (parent.recipe.isMadeOfMasks())
        return failure(ErrorCode::InvalidArgument,
                       "run \"" + parent.recipe.name + "\" was made of masks (" + parent.recipe.target
                           + "), so there are no scores to select by; resparsify the runs it was made of, or combine "
                             "them by the rule scores");
    const auto *const pattern = std::get_if<NmPattern>(&target);
    if (!pattern)
        return {};
    if (parent.recipe.method == PruneMethod::WandaVariant)
        return failure(ErrorCode::InvalidArgument,
                       "run \"" + parent.recipe.name
                           + "\" was pruned by the variant, which searches an alpha for a sparsity; an N:M pattern has "
                             "none to find");
    return checkPatternFits(*pattern, parent);
}

/// Whether pruning to the new target from the start could give other masks. Norms of a sequential run saw the layers
/// before them pruned to that run's own target; layer 0 has none before it, and methods without activations look at no
/// norms.
bool isApproximate(const store::RunManifest &parent, const std::string &target)
{
    const store::RunRecipe &recipe = parent.recipe;
    if (!usesActivations(recipe.method) || recipe.statistics == StatisticsMode::Dense || parent.layers() <= 1)
        return false;
    return recipe.approximate || recipe.target != target;
}

store::RunRecipe childRecipe(const store::RunManifest &parent, const ResparsifyRequest &request,
                             const std::string &target, const std::vector<Sparsity> &layers)
{
    store::RunRecipe recipe = parent.recipe;
    recipe.name = request.name;
    recipe.target = target;
    recipe.layerSparsity.clear();
    for (const Sparsity &layer : layers)
        recipe.layerSparsity.push_back(layer.ratio());
    recipe.origin = "resparsify";
    recipe.parentRun = parent.id;
    recipe.approximate = isApproximate(parent, recipe.target);
    return recipe;
}

/// One matrix of float32 beside the layer's masks; the variant sorts a copy. OWL looks at a whole layer before.
Result<void> checkMemory(const store::RunManifest &parent, bool wholeLayers)
{
    std::uint64_t largest = 0;
    for (const store::SublayerInfo &matrix : parent.sublayers)
        largest = std::max(largest, matrix.rows * matrix.cols);
    const std::uint64_t copies = parent.recipe.method == PruneMethod::WandaVariant ? 2 : 1;
    const std::uint64_t layer = parent.total() / parent.layers();
    const std::uint64_t selecting = largest * sizeof(float) * copies + layer / 8;
    return checkMemoryFor(wholeLayers ? std::max(selecting, layer * sizeof(float)) : selecting);
}

/// Continues an attempt that was cancelled, or begins a run.
Result<std::unique_ptr<store::RunWriter>> openWriter(store::Study &study, store::RunRecipe recipe,
                                                     const store::RunManifest &parent)
{
    const std::size_t layers = parent.layers();
    for (const store::InterruptedRun &run : study.interrupted()) {
        const bool same = run.recipe.origin == recipe.origin && run.recipe.parentRun == recipe.parentRun
            && run.recipe.target == recipe.target;
        if (same && (recipe.name.empty() || recipe.name == run.recipe.name)) {
            recipe.name = run.recipe.name;
            return study.resume(recipe, layers);
        }
    }
    if (recipe.name.empty())
        recipe.name = study.uniqueName(recipe.domain + "-" + methodName(recipe.method) + "-" + recipe.target);
    return study.begin(recipe, layers, layerBytes(parent));
}

/// Selects layer by layer from the model's weights and the parent's norms.
class Reselection
{
public:
    Reselection(const architecture::ModelArchive &model, const store::RunReader &parent, PruneTarget target,
                const std::vector<Sparsity> &layers, int threads)
        : m_model(model), m_parent(parent), m_target(target), m_layers(layers), m_threads(threads)
    {
    }

    [[nodiscard]] Result<store::LayerResult> layer(LayerIndex layer, const RunContext &context)
    {
        store::LayerResult result;
        for (const architecture::Sublayer &sublayer : m_model.sublayers()) {
            SECATEUR_CHECK(context.checkpoint());
            SECATEUR_CHECK(addMatrix({layer, sublayer.name}, sublayer, result));
        }
        return result;
    }

    [[nodiscard]] double readSeconds() const { return m_readSeconds; }

private:
    [[nodiscard]] Result<void> addMatrix(const MatrixId &id, const architecture::Sublayer &sublayer,
                                         store::LayerResult &result)
    {
        const auto start = Clock::now();
        m_weights.resize(std::size_t(sublayer.rows) * std::size_t(sublayer.cols));
        SECATEUR_CHECK(m_model.readF32(tensorName(id), m_weights));
        std::vector<float> norm;
        if (usesActivations(m_parent.manifest().recipe.method)) {
            SECATEUR_TRY(stored, m_parent.norm(id));
            norm = std::move(stored);
        }
        m_readSeconds += secondsSince(start);
        const store::RunRecipe &recipe = m_parent.manifest().recipe;
        const PruneTarget target = m_layers.empty() ? m_target : m_layers[id.layer.value];
        SECATEUR_TRY(selected,
                     selection::select(recipe.method, target, id,
                                       {std::size_t(sublayer.rows), std::size_t(sublayer.cols), m_weights}, norm,
                                       recipe.calibration.seed, m_threads));
        result.matrices.push_back({id.sublayer, std::move(selected.kept), selected.alpha});
        if (!norm.empty() && sublayer.inputOf == sublayer.name)
            result.norms.push_back({id.sublayer, std::move(norm)});
        return {};
    }

    const architecture::ModelArchive &m_model;
    const store::RunReader &m_parent;
    PruneTarget m_target;
    const std::vector<Sparsity> &m_layers; ///< one per layer, instead of the target; or none
    int m_threads;
    std::vector<float> m_weights;
    double m_readSeconds = 0.0;
};

Result<void> selectLayers(Reselection &reselection, std::size_t layers, store::RunWriter &writer,
                          const RunContext &context)
{
    for (std::size_t index = writer.finishedLayers(); index < layers; ++index) {
        context.report({"select", index, layers, "layers"});
        const LayerIndex layer{std::uint32_t(index)};
        SECATEUR_TRY(result, reselection.layer(layer, context));
        SECATEUR_CHECK(writer.writeLayer(layer, result));
    }
    context.report({"select", layers, layers, "layers"});
    return {};
}

} // namespace

Result<PruneReport> resparsify(const ResparsifyRequest &request, const RunContext &context)
{
    const auto start = Clock::now();
    SECATEUR_TRY(study, store::Study::open(request.study, store::Study::Access::Write));
    SECATEUR_TRY(reader, study->read(request.run));
    const store::RunManifest &parent = reader->manifest();
    if (parent.sublayers.empty())
        return failure(ErrorCode::BadInput, "run \"" + parent.recipe.name + "\" has no matrices; run `verify`");
    SECATEUR_CHECK(checkTarget(request.target, parent));
    SECATEUR_TRY(target, selection::targetText(request.target, request.layers));
    const bool isOwl = request.layers && request.layers->kind == selection::LayerRule::Kind::Owl;
    SECATEUR_CHECK(checkMemory(parent, isOwl));
    SECATEUR_TRY(model, openStudyModel(*study, request.model, context));
    const std::size_t layers = parent.layers();
    std::vector<Sparsity> spread;
    if (request.layers) {
        SECATEUR_TRY(found,
                     layerSparsities(*request.layers, std::get<Sparsity>(request.target), *model, *reader,
                                     request.threads, context));
        spread = std::move(found);
    }
    SECATEUR_TRY(writer, openWriter(*study, childRecipe(parent, request, target, spread), parent));

    PruneReport report;
    report.resumedLayers = writer->finishedLayers();
    const double opening = secondsSince(start);
    Reselection reselection(*model, *reader, request.target, spread, request.threads);
    if (const auto selected = selectLayers(reselection, layers, *writer, context); !selected)
        return tl::make_unexpected(withKeptLayers(selected.error(), *writer, layers));
    const double load = opening + reselection.readSeconds();
    auto outcome = derivedOutcome(load, secondsSince(start), request.threads);
    outcome.experts = parent.outcome.experts; // of the same norms
    SECATEUR_TRY(manifest, writer->finish(std::move(outcome)));
    report.manifest = std::move(manifest);
    return report;
}

} // namespace secateur::engine
