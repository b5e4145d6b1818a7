// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/architecture/configreader.h"
#include "core/architecture/family.h"

/// What several families share beyond their dimensions.
namespace secateur::architecture {

/// commonHfTensorName() of the block of Llama, with the biases of q, k and v that GGUF names by themselves.
[[nodiscard]] std::optional<std::string> hfTensorNameWithBiases(const std::string &ggufName);

/// "sliding_window" where all layers have the same one: nothing where it is absent or null, BadInput below 1.
[[nodiscard]] Result<std::optional<std::int64_t>> oneSlidingWindow(const ConfigReader &reader);
/// The block of Llama with this attention in every layer: SiLU, scores over the root of the head's size. Validated.
[[nodiscard]] Result<void> finishLlamaBlock(ModelConfig &config, const LayerAttention &attention,
                                            const std::string &origin);

/// Unsupported unless "hidden_act" is silu or absent.
[[nodiscard]] Result<void> requireSilu(const ConfigReader &reader);

/// That of an MLP without a gate. Unsupported for other activations than GELU, its tanh form, ReLU and SiLU.
[[nodiscard]] Result<Activation> plainActivation(const ConfigReader &reader, const char *key,
                                                 const std::string &fallback);
/// "7" and "self_attn.q_proj.weight" of "model.layers.7.self_attn.q_proj.weight".
struct BlockTensor {
    std::string layer;
    std::string name;
};
/// Nothing for tensors outside the blocks.
[[nodiscard]] std::optional<BlockTensor> blockTensor(const std::string &tensor);
/// `name` with what it begins with replaced by what stands beside that in the list; unchanged where nothing fits.
using NamePairs = std::span<const std::pair<std::string_view, std::string_view>>;
[[nodiscard]] std::string renamed(const std::string &name, NamePairs pairs);

/// Unsupported unless both spellings of the activation say tanh-GELU. "gelu", which early config.json files of Gemma
/// have, means it too: the models were trained with it.
[[nodiscard]] Result<void> requireGemmaActivation(const ConfigReader &reader);
/// tanh-GELU, norms of 1 + weight, embeddings times the root of their size.
void applyGemmaTraits(ModelConfig &config);
/// llama.cpp's converter adds 1 to every tensor whose name ends in norm.weight.
[[nodiscard]] GgufTransform gemmaTransform(const std::string &hfName);
/// The -0.5th power of "query_pre_attn_scalar", 256 where it is absent. BadInput unless it is above 0.
[[nodiscard]] Result<double> queryScale(const ConfigReader &reader);
/// The scalar whose -0.5th power is `scale`; an integer, as published, unless it truly is none.
[[nodiscard]] nlohmann::json queryScalarJson(double scale);

/// Which layers look back over a window only, by transformers' layer_types. BadInput for another number of layers,
/// Unsupported for kinds other than sliding_attention and full_attention.
[[nodiscard]] Result<std::vector<bool>> localLayers(const ConfigReader &reader, const std::vector<std::string> &types,
                                                    std::int64_t layers);
/// Gives these layers, all of which are there, a window of `window` positions, and the others none.
[[nodiscard]] Result<void> applyLayerTypes(const ConfigReader &reader, const std::vector<std::string> &types,
                                           std::int64_t window, ModelConfig &config);
/// The reverse, with sliding_window; `fallback` is that of models without a window.
void addLayerTypes(const ModelConfig &config, std::int64_t fallback, nlohmann::json &result);
/// rope_theta and rope_scaling, the same for all layers.
void addRope(const ModelConfig &config, nlohmann::json &result);
[[nodiscard]] bool hasWindow(const ModelConfig &config);

} // namespace secateur::architecture
