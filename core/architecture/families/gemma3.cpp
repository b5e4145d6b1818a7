// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/architecture/families/families.h"

#include <cmath>

#include "core/architecture/dimensions.h"
#include "core/architecture/families/traits.h"
#include "core/architecture/ropereading.h"

namespace secateur::architecture {

namespace {

using nlohmann::json;

constexpr const char *gemmaName = "Gemma3ForCausalLM";
constexpr double globalBase = 1e6;
constexpr double localBase = 1e4;
constexpr std::int64_t defaultPattern = 6; // five local layers, then a global one
constexpr std::int64_t defaultWindow = 4096;
constexpr const char *localType = "sliding_attention";
constexpr const char *globalType = "full_attention";

/// transformers models/gemma3, Gemma3TextConfig and Gemma3TextModel.
class Gemma3Family final : public Family
{
public:
    std::string name() const override { return "gemma3"; }
    std::vector<std::string> hfArchitectures() const override { return {gemmaName}; }
    std::vector<std::string> hfModelTypes() const override { return {"gemma3_text"}; }
    std::vector<std::string> ggufArchitectures() const override { return {"gemma3"}; }

    Result<ModelConfig> fromHfConfig(const json &config, const std::string &origin) const override;
    Result<ModelConfig> fromGguf(const format::GgufFile &file) const override;
    json toHfConfig(const ModelConfig &config, const std::string &dtype) const override;

    std::optional<std::string> hfTensorName(const std::string &ggufName) const override
    {
        return commonHfTensorName(ggufName, "pre_feedforward_layernorm", "post_attention_layernorm",
                                  "post_feedforward_layernorm");
    }
    GgufTransform ggufTransform(const std::string &hfName) const override { return gemmaTransform(hfName); }
};

/// Which layers look back over a window only.
using LocalLayers = std::vector<bool>;

LocalLayers localByPattern(std::int64_t layers, std::int64_t pattern)
{
    LocalLayers local(std::size_t(layers), true);
    for (std::size_t layer = 0; layer < local.size(); ++layer)
        local[layer] = (std::int64_t(layer) + 1) % pattern != 0;
    return local;
}

Result<LocalLayers> localFromHf(const ConfigReader &reader, std::int64_t layers)
{
    SECATEUR_TRY(types, reader.texts("layer_types"));
    if (!types.empty())
        return localLayers(reader, types, layers);
    SECATEUR_TRY(pattern, reader.optionalInteger("sliding_window_pattern"));
    if (pattern.value_or(defaultPattern) < 1)
        return tl::make_unexpected(reader.error(ErrorCode::BadInput, "sliding_window_pattern", "must be at least 1"));
    return localByPattern(layers, pattern.value_or(defaultPattern));
}

/// Features of the same class of transformers that no published Gemma 3 uses.
Result<void> refuseVariants(const ConfigReader &reader)
{
    SECATEUR_CHECK(refuseUnsupportedHf(reader));
    for (const char *key : {"attn_logit_softcapping", "final_logit_softcapping"}) {
        SECATEUR_TRY(cap, reader.optionalNumber(key));
        if (cap)
            return tl::make_unexpected(
                reader.error(ErrorCode::Unsupported, key, "is set; capped logits are not supported"));
    }
    SECATEUR_TRY(bidirectional, reader.boolean("use_bidirectional_attention", false));
    if (bidirectional)
        return tl::make_unexpected(reader.error(ErrorCode::Unsupported, "use_bidirectional_attention",
                                                "is true; only causal attention is supported"));
    for (const char *key : {"hidden_activation", "hidden_act"}) {
        SECATEUR_TRY(activation, reader.text(key));
        if (activation.value_or("gelu_pytorch_tanh") != "gelu_pytorch_tanh")
            return tl::make_unexpected(reader.error(ErrorCode::Unsupported, key,
                                                    "is \"" + *activation + "\"; only gelu_pytorch_tanh is supported"));
    }
    return {};
}

Result<void> finish(ModelConfig &config, const LocalLayers &local, const LayerAttention &localAttention,
                    const RopeSpec &globalRope, const std::string &origin)
{
    applyGemmaTraits(config);
    config.queryKeyNorm = true;
    config.postNorms = true;
    for (const bool isLocal : local)
        config.attention.push_back(isLocal ? localAttention : LayerAttention{0, globalRope});
    return validate(config, origin);
}

Result<LayerAttention> localAttentionFromHf(const ConfigReader &reader)
{
    LayerAttention attention;
    SECATEUR_TRY(window, reader.optionalInteger("sliding_window"));
    attention.slidingWindow = window.value_or(defaultWindow);
    if (attention.slidingWindow < 1)
        return tl::make_unexpected(reader.error(ErrorCode::BadInput, "sliding_window", "must be at least 1"));
    SECATEUR_TRY(base, reader.optionalNumber("rope_local_base_freq"));
    attention.rope.base = base.value_or(localBase);
    SECATEUR_TRY(parameters, reader.object("rope_parameters"));
    if (parameters && parameters->has(localType)) {
        SECATEUR_TRY(rope, ropeFromHf(reader, attention.rope.base, localType));
        attention.rope = rope;
    }
    return attention;
}

Result<ModelConfig> Gemma3Family::fromHfConfig(const json &object, const std::string &origin) const
{
    const ConfigReader reader(object, origin);
    SECATEUR_CHECK(refuseVariants(reader));
    ModelConfig config;
    config.family = name();
    config.architecture = gemmaName;
    const HfDefaults defaults{.kvHeads = 4,
                              .headDim = 256,
                              .maxPositions = 131072,
                              .normEpsilon = 1e-6,
                              .tiedEmbeddings = true,
                              .bosId = 2,
                              .eosId = 1};
    SECATEUR_CHECK(readHfDimensions(reader, defaults, config));
    SECATEUR_TRY(local, localFromHf(reader, config.layers));
    SECATEUR_TRY(localAttention, localAttentionFromHf(reader));
    SECATEUR_TRY(globalRope, ropeFromHf(reader, globalBase, globalType));
    SECATEUR_TRY(scale, queryScale(reader));
    config.attentionScale = scale;
    SECATEUR_CHECK(finish(config, local, localAttention, globalRope, origin));
    return config;
}

Result<ModelConfig> Gemma3Family::fromGguf(const format::GgufFile &file) const
{
    const std::string origin = file.path().string();
    ModelConfig config;
    config.family = name();
    config.architecture = gemmaName;
    SECATEUR_CHECK(readGgufDimensions(file, "gemma3", config));
    SECATEUR_TRY(cap, file.number("gemma3.final_logit_softcapping"));
    if (cap.value_or(0.0) != 0.0)
        return failure(ErrorCode::Unsupported,
                       origin + ": gemma3.final_logit_softcapping is set; capped logits are not supported");
    SECATEUR_TRY(window, file.integer("gemma3.attention.sliding_window"));
    SECATEUR_TRY(pattern, file.integer("gemma3.attention.sliding_window_pattern"));
    SECATEUR_TRY(base, file.number("gemma3.rope.freq_base_swa"));
    SECATEUR_TRY(globalRope, ropeFromGguf(file, "gemma3", globalBase, config.headDim));
    if (window.value_or(1) < 1 || pattern.value_or(1) < 1)
        return failure(ErrorCode::BadInput, origin + ": gemma3.attention.sliding_window must be at least 1");
    // Without a window every layer is global: the converter leaves the key out for such models.
    const std::int64_t period = window ? pattern.value_or(defaultPattern) : 1;
    const LayerAttention localAttention{window.value_or(0), RopeSpec{.base = base.value_or(localBase)}};
    // The scalar is not in the file; as in llama.cpp (llama-model.cpp), 27B, known by its 62 layers, is the exception.
    const double scalar = config.layers == 62 ? double(config.hiddenSize / config.heads) : double(config.headDim);
    config.attentionScale = 1.0 / std::sqrt(scalar);
    SECATEUR_CHECK(finish(config, localByPattern(config.layers, period), localAttention, globalRope, origin));
    return config;
}

json Gemma3Family::toHfConfig(const ModelConfig &config, const std::string &dtype) const
{
    json result = commonHfConfig(config, dtype);
    json types = json::array();
    LayerAttention local{defaultWindow, RopeSpec{.base = localBase}};
    RopeSpec global{.base = globalBase};
    for (const auto &layer : config.attention) {
        const bool isLocal = layer.slidingWindow > 0;
        types.push_back(isLocal ? localType : globalType);
        if (isLocal)
            local = layer;
        else
            global = layer.rope;
    }
    result["model_type"] = "gemma3_text";
    result["hidden_activation"] = "gelu_pytorch_tanh";
    result["query_pre_attn_scalar"] = queryScalarJson(config.attentionScale);
    result["layer_types"] = types;
    result["sliding_window"] = local.slidingWindow;
    result["rope_local_base_freq"] = local.rope.base;
    result["rope_theta"] = global.base;
    result["rope_scaling"] = ropeScalingJson(global);
    result["attn_logit_softcapping"] = nullptr;
    result["final_logit_softcapping"] = nullptr;
    return result;
}

} // namespace

std::unique_ptr<const Family> makeGemma3Family()
{
    return std::make_unique<Gemma3Family>();
}

} // namespace secateur::architecture
