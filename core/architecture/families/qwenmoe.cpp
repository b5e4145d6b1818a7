// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/architecture/families/families.h"

#include <cmath>

#include "core/architecture/dimensions.h"
#include "core/architecture/families/traits.h"
#include "core/architecture/ropereading.h"

namespace secateur::architecture {

namespace {

using nlohmann::json;

constexpr const char *qwen2MoeName = "Qwen2MoeForCausalLM";
constexpr const char *qwen3MoeName = "Qwen3MoeForCausalLM";
constexpr std::int64_t defaultWindow = 4096;

/// transformers models/qwen2_moe and models/qwen3_moe: the blocks of Qwen 2 (with an expert that sees every token) and
/// Qwen 3 with experts instead of the MLP. Folders only: GGUF keeps all experts of a layer in one tensor.
class QwenMoeFamily final : public Family
{
public:
    explicit QwenMoeFamily(bool isThird) : m_isThird(isThird) { }

    std::string name() const override { return m_isThird ? "qwen3_moe" : "qwen2_moe"; }
    std::vector<std::string> hfArchitectures() const override { return {m_isThird ? qwen3MoeName : qwen2MoeName}; }
    std::vector<std::string> hfModelTypes() const override { return {name()}; }
    Result<ModelConfig> fromHfConfig(const json &config, const std::string &origin) const override;

private:
    [[nodiscard]] HfDefaults defaults() const
    {
        return {.kvHeads = m_isThird ? 4 : 16,
                .maxPositions = 32768,
                .normEpsilon = 1e-6,
                .bosId = {},
                .eosId = {},
                .intermediateKey = "moe_intermediate_size"};
    }
    [[nodiscard]] Result<void> readExperts(const ConfigReader &reader, Experts &experts) const;

    bool m_isThird;
};

/// All blocks must be alike; those of the published models are.
Result<void> refuseOtherBlocks(const ConfigReader &reader)
{
    SECATEUR_TRY(step, reader.optionalInteger("decoder_sparse_step"));
    if (step.value_or(1) != 1)
        return tl::make_unexpected(reader.error(ErrorCode::Unsupported, "decoder_sparse_step",
                                                "is not 1; models with experts in some layers only are not supported"));
    SECATEUR_TRY(plain, reader.integers("mlp_only_layers"));
    if (!plain.empty())
        return tl::make_unexpected(
            reader.error(ErrorCode::Unsupported, "mlp_only_layers",
                         "is not empty; models with experts in some layers only are not supported"));
    return {};
}

Result<void> QwenMoeFamily::readExperts(const ConfigReader &reader, Experts &experts) const
{
    SECATEUR_TRY(count, reader.optionalInteger("num_experts"));
    SECATEUR_TRY(perToken, reader.optionalInteger("num_experts_per_tok"));
    SECATEUR_TRY(normalised, reader.boolean("norm_topk_prob", false));
    experts.count = count.value_or(m_isThird ? 128 : 60);
    experts.perToken = perToken.value_or(m_isThird ? 8 : 4);
    experts.normalised = normalised;
    if (experts.count < 1)
        return tl::make_unexpected(reader.error(ErrorCode::BadInput, "num_experts", "must be at least 1"));
    if (m_isThird)
        return {};
    SECATEUR_TRY(shared, reader.integer("shared_expert_intermediate_size"));
    if (shared < 1)
        return tl::make_unexpected(
            reader.error(ErrorCode::BadInput, "shared_expert_intermediate_size", "must be at least 1"));
    experts.sharedSize = shared;
    return {};
}

Result<ModelConfig> QwenMoeFamily::fromHfConfig(const json &object, const std::string &origin) const
{
    const ConfigReader reader(object, origin);
    SECATEUR_CHECK(refuseUnsupportedHf(reader));
    SECATEUR_CHECK(requireSilu(reader));
    SECATEUR_CHECK(refuseOtherBlocks(reader));
    ModelConfig config;
    config.family = name();
    config.architecture = m_isThird ? qwen3MoeName : qwen2MoeName;
    SECATEUR_CHECK(readHfDimensions(reader, defaults(), config));
    SECATEUR_CHECK(readExperts(reader, config.experts));
    SECATEUR_TRY(bias, reader.boolean("qkv_bias", true));
    SECATEUR_TRY(rope, ropeFromHf(reader, 10000.0));
    SECATEUR_TRY(windowed, reader.boolean("use_sliding_window", false));
    SECATEUR_TRY(window, reader.optionalInteger("sliding_window"));
    config.activation = Activation::Silu;
    config.attentionScale = 1.0 / std::sqrt(double(config.headDim));
    config.queryKeyNorm = m_isThird;
    config.queryKeyValueBias = !m_isThird && bias;
    config.attention.assign(std::size_t(config.layers),
                            LayerAttention{windowed ? window.value_or(defaultWindow) : 0, rope});
    SECATEUR_CHECK(validate(config, origin));
    return config;
}

} // namespace

std::unique_ptr<const Family> makeQwen2MoeFamily()
{
    return std::make_unique<QwenMoeFamily>(false);
}

std::unique_ptr<const Family> makeQwen3MoeFamily()
{
    return std::make_unique<QwenMoeFamily>(true);
}

} // namespace secateur::architecture
