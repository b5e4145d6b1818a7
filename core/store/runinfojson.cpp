// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/store/runinfojson.h"

#include <set>

#include "core/store/combinationjson.h"
#include "core/store/jsonfields.h"
#include "core/store/layerformat.h"
#include "core/store/names.h"

namespace secateur::store {

using nlohmann::json;

namespace {

constexpr std::uint64_t mostRows = std::uint64_t(1) << 31;
constexpr std::size_t mostSublayers = 1'000'000;
constexpr double longestLayer = 1e9; ///< seconds

json sublayersJson(const std::vector<SublayerInfo> &sublayers)
{
    json list = json::array();
    for (const SublayerInfo &sublayer : sublayers) {
        json item = {{"layer", sublayer.id.layer.value},
                     {"name", sublayer.id.sublayer},
                     {"rows", sublayer.rows},
                     {"cols", sublayer.cols},
                     {"pruned", sublayer.pruned}};
        if (sublayer.alpha)
            item["alpha"] = *sublayer.alpha;
        list.push_back(std::move(item));
    }
    return list;
}

Result<SublayerInfo> sublayerFromJson(const json &value, const std::string &origin)
{
    JsonFields fields(value, origin);
    SublayerInfo sublayer;
    sublayer.id.layer.value = std::uint32_t(fields.count("layer", 0, mostLayers - 1));
    sublayer.id.sublayer = fields.text("name", 128);
    sublayer.rows = fields.count("rows", 1, mostRows);
    sublayer.cols = fields.count("cols", 1, mostRows);
    sublayer.pruned = fields.count("pruned");
    sublayer.alpha = fields.optionalNumber("alpha");
    SECATEUR_CHECK(fields.status());
    if (!isSublayerName(sublayer.id.sublayer))
        return failure(ErrorCode::BadInput, origin + ": \"" + sublayer.id.sublayer + "\" is no sublayer name");
    if (sublayer.rows > mostCells / sublayer.cols || sublayer.pruned > sublayer.rows * sublayer.cols)
        return failure(ErrorCode::BadInput,
                       origin + ": " + std::to_string(sublayer.rows) + " x " + std::to_string(sublayer.cols) + " with "
                           + std::to_string(sublayer.pruned) + " pruned is not possible");
    return sublayer;
}

/// In the model's order: layers ascending from 0 without a gap, names unique in each.
Result<void> checkSublayerOrder(const std::vector<SublayerInfo> &sublayers, const std::string &origin)
{
    std::set<std::string> names;
    std::uint32_t layer = 0;
    for (const SublayerInfo &sublayer : sublayers) {
        if (sublayer.id.layer.value != layer && !names.empty()) {
            names.clear();
            ++layer;
        }
        if (sublayer.id.layer.value != layer)
            return failure(ErrorCode::BadInput,
                           origin + ": layer " + std::to_string(layer) + " is missing in \"sublayers\"");
        if (!names.insert(sublayer.id.sublayer).second)
            return failure(ErrorCode::BadInput,
                           origin + ": " + sublayer.id.sublayer + " of layer " + std::to_string(layer)
                               + " is repeated");
    }
    return {};
}

json fileJson(const RunFile &file)
{
    return {{"name", file.name}, {"bytes", file.bytes}, {"sha256", file.sha256}};
}

Result<RunFile> fileFromJson(const json &value, const std::string &origin, LayerIndex layer)
{
    JsonFields fields(value, origin);
    RunFile file;
    file.name = fields.text("name", 255);
    file.bytes = fields.count("bytes");
    file.sha256 = fields.sha256("sha256");
    SECATEUR_CHECK(fields.status());
    if (file.name != layerFileName(layer))
        return failure(ErrorCode::BadInput,
                       origin + ": \"name\" should be \"" + layerFileName(layer) + "\", but is \"" + file.name + "\"");
    return file;
}

json expertsJson(const ExpertUse &use)
{
    json seldom = json::array();
    for (const auto &one : use.seldom)
        seldom.push_back({{"layer", one.layer.value}, {"expert", one.expert}, {"tokens", one.tokens}});
    return {{"experts", use.experts}, {"even_tokens", use.evenTokens}, {"seldom_used", seldom}};
}

Result<ExpertUse> expertsFromJson(const json &value, const std::string &origin)
{
    JsonFields fields(value, origin);
    ExpertUse use;
    use.experts = fields.count("experts", 1);
    use.evenTokens = fields.optionalNumber("even_tokens").value_or(0.0);
    fields.each("seldom_used", [&use](const json &item, const std::string &where) -> Result<void> {
        JsonFields part(item, where);
        ExpertUse::Seldom seldom;
        seldom.layer.value = std::uint32_t(part.count("layer", 0, mostLayers));
        seldom.expert = std::uint32_t(part.count("expert", 0, UINT32_MAX));
        seldom.tokens = part.count("tokens");
        use.seldom.push_back(seldom);
        return part.status();
    });
    SECATEUR_CHECK(fields.status());
    return use;
}

json outcomeJson(const RunOutcome &outcome)
{
    json result = {{"seconds", outcome.seconds},
                   {"peak_rss_bytes", outcome.peakResidentBytes},
                   {"threads", outcome.threads},
                   {"versions", outcome.versions},
                   {"host", outcome.host}};
    for (const auto &[sequences, distance] : outcome.normConvergence)
        result["norm_convergence"].push_back({{"sequences", sequences}, {"distance", distance}});
    if (outcome.experts)
        result["experts"] = expertsJson(*outcome.experts);
    return result;
}

Result<RunOutcome> outcomeFromJson(const json &value, const std::string &origin)
{
    JsonFields fields(value, origin);
    RunOutcome outcome;
    outcome.seconds = fields.numbers("seconds");
    outcome.peakResidentBytes = fields.count("peak_rss_bytes");
    outcome.threads = int(fields.count("threads", 0, 1U << 20));
    outcome.versions = fields.texts("versions");
    outcome.host = fields.optionalText("host", 255).value_or("");
    if (value.contains("norm_convergence"))
        fields.each("norm_convergence", [&outcome](const json &item, const std::string &where) -> Result<void> {
            JsonFields part(item, where);
            const auto sequences = part.count("sequences", 1);
            outcome.normConvergence[sequences] = part.optionalNumber("distance").value_or(0.0);
            return part.status();
        });
    SECATEUR_CHECK(fields.status());
    if (value.contains("experts")) {
        SECATEUR_TRY(experts, expertsFromJson(value.at("experts"), origin + ": \"experts\""));
        outcome.experts = std::move(experts);
    }
    return outcome;
}

Result<std::vector<double>> sharesFromJson(const json &value, const std::string &origin)
{
    std::vector<double> shares;
    if (!value.is_array() || value.empty() || value.size() > mostLayers)
        return failure(ErrorCode::BadInput, origin + ": \"layer_sparsity\" is no list of shares");
    for (const json &share : value) {
        if (!share.is_number() || !Sparsity::fromRatio(share.get<double>()))
            return failure(ErrorCode::BadInput, origin + ": \"layer_sparsity\" has a value that is no share");
        shares.push_back(share.get<double>());
    }
    return shares;
}

/// An error about the name of a method is about the request elsewhere; here it is about the file.
template <typename T>
Result<T> inFile(Result<T> result, const std::string &origin)
{
    return std::move(result).map_error([&origin](Error error) {
        return Error{ErrorCode::BadInput, origin + ": " + error.detail};
    });
}

} // namespace

json toJson(const RunRecipe &recipe)
{
    json result = {{"name", recipe.name},
                   {"domain", recipe.domain},
                   {"method", methodName(recipe.method)},
                   {"target", recipe.target},
                   {"statistics", statisticsName(recipe.statistics)},
                   {"compute", recipe.compute},
                   {"origin", recipe.origin},
                   {"parent_run", recipe.parentRun},
                   {"approximate", recipe.approximate},
                   {"calibration", data::toJson(recipe.calibration)},
                   {"calibration_fingerprint", recipe.calibrationFingerprint},
                   {"calibration_tokens", recipe.calibrationTokens},
                   {"calibration_sequences", recipe.calibrationSequences}};
    if (!recipe.layerSparsity.empty())
        result["layer_sparsity"] = recipe.layerSparsity;
    if (recipe.combination)
        result["combination"] = toJson(*recipe.combination);
    return result;
}

Result<RunRecipe> recipeFromJson(const json &value, const std::string &origin)
{
    JsonFields fields(value, origin);
    RunRecipe recipe;
    recipe.name = fields.text("name", 128);
    recipe.domain = fields.text("domain");
    recipe.method = fields.take(inFile(methodFromName(fields.text("method")), origin));
    recipe.target = fields.text("target", 64);
    recipe.statistics = fields.take(inFile(statisticsFromName(fields.text("statistics")), origin));
    recipe.compute = fields.text("compute", 64);
    recipe.origin = fields.text("origin", 64);
    recipe.parentRun = fields.text("parent_run", 64);
    recipe.approximate = fields.boolean("approximate");
    recipe.calibration = fields.take(data::provenanceFromJson(fields.object("calibration"), origin + ": calibration"));
    recipe.calibrationFingerprint = fields.text("calibration_fingerprint", 64);
    recipe.calibrationTokens = fields.count("calibration_tokens");
    recipe.calibrationSequences = fields.count("calibration_sequences");
    SECATEUR_CHECK(fields.status());
    if (value.contains("layer_sparsity")) {
        SECATEUR_TRY(shares, sharesFromJson(value["layer_sparsity"], origin));
        recipe.layerSparsity = std::move(shares);
    }
    if (value.contains("combination")) {
        SECATEUR_TRY(combination, combinationFromJson(value["combination"], origin + ": combination"));
        recipe.combination = std::move(combination);
    }
    if (auto valid = checkRunName(recipe.name); !valid)
        return failure(ErrorCode::BadInput, origin + ": " + valid.error().detail);
    return recipe;
}

json toJson(const RunManifest &manifest)
{
    json files = json::array();
    for (const RunFile &file : manifest.files)
        files.push_back(fileJson(file));
    return {{"schema", "secateur-run"},
            {"version", formatVersion},
            {"id", manifest.id},
            {"created_utc", manifest.createdUtc},
            {"recipe", toJson(manifest.recipe)},
            {"outcome", outcomeJson(manifest.outcome)},
            {"sublayers", sublayersJson(manifest.sublayers)},
            {"files", std::move(files)}};
}

Result<RunManifest> manifestFromJson(const json &value, const std::string &origin)
{
    SECATEUR_CHECK(checkSchema(value, "secateur-run", origin));
    JsonFields fields(value, origin);
    RunManifest manifest;
    manifest.id = fields.text("id", 64);
    manifest.createdUtc = fields.text("created_utc", 64);
    manifest.recipe = fields.take(recipeFromJson(fields.object("recipe"), origin + ": recipe"));
    manifest.outcome = fields.take(outcomeFromJson(fields.object("outcome"), origin + ": outcome"));
    fields.each("sublayers", [&manifest](const json &item, const std::string &where) -> Result<void> {
        SECATEUR_TRY(sublayer, sublayerFromJson(item, where));
        manifest.sublayers.push_back(std::move(sublayer));
        return manifest.sublayers.size() <= mostSublayers
            ? Result<void>()
            : failure(ErrorCode::BadInput, where + ": are more than a model can have");
    });
    fields.each("files", [&manifest](const json &item, const std::string &where) -> Result<void> {
        SECATEUR_TRY(file, fileFromJson(item, where, LayerIndex{std::uint32_t(manifest.files.size())}));
        manifest.files.push_back(std::move(file));
        return {};
    });
    SECATEUR_CHECK(fields.status());
    SECATEUR_CHECK(checkSublayerOrder(manifest.sublayers, origin));
    if (!isRunId(manifest.id))
        return failure(ErrorCode::BadInput, origin + ": \"" + manifest.id + "\" is no run id");
    const std::size_t shares = manifest.recipe.layerSparsity.size();
    if (shares != 0 && shares != manifest.layers())
        return failure(ErrorCode::BadInput,
                       origin + ": \"layer_sparsity\" has " + std::to_string(shares) + " shares for "
                           + std::to_string(manifest.layers()) + " layers");
    if (manifest.files.size() != manifest.layers())
        return failure(ErrorCode::BadInput,
                       origin + ": has " + std::to_string(manifest.files.size()) + " files for "
                           + std::to_string(manifest.layers()) + " layers");
    return manifest;
}

json toJson(const architecture::ModelIdentity &identity)
{
    json files = json::array();
    for (const auto &file : identity.files)
        files.push_back({{"name", file.name}, {"bytes", file.bytes}, {"sha256", file.sha256}});
    return {{"path", identity.path},
            {"architecture", identity.architecture},
            {"config_sha256", identity.configSha256},
            {"files", std::move(files)}};
}

Result<architecture::ModelIdentity> identityFromJson(const json &value, const std::string &origin)
{
    JsonFields fields(value, origin);
    architecture::ModelIdentity identity;
    identity.path = fields.text("path");
    identity.architecture = fields.text("architecture", 256);
    identity.configSha256 = fields.sha256("config_sha256");
    fields.each("files", [&identity](const json &item, const std::string &where) -> Result<void> {
        JsonFields file(item, where);
        identity.files.push_back({file.text("name"), file.count("bytes"), file.sha256("sha256")});
        return file.status();
    });
    SECATEUR_CHECK(fields.status());
    return identity;
}

json toJson(const LayerReceipt &receipt)
{
    return {{"file", fileJson(receipt.file)},
            {"sublayers", sublayersJson(receipt.sublayers)},
            {"seconds", receipt.seconds}};
}

Result<LayerReceipt> receiptFromJson(const json &value, LayerIndex layer, const std::string &origin)
{
    JsonFields fields(value, origin);
    LayerReceipt receipt;
    std::set<std::string> names;
    receipt.file = fields.take(fileFromJson(fields.object("file"), origin + ": file", layer));
    fields.each("sublayers", [&](const json &item, const std::string &where) -> Result<void> {
        SECATEUR_TRY(sublayer, sublayerFromJson(item, where));
        if (sublayer.id.layer != layer)
            return failure(ErrorCode::BadInput, where + ": is of another layer");
        if (!names.insert(sublayer.id.sublayer).second)
            return failure(ErrorCode::BadInput, where + ": " + sublayer.id.sublayer + " is repeated");
        receipt.sublayers.push_back(std::move(sublayer));
        return {};
    });
    receipt.seconds = fields.optionalNumber("seconds").value_or(0.0);
    SECATEUR_CHECK(fields.status());
    if (receipt.sublayers.empty())
        return failure(ErrorCode::BadInput, origin + ": \"sublayers\" is empty");
    if (receipt.seconds < 0.0 || receipt.seconds > longestLayer)
        return failure(ErrorCode::BadInput, origin + ": \"seconds\" cannot be " + std::to_string(receipt.seconds));
    return receipt;
}

json toJson(const RunDraft &draft)
{
    return {{"schema", "secateur-draft"},      {"version", formatVersion}, {"id", draft.id},
            {"created_utc", draft.createdUtc}, {"layers", draft.layers},   {"recipe", toJson(draft.recipe)}};
}

Result<RunDraft> draftFromJson(const json &value, const std::string &origin)
{
    SECATEUR_TRY(minor, checkSchema(value, "secateur-draft", origin));
    JsonFields fields(value, origin);
    RunDraft draft;
    draft.minor = minor;
    draft.id = fields.text("id", 64);
    draft.createdUtc = fields.text("created_utc", 64);
    draft.layers = std::size_t(fields.count("layers", 1, mostLayers));
    draft.recipe = fields.take(recipeFromJson(fields.object("recipe"), origin + ": recipe"));
    SECATEUR_CHECK(fields.status());
    return draft;
}

} // namespace secateur::store
