// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/store/layeraccess.h"

#include <algorithm>

#include "core/base/file.h"
#include "core/base/sha256.h"

namespace secateur::store {

Result<void> checkFile(const std::filesystem::path &path, const RunFile &recorded, const RunContext &context,
                       const std::string &remedy)
{
    const auto damaged = [&](const std::string &how) {
        return failure(ErrorCode::BadInput,
                       path.string() + ": is damaged: " + how + "; restore it from a copy, or " + remedy);
    };
    SECATEUR_CHECK(context.checkpoint());
    auto file = ReadFile::open(path);
    if (!file && file.error().code == ErrorCode::NotFound)
        return damaged("it is missing");
    if (!file)
        return tl::make_unexpected(std::move(file).error());
    if (file->size() != recorded.bytes)
        return damaged("it has " + std::to_string(file->size()) + " bytes, and should have "
                       + std::to_string(recorded.bytes));
    SECATEUR_TRY(sha256, sha256File(path, context));
    if (sha256 != recorded.sha256)
        return damaged("its SHA-256 is " + sha256 + ", and should be " + recorded.sha256);
    return {};
}

Result<LayerFile> openLayer(const std::filesystem::path &path, LayerIndex layer, const ProbeRunner &probe)
{
    if (probe)
        SECATEUR_CHECK(probe(path));
    auto file = LayerFile::open(path);
    if (file && file->header().layer != layer.value)
        return failure(ErrorCode::BadInput, path.string() + ": holds layer " + std::to_string(file->header().layer));
    return file;
}

Result<mask::BitMatrix> readMask(const LayerFile &layer, const SublayerInfo &info)
{
    auto kept = layer.mask(info.id.sublayer, info.rows, info.cols);
    if (kept && kept->size() - kept->count() != info.pruned)
        return failure(ErrorCode::BadInput,
                       tensorName(info.id) + ": has " + std::to_string(kept->size() - kept->count())
                           + " weights pruned, but " + std::to_string(info.pruned)
                           + " are recorded; delete the run and prune again");
    return kept;
}

Result<void> checkComplete(const LayerFile &layer, const std::vector<SublayerInfo> &sublayers)
{
    SECATEUR_TRY(shapes, layer.shapes());
    for (const LayerFile::Shape &shape : shapes)
        if (std::none_of(sublayers.begin(), sublayers.end(),
                         [&shape](const SublayerInfo &info) { return info.id.sublayer == shape.sublayer; }))
            return failure(ErrorCode::BadInput,
                           "layer " + std::to_string(layer.header().layer) + ": has a mask of " + shape.sublayer
                               + ", which is not recorded; delete the run and prune again");
    return {};
}

Result<LayerResult> readLayerResult(const LayerFile &layer, const std::vector<SublayerInfo> &sublayers)
{
    LayerResult result;
    SECATEUR_CHECK(checkComplete(layer, sublayers));
    SECATEUR_TRY(norms, layer.normNames());
    for (const SublayerInfo &info : sublayers) {
        SECATEUR_TRY(kept, readMask(layer, info));
        SECATEUR_TRY(alpha, layer.alpha(info.id.sublayer));
        result.matrices.push_back({info.id.sublayer, std::move(kept), alpha});
        SECATEUR_TRY(norm, layer.norm(info.id.sublayer, info.cols));
        if (norm && std::binary_search(norms.begin(), norms.end(), info.id.sublayer)) {
            SECATEUR_TRY(tokens, layer.normTokens(info.id.sublayer));
            result.norms.push_back({info.id.sublayer, std::move(*norm), tokens});
        }
    }
    return result;
}

} // namespace secateur::store
