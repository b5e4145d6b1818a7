// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/architecture/families/families.h"

#include <cmath>

#include "core/architecture/dimensions.h"
#include "core/architecture/families/traits.h"
#include "core/architecture/ropereading.h"

namespace secateur::architecture {

namespace {

using nlohmann::json;

constexpr const char *smolName = "SmolLM3ForCausalLM";
constexpr double ropeBase = 2e6;
constexpr std::int64_t defaultInterval = 4;

/// transformers models/smollm3: Llama's block; every fourth layer has no position embedding. Folders only: GGUF files
/// do not say which layers these are.
class SmolLm3Family final : public Family
{
public:
    std::string name() const override { return "smollm3"; }
    std::vector<std::string> hfArchitectures() const override { return {smolName}; }
    std::vector<std::string> hfModelTypes() const override { return {"smollm3"}; }
    Result<ModelConfig> fromHfConfig(const json &config, const std::string &origin) const override;
    json toHfConfig(const ModelConfig &config, const std::string &dtype) const override;
};

/// 1 where a layer rotates, as in the key of that name.
Result<std::vector<std::int64_t>> rotaryLayers(const ConfigReader &reader, std::int64_t layers)
{
    SECATEUR_TRY(given, reader.integers("no_rope_layers"));
    SECATEUR_TRY(interval, reader.optionalInteger("no_rope_layer_interval"));
    if (interval.value_or(1) < 1)
        return tl::make_unexpected(reader.error(ErrorCode::BadInput, "no_rope_layer_interval", "must be at least 1"));
    if (given.empty())
        for (std::int64_t layer = 0; layer < layers; ++layer)
            given.push_back((layer + 1) % interval.value_or(defaultInterval) != 0 ? 1 : 0);
    if (given.size() != std::size_t(layers))
        return tl::make_unexpected(
            reader.error(ErrorCode::BadInput, "no_rope_layers",
                         "has " + std::to_string(given.size()) + " entries for " + std::to_string(layers) + " layers"));
    return given;
}

Result<ModelConfig> SmolLm3Family::fromHfConfig(const json &object, const std::string &origin) const
{
    const ConfigReader reader(object, origin);
    SECATEUR_CHECK(refuseUnsupportedHf(reader));
    SECATEUR_CHECK(requireSilu(reader));
    const HfDefaults defaults{.kvHeads = 4,
                              .maxPositions = 32768,
                              .normEpsilon = 1e-6,
                              .tiedEmbeddings = true,
                              .bosId = 128000,
                              .eosId = 128001};
    ModelConfig config;
    config.family = name();
    config.architecture = smolName;
    SECATEUR_CHECK(readHfDimensions(reader, defaults, config));
    SECATEUR_TRY(rope, ropeFromHf(reader, ropeBase));
    SECATEUR_TRY(rotary, rotaryLayers(reader, config.layers));
    SECATEUR_TRY(window, reader.optionalInteger("sliding_window"));
    SECATEUR_TRY(types, reader.texts("layer_types"));
    for (const auto flag : rotary)
        config.attention.push_back({0, rope, flag != 0});
    if (!types.empty())
        SECATEUR_CHECK(applyLayerTypes(reader, types, window.value_or(0), config));
    config.activation = Activation::Silu;
    config.attentionScale = 1.0 / std::sqrt(double(config.headDim));
    SECATEUR_CHECK(validate(config, origin));
    return config;
}

json SmolLm3Family::toHfConfig(const ModelConfig &config, const std::string &dtype) const
{
    json result = commonHfConfig(config, dtype);
    json rotary = json::array();
    for (const auto &layer : config.attention)
        rotary.push_back(layer.rotary ? 1 : 0);
    result["model_type"] = name();
    result["hidden_act"] = "silu";
    addRope(config, result);
    result["no_rope_layers"] = rotary;
    addLayerTypes(config, 0, result);
    return result;
}

} // namespace

std::unique_ptr<const Family> makeSmolLm3Family()
{
    return std::make_unique<SmolLm3Family>();
}

} // namespace secateur::architecture
