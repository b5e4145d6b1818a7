// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/architecture/dimensions.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

namespace secateur::architecture {

namespace {

using nlohmann::json;

constexpr std::size_t wholeNames = 3; // of ggufParts
constexpr std::array<std::string_view, 19> ggufParts = {
    "token_embd.weight",
    "output_norm.weight",
    "output.weight",
    // of a block
    "attn_norm.weight",
    "attn_q.weight",
    "attn_k.weight",
    "attn_v.weight",
    "attn_output.weight",
    "attn_q_norm.weight",
    "attn_k_norm.weight",
    "post_attention_norm.weight",
    "ffn_norm.weight",
    "post_ffw_norm.weight",
    "ffn_gate.weight",
    "ffn_up.weight",
    "ffn_down.weight",
    // of families with biases, which name them by themselves
    "attn_q.bias",
    "attn_k.bias",
    "attn_v.bias",
};

Result<void> readTokenIds(const ConfigReader &reader, const HfDefaults &defaults, ModelConfig &config)
{
    SECATEUR_TRY(bos, reader.optionalInteger("bos_token_id"));
    SECATEUR_TRY(eos, reader.integers("eos_token_id"));
    config.bosId = bos;
    config.eosIds = std::move(eos);
    if (!config.bosId && !reader.has("bos_token_id"))
        config.bosId = defaults.bosId;
    if (config.eosIds.empty() && !reader.has("eos_token_id") && defaults.eosId)
        config.eosIds = {*defaults.eosId};
    return {};
}

Result<void> readHeads(const ConfigReader &reader, const HfDefaults &defaults, ModelConfig &config)
{
    SECATEUR_TRY(heads, reader.integer("num_attention_heads"));
    SECATEUR_TRY(kvHeads, reader.optionalInteger("num_key_value_heads"));
    SECATEUR_TRY(headDim, reader.optionalInteger("head_dim"));
    config.heads = heads;
    config.kvHeads = kvHeads.value_or(reader.has("num_key_value_heads") ? heads : defaults.kvHeads.value_or(heads));
    if (headDim || defaults.headDim) {
        config.headDim = headDim ? *headDim : *defaults.headDim;
        return {};
    }
    if (heads < 1 || config.hiddenSize % heads != 0)
        return tl::make_unexpected(reader.error(ErrorCode::BadInput, "num_attention_heads",
                                                "is " + std::to_string(heads) + ", which does not divide hidden_size "
                                                    + std::to_string(config.hiddenSize)));
    config.headDim = config.hiddenSize / heads;
    return {};
}

Result<std::int64_t> requiredInteger(const format::GgufFile &file, const std::string &key)
{
    SECATEUR_TRY(value, file.integer(key));
    if (!value)
        return failure(ErrorCode::BadInput, file.path().string() + ": metadata key " + key + " is missing");
    return *value;
}

Result<void> readGgufHeads(const format::GgufFile &file, const std::string &prefix, ModelConfig &config)
{
    const std::string where = file.path().string() + ": " + prefix;
    SECATEUR_TRY(heads, requiredInteger(file, prefix + ".attention.head_count"));
    SECATEUR_TRY(kvHeads, file.integer(prefix + ".attention.head_count_kv"));
    SECATEUR_TRY(keyLength, file.integer(prefix + ".attention.key_length"));
    SECATEUR_TRY(valueLength, file.integer(prefix + ".attention.value_length"));
    SECATEUR_TRY(rotated, file.integer(prefix + ".rope.dimension_count"));
    config.heads = heads;
    config.kvHeads = kvHeads.value_or(heads);
    if (!keyLength && (heads < 1 || config.hiddenSize % heads != 0))
        return failure(ErrorCode::BadInput,
                       where + ".attention.head_count is " + std::to_string(heads)
                           + ", which does not divide embedding_length " + std::to_string(config.hiddenSize));
    config.headDim = keyLength ? *keyLength : config.hiddenSize / heads;
    if (valueLength.value_or(config.headDim) != config.headDim)
        return failure(ErrorCode::Unsupported, where + ".attention.value_length differs from the key length");
    if (rotated.value_or(config.headDim) != config.headDim)
        return failure(
            ErrorCode::Unsupported,
            where + ".rope.dimension_count is not the head size; rotating a part of each head is not supported");
    return {};
}

Result<std::int64_t> ggufVocabulary(const format::GgufFile &file, const std::string &prefix)
{
    SECATEUR_TRY(size, file.integer(prefix + ".vocab_size"));
    if (size)
        return *size;
    const auto *embedding = file.find("token_embd.weight");
    if (!embedding || embedding->shape.size() != 2)
        return failure(ErrorCode::BadInput, file.path().string() + ": there is no matrix token_embd.weight");
    return std::int64_t(std::min<std::uint64_t>(embedding->shape.front(), INT64_MAX));
}

Result<void> readGgufTokenIds(const format::GgufFile &file, ModelConfig &config)
{
    SECATEUR_TRY(bos, file.integer("tokenizer.ggml.bos_token_id"));
    SECATEUR_TRY(eos, file.integer("tokenizer.ggml.eos_token_id"));
    SECATEUR_TRY(endOfTurn, file.integer("tokenizer.ggml.eot_token_id"));
    config.bosId = bos;
    if (eos)
        config.eosIds.push_back(*eos);
    if (endOfTurn && endOfTurn != eos)
        config.eosIds.push_back(*endOfTurn);
    return {};
}

} // namespace

Result<void> readHfDimensions(const ConfigReader &reader, const HfDefaults &defaults, ModelConfig &config)
{
    SECATEUR_TRY(layers, reader.integer("num_hidden_layers"));
    SECATEUR_TRY(hidden, reader.integer("hidden_size"));
    SECATEUR_TRY(intermediate, reader.integer(defaults.intermediateKey));
    SECATEUR_TRY(vocabulary, reader.integer("vocab_size"));
    SECATEUR_TRY(positions, reader.optionalInteger("max_position_embeddings"));
    SECATEUR_TRY(epsilon, reader.optionalNumber(defaults.epsilonKey));
    SECATEUR_TRY(tied, reader.boolean("tie_word_embeddings", defaults.tiedEmbeddings));
    config.layers = layers;
    config.hiddenSize = hidden;
    config.intermediateSize = intermediate;
    config.vocabSize = vocabulary;
    config.maxPositions = positions.value_or(defaults.maxPositions);
    config.normEpsilon = epsilon.value_or(defaults.normEpsilon);
    config.tiedEmbeddings = tied;
    SECATEUR_CHECK(readHeads(reader, defaults, config));
    SECATEUR_CHECK(readTokenIds(reader, defaults, config));
    return validateDimensions(config, reader.origin());
}

Result<void> refuseQuantisedHf(const ConfigReader &reader)
{
    SECATEUR_TRY(quantization, reader.object("quantization_config"));
    if (quantization) {
        SECATEUR_TRY(method, quantization->text("quant_method"));
        return tl::make_unexpected(
            reader.error(ErrorCode::Unsupported, "quantization_config",
                         "says that the weights are quantised (" + method.value_or("unknown method")
                             + "); use the unquantised checkpoint of this model, or a GGUF file"));
    }
    return {};
}

Result<void> refuseUnsupportedHf(const ConfigReader &reader)
{
    SECATEUR_CHECK(refuseQuantisedHf(reader));
    for (const char *key : {"attention_bias", "mlp_bias"}) {
        SECATEUR_TRY(bias, reader.boolean(key, false));
        if (bias)
            return tl::make_unexpected(
                reader.error(ErrorCode::Unsupported, key, "is true; linears with a bias are not supported yet"));
    }
    return {};
}

namespace {

/// `widthKey`: of the intermediate size.
Result<void> readGgufSizes(const format::GgufFile &file, const std::string &prefix, const char *widthKey,
                           ModelConfig &config)
{
    SECATEUR_TRY(layers, requiredInteger(file, prefix + ".block_count"));
    SECATEUR_TRY(hidden, requiredInteger(file, prefix + ".embedding_length"));
    SECATEUR_TRY(intermediate, requiredInteger(file, prefix + widthKey));
    SECATEUR_TRY(positions, requiredInteger(file, prefix + ".context_length"));
    SECATEUR_TRY(vocabulary, ggufVocabulary(file, prefix));
    SECATEUR_TRY(epsilon, file.number(prefix + ".attention.layer_norm_rms_epsilon"));
    if (!epsilon)
        return failure(ErrorCode::BadInput,
                       file.path().string() + ": " + prefix + ".attention.layer_norm_rms_epsilon is missing");
    config.layers = layers;
    config.hiddenSize = hidden;
    config.intermediateSize = intermediate;
    config.vocabSize = vocabulary;
    config.maxPositions = positions;
    config.normEpsilon = *epsilon;
    config.tiedEmbeddings = file.find("output.weight") == nullptr;
    SECATEUR_CHECK(readGgufHeads(file, prefix, config));
    SECATEUR_CHECK(readGgufTokenIds(file, config));
    return validateDimensions(config, file.path().string());
}

} // namespace

Result<void> readGgufDimensions(const format::GgufFile &file, const std::string &prefix, ModelConfig &config)
{
    SECATEUR_TRY(experts, file.integer(prefix + ".expert_count"));
    if (experts.value_or(0) != 0)
        return failure(ErrorCode::Unsupported,
                       file.path().string() + ": " + prefix + ".expert_count is " + std::to_string(*experts)
                           + "; of mixtures of experts, GGUF files of Qwen's are read, and Hugging Face folders");
    return readGgufSizes(file, prefix, ".feed_forward_length", config);
}

Result<void> readGgufExpertDimensions(const format::GgufFile &file, const std::string &prefix, ModelConfig &config)
{
    SECATEUR_TRY(count, requiredInteger(file, prefix + ".expert_count"));
    SECATEUR_TRY(perToken, requiredInteger(file, prefix + ".expert_used_count"));
    SECATEUR_TRY(shared, file.integer(prefix + ".expert_shared_feed_forward_length"));
    config.experts.count = count;
    config.experts.perToken = perToken;
    config.experts.sharedSize = shared.value_or(0);
    if (count < 1)
        return failure(ErrorCode::BadInput, file.path().string() + ": " + prefix + ".expert_count must be at least 1");
    return readGgufSizes(file, prefix, ".expert_feed_forward_length", config);
}

json commonHfConfig(const ModelConfig &config, const std::string &dtype)
{
    json result = {
        {"architectures", {config.architecture}},
        {"attention_bias", false},
        {"attention_dropout", 0.0},
        {"head_dim", config.headDim},
        {"hidden_size", config.hiddenSize},
        {"intermediate_size", config.intermediateSize},
        {"max_position_embeddings", config.maxPositions},
        {"num_attention_heads", config.heads},
        {"num_hidden_layers", config.layers},
        {"num_key_value_heads", config.kvHeads},
        {"rms_norm_eps", config.normEpsilon},
        {"tie_word_embeddings", config.tiedEmbeddings},
        {"torch_dtype", dtype},
        {"use_cache", true},
        {"vocab_size", config.vocabSize},
        {"bos_token_id", nullptr},
        {"eos_token_id", nullptr},
    };
    if (config.bosId)
        result["bos_token_id"] = *config.bosId;
    if (config.eosIds.size() == 1)
        result["eos_token_id"] = config.eosIds.front();
    else if (!config.eosIds.empty())
        result["eos_token_id"] = config.eosIds;
    return result;
}

std::span<const std::string_view> ggufTensorParts()
{
    return ggufParts;
}

std::optional<std::string> commonHfTensorName(const std::string &ggufName, const std::string &ffnNorm,
                                              const std::string &postAttentionNorm,
                                              const std::string &postFeedForwardNorm)
{
    if (ggufName == ggufParts[0])
        return "model.embed_tokens.weight";
    if (ggufName == ggufParts[1])
        return "model.norm.weight";
    if (ggufName == ggufParts[2])
        return "lm_head.weight";
    constexpr std::string_view start = "blk.";
    const auto dot = ggufName.find('.', start.size());
    if (!ggufName.starts_with(start) || dot == std::string::npos)
        return std::nullopt;
    const std::string layer = ggufName.substr(start.size(), dot - start.size());
    if (layer.empty() || layer.size() > 4 || layer.find_first_not_of("0123456789") != std::string::npos)
        return std::nullopt;
    const std::array<std::string, 13> hfParts = {
        "input_layernorm",   "self_attn.q_proj", "self_attn.k_proj",
        "self_attn.v_proj",  "self_attn.o_proj", "self_attn.q_norm",
        "self_attn.k_norm",  postAttentionNorm,  ffnNorm,
        postFeedForwardNorm, "mlp.gate_proj",    "mlp.up_proj",
        "mlp.down_proj",
    };
    const std::string_view rest = std::string_view(ggufName).substr(dot + 1);
    for (std::size_t part = 0; part < hfParts.size(); ++part)
        if (ggufParts[wholeNames + part] == rest && !hfParts[part].empty())
            return "model.layers." + layer + "." + hfParts[part] + ".weight";
    return std::nullopt;
}

} // namespace secateur::architecture
