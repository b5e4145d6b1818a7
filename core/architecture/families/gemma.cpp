// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/architecture/families/families.h"

#include <cmath>

#include "core/architecture/dimensions.h"
#include "core/architecture/families/traits.h"
#include "core/architecture/ropereading.h"

namespace secateur::architecture {

namespace {

using nlohmann::json;

constexpr const char *gemmaName = "GemmaForCausalLM";
constexpr double ropeBase = 10000.0;

/// transformers models/gemma: Llama's block with norms of 1 + weight, a scaled embedding and tanh-GELU.
class GemmaFamily final : public Family
{
public:
    std::string name() const override { return "gemma"; }
    std::vector<std::string> hfArchitectures() const override { return {gemmaName}; }
    std::vector<std::string> hfModelTypes() const override { return {"gemma"}; }
    std::vector<std::string> ggufArchitectures() const override { return {"gemma"}; }

    Result<ModelConfig> fromHfConfig(const json &config, const std::string &origin) const override;
    Result<ModelConfig> fromGguf(const format::GgufFile &file) const override;
    json toHfConfig(const ModelConfig &config, const std::string &dtype) const override;

    std::optional<std::string> hfTensorName(const std::string &ggufName) const override
    {
        return commonHfTensorName(ggufName, "post_attention_layernorm", {}, {});
    }
    GgufTransform ggufTransform(const std::string &hfName) const override { return gemmaTransform(hfName); }

private:
    [[nodiscard]] Result<ModelConfig> finish(ModelConfig config, const RopeSpec &rope, const std::string &origin) const
    {
        config.family = name();
        config.architecture = gemmaName;
        applyGemmaTraits(config);
        config.attentionScale = 1.0 / std::sqrt(double(config.headDim));
        config.attention.assign(std::size_t(config.layers), LayerAttention{0, rope});
        SECATEUR_CHECK(validate(config, origin));
        return config;
    }
};

Result<ModelConfig> GemmaFamily::fromHfConfig(const json &object, const std::string &origin) const
{
    const ConfigReader reader(object, origin);
    SECATEUR_CHECK(refuseUnsupportedHf(reader));
    SECATEUR_CHECK(requireGemmaActivation(reader));
    const HfDefaults defaults{.kvHeads = 16,
                              .headDim = 256,
                              .maxPositions = 8192,
                              .normEpsilon = 1e-6,
                              .tiedEmbeddings = true,
                              .bosId = 2,
                              .eosId = 1};
    ModelConfig config;
    SECATEUR_CHECK(readHfDimensions(reader, defaults, config));
    SECATEUR_TRY(rope, ropeFromHf(reader, ropeBase));
    return finish(std::move(config), rope, origin);
}

Result<ModelConfig> GemmaFamily::fromGguf(const format::GgufFile &file) const
{
    ModelConfig config;
    SECATEUR_CHECK(readGgufDimensions(file, name(), config));
    SECATEUR_TRY(rope, ropeFromGguf(file, name(), ropeBase, config.headDim));
    return finish(std::move(config), rope, file.path().string());
}

json GemmaFamily::toHfConfig(const ModelConfig &config, const std::string &dtype) const
{
    json result = commonHfConfig(config, dtype);
    result["model_type"] = name();
    result["hidden_act"] = "gelu_pytorch_tanh";
    result["hidden_activation"] = "gelu_pytorch_tanh";
    addRope(config, result);
    return result;
}

} // namespace

std::unique_ptr<const Family> makeGemmaFamily()
{
    return std::make_unique<GemmaFamily>();
}

} // namespace secateur::architecture
