// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/architecture/families/families.h"

#include <array>
#include <cmath>
#include <utility>

#include "core/architecture/dimensions.h"
#include "core/architecture/families/traits.h"

namespace secateur::architecture {

namespace {

using nlohmann::json;

constexpr const char *optName = "OPTForCausalLM";
constexpr std::int64_t positionRowsBefore = 2; // OPTLearnedPositionalEmbedding: offset

/// transformers models/opt: norms with means, biases on all linears, an MLP without a gate, and learned embeddings of
/// positions. Folders only.
class OptFamily final : public Family
{
public:
    std::string name() const override { return "opt"; }
    std::vector<std::string> hfArchitectures() const override { return {optName}; }
    std::vector<std::string> hfModelTypes() const override { return {"opt"}; }
    Result<ModelConfig> fromHfConfig(const json &config, const std::string &origin) const override;
    StoredPlace storedPlace(const std::string &name, const ModelConfig &config) const override;
    FolderNames folderNames() const override { return {.root = "model.", .blocks = "model.decoder.layers."}; }
};

constexpr std::array<std::pair<std::string_view, std::string_view>, 2> wholeNames = {{
    {"model.norm.", "model.decoder.final_layer_norm."},
    {"model.embed_", "model.decoder.embed_"},
}};
constexpr std::array<std::pair<std::string_view, std::string_view>, 5> blockNames = {{
    {"self_attn.o_proj.", "self_attn.out_proj."},
    {"mlp.up_proj.", "fc1."},
    {"mlp.down_proj.", "fc2."},
    {"input_layernorm.", "self_attn_layer_norm."},
    {"post_attention_layernorm.", "final_layer_norm."},
}};

StoredPlace OptFamily::storedPlace(const std::string &name, const ModelConfig & /*config*/) const
{
    const auto inBlock = blockTensor(name);
    if (!inBlock)
        return {.tensor = renamed(name, wholeNames)};
    return {.tensor = "model.decoder.layers." + inBlock->layer + "." + renamed(inBlock->name, blockNames)};
}

/// Variants that no model but OPT 350m and some of before 2022 has.
Result<void> refuseVariants(const ConfigReader &reader, const ModelConfig &config)
{
    SECATEUR_TRY(before, reader.boolean("do_layer_norm_before", true));
    if (!before)
        return tl::make_unexpected(reader.error(ErrorCode::Unsupported, "do_layer_norm_before",
                                                "is false; norms behind attention and MLP, which OPT 350m has, are "
                                                "not computed for OPT models"));
    SECATEUR_TRY(width, reader.optionalInteger("word_embed_proj_dim"));
    if (width.value_or(config.hiddenSize) != config.hiddenSize)
        return tl::make_unexpected(reader.error(ErrorCode::Unsupported, "word_embed_proj_dim",
                                                "is not hidden_size; embeddings that are projected, which OPT 350m "
                                                "has, are not computed"));
    SECATEUR_TRY(affine, reader.boolean("layer_norm_elementwise_affine", true));
    if (!affine)
        return tl::make_unexpected(reader.error(ErrorCode::Unsupported, "layer_norm_elementwise_affine",
                                                "is false; norms without weights are not supported"));
    SECATEUR_TRY(removed, reader.boolean("_remove_final_layer_norm", false));
    if (removed)
        return tl::make_unexpected(reader.error(ErrorCode::Unsupported, "_remove_final_layer_norm",
                                                "is true; models without a final norm are not supported"));
    return {};
}

Result<ModelConfig> OptFamily::fromHfConfig(const json &object, const std::string &origin) const
{
    const ConfigReader reader(object, origin);
    SECATEUR_CHECK(refuseQuantisedHf(reader));
    // No key for epsilon: transformers takes that of torch.nn.LayerNorm.
    const HfDefaults defaults{.maxPositions = 2048,
                              .normEpsilon = 1e-5,
                              .tiedEmbeddings = true,
                              .bosId = 2,
                              .eosId = 2,
                              .intermediateKey = "ffn_dim",
                              .epsilonKey = ""};
    ModelConfig config;
    config.family = name();
    config.architecture = optName;
    config.norm = NormKind::Layer;
    SECATEUR_CHECK(readHfDimensions(reader, defaults, config));
    if (config.kvHeads != config.heads || config.queryWidth() != config.hiddenSize)
        return tl::make_unexpected(reader.error(ErrorCode::Unsupported, "head_dim",
                                                "or num_key_value_heads are not those of an OPT model, in which the "
                                                "heads share hidden_size among them"));
    SECATEUR_CHECK(refuseVariants(reader, config));
    SECATEUR_TRY(activation, plainActivation(reader, "activation_function", "relu"));
    SECATEUR_TRY(biased, reader.boolean("enable_bias", true));
    config.activation = activation;
    config.gatedMlp = false;
    config.queryKeyValueBias = config.outputBias = config.mlpBias = biased;
    config.positionOffset = positionRowsBefore;
    config.attentionScale = 1.0 / std::sqrt(double(config.headDim));
    config.attention.assign(std::size_t(config.layers), LayerAttention{0, {}, false});
    SECATEUR_CHECK(validate(config, origin));
    return config;
}

} // namespace

std::unique_ptr<const Family> makeOptFamily()
{
    return std::make_unique<OptFamily>();
}

} // namespace secateur::architecture
