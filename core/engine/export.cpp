// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <array>
#include <system_error>
#include <utility>

#include <nlohmann/json.hpp>
#include <unistd.h>

#include "core/architecture/family.h"
#include "core/base/file.h"
#include "core/base/system.h"
#include "core/engine/exportweights.h"
#include "core/engine/light.h"
#include "core/format/shardindex.h"
#include "core/tokenizer/tokenizer.h"

namespace secateur::engine {

namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr std::uint64_t maxCompanionBytes = 256ULL << 20;

/// What belongs to a model beside its weights. Weights in other formats and code stay behind.
constexpr std::array companionFiles = {
    "config.json",
    "generation_config.json",
    "tokenizer.json",
    "tokenizer_config.json",
    "tokenizer.model",
    "vocab.json",
    "special_tokens_map.json",
    "added_tokens.json",
    "merges.txt",
    "chat_template.jinja",
    "chat_template.json",
    "LICENSE",
    "LICENSE.txt",
    "NOTICE",
};

/// A new folder beside the output, removed again unless it was moved to its place.
class StagingFolder
{
public:
    static Result<StagingFolder> create(const fs::path &output)
    {
        for (int attempt = 0; attempt < 100; ++attempt) {
            const std::string suffix = ".part-" + std::to_string(::getpid()) + "-" + std::to_string(attempt);
            fs::path path = output.parent_path() / (output.filename().string() + suffix);
            std::error_code error;
            if (fs::create_directory(path, error))
                return StagingFolder(std::move(path));
            if (error)
                return tl::make_unexpected(errnoError(error.value(), "create", path));
        }
        return failure(ErrorCode::Io, output.string() + ": there are too many unfinished exports beside it");
    }
    ~StagingFolder()
    {
        std::error_code ignored;
        if (!m_path.empty())
            fs::remove_all(m_path, ignored);
    }
    StagingFolder(StagingFolder &&other) noexcept : m_path(std::exchange(other.m_path, {})) { }
    StagingFolder &operator=(StagingFolder &&) = delete;

    const fs::path &path() const { return m_path; }
    Result<void> moveTo(const fs::path &output)
    {
        SECATEUR_CHECK(syncPath(m_path));
        SECATEUR_CHECK(renameDurably(m_path, output)); // an empty folder there is replaced
        m_path.clear();
        return {};
    }

private:
    explicit StagingFolder(fs::path path) : m_path(std::move(path)) { }
    fs::path m_path;
};

/// Absolute and without a slash at its end; InvalidArgument unless it may be written.
Result<fs::path> outputFolder(const fs::path &requested)
{
    std::error_code error;
    fs::path output = fs::absolute(requested, error).lexically_normal();
    if (!output.has_filename())
        output = output.parent_path();
    if (requested.empty() || error || !output.has_filename())
        return failure(ErrorCode::InvalidArgument, requested.string() + ": is not a folder to write to");
    const auto status = fs::symlink_status(output, error);
    if (!fs::exists(status)) {
        if (!fs::is_directory(output.parent_path(), error))
            return failure(ErrorCode::NotFound, output.parent_path().string() + ": there is no such folder");
        return output;
    }
    if (!fs::is_directory(status) || !fs::is_empty(output, error) || error)
        return failure(ErrorCode::Conflict,
                       output.string() + ": exists already and is not an empty folder; choose a new name");
    return output;
}

Result<void> copyCompanions(const fs::path &from, const fs::path &to)
{
    for (const char *name : companionFiles) {
        std::error_code error;
        if (!fs::exists(from / name, error))
            continue;
        SECATEUR_CHECK(format::checkStaysInside(from, from / name));
        SECATEUR_TRY(text, readTextFile(from / name, maxCompanionBytes));
        SECATEUR_CHECK(writeFileAtomically(to / name, text));
    }
    return {};
}

/// config.json and the tokenizer's files, made from GGUF metadata.
Result<void> writeCompanions(const architecture::ModelArchive &model, const fs::path &to)
{
    SECATEUR_TRY(family, architecture::familyNamed(model.config().family));
    SECATEUR_CHECK(
        writeFileAtomically(to / "config.json", family->toHfConfig(model.config(), "float32").dump(2) + "\n"));
    SECATEUR_TRY(tokenizer, tokenizer::Tokenizer::forModel(model.path()));
    SECATEUR_CHECK(writeFileAtomically(to / "tokenizer.json", tokenizer->tokenizerJson()));
    return writeFileAtomically(to / "tokenizer_config.json", tokenizer->tokenizerConfigJson());
}

json matrixJson(const ExportedMatrix &matrix)
{
    const double cells = double(matrix.rows) * double(matrix.cols);
    json result = {{"name", tensorName(matrix.id)},
                   {"shape", {matrix.rows, matrix.cols}},
                   {"pruned", matrix.pruned},
                   {"zeros", matrix.zeros},
                   {"sparsity", double(matrix.pruned) / cells}};
    if (matrix.alpha)
        result["alpha"] = *matrix.alpha;
    return result;
}

json sourceModelJson(const architecture::ModelIdentity &model)
{
    json files = json::array();
    for (const auto &file : model.files)
        files.push_back({{"name", file.name}, {"bytes", file.bytes}, {"sha256", file.sha256}});
    return {{"architecture", model.architecture},
            {"fingerprint", model.fingerprint()},
            {"config_sha256", model.configSha256},
            {"files", files}};
}

/// Without paths, which name folders of this machine and are nobody else's business.
json provenanceJson(const data::Provenance &provenance)
{
    json result = data::toJson(provenance);
    for (json &file : result["files"])
        file.erase("path");
    return result;
}

json combinationJson(const store::Combination &combination)
{
    json result = store::toJson(combination);
    for (std::size_t i = 0; i < combination.calibrations.size(); ++i)
        result["calibrations"][i]["provenance"] = provenanceJson(combination.calibrations[i].provenance);
    return result;
}

/// pruning_manifest.json (design/protocols.md E.3): how to make the same sub-model again.
json manifestJson(const store::RunManifest &run, const architecture::ModelIdentity &model,
                  const std::vector<ExportedMatrix> &matrices, double sparsity)
{
    const auto &recipe = run.recipe;
    json calibration = provenanceJson(recipe.calibration);
    calibration["fingerprint"] = recipe.calibrationFingerprint;
    calibration["sequences"] = recipe.calibrationSequences;
    calibration["tokens"] = recipe.calibrationTokens;
    const bool structured = recipe.target.find(':') != std::string::npos;
    json result = {{"tool", "secateur"},
                   {"tool_version", SECATEUR_VERSION},
                   {"exported_utc", utcTimestamp()},
                   {"run", {{"id", run.id}, {"name", recipe.name}, {"created_utc", run.createdUtc}}},
                   {"domain", recipe.domain},
                   {"method", methodName(recipe.method)},
                   {"target", recipe.target},
                   {"pattern", structured ? recipe.target : "unstructured"},
                   {"sparsity", sparsity},
                   {"statistics", statisticsName(recipe.statistics)},
                   {"compute", recipe.compute},
                   {"origin", recipe.origin},
                   {"approximate", recipe.approximate},
                   {"calibration", calibration},
                   {"source_model", sourceModelJson(model)},
                   {"matrices", json::array()}};
    if (recipe.combination)
        result["combination"] = combinationJson(*recipe.combination);
    for (const auto &matrix : matrices)
        result["matrices"].push_back(matrixJson(matrix));
    return result;
}

Result<ExportReport> describeFolder(const fs::path &folder, double sparsity)
{
    ExportReport report;
    report.sparsity = sparsity;
    std::error_code error;
    fs::directory_iterator entry(folder, error);
    for (; !error && entry != fs::directory_iterator(); entry.increment(error)) {
        report.files.push_back(entry->path().filename().string());
        report.bytes += entry->file_size(error);
    }
    if (error)
        return tl::make_unexpected(errnoError(error.value(), "list", folder));
    std::ranges::sort(report.files);
    return report;
}

double prunedShare(const std::vector<ExportedMatrix> &matrices)
{
    std::uint64_t pruned = 0;
    std::uint64_t total = 0;
    for (const auto &matrix : matrices) {
        pruned += matrix.pruned;
        total += matrix.rows * matrix.cols;
    }
    return total ? double(pruned) / double(total) : 0.0;
}

} // namespace

Result<ExportReport> exportFolder(const std::shared_ptr<const architecture::ModelArchive> &model,
                                  const ExportMasks &masks, const fs::path &requested, const ManifestOf &manifest,
                                  const RunContext &context)
{
    SECATEUR_TRY(output, outputFolder(requested));
    SECATEUR_TRY(source, makeExportSource(model));
    SECATEUR_TRY(staging, StagingFolder::create(output));

    WeightExporter exporter(*source, *model, masks, staging.path());
    SECATEUR_CHECK(exporter.write(context));
    SECATEUR_CHECK(model->hfFolder().empty() ? writeCompanions(*model, staging.path())
                                             : copyCompanions(model->hfFolder(), staging.path()));
    SECATEUR_CHECK(exporter.verify(context));
    const double sparsity = prunedShare(exporter.matrices());
    const json told = manifest(exporter.matrices(), sparsity);
    SECATEUR_CHECK(writeFileAtomically(staging.path() / "pruning_manifest.json", told.dump(2) + "\n"));
    SECATEUR_TRY(report, describeFolder(staging.path(), sparsity));
    SECATEUR_CHECK(staging.moveTo(output));
    return report;
}

Result<ExportReport> exportDense(const ExportRequest &request, const RunContext &context)
{
    SECATEUR_TRY(output, outputFolder(request.output));
    SECATEUR_CHECK(checkOutsideStudy(output, request.study));
    SECATEUR_TRY(study, store::Study::open(request.study, store::Study::Access::Read));
    SECATEUR_TRY(run, study->read(request.run));
    SECATEUR_TRY(model, openStudyModel(*study, request.model, context));
    const ExportMasks masks{run->manifest().sublayers, [&run](const MatrixId &id) { return run->mask(id); }};
    return exportFolder(
        model, masks, output,
        [&](const auto &matrices, double sparsity) {
            return manifestJson(run->manifest(), study->model(), matrices, sparsity);
        },
        context);
}

} // namespace secateur::engine
