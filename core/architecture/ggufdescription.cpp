// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/architecture/ggufdescription.h"

#include <algorithm>

#include "core/architecture/dimensions.h"
#include "core/architecture/family.h"
#include "core/architecture/ropereading.h"

namespace secateur::architecture {

namespace {

/// The attention of layers that see everything, and of those that look back over a window, as GGUF keeps them.
struct Kinds {
    const LayerAttention *global = nullptr;
    const LayerAttention *local = nullptr;
    std::int64_t period = 1; ///< every layer of this number is global
};

Result<Kinds> kindsOf(const ModelConfig &config)
{
    Kinds kinds;
    const auto refuse = [](const char *why) { return failure(ErrorCode::Unsupported, why); };
    for (std::size_t layer = 0; layer < config.attention.size(); ++layer) {
        const auto &attention = config.attention[layer];
        auto &kind = attention.slidingWindow > 0 ? kinds.local : kinds.global;
        if (!kind)
            kind = &attention;
        if (*kind != attention)
            return refuse("its layers have more kinds of attention than GGUF can say");
        if (attention.slidingWindow == 0 && kinds.period == 1)
            kinds.period = std::int64_t(layer) + 1;
    }
    if (!kinds.local)
        return kinds;
    for (std::size_t layer = 0; layer < config.attention.size(); ++layer)
        if ((config.attention[layer].slidingWindow == 0) != ((std::int64_t(layer) + 1) % kinds.period == 0))
            return refuse("its layers with a sliding window follow no rule that GGUF can say");
    return kinds;
}

void addDimensions(const std::string &prefix, const ModelConfig &config, format::GgufMetadata &metadata)
{
    const auto add = [&](const char *key, std::int64_t value) { metadata.add(prefix + key, std::uint32_t(value)); };
    add(".vocab_size", config.vocabSize);
    add(".context_length", config.maxPositions);
    add(".embedding_length", config.hiddenSize);
    add(".block_count", config.layers);
    add(".feed_forward_length", config.intermediateSize);
    add(".attention.head_count", config.heads);
    add(".attention.head_count_kv", config.kvHeads);
    add(".attention.key_length", config.headDim);
    add(".attention.value_length", config.headDim);
    add(".rope.dimension_count", config.headDim);
    metadata.add(prefix + ".attention.layer_norm_rms_epsilon", float(config.normEpsilon));
}

void addRope(const std::string &prefix, const RopeSpec &rope, format::GgufMetadata &metadata)
{
    metadata.add(prefix + ".rope.freq_base", float(rope.base));
    if (rope.scaling == RopeSpec::Scaling::Linear) {
        metadata.add(prefix + ".rope.scaling.type", "linear");
        metadata.add(prefix + ".rope.scaling.factor", float(rope.factor));
    }
}

} // namespace

Result<void> addGgufConfig(const Family &family, const ModelConfig &config, format::GgufMetadata &metadata)
{
    if (family.ggufArchitectures().empty())
        return failure(ErrorCode::Unsupported,
                       "GGUF's metadata does not describe " + family.name() + " models; export a dense folder");
    if (config.experts.count > 0)
        return failure(ErrorCode::Unsupported,
                       "GGUF keeps all experts of a layer in one tensor, which is not written here; export a dense "
                       "folder");
    const std::string prefix = family.ggufArchitectures().front();
    SECATEUR_TRY(kinds, kindsOf(config));
    metadata.add("general.architecture", prefix);
    addDimensions(prefix, config, metadata);
    if (config.attentionSoftcap > 0.0)
        metadata.add(prefix + ".attn_logit_softcapping", float(config.attentionSoftcap));
    if (config.logitSoftcap > 0.0)
        metadata.add(prefix + ".final_logit_softcapping", float(config.logitSoftcap));
    if (kinds.global)
        addRope(prefix, kinds.global->rope, metadata);
    if (!kinds.local)
        return {};
    if (!kinds.global || !prefix.starts_with("gemma"))
        return failure(ErrorCode::Unsupported,
                       "its layers look back over a window of " + std::to_string(kinds.local->slidingWindow)
                           + " positions, which a GGUF file of the " + prefix + " family does not say");
    metadata.add(prefix + ".attention.sliding_window", std::uint32_t(kinds.local->slidingWindow));
    metadata.add(prefix + ".attention.sliding_window_pattern", std::uint32_t(kinds.period));
    metadata.add(prefix + ".rope.freq_base_swa", float(kinds.local->rope.base));
    return {};
}

std::optional<std::string> ggufTensorName(const Family &family, const std::string &hfName)
{
    constexpr std::string_view layers = "model.layers.";
    std::string block;
    if (hfName.starts_with(layers))
        block = "blk." + hfName.substr(layers.size(), hfName.find('.', layers.size()) - layers.size()) + ".";
    for (const auto part : ggufTensorParts()) {
        const std::string candidate = block + std::string(part);
        if (family.hfTensorName(candidate) == hfName)
            return candidate;
    }
    return std::nullopt;
}

std::vector<float> ggufRopeFactors(const ModelConfig &config)
{
    if (config.attention.empty() || config.attention.front().rope.scaling != RopeSpec::Scaling::Llama3)
        return {};
    std::vector<float> factors(std::size_t(config.headDim / 2));
    for (std::size_t pair = 0; pair < factors.size(); ++pair)
        factors[pair] = float(llama3Divisor(config.attention.front().rope, config.headDim, pair));
    return factors;
}

} // namespace secateur::architecture
