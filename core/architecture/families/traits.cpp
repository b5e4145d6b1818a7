// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/architecture/families/traits.h"

#include <algorithm>
#include <cmath>

#include "core/architecture/dimensions.h"
#include "core/architecture/ropereading.h"

namespace secateur::architecture {

namespace {

using nlohmann::json;

constexpr const char *localType = "sliding_attention";
constexpr const char *globalType = "full_attention";
constexpr double defaultQueryScalar = 256.0;

} // namespace

Result<void> requireSilu(const ConfigReader &reader)
{
    SECATEUR_TRY(activation, reader.text("hidden_act"));
    if (activation.value_or("silu") != "silu")
        return tl::make_unexpected(
            reader.error(ErrorCode::Unsupported, "hidden_act", "is \"" + *activation + "\"; only silu is supported"));
    return {};
}

Result<Activation> plainActivation(const ConfigReader &reader, const char *key, const std::string &fallback)
{
    SECATEUR_TRY(given, reader.text(key));
    const std::string name = given.value_or(fallback);
    if (name == "gelu")
        return Activation::Gelu;
    if (name == "gelu_new" || name == "gelu_fast" || name == "gelu_pytorch_tanh")
        return Activation::GeluTanh;
    if (name == "relu")
        return Activation::Relu;
    if (name == "silu")
        return Activation::Silu;
    return tl::make_unexpected(reader.error(
        ErrorCode::Unsupported, key, "is \"" + name + "\"; only gelu, gelu_pytorch_tanh, relu and silu are supported"));
}

std::optional<std::string> hfTensorNameWithBiases(const std::string &ggufName)
{
    constexpr std::string_view bias = ".bias";
    if (!ggufName.ends_with(bias))
        return commonHfTensorName(ggufName, "post_attention_layernorm", {}, {});
    const std::string linear = ggufName.substr(0, ggufName.size() - bias.size());
    if (!linear.ends_with("attn_q") && !linear.ends_with("attn_k") && !linear.ends_with("attn_v"))
        return std::nullopt;
    auto name = commonHfTensorName(linear + ".weight", {}, {}, {});
    if (name)
        name->replace(name->rfind('.'), std::string::npos, bias);
    return name;
}

Result<std::optional<std::int64_t>> oneSlidingWindow(const ConfigReader &reader)
{
    SECATEUR_TRY(window, reader.optionalInteger("sliding_window"));
    if (window && *window < 1)
        return tl::make_unexpected(reader.error(ErrorCode::BadInput, "sliding_window", "must be at least 1, or null"));
    return window;
}

Result<void> finishLlamaBlock(ModelConfig &config, const LayerAttention &attention, const std::string &origin)
{
    config.activation = Activation::Silu;
    config.attentionScale = 1.0 / std::sqrt(double(config.headDim));
    config.attention.assign(std::size_t(config.layers), attention);
    return validate(config, origin);
}

std::optional<BlockTensor> blockTensor(const std::string &tensor)
{
    constexpr std::string_view blocks = "model.layers.";
    const auto dot = tensor.find('.', blocks.size());
    if (!tensor.starts_with(blocks) || dot == std::string::npos)
        return std::nullopt;
    return BlockTensor{tensor.substr(blocks.size(), dot - blocks.size()), tensor.substr(dot + 1)};
}

std::string renamed(const std::string &name, NamePairs pairs)
{
    for (const auto &[own, other] : pairs)
        if (name.starts_with(own))
            return std::string(other) + name.substr(own.size());
    return name;
}

Result<void> requireGemmaActivation(const ConfigReader &reader)
{
    for (const char *key : {"hidden_activation", "hidden_act"}) {
        SECATEUR_TRY(activation, reader.text(key));
        const std::string name = activation.value_or("gelu");
        if (name != "gelu" && name != "gelu_pytorch_tanh")
            return tl::make_unexpected(
                reader.error(ErrorCode::Unsupported, key, "is \"" + name + "\"; only gelu_pytorch_tanh is supported"));
    }
    return {};
}

void applyGemmaTraits(ModelConfig &config)
{
    config.activation = Activation::GeluTanh;
    config.normWeightOffset = 1.0;
    config.embeddingScale = double(std::sqrt(float(config.hiddenSize)));
}

GgufTransform gemmaTransform(const std::string &hfName)
{
    return hfName.ends_with("norm.weight") ? GgufTransform::MinusOne : GgufTransform::None;
}

Result<double> queryScale(const ConfigReader &reader)
{
    SECATEUR_TRY(scalar, reader.optionalNumber("query_pre_attn_scalar"));
    if (!(scalar.value_or(1.0) > 0.0))
        return tl::make_unexpected(reader.error(ErrorCode::BadInput, "query_pre_attn_scalar", "must be above 0"));
    return 1.0 / std::sqrt(scalar.value_or(defaultQueryScalar));
}

json queryScalarJson(double scale)
{
    const double scalar = 1.0 / (scale * scale);
    const double rounded = std::round(scalar);
    return std::abs(scalar - rounded) < 1e-6 * scalar ? json(std::int64_t(rounded)) : json(scalar);
}

Result<std::vector<bool>> localLayers(const ConfigReader &reader, const std::vector<std::string> &types,
                                      std::int64_t layers)
{
    if (types.size() != std::size_t(layers))
        return tl::make_unexpected(
            reader.error(ErrorCode::BadInput, "layer_types",
                         "has " + std::to_string(types.size()) + " entries for " + std::to_string(layers) + " layers"));
    std::vector<bool> local;
    for (const auto &type : types) {
        if (type != localType && type != globalType)
            return tl::make_unexpected(
                reader.error(ErrorCode::Unsupported, "layer_types", "has the unknown kind \"" + type + "\""));
        local.push_back(type == localType);
    }
    return local;
}

Result<void> applyLayerTypes(const ConfigReader &reader, const std::vector<std::string> &types, std::int64_t window,
                             ModelConfig &config)
{
    SECATEUR_TRY(local, localLayers(reader, types, std::int64_t(config.attention.size())));
    if (window < 1 && std::ranges::find(local, true) != local.end())
        return tl::make_unexpected(
            reader.error(ErrorCode::BadInput, "sliding_window", "must be at least 1 for layers that have one"));
    for (std::size_t layer = 0; layer < local.size(); ++layer)
        config.attention[layer].slidingWindow = local[layer] ? window : 0;
    return {};
}

void addRope(const ModelConfig &config, json &result)
{
    const RopeSpec rope = config.attention.empty() ? RopeSpec() : config.attention.front().rope;
    result["rope_theta"] = rope.base;
    result["rope_scaling"] = ropeScalingJson(rope);
}

bool hasWindow(const ModelConfig &config)
{
    return std::ranges::any_of(config.attention, [](const auto &layer) { return layer.slidingWindow > 0; });
}

void addLayerTypes(const ModelConfig &config, std::int64_t fallback, json &result)
{
    json types = json::array();
    std::int64_t window = fallback;
    for (const auto &layer : config.attention) {
        types.push_back(layer.slidingWindow > 0 ? localType : globalType);
        if (layer.slidingWindow > 0)
            window = layer.slidingWindow;
    }
    result["layer_types"] = types;
    result["sliding_window"] = window > 0 ? json(window) : json();
}

} // namespace secateur::architecture
