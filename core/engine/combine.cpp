// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/engine/combine.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "core/engine/combinationrecipe.h"
#include "core/engine/derivedrun.h"
#include "core/engine/light.h"
#include "core/engine/samematrices.h"
#include "core/selection/meannorms.h"
#include "core/selection/selection.h"

namespace secateur::engine {

namespace {

using Clock = std::chrono::steady_clock;
using mask::CombineRule;

double secondsSince(Clock::time_point start)
{
    return std::chrono::duration<double>(Clock::now() - start).count();
}

Result<std::vector<store::RunManifest>> parentsOf(const store::Study &study, const std::vector<std::string> &names)
{
    std::vector<store::RunManifest> parents;
    for (const std::string &name : names) {
        const auto isIt = [&name](const store::InterruptedRun &run) {
            return run.recipe.name == name || run.id == name;
        };
        if (std::ranges::any_of(study.interrupted(), isIt))
            return failure(ErrorCode::InvalidArgument,
                           "run \"" + name + "\" is not finished, so it has no masks to combine yet; finish it first");
        SECATEUR_TRY(run, study.find(name));
        if (run.sublayers.empty())
            return failure(ErrorCode::BadInput, "run \"" + run.recipe.name + "\" has no matrices; run `verify`");
        parents.push_back(std::move(run));
    }
    return parents;
}

/// The masks of a layer and one matrix of each parent; for Scores a matrix of float32.
Result<void> checkMemory(const CombineRequest &request, const store::RunManifest &parent)
{
    std::uint64_t largest = 0;
    for (const store::SublayerInfo &matrix : parent.sublayers)
        largest = std::max(largest, matrix.rows * matrix.cols);
    const bool scores = request.rule == CombineRule::Scores;
    const std::uint64_t matrix = scores ? largest * sizeof(float) : largest / 8 * (request.runs.size() + 1);
    return checkMemoryFor(matrix + parent.total() / parent.layers() / 8);
}

/// Continues an attempt that was cancelled, or begins a run.
Result<std::unique_ptr<store::RunWriter>> openWriter(store::Study &study, store::RunRecipe recipe,
                                                     const store::RunManifest &parent)
{
    const std::size_t layers = parent.layers();
    for (const store::InterruptedRun &run : study.interrupted())
        if (run.recipe.origin == recipe.origin && run.recipe.fingerprintParts() == recipe.fingerprintParts()
            && (recipe.name.empty() || recipe.name == run.recipe.name)) {
            recipe.name = run.recipe.name;
            return study.resume(recipe, layers);
        }
    if (recipe.name.empty()) {
        const std::string rule = mask::ruleName(recipe.combination->rule);
        recipe.name = study.uniqueName(recipe.domain + "-" + rule + (recipe.target == rule ? "" : "-" + recipe.target));
    }
    return study.begin(recipe, layers, layerBytes(parent));
}

/// Makes one matrix of the new run after the other.
class Maker
{
public:
    Maker(const CombineRequest &request, const RunReaders &readers) : m_request(request), m_readers(readers) { }

    void useModel(std::shared_ptr<const architecture::ModelArchive> model, PruneTarget target)
    {
        m_model = std::move(model);
        m_target = target;
    }

    /// `matrices`: those of the layer, in the model's order.
    [[nodiscard]] Result<store::LayerResult> layer(const std::vector<store::SublayerInfo> &matrices,
                                                   const RunContext &context)
    {
        store::LayerResult result;
        for (const store::SublayerInfo &matrix : matrices) {
            SECATEUR_CHECK(context.checkpoint());
            SECATEUR_CHECK(m_model ? select(matrix, result) : combine(matrix.id, result));
        }
        return result;
    }

private:
    [[nodiscard]] Result<void> combine(const MatrixId &id, store::LayerResult &result) const
    {
        SECATEUR_TRY(masks, masksOf(m_readers, id));
        SECATEUR_TRY(made, mask::combineMasks(m_request.rule, mask::pointersTo(masks)));
        result.matrices.push_back({id.sublayer, std::move(made), std::nullopt});
        return {};
    }

    [[nodiscard]] Result<void> select(const store::SublayerInfo &matrix, store::LayerResult &result)
    {
        std::vector<std::vector<float>> norms;
        for (const auto &reader : m_readers) {
            SECATEUR_TRY(norm, reader->norm(matrix.id));
            norms.push_back(std::move(norm));
        }
        auto norm = selection::meanNorms(norms, combinationWeights(m_request));
        if (!norm)
            return tl::make_unexpected(withContext(norm.error(), tensorName(matrix.id)));
        m_weights.resize(std::size_t(matrix.rows * matrix.cols));
        SECATEUR_CHECK(m_model->readF32(tensorName(matrix.id), m_weights));
        SECATEUR_TRY(selected,
                     selection::select(PruneMethod::Wanda, m_target, matrix.id,
                                       {std::size_t(matrix.rows), std::size_t(matrix.cols), m_weights}, *norm, 0,
                                       m_request.threads));
        result.matrices.push_back({matrix.id.sublayer, std::move(selected.kept), std::nullopt});
        if (inputOf(matrix.id.sublayer) == matrix.id.sublayer)
            result.norms.push_back({matrix.id.sublayer, std::move(*norm)});
        return {};
    }

    [[nodiscard]] std::string inputOf(const std::string &sublayer) const
    {
        const auto found = std::ranges::find(m_model->sublayers(), sublayer, &architecture::Sublayer::name);
        return found == m_model->sublayers().end() ? std::string() : found->inputOf;
    }

    const CombineRequest &m_request;
    const RunReaders &m_readers;
    std::shared_ptr<const architecture::ModelArchive> m_model; ///< null unless scores are combined
    PruneTarget m_target = Sparsity();
    std::vector<float> m_weights;
};

Result<void> makeLayers(Maker &maker, const store::RunManifest &parent, store::RunWriter &writer,
                        const RunContext &context)
{
    const std::size_t layers = parent.layers();
    for (std::size_t index = writer.finishedLayers(); index < layers; ++index) {
        context.report({"combine", index, layers, "layers"});
        const LayerIndex layer{std::uint32_t(index)};
        std::vector<store::SublayerInfo> matrices;
        std::ranges::copy_if(parent.sublayers, std::back_inserter(matrices),
                             [layer](const store::SublayerInfo &matrix) { return matrix.id.layer == layer; });
        SECATEUR_TRY(result, maker.layer(matrices, context));
        SECATEUR_CHECK(writer.writeLayer(layer, result));
    }
    context.report({"combine", layers, layers, "layers"});
    return {};
}

/// What was made stays for another attempt, unless a parent is damaged: then none can succeed.
Error afterFailure(Error error, store::Study &study, std::unique_ptr<store::RunWriter> writer, std::size_t layers)
{
    const std::string id = writer->id();
    error = withKeptLayers(std::move(error), *writer, layers);
    writer.reset();
    if (error.code == ErrorCode::BadInput)
        if (const auto removed = study.remove(id); !removed)
            error.detail += " (what was begun could not be removed: " + removed.error().detail + ")";
    return error;
}

} // namespace

Result<PruneReport> combine(const CombineRequest &request, const RunContext &context)
{
    const auto start = Clock::now();
    SECATEUR_TRY(study, store::Study::open(request.study, store::Study::Access::Write));
    SECATEUR_TRY(parents, parentsOf(*study, request.runs));
    SECATEUR_CHECK(checkCombination(request, parents));
    SECATEUR_CHECK(checkSameMatrices(parents));
    SECATEUR_CHECK(checkMemory(request, parents.front()));
    SECATEUR_TRY(readers, openRuns(*study, parents));
    Maker maker(request, readers);
    if (request.rule == CombineRule::Scores) {
        SECATEUR_TRY(target, combinationTarget(request, parents));
        SECATEUR_TRY(model, openStudyModel(*study, request.model, context));
        maker.useModel(model, target);
    }
    SECATEUR_TRY(recipe, combinationRecipe(request, parents));
    SECATEUR_TRY(writer, openWriter(*study, recipe, parents.front()));
    PruneReport report;
    report.resumedLayers = writer->finishedLayers();
    const double opening = secondsSince(start);
    if (const auto made = makeLayers(maker, parents.front(), *writer, context); !made)
        return tl::make_unexpected(afterFailure(made.error(), *study, std::move(writer), parents.front().layers()));
    SECATEUR_TRY(manifest, writer->finish(derivedOutcome(opening, secondsSince(start), request.threads)));
    report.manifest = std::move(manifest);
    return report;
}

} // namespace secateur::engine
