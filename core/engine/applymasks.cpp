// SPDX-License-Identifier: GPL-3.0-or-later
#include <utility>

#include "core/base/system.h"
#include "core/engine/applyforecast.h"
#include "core/engine/exportweights.h"
#include "core/engine/light.h"

namespace secateur::engine {

namespace {

using nlohmann::json;

Result<std::string> metadataText(const format::SafetensorsFile &file, const std::string &key)
{
    const auto found = file.metadata().find(key);
    if (found == file.metadata().end())
        return failure(ErrorCode::BadInput,
                       file.path().string() + ": is no archive of masks (it does not say \"" + key
                           + "\"); make one with: secateur-cli masks STUDY RUN -o MASKS.safetensors");
    return found->second;
}

struct Archive {
    format::SafetensorsFile file;
    std::string madeOf; ///< fingerprint of a model
};

Result<Archive> openArchive(const std::filesystem::path &path)
{
    SECATEUR_TRY(file, format::SafetensorsFile::open(path));
    SECATEUR_TRY(meaning, metadataText(file, "mask"));
    SECATEUR_TRY(madeOf, metadataText(file, "source_sha256"));
    if (meaning != "kept=1")
        return failure(ErrorCode::Unsupported,
                       path.string() + ": its masks mean \"" + meaning + "\"; only kept=1 is known");
    return Archive{std::move(file), std::move(madeOf)};
}

/// All matrices of the model, each of which must be there in its shape.
Result<std::vector<store::SublayerInfo>> matricesOf(const format::SafetensorsFile &file,
                                                    const architecture::ModelArchive &model)
{
    std::vector<store::SublayerInfo> matrices;
    for (std::int64_t layer = 0; layer < model.config().layers; ++layer)
        for (const auto &sublayer : model.sublayers()) {
            const MatrixId id{{std::uint32_t(layer)}, sublayer.name};
            const std::vector<std::uint64_t> shape = {std::uint64_t(sublayer.rows),
                                                      std::uint64_t(sublayer.cols + 7) / 8};
            const auto *const tensor = file.find(tensorName(id));
            if (!tensor || tensor->type != format::DType::U8 || tensor->shape != shape)
                return failure(ErrorCode::BadInput,
                               file.path().string() + ": has no mask of " + tensorName(id)
                                   + " in the shape of this model");
            matrices.push_back({id, std::uint64_t(sublayer.rows), std::uint64_t(sublayer.cols), 0, {}});
        }
    return matrices;
}

Result<mask::BitMatrix> readMask(const format::SafetensorsFile &file, const architecture::ModelArchive &model,
                                 const MatrixId &id)
{
    const auto *const tensor = file.find(tensorName(id));
    const auto *const weights = model.find(tensorName(id));
    if (!tensor || !weights)
        return failure(ErrorCode::Internal, file.path().string() + ": has no mask of " + tensorName(id));
    std::vector<std::uint8_t> bytes(tensor->bytes);
    SECATEUR_CHECK(file.read(*tensor, 0, std::as_writable_bytes(std::span(bytes))));
    auto mask = mask::BitMatrix::fromPackedRows(weights->shape[0], weights->shape[1], bytes);
    if (!mask)
        return tl::make_unexpected(withContext(mask.error(), file.path().string() + ": " + tensorName(id)));
    return mask;
}

/// Adds what will be written of its weights to the forecast.
Result<std::shared_ptr<const architecture::ModelArchive>> openModel(const std::filesystem::path &path,
                                                                    ApplyForecast &forecast)
{
    SECATEUR_TRY(model, architecture::ModelArchive::open(path));
    SECATEUR_TRY(source, makeExportSource(model));
    forecast.isGguf = model->container() == architecture::ModelArchive::Container::Gguf;
    for (const auto &shard : source->shards()) {
        ++forecast.files;
        for (const auto &entry : shard.entries)
            forecast.bytes += format::storedBytes(entry.type, entry.shape).value_or(0);
    }
    return model;
}

json manifestJson(const format::SafetensorsFile &file, const architecture::ModelIdentity &model, double sparsity)
{
    json archive = json::object();
    for (const auto &[key, value] : file.metadata())
        archive[key] = value;
    return {{"tool", "secateur"},
            {"tool_version", SECATEUR_VERSION},
            {"exported_utc", utcTimestamp()},
            {"sparsity", sparsity},
            {"masks", archive},
            {"source_model", {{"architecture", model.architecture}, {"fingerprint", model.fingerprint()}}}};
}

} // namespace

Result<ExportReport> applyMasks(const ApplyMasksRequest &request, const RunContext &context)
{
    SECATEUR_TRY(archive, openArchive(request.masks));
    const auto &file = archive.file;
    SECATEUR_TRY(model, architecture::ModelArchive::open(request.model));
    SECATEUR_TRY(matrices, matricesOf(file, *model));
    SECATEUR_TRY(identity, architecture::identify(*model, context));
    if (identity.fingerprint() != archive.madeOf)
        return failure(ErrorCode::Conflict,
                       request.masks.string() + ": was made of another model than " + request.model.string()
                           + " (SHA-256 of configuration and weights differ); name the model that was pruned");
    const ExportMasks masks{std::move(matrices), [&](const MatrixId &id) { return readMask(file, *model, id); }};
    return exportFolder(
        model, masks, request.output,
        [&](const auto &, double sparsity) { return manifestJson(file, identity, sparsity); }, context);
}

ApplyForecast forecastApply(const std::filesystem::path &masks, const std::filesystem::path &modelPath)
{
    ApplyForecast forecast;
    std::shared_ptr<const architecture::ModelArchive> model;
    if (!modelPath.empty()) {
        auto opened = openModel(modelPath, forecast);
        if (opened)
            model = std::move(*opened);
        else
            forecast.modelProblem = opened.error().detail;
    }
    if (masks.empty())
        return forecast;
    const auto archive = openArchive(masks);
    if (!archive) {
        forecast.archiveProblem = archive.error().detail;
        return forecast;
    }
    forecast.run = metadataText(archive->file, "run").value_or(std::string());
    forecast.madeOf = archive->madeOf;
    if (!model)
        return forecast;
    if (const auto matrices = matricesOf(archive->file, *model); !matrices)
        forecast.archiveProblem = matrices.error().detail;
    return forecast;
}

} // namespace secateur::engine
