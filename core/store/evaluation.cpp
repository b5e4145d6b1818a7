// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/store/evaluation.h"

#include "core/base/sha256.h"
#include "core/store/evaluationfile.h"
#include "core/store/jsonfields.h"
#include "core/store/names.h"

namespace secateur::store {

using nlohmann::json;

namespace {

constexpr const char *evaluationSchema = "secateur-evaluation";
constexpr std::size_t mostMetrics = 64;

json recipeJson(const EvaluationRecipe &recipe)
{
    // As a run's recipe has them, so that the same reader checks both.
    data::Provenance sources;
    sources.files = recipe.files;
    return {{"task", recipe.task},
            {"task_version", recipe.taskVersion},
            {"protocol", recipe.protocol},
            {"run", recipe.run},
            {"domain", recipe.domain},
            {"model", recipe.modelFingerprint},
            {"files", data::toJson(sources).at("files")},
            {"items_sha256", recipe.itemsSha256},
            {"bos", recipe.bos},
            {"length", recipe.length},
            {"limit", recipe.limit},
            {"seed", recipe.seed},
            {"compute", recipe.compute},
            {"settings", recipe.settings}};
}

Result<std::vector<data::Provenance::File>> filesFromJson(const json &recipe, const std::string &origin)
{
    json sources = data::toJson(data::Provenance());
    if (const auto files = recipe.find("files"); files != recipe.end())
        sources["files"] = *files;
    SECATEUR_TRY(read, data::provenanceFromJson(sources, origin));
    return std::move(read.files);
}

Result<EvaluationRecipe> evaluationRecipeFromJson(const json &value, const std::string &origin)
{
    JsonFields fields(value, origin);
    EvaluationRecipe recipe;
    recipe.task = fields.text("task", 256);
    recipe.taskVersion = fields.text("task_version", 64);
    recipe.protocol = fields.text("protocol", 128);
    recipe.run = fields.text("run", 64);
    recipe.domain = fields.text("domain");
    recipe.modelFingerprint = fields.sha256("model");
    recipe.itemsSha256 = fields.sha256("items_sha256");
    recipe.bos = fields.text("bos", 64);
    recipe.length = fields.count("length");
    recipe.limit = fields.count("limit");
    recipe.seed = fields.count("seed");
    recipe.compute = fields.text("compute", 64);
    if (value.contains("settings")) // not in files of before they were needed
        recipe.settings = fields.texts("settings");
    SECATEUR_CHECK(fields.status());
    SECATEUR_TRY(files, filesFromJson(value, origin));
    recipe.files = std::move(files);
    if (recipe.task.empty() || !isRunId(recipe.run))
        return failure(ErrorCode::BadInput, origin + ": \"task\" is empty, or \"run\" is no run id");
    return recipe;
}

json metricJson(const EvaluationMetric &metric)
{
    return {{"name", metric.name}, {"value", metric.value},       {"low", metric.low},          {"high", metric.high},
            {"n", metric.n},       {"unscored", metric.unscored}, {"interval", metric.interval}};
}

Result<EvaluationMetric> metricFromJson(const json &value, const std::string &origin)
{
    JsonFields fields(value, origin);
    EvaluationMetric metric;
    metric.name = fields.text("name", 64);
    metric.value = fields.number("value");
    metric.low = fields.number("low");
    metric.high = fields.number("high");
    metric.n = fields.count("n");
    metric.unscored = fields.count("unscored");
    metric.interval = fields.text("interval", 256);
    SECATEUR_CHECK(fields.status());
    return metric;
}

/// Names and lengths before them, so that no two lists of texts give the same bytes.
std::string digestOf(const std::vector<std::string> &parts)
{
    Sha256 digest;
    for (const std::string &part : parts)
        digest.update(std::to_string(part.size()) + ":" + part);
    return digest.finishHex();
}

} // namespace

namespace {

/// "exact+stem": how METEOR matched words, from its label ("METEOR|as:nltk|stages:exact+stem|…"); empty for other
/// tasks.
std::string meteorStages(const std::map<std::string, std::string> &settings)
{
    const std::string mark = "|stages:";
    for (const auto &[name, label] : settings) {
        const auto at = name.starts_with("label meteor") ? label.find(mark) : std::string::npos;
        if (at != std::string::npos)
            return label.substr(at + mark.size(), label.find('|', at + mark.size()) - at - mark.size());
    }
    return {};
}

} // namespace

std::string EvaluationRecipe::protocolText() const
{
    std::string text = protocol;
    // Texts of a domain have the BOS of its calibration, which is part of their protocol.
    if (bos != "auto" && !task.starts_with("perplexity"))
        text += ", BOS " + bos;
    const auto add = [&](const char *name, const char *before, const char *usual, const char *behind = "") {
        if (const auto found = settings.find(name); found != settings.end() && found->second != usual)
            text += std::string(", ") + before + found->second + behind;
    };
    add("samples", "n=", "1");
    add("temperature", "T=", "0");
    add("top_p", "top-p ", "1");
    add("top_k", "top-k ", "0");
    add("max_new_tokens", "", "", " tokens");
    if (const std::string stages = meteorStages(settings); !stages.empty())
        text += ", METEOR by " + stages;
    return compute == "f32" ? text : text + ", " + compute;
}

std::string EvaluationRecipe::conditions() const
{
    std::vector<std::string> parts = {
        task, taskVersion, protocol, modelFingerprint, itemsSha256, bos, std::to_string(length), compute};
    for (const auto &[name, value] : settings)
        parts.insert(parts.end(), {name, value});
    return digestOf(parts);
}

std::string EvaluationRecipe::fingerprint() const
{
    return digestOf({run, conditions()});
}

std::uint64_t EvaluationItems::rows() const
{
    if (!counts.empty())
        return counts.begin()->second.size();
    if (!numbers.empty())
        return numbers.begin()->second.size();
    return texts.empty() ? 0 : texts.begin()->second.size();
}

json toJson(const EvaluationManifest &manifest)
{
    json metrics = json::array();
    for (const EvaluationMetric &metric : manifest.metrics)
        metrics.push_back(metricJson(metric));
    return {{"schema", evaluationSchema},
            {"version", formatVersion},
            {"id", manifest.id},
            {"created_utc", manifest.createdUtc},
            {"recipe", recipeJson(manifest.recipe)},
            {"metrics", std::move(metrics)},
            {"rows", manifest.rows},
            {"tokens", manifest.tokens},
            {"seconds", manifest.seconds},
            {"threads", manifest.threads},
            {"versions", manifest.versions},
            {"host", manifest.host},
            {"items", {{"bytes", manifest.items.bytes}, {"sha256", manifest.items.sha256}}}};
}

Result<EvaluationManifest> evaluationFromJson(const json &value, const std::string &origin)
{
    SECATEUR_CHECK(checkSchema(value, evaluationSchema, origin));
    JsonFields fields(value, origin);
    EvaluationManifest manifest;
    manifest.id = fields.text("id", 64);
    manifest.createdUtc = fields.text("created_utc", 64);
    manifest.recipe = fields.take(evaluationRecipeFromJson(fields.object("recipe"), origin + ": recipe"));
    fields.each("metrics", [&manifest](const json &item, const std::string &where) -> Result<void> {
        SECATEUR_TRY(metric, metricFromJson(item, where));
        manifest.metrics.push_back(std::move(metric));
        return manifest.metrics.size() <= mostMetrics
            ? Result<void>()
            : failure(ErrorCode::BadInput, where + ": are more than a task has");
    });
    manifest.rows = fields.count("rows", 1, mostItems);
    manifest.tokens = fields.count("tokens");
    manifest.seconds = fields.number("seconds");
    manifest.threads = int(fields.count("threads", 0, 1U << 20));
    manifest.versions = fields.texts("versions");
    manifest.host = fields.text("host", 255);
    JsonFields items(fields.object("items"), origin + ": items");
    manifest.items = {itemsFileName, items.count("bytes"), items.sha256("sha256")};
    SECATEUR_CHECK(fields.status());
    SECATEUR_CHECK(items.status());
    if (!isRunId(manifest.id) || manifest.metrics.empty())
        return failure(ErrorCode::BadInput, origin + ": has no proper id, or no metric");
    return manifest;
}

} // namespace secateur::store
