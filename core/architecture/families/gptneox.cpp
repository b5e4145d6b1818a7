// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/architecture/families/families.h"

#include <array>
#include <cmath>
#include <utility>

#include "core/architecture/dimensions.h"
#include "core/architecture/families/traits.h"
#include "core/architecture/ropereading.h"

namespace secateur::architecture {

namespace {

using nlohmann::json;

constexpr const char *neoxName = "GPTNeoXForCausalLM";

/// transformers models/gpt_neox: norms with means, biases on all linears, an MLP without a gate that sees the same
/// input as the attention, and a part of each head that rotates. Folders only. These keep q, k and v as one matrix, in
/// which the rows of a head's q, k and v follow each other.
class GptNeoxFamily final : public Family
{
public:
    std::string name() const override { return "gpt_neox"; }
    std::vector<std::string> hfArchitectures() const override { return {neoxName}; }
    std::vector<std::string> hfModelTypes() const override { return {"gpt_neox"}; }
    Result<ModelConfig> fromHfConfig(const json &config, const std::string &origin) const override;
    StoredPlace storedPlace(const std::string &name, const ModelConfig &config) const override;
    FolderNames folderNames() const override
    {
        // The last two are the causal mask and its value, which old folders keep beside the weights.
        return {.root = "gpt_neox.",
                .blocks = "gpt_neox.layers.",
                .tables = {"rotary_emb.inv_freq", ".attention.bias", ".attention.masked_bias"}};
    }
};

constexpr std::array<std::pair<std::string_view, std::string_view>, 3> wholeNames = {{
    {"model.embed_tokens.", "gpt_neox.embed_in."},
    {"model.norm.", "gpt_neox.final_layer_norm."},
    {"lm_head.", "embed_out."},
}};
constexpr std::array<std::pair<std::string_view, std::string_view>, 6> blockNames = {{
    {"self_attn.q_proj.", "attention.query_key_value."},
    {"self_attn.k_proj.", "attention.query_key_value."},
    {"self_attn.v_proj.", "attention.query_key_value."},
    {"self_attn.o_proj.", "attention.dense."},
    {"mlp.up_proj.", "mlp.dense_h_to_4h."},
    {"mlp.down_proj.", "mlp.dense_4h_to_h."},
}};

StoredPlace GptNeoxFamily::storedPlace(const std::string &name, const ModelConfig &config) const
{
    const auto inBlock = blockTensor(name);
    if (!inBlock)
        return {.tensor = renamed(name, wholeNames)};
    const std::string stored = "gpt_neox.layers." + inBlock->layer + "." + renamed(inBlock->name, blockNames);
    for (std::size_t part = 0; part < 3; ++part)
        if (inBlock->name.starts_with(blockNames[part].first))
            return {.tensor = stored,
                    .rows = 3 * std::uint64_t(config.queryWidth()),
                    .first = part * std::uint64_t(config.headDim),
                    .run = std::uint64_t(config.headDim),
                    .stride = 3 * std::uint64_t(config.headDim)};
    return {.tensor = stored};
}

Result<ModelConfig> GptNeoxFamily::fromHfConfig(const json &object, const std::string &origin) const
{
    const ConfigReader reader(object, origin);
    SECATEUR_CHECK(refuseQuantisedHf(reader));
    const HfDefaults defaults{
        .maxPositions = 2048, .normEpsilon = 1e-5, .bosId = 0, .eosId = 2, .epsilonKey = "layer_norm_eps"};
    ModelConfig config;
    config.family = name();
    config.architecture = neoxName;
    config.norm = NormKind::Layer;
    SECATEUR_CHECK(readHfDimensions(reader, defaults, config));
    if (config.kvHeads != config.heads || config.queryWidth() != config.hiddenSize)
        return tl::make_unexpected(reader.error(ErrorCode::Unsupported, "head_dim",
                                                "or num_key_value_heads are not those of a GPT-NeoX model, in which "
                                                "the heads share hidden_size among them"));
    SECATEUR_TRY(activation, plainActivation(reader, "hidden_act", "gelu"));
    SECATEUR_TRY(biased, reader.boolean("attention_bias", true));
    SECATEUR_TRY(parallel, reader.boolean("use_parallel_residual", true));
    const RotaryKeys keys{.base = "rotary_emb_base", .share = "rotary_pct", .defaultShare = 0.25};
    SECATEUR_TRY(rope, partialRopeFromHf(reader, keys, config.headDim));
    SECATEUR_CHECK(readRopeScaling(reader, rope));
    config.activation = activation;
    config.gatedMlp = false;
    config.queryKeyValueBias = config.outputBias = biased;
    config.mlpBias = true;
    config.parallelResidual = parallel;
    config.attentionScale = 1.0 / std::sqrt(double(config.headDim));
    config.attention.assign(std::size_t(config.layers), LayerAttention{0, rope});
    SECATEUR_CHECK(validate(config, origin));
    return config;
}

} // namespace

std::unique_ptr<const Family> makeGptNeoxFamily()
{
    return std::make_unique<GptNeoxFamily>();
}

} // namespace secateur::architecture
