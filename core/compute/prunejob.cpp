// SPDX-License-Identifier: GPL-3.0-or-later
#include <chrono>

#include <torch/version.h>

#include "core/base/file.h"
#include "core/base/system.h"
#include "core/chat/chattemplate.h"
#include "core/compute/jobs.h"
#include "core/engine/light.h"
#include "core/prune/outliers.h"
#include "core/prune/pruner.h"
#include "core/store/names.h"
#include "core/tokenizer/tokenizer.h"

namespace secateur::compute {

namespace {

constexpr const char *tokenIdsName = "input_ids";

Result<data::CalibrationSet> calibrationOf(const engine::PruneRequest &request, const architecture::ModelArchive &model,
                                           const RunContext &context)
{
    const auto positions = std::uint64_t(model.config().maxPositions);
    if (request.tokenIds) {
        SECATEUR_TRY(set,
                     data::calibrationFromTokenIds(*request.tokenIds, tokenIdsName, request.tokenIdSamples,
                                                   std::uint64_t(model.config().vocabSize), request.tokenIdLength,
                                                   context));
        if (set.longest() > positions)
            return failure(ErrorCode::BadInput,
                           request.tokenIds->string() + ", tensor \"" + tokenIdsName + "\": has rows of "
                               + std::to_string(set.longest()) + " ids, and the model takes "
                               + std::to_string(positions) + " positions; give --length " + std::to_string(positions)
                               + " or less");
        return set;
    }
    if (request.data) {
        SECATEUR_TRY(tokenizer, tokenizer::Tokenizer::forModel(request.model));
        auto wanted = *request.data;
        wanted.maxLength = std::min(wanted.maxLength, positions);
        if (request.chat) {
            SECATEUR_TRY(chatTemplate, chat::ChatTemplate::forModel(request.model));
            wanted.chat = chatTemplate;
        }
        return data::buildCalibrationSet(wanted, *tokenizer, context);
    }
    if (usesActivations(request.method))
        return failure(ErrorCode::InvalidArgument, "Wanda needs a calibration set: give --data or --token-ids");
    data::CalibrationSet none;
    none.provenance.seed = request.method == PruneMethod::Random ? request.seed : 0;
    return none;
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
    if (request.layers && request.layers->kind == selection::LayerRule::Kind::Table)
        SECATEUR_CHECK(selection::tableSparsities(*request.layers, std::size_t(model.config().layers)));
    else if (request.layers && !usesActivations(request.method))
        return failure(ErrorCode::InvalidArgument,
                       "OWL counts outliers among Wanda's scores, which " + methodName(request.method)
                           + " has none of; choose the method wanda or wanda-variant, or give a share for each layer");
    SECATEUR_CHECK(selection::targetText(request.target, request.layers));
    return {};
}

/// After checkRequest(), which sees to it that there is one.
std::string targetOf(const engine::PruneRequest &request)
{
    return selection::targetText(request.target, request.layers).value();
}

/// Shares to prune of each layer; none: the target for all. OWL takes a pass through the dense model to find them.
Result<std::vector<Sparsity>> layersOf(const engine::PruneRequest &request, model::Decoder &decoder,
                                       const data::CalibrationSet &calibration, const RunContext &context)
{
    if (!request.layers)
        return std::vector<Sparsity>();
    const selection::LayerRule &rule = *request.layers;
    if (rule.kind == selection::LayerRule::Kind::Table)
        return selection::tableSparsities(rule, std::size_t(decoder.config().layers));
    SECATEUR_TRY(shares, prune::outlierShares(decoder, calibration, rule.outlierFactor, context));
    return selection::owlSparsities(shares, std::get<Sparsity>(request.target), rule.spread);
}

Result<void> checkMemory(const engine::PruneRequest &request, const architecture::ModelConfig &config,
                         const data::CalibrationSet &calibration)
{
    const auto needed = engine::forecastPruneBytes(config,
                                                   {.tokens = calibration.tokens(),
                                                    .sequences = calibration.sequences.size(),
                                                    .longest = calibration.longest(),
                                                    .method = request.method,
                                                    .bf16 = request.compute == engine::ComputeType::BF16,
                                                    .threads = request.threads});
    return requireMemory("pruning", needed,
                         "use fewer samples (--samples), shorter ones (--length) or fewer threads (--threads)");
}

store::RunRecipe recipeOf(const engine::PruneRequest &request, const std::vector<Sparsity> &layers,
                          const data::CalibrationSet &calibration)
{
    store::RunRecipe recipe;
    recipe.name = request.run;
    recipe.domain = request.domain;
    recipe.method = request.method;
    recipe.target = targetOf(request);
    for (const Sparsity &layer : layers)
        recipe.layerSparsity.push_back(layer.ratio());
    recipe.statistics = request.statistics;
    recipe.compute = request.compute == engine::ComputeType::BF16 ? "bf16" : "f32";
    recipe.calibration = calibration.provenance;
    recipe.calibrationFingerprint = calibration.fingerprint();
    recipe.calibrationTokens = calibration.tokens();
    recipe.calibrationSequences = calibration.sequences.size();
    recipe.versions = {{"libtorch", TORCH_VERSION}};
    return recipe;
}

/// The run to continue when none is named: the latest interrupted one of this very recipe; where there is none, the
/// latest of the default name, so that the refusal says how it differs.
std::string interruptedName(const store::Study &study, const store::RunRecipe &recipe, const std::string &name)
{
    std::string same;
    std::string alike = name;
    for (const auto &run : study.interrupted()) {
        if (run.recipe.domain == recipe.domain && run.recipe.fingerprintParts() == recipe.fingerprintParts())
            same = run.recipe.name;
        if (run.recipe.name == name || run.recipe.name.starts_with(name + "-"))
            alike = run.recipe.name;
    }
    return same.empty() ? alike : same;
}

std::string defaultName(const engine::PruneRequest &request)
{
    return request.domain + "-" + methodName(request.method) + "-" + targetOf(request);
}

/// A bit per weight, and a quarter more for checksums, norms and the cached density.
std::uint64_t layerBytes(const architecture::ModelArchive &model)
{
    return model.prunableParameters() / std::uint64_t(model.config().layers) / 8 * 5 / 4 + (std::uint64_t(1) << 16);
}

/// What would refuse the run after minutes of reading, asked before them: the name, the lock, the disk.
Result<void> checkStudy(const engine::PruneRequest &request, const architecture::ModelArchive &model)
{
    namespace fs = std::filesystem;
    SECATEUR_CHECK(store::checkRunName(request.run.empty() ? defaultName(request) : request.run));
    std::error_code ignored;
    if (fs::exists(request.study / store::studyFileName, ignored)) {
        SECATEUR_TRY(study, store::Study::open(request.study, store::Study::Access::Write));
        if (!request.resume && !request.run.empty() && study->uniqueName(request.run) != request.run)
            return failure(ErrorCode::Conflict,
                           request.study.string() + ": has a run \"" + request.run
                               + "\" already; choose another name, delete it, or add --resume if it was interrupted");
        if (request.resume && study->interrupted().empty())
            return failure(ErrorCode::NotFound, request.study.string() + ": has no interrupted run to resume");
    } else if (request.resume) {
        return failure(ErrorCode::NotFound, request.study.string() + ": there is no study, so nothing to resume");
    }
    fs::path place = fs::absolute(request.study, ignored);
    while (!fs::exists(place, ignored) && place.has_relative_path())
        place = place.parent_path();
    SECATEUR_TRY(free, freeSpace(place));
    const auto needed = layerBytes(model) * std::uint64_t(model.config().layers);
    if (!request.resume && free < needed)
        return failure(ErrorCode::OutOfDisk,
                       place.string() + ": has " + bytesText(free) + " free, and the masks of the new run need about "
                           + bytesText(needed) + "; free some space, or put the study elsewhere");
    return {};
}

Result<std::unique_ptr<store::RunWriter>> openWriter(store::Study &study, const engine::PruneRequest &request,
                                                     store::RunRecipe recipe, const architecture::ModelArchive &model)
{
    const auto layers = std::size_t(model.config().layers);
    const std::string base = defaultName(request);
    if (request.resume) {
        if (recipe.name.empty())
            recipe.name = interruptedName(study, recipe, base);
        return study.resume(recipe, layers);
    }
    if (recipe.name.empty())
        recipe.name = study.uniqueName(base);
    return study.begin(recipe, layers, layerBytes(model));
}

store::RunOutcome outcomeOf(const prune::PruneTimes &times, double total, int threads)
{
    store::RunOutcome outcome;
    outcome.seconds = {{"load", times.load}, {"calibrate", times.calibrate}, {"prune", times.prune}, {"total", total}};
    outcome.peakResidentBytes = peakResidentBytes();
    outcome.threads = threads;
    outcome.versions = programVersions();
    return outcome;
}

double secondsSince(std::chrono::steady_clock::time_point start)
{
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
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
    SECATEUR_CHECK(checkStudy(request, *model));
    SECATEUR_TRY(calibration, calibrationOf(request, *model, context));
    SECATEUR_CHECK(checkMemory(request, model->config(), calibration));
    SECATEUR_TRY(decoder,
                 model::Decoder::create(model, std::int64_t(calibration.longest()),
                                        {.threads = request.threads,
                                         .precision = precisionOf(request.compute),
                                         .masks = {},
                                         .keepWeights = false}));
    const auto spreading = std::chrono::steady_clock::now();
    SECATEUR_TRY(layers, layersOf(request, *decoder, calibration, context));
    const double outliers = secondsSince(spreading);
    SECATEUR_TRY(identity, architecture::identify(*model, context));
    SECATEUR_TRY(study, store::Study::openOrCreate(request.study, identity));
    SECATEUR_TRY(writer, openWriter(*study, request, recipeOf(request, layers, calibration), *model));

    engine::PruneReport report;
    report.resumedLayers = writer->finishedLayers();
    report.notices = calibration.provenance.notices;
    prune::Pruner pruner(*decoder, {request.method, request.target, request.statistics, layers}, calibration, *writer);
    auto times = pruner.run(context);
    if (!times)
        return tl::make_unexpected(withAdvice(std::move(times).error(), *writer, model->config().layers));
    auto outcome = outcomeOf(*times, secondsSince(start), request.threads);
    if (request.layers)
        outcome.seconds["outliers"] = outliers;
    outcome.normConvergence = pruner.normConvergence();
    outcome.experts = pruner.expertUse();
    SECATEUR_TRY(manifest, writer->finish(std::move(outcome)));
    report.manifest = std::move(manifest);
    return report;
}

} // namespace secateur::compute
