// SPDX-License-Identifier: GPL-3.0-or-later
#include <chrono>

#include <dnnl.h>
#include <torch/version.h>

#include "core/base/system.h"
#include "core/compute/jobs.h"
#include "core/engine/light.h"
#include "core/prune/pruner.h"
#include "core/tokenizer/tokenizer.h"

namespace secateur::compute {

namespace {

Result<data::CalibrationSet> calibrationOf(const engine::PruneRequest &request,
                                           const architecture::ModelArchive &model, const RunContext &context)
{
    if (request.tokenIds)
        return data::calibrationFromTokenIds(*request.tokenIds, "input_ids", request.tokenIdSamples,
                                             std::uint64_t(model.config().vocabSize));
    if (request.data) {
        SECATEUR_TRY(tokenizer, tokenizer::Tokenizer::forModel(request.model));
        return data::buildCalibrationSet(*request.data, *tokenizer, context);
    }
    if (request.method != PruneMethod::Magnitude)
        return failure(ErrorCode::InvalidArgument, "Wanda needs a calibration set: give --data or --token-ids");
    return data::CalibrationSet{};
}

Result<void> checkRequest(const engine::PruneRequest &request, const architecture::ModelArchive &model)
{
    const auto *const pattern = std::get_if<NmPattern>(&request.target);
    if (request.method == PruneMethod::WandaVariant && pattern)
        return failure(ErrorCode::InvalidArgument,
                       "the variant searches one alpha per row for a sparsity; an N:M pattern has none to find");
    for (const auto &sublayer : model.sublayers())
        if (pattern && sublayer.cols % pattern->m() != 0)
            return failure(ErrorCode::InvalidArgument,
                           sublayer.name + " has " + std::to_string(sublayer.cols) + " columns, which groups of "
                               + std::to_string(pattern->m()) + " do not divide; choose another pattern");
    return {};
}

Result<void> checkMemory(const architecture::ModelConfig &config, const data::CalibrationSet &calibration, int threads)
{
    const auto needed = engine::forecastPruneBytes(config, calibration.tokens(), calibration.longest(), threads);
    const auto available = availableMemory();
    if (needed > available)
        return failure(ErrorCode::OutOfMemory,
                       "pruning would need about " + bytesText(needed) + " of memory, and " + bytesText(available)
                           + " are available; use fewer samples (--samples), shorter ones (--length) or fewer threads "
                             "(--threads)");
    return {};
}

store::RunRecipe recipeOf(const engine::PruneRequest &request, const data::CalibrationSet &calibration)
{
    store::RunRecipe recipe;
    recipe.name = request.run;
    recipe.domain = request.domain;
    recipe.method = request.method;
    recipe.target = targetText(request.target);
    recipe.statistics = request.statistics;
    recipe.compute = request.compute == engine::ComputeType::BF16 ? "bf16" : "f32";
    recipe.calibration = calibration.provenance;
    recipe.calibrationFingerprint = calibration.fingerprint();
    recipe.calibrationTokens = calibration.tokens();
    recipe.calibrationSequences = calibration.sequences.size();
    return recipe;
}

/// The name to continue: the latest interrupted run of the default name, or the default name itself.
std::string interruptedName(const store::Study &study, const std::string &name)
{
    std::string found = name;
    for (const auto &run : study.interrupted())
        if (run.recipe.name == name || run.recipe.name.starts_with(name + "-"))
            found = run.recipe.name;
    return found;
}

Result<std::unique_ptr<store::RunWriter>> openWriter(store::Study &study, const engine::PruneRequest &request,
                                                     store::RunRecipe recipe, const architecture::ModelArchive &model)
{
    const auto layers = std::size_t(model.config().layers);
    const std::string base = request.domain + "-" + methodName(request.method) + "-" + recipe.target;
    if (request.resume) {
        if (recipe.name.empty())
            recipe.name = interruptedName(study, base);
        return study.resume(recipe, layers);
    }
    if (recipe.name.empty())
        recipe.name = study.uniqueName(base);
    // A bit per weight, and a quarter more for checksums, norms and the cached density.
    const std::uint64_t layerBytes = model.prunableParameters() / layers / 8 * 5 / 4 + (std::uint64_t(1) << 16);
    return study.begin(recipe, layers, layerBytes);
}

store::RunOutcome outcomeOf(const prune::PruneTimes &times, double total, int threads)
{
    store::RunOutcome outcome;
    outcome.seconds = {{"load", times.load}, {"calibrate", times.calibrate}, {"prune", times.prune}, {"total", total}};
    outcome.peakResidentBytes = peakResidentBytes();
    outcome.threads = threads;
    const auto *const onednn = dnnl_version();
    outcome.versions = {{"secateur", SECATEUR_VERSION},
                        {"libtorch", TORCH_VERSION},
                        {"onednn", std::to_string(onednn->major) + "." + std::to_string(onednn->minor) + "."
                             + std::to_string(onednn->patch)}};
    return outcome;
}

Error withAdvice(Error error, const store::RunWriter &writer, std::int64_t layers)
{
    if (error.code == ErrorCode::Cancelled)
        error.detail = "cancelled; " + std::to_string(writer.finishedLayers()) + " of " + std::to_string(layers)
            + " layers of \"" + writer.recipe().name + "\" are kept: run the same command with --resume to go on";
    return error;
}

} // namespace

Result<engine::PruneReport> pruneJob(const engine::PruneRequest &request, const RunContext &context)
{
    const auto start = std::chrono::steady_clock::now();
    SECATEUR_TRY(model, architecture::ModelArchive::open(request.model));
    SECATEUR_CHECK(checkRequest(request, *model));
    SECATEUR_TRY(calibration, calibrationOf(request, *model, context));
    SECATEUR_CHECK(checkMemory(model->config(), calibration, request.threads));
    SECATEUR_TRY(decoder, model::Decoder::create(model, std::int64_t(calibration.longest()),
                                                 {.threads = request.threads,
                                                  .precision = precisionOf(request.compute),
                                                  .masks = {},
                                                  .keepWeights = false}));
    SECATEUR_TRY(identity, architecture::identify(*model, context));
    SECATEUR_TRY(study, store::Study::openOrCreate(request.study, identity));
    SECATEUR_TRY(writer, openWriter(*study, request, recipeOf(request, calibration), *model));

    engine::PruneReport report;
    report.resumedLayers = writer->finishedLayers();
    report.notices = calibration.provenance.notices;
    prune::Pruner pruner(*decoder, {request.method, request.target, request.statistics}, calibration, *writer);
    auto times = pruner.run(context);
    if (!times)
        return tl::make_unexpected(withAdvice(std::move(times).error(), *writer, model->config().layers));
    const double total = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    SECATEUR_TRY(manifest, writer->finish(outcomeOf(*times, total, request.threads)));
    report.manifest = std::move(manifest);
    return report;
}

} // namespace secateur::compute
