// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/architecture/families/families.h"

#include <cmath>

#include "core/architecture/dimensions.h"
#include "core/architecture/families/traits.h"
#include "core/architecture/ropereading.h"

namespace secateur::architecture {

namespace {

using nlohmann::json;

constexpr const char *gemmaName = "Gemma2ForCausalLM";
constexpr double ropeBase = 10000.0;
constexpr std::int64_t defaultWindow = 4096;
constexpr std::int64_t scalarOf27B = 144; // hidden size / heads; all other sizes take the head size

/// transformers models/gemma2: every other layer looks back over a window; scores and logits are capped.
class Gemma2Family final : public Family
{
public:
    std::string name() const override { return "gemma2"; }
    std::vector<std::string> hfArchitectures() const override { return {gemmaName}; }
    std::vector<std::string> hfModelTypes() const override { return {"gemma2"}; }
    std::vector<std::string> ggufArchitectures() const override { return {"gemma2"}; }

    Result<ModelConfig> fromHfConfig(const json &config, const std::string &origin) const override;
    Result<ModelConfig> fromGguf(const format::GgufFile &file) const override;
    json toHfConfig(const ModelConfig &config, const std::string &dtype) const override;

    std::optional<std::string> hfTensorName(const std::string &ggufName) const override
    {
        return commonHfTensorName(ggufName, "pre_feedforward_layernorm", "post_attention_layernorm",
                                  "post_feedforward_layernorm");
    }
    GgufTransform ggufTransform(const std::string &hfName) const override { return gemmaTransform(hfName); }

private:
    [[nodiscard]] Result<ModelConfig> finish(ModelConfig config, const std::string &origin) const
    {
        config.family = name();
        config.architecture = gemmaName;
        applyGemmaTraits(config);
        config.postNorms = true;
        SECATEUR_CHECK(validate(config, origin));
        return config;
    }
};

std::vector<LayerAttention> alternating(std::int64_t layers, std::int64_t window, const RopeSpec &rope)
{
    std::vector<LayerAttention> attention;
    for (std::int64_t layer = 0; layer < layers; ++layer)
        attention.push_back({layer % 2 == 0 ? window : 0, rope});
    return attention;
}

Result<double> capOf(const ConfigReader &reader, const char *key, double fallback)
{
    SECATEUR_TRY(cap, reader.optionalNumber(key));
    if (cap && !(*cap > 0.0))
        return tl::make_unexpected(reader.error(ErrorCode::BadInput, key, "must be above 0, or null"));
    if (cap)
        return *cap;
    return reader.has(key) ? 0.0 : fallback;
}

Result<ModelConfig> Gemma2Family::fromHfConfig(const json &object, const std::string &origin) const
{
    const ConfigReader reader(object, origin);
    SECATEUR_CHECK(refuseUnsupportedHf(reader));
    SECATEUR_CHECK(requireGemmaActivation(reader));
    const HfDefaults defaults{.kvHeads = 4,
                              .headDim = 256,
                              .maxPositions = 8192,
                              .normEpsilon = 1e-6,
                              .tiedEmbeddings = true,
                              .bosId = 2,
                              .eosId = 1};
    ModelConfig config;
    SECATEUR_CHECK(readHfDimensions(reader, defaults, config));
    SECATEUR_TRY(rope, ropeFromHf(reader, ropeBase));
    SECATEUR_TRY(window, reader.optionalInteger("sliding_window"));
    SECATEUR_TRY(types, reader.texts("layer_types"));
    config.attention = alternating(config.layers, window.value_or(defaultWindow), rope);
    if (!types.empty())
        SECATEUR_CHECK(applyLayerTypes(reader, types, window.value_or(defaultWindow), config));
    SECATEUR_TRY(scale, queryScale(reader));
    config.attentionScale = scale;
    SECATEUR_TRY(scoreCap, capOf(reader, "attn_logit_softcapping", 50.0));
    SECATEUR_TRY(logitCap, capOf(reader, "final_logit_softcapping", 30.0));
    config.attentionSoftcap = scoreCap;
    config.logitSoftcap = logitCap;
    return finish(std::move(config), origin);
}

Result<ModelConfig> Gemma2Family::fromGguf(const format::GgufFile &file) const
{
    ModelConfig config;
    SECATEUR_CHECK(readGgufDimensions(file, name(), config));
    SECATEUR_TRY(rope, ropeFromGguf(file, name(), ropeBase, config.headDim));
    SECATEUR_TRY(window, file.integer("gemma2.attention.sliding_window"));
    SECATEUR_TRY(scoreCap, file.number("gemma2.attn_logit_softcapping"));
    SECATEUR_TRY(logitCap, file.number("gemma2.final_logit_softcapping"));
    config.attention = alternating(config.layers, window.value_or(defaultWindow), rope);
    config.attentionSoftcap = scoreCap.value_or(50.0);
    config.logitSoftcap = logitCap.value_or(30.0);
    // The scalar is not in the file; as in llama.cpp (llama-model.cpp), 27B, known by its 46 layers, is the exception.
    const double scalar = config.layers == 46 ? double(scalarOf27B) : double(config.headDim);
    config.attentionScale = 1.0 / std::sqrt(scalar);
    return finish(std::move(config), file.path().string());
}

json Gemma2Family::toHfConfig(const ModelConfig &config, const std::string &dtype) const
{
    json result = commonHfConfig(config, dtype);
    result["model_type"] = name();
    result["hidden_act"] = "gelu_pytorch_tanh";
    result["hidden_activation"] = "gelu_pytorch_tanh";
    result["query_pre_attn_scalar"] = queryScalarJson(config.attentionScale);
    addRope(config, result);
    addLayerTypes(config, defaultWindow, result);
    result["attn_logit_softcapping"] = config.attentionSoftcap > 0.0 ? json(config.attentionSoftcap) : json();
    result["final_logit_softcapping"] = config.logitSoftcap > 0.0 ? json(config.logitSoftcap) : json();
    return result;
}

} // namespace

std::unique_ptr<const Family> makeGemma2Family()
{
    return std::make_unique<Gemma2Family>();
}

} // namespace secateur::architecture
