// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/architecture/families/families.h"

#include <algorithm>

#include "core/architecture/dimensions.h"
#include "core/architecture/families/traits.h"
#include "core/architecture/ropereading.h"

namespace secateur::architecture {

namespace {

using nlohmann::json;

constexpr const char *llamaName = "LlamaForCausalLM";
constexpr const char *mistralName = "MistralForCausalLM";
constexpr std::int64_t mistralWindow = 4096; // transformers' MistralConfig, where the key is absent

/// transformers models/llama and models/mistral: one block, which differs in nothing but the sliding window.
class LlamaFamily final : public Family
{
public:
    std::string name() const override { return "llama"; }
    std::vector<std::string> hfArchitectures() const override { return {llamaName, mistralName}; }
    std::vector<std::string> hfModelTypes() const override { return {"llama", "mistral"}; }
    std::vector<std::string> ggufArchitectures() const override { return {"llama"}; }

    Result<ModelConfig> fromHfConfig(const json &config, const std::string &origin) const override;
    Result<ModelConfig> fromGguf(const format::GgufFile &file) const override;
    json toHfConfig(const ModelConfig &config, const std::string &dtype) const override;

    std::optional<std::string> hfTensorName(const std::string &ggufName) const override
    {
        return commonHfTensorName(ggufName, "post_attention_layernorm", {}, {});
    }
    GgufTransform ggufTransform(const std::string &hfName) const override
    {
        const bool rotated =
            hfName.ends_with(".self_attn.q_proj.weight") || hfName.ends_with(".self_attn.k_proj.weight");
        return rotated ? GgufTransform::UnpermuteRope : GgufTransform::None;
    }
};

Result<bool> isMistral(const ConfigReader &reader)
{
    SECATEUR_TRY(names, reader.texts("architectures"));
    SECATEUR_TRY(type, reader.text("model_type"));
    if (names.empty())
        return type == "mistral";
    return std::ranges::find(names, mistralName) != names.end();
}

/// Key j is visible to query i when i - j < window (transformers masking_utils.py, sliding_window_overlay).
Result<std::int64_t> mistralSlidingWindow(const ConfigReader &reader)
{
    SECATEUR_TRY(types, reader.texts("layer_types"));
    const std::string first = types.empty() ? std::string() : types.front();
    if (std::ranges::any_of(types, [&](const auto &type) { return type != first; }))
        return tl::make_unexpected(
            reader.error(ErrorCode::Unsupported, "layer_types",
                         "mixes kinds of attention, which Mistral models of this program do not"));
    SECATEUR_TRY(window, oneSlidingWindow(reader));
    if (window)
        return *window;
    return reader.has("sliding_window") ? 0 : mistralWindow;
}

Result<ModelConfig> LlamaFamily::fromHfConfig(const json &object, const std::string &origin) const
{
    const ConfigReader reader(object, origin);
    SECATEUR_CHECK(refuseUnsupportedHf(reader));
    SECATEUR_CHECK(requireSilu(reader));
    SECATEUR_TRY(mistral, isMistral(reader));

    ModelConfig config;
    config.family = name();
    config.architecture = mistral ? mistralName : llamaName;
    HfDefaults defaults;
    if (mistral) {
        defaults.kvHeads = 8;
        defaults.maxPositions = 4096 * 32;
    }
    SECATEUR_CHECK(readHfDimensions(reader, defaults, config));
    LayerAttention attention;
    SECATEUR_TRY(rope, ropeFromHf(reader, 10000.0));
    attention.rope = rope;
    if (mistral) {
        SECATEUR_TRY(window, mistralSlidingWindow(reader));
        attention.slidingWindow = window;
    }
    SECATEUR_CHECK(finishLlamaBlock(config, attention, origin));
    return config;
}

Result<ModelConfig> LlamaFamily::fromGguf(const format::GgufFile &file) const
{
    ModelConfig config;
    config.family = name();
    config.architecture = llamaName; // Mistral files say "llama" too, and carry no sliding window
    SECATEUR_CHECK(readGgufDimensions(file, "llama", config));
    LayerAttention attention;
    SECATEUR_TRY(rope, ropeFromGguf(file, "llama", 10000.0, config.headDim));
    attention.rope = rope;
    SECATEUR_CHECK(finishLlamaBlock(config, attention, file.path().string()));
    return config;
}

json LlamaFamily::toHfConfig(const ModelConfig &config, const std::string &dtype) const
{
    json result = commonHfConfig(config, dtype);
    const LayerAttention attention = config.attention.empty() ? LayerAttention() : config.attention.front();
    result["hidden_act"] = "silu";
    addRope(config, result);
    result["model_type"] = config.architecture == mistralName ? "mistral" : "llama";
    if (config.architecture == mistralName)
        result["sliding_window"] = attention.slidingWindow > 0 ? json(attention.slidingWindow) : json(nullptr);
    else
        result["mlp_bias"] = false;
    return result;
}

} // namespace

std::unique_ptr<const Family> makeLlamaFamily()
{
    return std::make_unique<LlamaFamily>();
}

} // namespace secateur::architecture
