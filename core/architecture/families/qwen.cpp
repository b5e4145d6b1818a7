// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/architecture/families/families.h"

#include <algorithm>
#include <cmath>

#include "core/architecture/dimensions.h"
#include "core/architecture/families/traits.h"
#include "core/architecture/ropereading.h"

namespace secateur::architecture {

namespace {

using nlohmann::json;

constexpr const char *qwen2Name = "Qwen2ForCausalLM";
constexpr const char *qwen3Name = "Qwen3ForCausalLM";
constexpr std::int64_t defaultWindow = 4096;
constexpr std::int64_t firstWithWindow = 28; // transformers' max_window_layers

/// transformers models/qwen2 and models/qwen3: Llama's block; 2 and 2.5 with biases on q, k and v, 3 with norms on the
/// heads of q and k.
class QwenFamily final : public Family
{
public:
    explicit QwenFamily(bool isThird) : m_isThird(isThird) { }

    std::string name() const override { return m_isThird ? "qwen3" : "qwen2"; }
    std::vector<std::string> hfArchitectures() const override { return {m_isThird ? qwen3Name : qwen2Name}; }
    std::vector<std::string> hfModelTypes() const override { return {name()}; }
    std::vector<std::string> ggufArchitectures() const override { return {name()}; }

    Result<ModelConfig> fromHfConfig(const json &config, const std::string &origin) const override;
    Result<ModelConfig> fromGguf(const format::GgufFile &file) const override;
    json toHfConfig(const ModelConfig &config, const std::string &dtype) const override;

    std::optional<std::string> hfTensorName(const std::string &ggufName) const override;
    GgufTransform ggufTransform(const std::string &) const override { return GgufTransform::None; }

private:
    [[nodiscard]] Result<ModelConfig> finish(ModelConfig config, const std::string &origin) const
    {
        config.family = name();
        config.architecture = m_isThird ? qwen3Name : qwen2Name;
        config.activation = Activation::Silu;
        config.attentionScale = 1.0 / std::sqrt(double(config.headDim));
        config.queryKeyNorm = m_isThird;
        config.queryKeyValueBias = !m_isThird;
        SECATEUR_CHECK(validate(config, origin));
        return config;
    }

    bool m_isThird;
};

std::optional<std::string> QwenFamily::hfTensorName(const std::string &ggufName) const
{
    return m_isThird ? commonHfTensorName(ggufName, "post_attention_layernorm", {}, {})
                     : hfTensorNameWithBiases(ggufName);
}

/// From which layer on a window applies; none without use_sliding_window.
Result<void> readWindow(const ConfigReader &reader, ModelConfig &config)
{
    SECATEUR_TRY(used, reader.boolean("use_sliding_window", false));
    SECATEUR_TRY(window, reader.optionalInteger("sliding_window"));
    SECATEUR_TRY(types, reader.texts("layer_types"));
    SECATEUR_TRY(first, reader.optionalInteger("max_window_layers"));
    const std::int64_t size = window.value_or(reader.has("sliding_window") ? 0 : defaultWindow);
    if (!types.empty())
        return applyLayerTypes(reader, types, used ? size : 0, config);
    if (!used)
        return {};
    for (std::int64_t layer = std::max<std::int64_t>(0, first.value_or(firstWithWindow)); layer < config.layers;
         ++layer)
        config.attention[std::size_t(layer)].slidingWindow = size;
    return {};
}

Result<ModelConfig> QwenFamily::fromHfConfig(const json &object, const std::string &origin) const
{
    const ConfigReader reader(object, origin);
    SECATEUR_CHECK(refuseUnsupportedHf(reader));
    SECATEUR_CHECK(requireSilu(reader));
    HfDefaults defaults{.kvHeads = 32, .maxPositions = 32768, .normEpsilon = 1e-6, .bosId = {}, .eosId = {}};
    if (m_isThird)
        defaults.headDim = 128;
    ModelConfig config;
    SECATEUR_CHECK(readHfDimensions(reader, defaults, config));
    SECATEUR_TRY(rope, ropeFromHf(reader, 10000.0));
    config.attention.assign(std::size_t(config.layers), LayerAttention{0, rope});
    SECATEUR_CHECK(readWindow(reader, config));
    return finish(std::move(config), origin);
}

Result<ModelConfig> QwenFamily::fromGguf(const format::GgufFile &file) const
{
    ModelConfig config;
    SECATEUR_CHECK(readGgufDimensions(file, name(), config));
    SECATEUR_TRY(rope, ropeFromGguf(file, name(), 10000.0, config.headDim));
    config.attention.assign(std::size_t(config.layers), LayerAttention{0, rope});
    return finish(std::move(config), file.path().string());
}

json QwenFamily::toHfConfig(const ModelConfig &config, const std::string &dtype) const
{
    json result = commonHfConfig(config, dtype);
    result["model_type"] = name();
    result["hidden_act"] = "silu";
    addRope(config, result);
    addLayerTypes(config, defaultWindow, result);
    result["use_sliding_window"] = hasWindow(config);
    return result;
}

} // namespace

std::unique_ptr<const Family> makeQwen2Family()
{
    return std::make_unique<QwenFamily>(false);
}

std::unique_ptr<const Family> makeQwen3Family()
{
    return std::make_unique<QwenFamily>(true);
}

} // namespace secateur::architecture
