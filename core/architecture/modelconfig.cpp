// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/architecture/modelconfig.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include <nlohmann/json.hpp>

#include "core/architecture/dimensions.h"
#include "core/base/sha256.h"

namespace secateur::architecture {

namespace {

using nlohmann::json;

/// Limits of design/safety.md B.2. With them every product below (a matrix, a layer, the model) stays far under 2^63.
constexpr std::int64_t maxLayers = 4096;
constexpr std::int64_t maxHidden = 65536;
constexpr std::int64_t maxIntermediate = 1 << 20;
constexpr std::int64_t maxHeads = 4096;
constexpr std::int64_t maxHeadDim = 4096;
constexpr std::int64_t maxVocabulary = 1 << 22;
constexpr std::int64_t maxContext = std::int64_t(1) << 31;
constexpr std::int64_t maxExperts = 1024;
constexpr std::int64_t maxExpertsOfAllLayers = 1 << 16;

Error invalid(const std::string &origin, const std::string &problem)
{
    return {ErrorCode::BadInput, origin + ": " + problem};
}

Result<void> validatePartialRope(const RopeSpec &rope, std::int64_t headDim, const std::string &origin)
{
    if (rope.dimensions < 0 || rope.dimensions > headDim || rope.dimensions % 2 != 0)
        return tl::make_unexpected(invalid(origin,
                                           std::to_string(rope.dimensions) + " of " + std::to_string(headDim)
                                               + " dimensions of each head rotate; it must be an even number"));
    if (rope.scaling != RopeSpec::Scaling::LongRope)
        return {};
    const std::int64_t rotated = rope.dimensions == 0 ? headDim : rope.dimensions;
    const auto usable = [](double value) { return std::isfinite(value) && value > 0.0; };
    if (rope.divisors.size() != std::size_t(rotated / 2) || !std::ranges::all_of(rope.divisors, usable)
        || !usable(rope.amplitude))
        return tl::make_unexpected(invalid(origin,
                                           "the longrope scaling must have " + std::to_string(rotated / 2)
                                               + " factors above 0, one for two rotated dimensions"));
    return {};
}

Result<void> validateRope(const RopeSpec &rope, std::int64_t headDim, const std::string &origin)
{
    SECATEUR_CHECK(validatePartialRope(rope, headDim, origin));
    const bool llama3 = rope.scaling == RopeSpec::Scaling::Llama3;
    if (!(std::isfinite(rope.base) && rope.base > 1.0))
        return tl::make_unexpected(invalid(origin, "the rotary base must be above 1"));
    if (!(std::isfinite(rope.factor) && rope.factor >= 1.0))
        return tl::make_unexpected(invalid(origin, "the rotary scaling factor must be at least 1"));
    if (llama3
        && !(rope.lowFrequencyFactor > 0.0 && std::isfinite(rope.highFrequencyFactor)
             && rope.highFrequencyFactor > rope.lowFrequencyFactor && rope.originalPositions >= 1
             && rope.originalPositions <= maxContext))
        return tl::make_unexpected(invalid(origin, "the Llama 3 rotary scaling is out of range"));
    return {};
}

Result<void> validateTokenIds(const ModelConfig &config, const std::string &origin)
{
    const auto inVocabulary = [&](std::int64_t id) { return id >= 0 && id < config.vocabSize; };
    if (config.bosId && !inVocabulary(*config.bosId))
        return tl::make_unexpected(
            invalid(origin, "bos_token_id is " + std::to_string(*config.bosId) + ", outside the vocabulary"));
    for (const auto id : config.eosIds)
        if (!inVocabulary(id))
            return tl::make_unexpected(
                invalid(origin, "eos_token_id is " + std::to_string(id) + ", outside the vocabulary"));
    return {};
}

/// As float32 and in its shortest form, because GGUF stores float32 where config.json has decimals.
double canonical(double value)
{
    return double(float(value));
}

const char *activationName(Activation activation)
{
    switch (activation) {
    case Activation::Silu: return "silu";
    case Activation::GeluTanh: return "gelu_tanh";
    case Activation::Gelu: return "gelu";
    case Activation::Relu: return "relu";
    }
    return "";
}

json canonicalAttention(const LayerAttention &attention)
{
    const RopeSpec &rope = attention.rope;
    json result = {{"window", attention.slidingWindow}, {"base", canonical(rope.base)}};
    if (!attention.rotary)
        result["rotary"] = false;
    if (rope.dimensions != 0)
        result["rotated"] = rope.dimensions;
    if (rope.scaling == RopeSpec::Scaling::LongRope) {
        result["scaling"] = "longrope";
        result["amplitude"] = canonical(rope.amplitude);
        for (const double divisor : rope.divisors)
            result["divisors"].push_back(canonical(divisor));
        return result;
    }
    if (rope.scaling != RopeSpec::Scaling::None) {
        result["scaling"] = rope.scaling == RopeSpec::Scaling::Linear ? "linear" : "llama3";
        result["factor"] = canonical(rope.factor);
    }
    if (rope.scaling == RopeSpec::Scaling::Llama3) {
        result["low"] = canonical(rope.lowFrequencyFactor);
        result["high"] = canonical(rope.highFrequencyFactor);
        result["positions"] = rope.originalPositions;
    }
    return result;
}

} // namespace

std::vector<Sublayer> prunableSublayers(const ModelConfig &config)
{
    const std::string attentionInput = "self_attn.q_proj";
    std::vector<Sublayer> result = {
        {"self_attn.q_proj", config.queryWidth(), config.hiddenSize, attentionInput},
        {"self_attn.k_proj", config.keyValueWidth(), config.hiddenSize, attentionInput},
        {"self_attn.v_proj", config.keyValueWidth(), config.hiddenSize, attentionInput},
        {"self_attn.o_proj", config.hiddenSize, config.queryWidth(), "self_attn.o_proj"},
    };
    const auto addMlp = [&](const std::string &prefix, std::int64_t width) {
        const std::string input = prefix + (config.gatedMlp ? "gate_proj" : "up_proj");
        if (config.gatedMlp)
            result.push_back({input, width, config.hiddenSize, input});
        result.push_back({prefix + "up_proj", width, config.hiddenSize, input});
        result.push_back({prefix + "down_proj", config.hiddenSize, width, prefix + "down_proj"});
    };
    if (config.experts.count == 0)
        addMlp("mlp.", config.intermediateSize);
    if (config.experts.sharedSize > 0)
        addMlp("mlp.shared_expert.", config.experts.sharedSize);
    for (std::int64_t expert = 0; expert < config.experts.count; ++expert)
        addMlp("mlp.experts." + std::to_string(expert) + ".", config.intermediateSize);
    return result;
}

bool hasBias(const ModelConfig &config, const std::string &sublayer)
{
    if (sublayer.starts_with("mlp."))
        return config.mlpBias;
    return sublayer == "self_attn.o_proj" ? config.outputBias : config.queryKeyValueBias;
}

std::vector<ExpectedTensor> expectedTensors(const ModelConfig &config)
{
    const auto hidden = std::uint64_t(config.hiddenSize);
    const auto vocabulary = std::uint64_t(config.vocabSize);
    const auto sublayers = prunableSublayers(config);
    std::vector<std::string> norms;
    if (config.preNorms)
        norms.emplace_back("input_layernorm");
    norms.emplace_back("post_attention_layernorm"); // without postNorms, that before the MLP
    if (config.preNorms && config.postNorms)
        norms.emplace_back("pre_feedforward_layernorm");
    if (config.postNorms)
        norms.emplace_back("post_feedforward_layernorm");

    std::vector<ExpectedTensor> result = {{"model.embed_tokens.weight", {vocabulary, hidden}}};
    const auto addNorm = [&](const std::string &name) {
        result.push_back({name + ".weight", {hidden}});
        if (config.norm == NormKind::Layer)
            result.push_back({name + ".bias", {hidden}});
    };
    if (config.positionOffset)
        result.push_back(
            {"model.embed_positions.weight", {std::uint64_t(config.maxPositions + *config.positionOffset), hidden}});
    for (std::int64_t layer = 0; layer < config.layers; ++layer) {
        const std::string prefix = "model.layers." + std::to_string(layer) + ".";
        for (const auto &sublayer : sublayers)
            result.push_back(
                {prefix + sublayer.name + ".weight", {std::uint64_t(sublayer.rows), std::uint64_t(sublayer.cols)}});
        for (const auto &norm : norms)
            addNorm(prefix + norm);
        if (config.experts.count > 0)
            result.push_back({prefix + "mlp.gate.weight", {std::uint64_t(config.experts.count), hidden}});
        if (config.experts.sharedSize > 0)
            result.push_back({prefix + "mlp.shared_expert_gate.weight", {1, hidden}});
        if (config.queryKeyNorm) {
            result.push_back({prefix + "self_attn.q_norm.weight", {std::uint64_t(config.queryNormSize())}});
            result.push_back({prefix + "self_attn.k_norm.weight", {std::uint64_t(config.keyNormSize())}});
        }
        for (const auto &sublayer : sublayers)
            if (hasBias(config, sublayer.name))
                result.push_back({prefix + sublayer.name + ".bias", {std::uint64_t(sublayer.rows)}});
    }
    addNorm("model.norm");
    if (!config.tiedEmbeddings)
        result.push_back({"lm_head.weight", {vocabulary, hidden}});
    return result;
}

Result<void> validateDimensions(const ModelConfig &config, const std::string &origin)
{
    struct Limit {
        const char *name;
        std::int64_t value;
        std::int64_t largest;
    };
    const std::array limits = {
        Limit{"num_hidden_layers", config.layers, maxLayers},
        Limit{"hidden_size", config.hiddenSize, maxHidden},
        Limit{"intermediate_size", config.intermediateSize, maxIntermediate},
        Limit{"num_attention_heads", config.heads, maxHeads},
        Limit{"num_key_value_heads", config.kvHeads, maxHeads},
        Limit{"head_dim", config.headDim, maxHeadDim},
        Limit{"vocab_size", config.vocabSize, maxVocabulary},
        Limit{"max_position_embeddings", config.maxPositions, maxContext},
    };
    for (const auto &[name, value, largest] : limits)
        if (value < 1 || value > largest)
            return tl::make_unexpected(invalid(origin,
                                               std::string(name) + " is " + std::to_string(value)
                                                   + "; it must be from 1 to " + std::to_string(largest)));
    if (config.heads % config.kvHeads != 0)
        return tl::make_unexpected(invalid(origin,
                                           "num_key_value_heads " + std::to_string(config.kvHeads)
                                               + " does not divide num_attention_heads "
                                               + std::to_string(config.heads)));
    if (config.headDim % 2 != 0)
        return tl::make_unexpected(
            invalid(origin, "head_dim is " + std::to_string(config.headDim) + ", but rotary embedding needs pairs"));
    if (!(config.normEpsilon > 0.0 && config.normEpsilon < 1.0))
        return tl::make_unexpected(invalid(origin,
                                           std::string(config.norm == NormKind::Rms ? "rms_norm_eps" : "layer_norm_eps")
                                               + " must be above 0 and below 1"));
    return validateTokenIds(config, origin);
}

Result<void> validateExperts(const ModelConfig &config, const std::string &origin)
{
    const auto &[count, perToken, sharedSize, normalised] = config.experts;
    if (count < 0 || count > maxExperts || count * config.layers > maxExpertsOfAllLayers)
        return tl::make_unexpected(invalid(origin,
                                           std::to_string(count) + " experts in each of "
                                               + std::to_string(config.layers) + " layers; it must be at most "
                                               + std::to_string(maxExperts) + ", and "
                                               + std::to_string(maxExpertsOfAllLayers) + " in all"));
    if (count > 0 && (perToken < 1 || perToken > count))
        return tl::make_unexpected(invalid(origin,
                                           "num_experts_per_tok is " + std::to_string(perToken)
                                               + "; it must be from 1 to the " + std::to_string(count) + " experts"));
    if (sharedSize < 0 || sharedSize > maxIntermediate)
        return tl::make_unexpected(invalid(origin,
                                           "shared_expert_intermediate_size is " + std::to_string(sharedSize)
                                               + "; it must be at most " + std::to_string(maxIntermediate)));
    if (count > 0 && (!config.gatedMlp || config.mlpBias || config.parallelResidual))
        return tl::make_unexpected(invalid(origin, "experts are computed with gates, without biases, after attention"));
    return {};
}

Result<void> validate(const ModelConfig &config, const std::string &origin)
{
    SECATEUR_CHECK(validateDimensions(config, origin));
    SECATEUR_CHECK(validateExperts(config, origin));
    if (config.attention.size() != std::size_t(config.layers))
        return tl::make_unexpected(invalid(origin,
                                           "there are " + std::to_string(config.attention.size())
                                               + " kinds of attention for " + std::to_string(config.layers)
                                               + " layers"));
    if (config.norm == NormKind::Layer && (config.postNorms || !config.preNorms || config.queryKeyNorm))
        return tl::make_unexpected(invalid(origin, "norms with a mean are computed before attention and MLP only"));
    for (const double scale : {config.attentionScale, config.embeddingScale})
        if (!(std::isfinite(scale) && scale > 0.0))
            return tl::make_unexpected(invalid(origin, "the scale of attention or embedding must be above 0"));
    for (const double cap : {config.attentionSoftcap, config.logitSoftcap})
        if (!(std::isfinite(cap) && cap >= 0.0))
            return tl::make_unexpected(invalid(origin, "a cap of scores or logits must be above 0"));
    for (const auto &layer : config.attention) {
        if (layer.slidingWindow < 0 || layer.slidingWindow > maxContext)
            return tl::make_unexpected(invalid(origin,
                                               "sliding_window is " + std::to_string(layer.slidingWindow)
                                                   + "; it must be from 1 to " + std::to_string(maxContext)));
        SECATEUR_CHECK(validateRope(layer.rope, config.headDim, origin));
    }
    return {};
}

std::string configSha256(const ModelConfig &config)
{
    json attention = json::array();
    for (const auto &layer : config.attention)
        attention.push_back(canonicalAttention(layer));
    json canonicalConfig = {
        {"family", config.family},
        {"layers", config.layers},
        {"hidden", config.hiddenSize},
        {"intermediate", config.intermediateSize},
        {"heads", config.heads},
        {"kvHeads", config.kvHeads},
        {"headDim", config.headDim},
        {"vocabulary", config.vocabSize},
        {"tied", config.tiedEmbeddings},
        {"activation", activationName(config.activation)},
        {"normEpsilon", canonical(config.normEpsilon)},
        {"normOffset", canonical(config.normWeightOffset)},
        {"embeddingScale", canonical(config.embeddingScale)},
        {"attentionScale", canonical(config.attentionScale)},
        {"queryKeyNorm", config.queryKeyNorm},
        {"postNorms", config.postNorms},
        {"attention", attention},
    };
    // Only where they are used, so that the sums of models that were known before stay what they were.
    for (const auto &[name, used] : {std::pair("wholeQueryKeyNorm", config.wholeQueryKeyNorm),
                                     {"queryKeyValueBias", config.queryKeyValueBias},
                                     {"noPreNorms", !config.preNorms},
                                     {"layerNorm", config.norm == NormKind::Layer},
                                     {"noGate", !config.gatedMlp},
                                     {"outputBias", config.outputBias},
                                     {"mlpBias", config.mlpBias},
                                     {"parallelResidual", config.parallelResidual}})
        if (used)
            canonicalConfig[name] = true;
    if (config.positionOffset)
        canonicalConfig["positionOffset"] = *config.positionOffset;
    if (config.experts.count > 0)
        canonicalConfig["experts"] = {{"count", config.experts.count},
                                      {"perToken", config.experts.perToken},
                                      {"shared", config.experts.sharedSize},
                                      {"normalised", config.experts.normalised}};
    for (const auto &[name, cap] :
         {std::pair("attentionSoftcap", config.attentionSoftcap), {"logitSoftcap", config.logitSoftcap}})
        if (cap != 0.0)
            canonicalConfig[name] = canonical(cap);
    return sha256Hex(canonicalConfig.dump());
}

} // namespace secateur::architecture
