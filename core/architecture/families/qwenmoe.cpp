// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/architecture/families/families.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

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
/// Qwen 3 with experts instead of the MLP.
class QwenMoeFamily final : public Family
{
public:
    explicit QwenMoeFamily(bool isThird) : m_isThird(isThird) { }

    std::string name() const override { return m_isThird ? "qwen3_moe" : "qwen2_moe"; }
    std::vector<std::string> hfArchitectures() const override { return {m_isThird ? qwen3MoeName : qwen2MoeName}; }
    std::vector<std::string> hfModelTypes() const override { return {name()}; }
    std::vector<std::string> ggufArchitectures() const override { return {m_isThird ? "qwen3moe" : "qwen2moe"}; }
    Result<ModelConfig> fromHfConfig(const json &config, const std::string &origin) const override;
    Result<ModelConfig> fromGguf(const format::GgufFile &file) const override;
    json toHfConfig(const ModelConfig &config, const std::string &dtype) const override;
    std::optional<std::string> hfTensorName(const std::string &ggufName) const override;

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
    [[nodiscard]] Result<ModelConfig> finish(ModelConfig config, const std::string &origin) const
    {
        config.family = name();
        config.architecture = hfArchitectures().front();
        config.activation = Activation::Silu;
        config.attentionScale = 1.0 / std::sqrt(double(config.headDim));
        config.queryKeyNorm = m_isThird;
        SECATEUR_CHECK(validate(config, origin));
        return config;
    }

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
    SECATEUR_CHECK(readHfDimensions(reader, defaults(), config));
    SECATEUR_CHECK(readExperts(reader, config.experts));
    SECATEUR_TRY(bias, reader.boolean("qkv_bias", true));
    SECATEUR_TRY(rope, ropeFromHf(reader, 10000.0));
    SECATEUR_TRY(windowed, reader.boolean("use_sliding_window", false));
    SECATEUR_TRY(window, reader.optionalInteger("sliding_window"));
    config.queryKeyValueBias = !m_isThird && bias;
    config.attention.assign(std::size_t(config.layers),
                            LayerAttention{windowed ? window.value_or(defaultWindow) : 0, rope});
    return finish(std::move(config), origin);
}

/// GGUF does not say whether the shares of the chosen experts are scaled to a sum of 1: llama.cpp does it for Qwen 3,
/// not for Qwen 2, as the published models have it.
Result<ModelConfig> QwenMoeFamily::fromGguf(const format::GgufFile &file) const
{
    const std::string prefix = ggufArchitectures().front();
    ModelConfig config;
    SECATEUR_CHECK(readGgufExpertDimensions(file, prefix, config));
    if (!m_isThird && config.experts.sharedSize < 1)
        return failure(ErrorCode::BadInput,
                       file.path().string() + ": " + prefix + ".expert_shared_feed_forward_length is missing");
    SECATEUR_TRY(rope, ropeFromGguf(file, prefix, 10000.0, config.headDim));
    config.experts.normalised = m_isThird;
    config.queryKeyValueBias = file.find("blk.0.attn_q.bias") != nullptr;
    config.attention.assign(std::size_t(config.layers), LayerAttention{0, rope});
    return finish(std::move(config), file.path().string());
}

std::optional<std::string> QwenMoeFamily::hfTensorName(const std::string &ggufName) const
{
    using Pair = std::pair<std::string_view, std::string_view>;
    constexpr std::array parts = {Pair{"gate_inp.weight", "gate.weight"},
                                  Pair{"gate_inp_shexp.weight", "shared_expert_gate.weight"},
                                  Pair{"gate_shexp.weight", "shared_expert.gate_proj.weight"},
                                  Pair{"up_shexp.weight", "shared_expert.up_proj.weight"},
                                  Pair{"down_shexp.weight", "shared_expert.down_proj.weight"},
                                  Pair{"gate_exps.weight", "experts.*.gate_proj.weight"},
                                  Pair{"up_exps.weight", "experts.*.up_proj.weight"},
                                  Pair{"down_exps.weight", "experts.*.down_proj.weight"}};
    constexpr std::string_view mlp = ".ffn_";
    const auto at = ggufName.find(mlp);
    const auto part = at == std::string::npos
        ? parts.end()
        : std::ranges::find(parts, std::string_view(ggufName).substr(at + mlp.size()), &Pair::first);
    if (part == parts.end())
        return hfTensorNameWithBiases(ggufName);
    // The block's number is checked where that of any of its tensors is.
    auto name = commonHfTensorName(ggufName.substr(0, at) + ".ffn_up.weight", {}, {}, {});
    constexpr std::string_view placeholder = "up_proj.weight";
    if (name)
        name->replace(name->size() - placeholder.size(), placeholder.size(), part->second);
    return name;
}

json QwenMoeFamily::toHfConfig(const ModelConfig &config, const std::string &dtype) const
{
    json result = commonHfConfig(config, dtype);
    result["model_type"] = name();
    result["hidden_act"] = "silu";
    addRope(config, result);
    result["use_sliding_window"] = false;
    result["moe_intermediate_size"] = config.intermediateSize;
    result["num_experts"] = config.experts.count;
    result["num_experts_per_tok"] = config.experts.perToken;
    result["norm_topk_prob"] = config.experts.normalised;
    result["decoder_sparse_step"] = 1;
    result["mlp_only_layers"] = json::array();
    if (m_isThird)
        return result;
    result["shared_expert_intermediate_size"] = config.experts.sharedSize;
    result["qkv_bias"] = config.queryKeyValueBias;
    return result;
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
