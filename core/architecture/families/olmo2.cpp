// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/architecture/families/families.h"

#include <cmath>

#include "core/architecture/dimensions.h"
#include "core/architecture/families/traits.h"
#include "core/architecture/ropereading.h"

namespace secateur::architecture {

namespace {

using nlohmann::json;

constexpr const char *olmoName = "Olmo2ForCausalLM";

/// transformers models/olmo2: norms behind attention and MLP instead of in front of them, and over all heads of q and k
/// at once.
class Olmo2Family final : public Family
{
public:
    std::string name() const override { return "olmo2"; }
    std::vector<std::string> hfArchitectures() const override { return {olmoName}; }
    std::vector<std::string> hfModelTypes() const override { return {"olmo2"}; }
    std::vector<std::string> ggufArchitectures() const override { return {"olmo2"}; }

    Result<ModelConfig> fromHfConfig(const json &config, const std::string &origin) const override;
    Result<ModelConfig> fromGguf(const format::GgufFile &file) const override;
    json toHfConfig(const ModelConfig &config, const std::string &dtype) const override;

    std::optional<std::string> hfTensorName(const std::string &ggufName) const override
    {
        return commonHfTensorName(ggufName, {}, "post_attention_layernorm", "post_feedforward_layernorm");
    }
    GgufTransform ggufTransform(const std::string &) const override { return GgufTransform::None; }

private:
    [[nodiscard]] Result<ModelConfig> finish(ModelConfig config, const RopeSpec &rope, const std::string &origin) const
    {
        config.family = name();
        config.architecture = olmoName;
        config.activation = Activation::Silu;
        config.attentionScale = 1.0 / std::sqrt(double(config.headDim));
        config.attention.assign(std::size_t(config.layers), LayerAttention{0, rope});
        config.queryKeyNorm = config.wholeQueryKeyNorm = config.postNorms = true;
        config.preNorms = false;
        SECATEUR_CHECK(validate(config, origin));
        return config;
    }
};

Result<ModelConfig> Olmo2Family::fromHfConfig(const json &object, const std::string &origin) const
{
    const ConfigReader reader(object, origin);
    SECATEUR_CHECK(refuseUnsupportedHf(reader));
    SECATEUR_CHECK(requireSilu(reader));
    const HfDefaults defaults{.maxPositions = 2048, .normEpsilon = 1e-5, .bosId = {}, .eosId = 50279};
    ModelConfig config;
    SECATEUR_CHECK(readHfDimensions(reader, defaults, config));
    SECATEUR_TRY(rope, ropeFromHf(reader, 10000.0));
    return finish(std::move(config), rope, origin);
}

Result<ModelConfig> Olmo2Family::fromGguf(const format::GgufFile &file) const
{
    ModelConfig config;
    SECATEUR_CHECK(readGgufDimensions(file, name(), config));
    SECATEUR_TRY(rope, ropeFromGguf(file, name(), 10000.0, config.headDim));
    return finish(std::move(config), rope, file.path().string());
}

json Olmo2Family::toHfConfig(const ModelConfig &config, const std::string &dtype) const
{
    json result = commonHfConfig(config, dtype);
    result["model_type"] = name();
    result["hidden_act"] = "silu";
    addRope(config, result);
    return result;
}

} // namespace

std::unique_ptr<const Family> makeOlmo2Family()
{
    return std::make_unique<Olmo2Family>();
}

} // namespace secateur::architecture
