// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/base/result.h"

namespace secateur::architecture {

enum class Activation { Silu, GeluTanh, Gelu, Relu };

/// Rms: without a mean (Llama). Layer: with mean and bias (torch.nn.LayerNorm).
enum class NormKind { Rms, Layer };

/// Rotary position embedding of one kind of layer (transformers modeling_rope_utils.py).
struct RopeSpec {
    enum class Scaling { None, Linear, Llama3, LongRope };
    double base = 10000.0;
    Scaling scaling = Scaling::None;
    double factor = 1.0; ///< Linear and Llama3
    double lowFrequencyFactor = 1.0; ///< Llama3
    double highFrequencyFactor = 4.0; ///< Llama3
    std::int64_t originalPositions = 8192; ///< Llama3: original_max_position_embeddings
    std::vector<double> divisors = {}; ///< LongRope: of the frequency of each pair; those of short sequences
    double amplitude = 1.0; ///< LongRope: of cosines and sines
    std::int64_t dimensions = 0; ///< of each head, from the first on, that rotate; 0: all
    friend bool operator==(const RopeSpec &, const RopeSpec &) = default;
};

/// How the attention of one layer looks back.
struct LayerAttention {
    std::int64_t slidingWindow = 0; ///< positions visible, the own one included; 0: all before it
    RopeSpec rope;
    bool rotary = true; ///< false: no position embedding in this layer (SmolLM3)
    friend bool operator==(const LayerAttention &, const LayerAttention &) = default;
};

/// An MLP that is a mixture of experts: a router sends each token to a few of them (transformers
/// modeling_mixtral.py, modeling_qwen2_moe.py, modeling_qwen3_moe.py).
struct Experts {
    std::int64_t count = 0; ///< 0: the MLP is one
    std::int64_t perToken = 0;
    std::int64_t sharedSize = 0; ///< intermediate size of the expert that sees every token; 0: there is none
    bool normalised = true; ///< the shares of the experts chosen for a token are scaled to a sum of 1
    friend bool operator==(const Experts &, const Experts &) = default;
};

/// Everything the decoder needs to know, validated: positive, divisible where it must be, within the limits of
/// design/safety.md B.2. A family (family.h) fills it from config.json or GGUF metadata; the generic decoder block
/// (core/model) reads nothing else, so a new family is a new way of filling this.
struct ModelConfig {
    std::string family; ///< "llama", "gemma3": which Family made it
    std::string architecture; ///< as the model names it, e.g. "LlamaForCausalLM"

    std::int64_t layers = 0;
    std::int64_t hiddenSize = 0;
    std::int64_t intermediateSize = 0; ///< with experts, of one of them
    std::int64_t heads = 0;
    std::int64_t kvHeads = 0; ///< divides heads
    std::int64_t headDim = 0;
    std::int64_t vocabSize = 0;
    std::int64_t maxPositions = 0;
    bool tiedEmbeddings = false;

    Activation activation = Activation::Silu;
    bool gatedMlp = true; ///< false: the MLP has no gate_proj, and up_proj goes through the activation (GPT-NeoX)
    NormKind norm = NormKind::Rms;
    double normEpsilon = 1e-5;
    double normWeightOffset = 0.0; ///< RMSNorm multiplies by (offset + weight): 0 for Llama, 1 for Gemma
    double embeddingScale = 1.0; ///< Gemma: sqrt(hiddenSize) as float32, as transformers has it in a float32 model
    double attentionScale = 0.0; ///< of the scores; Llama: 1/sqrt(headDim)
    bool queryKeyNorm = false; ///< RMSNorm over each head of q and k (weights q_norm, k_norm)
    bool wholeQueryKeyNorm = false; ///< with queryKeyNorm: over all heads at once (OLMo 2)
    bool queryKeyValueBias = false; ///< q, k and v add a vector (Qwen 2)
    bool outputBias = false; ///< the same of o_proj
    bool mlpBias = false; ///< of the linears of the MLP
    bool parallelResidual = false; ///< attention and MLP both see the block's input (GPT-NeoX)
    bool preNorms = true; ///< norms before attention and MLP; not in OLMo 2
    bool postNorms = false; ///< Gemma 2 and 3, OLMo 2: norms after attention and after the MLP
    double attentionSoftcap = 0.0; ///< scores become cap * tanh(score / cap); 0: they stay (Gemma 2)
    double logitSoftcap = 0.0; ///< the same of the logits
    std::vector<LayerAttention> attention; ///< one per layer
    /// With a value: the embeddings of position i are row i + this of a table, and are added to those of the token
    /// (OPT). Without: positions are seen by rotation alone.
    std::optional<std::int64_t> positionOffset;

    std::optional<std::int64_t> bosId;
    std::vector<std::int64_t> eosIds; ///< generation stops at any of them

    Experts experts; ///< the same in every layer

    friend bool operator==(const ModelConfig &, const ModelConfig &) = default;

    [[nodiscard]] std::int64_t queryWidth() const { return heads * headDim; }
    [[nodiscard]] std::int64_t keyValueWidth() const { return kvHeads * headDim; }
    /// The intermediate size of the widest MLP of a block.
    [[nodiscard]] std::int64_t widestMlp() const { return std::max(intermediateSize, experts.sharedSize); }
    /// Weights of q_norm and k_norm: what is normed at a time.
    [[nodiscard]] std::int64_t queryNormSize() const { return wholeQueryKeyNorm ? queryWidth() : headDim; }
    [[nodiscard]] std::int64_t keyNormSize() const { return wholeQueryKeyNorm ? keyValueWidth() : headDim; }
};

/// One prunable linear of a decoder block; weight shape [rows, cols] = [out_features, in_features].
struct Sublayer {
    std::string name; ///< "self_attn.q_proj"
    std::int64_t rows = 0;
    std::int64_t cols = 0;
    std::string inputOf; ///< the sublayer under whose name the shared input statistic is kept: "self_attn.q_proj"
                         ///< for q, k and v; "mlp.gate_proj" for gate and up; its own name otherwise
};

/// q, k, v, o, gate, up, down, in this order; no gate where the MLP has none. With experts, gate, up and down of the
/// shared one ("mlp.shared_expert.up_proj"), if any, and of each ("mlp.experts.3.up_proj"), as Qwen's folders call
/// them. Embeddings, lm_head and the routers of experts are never prunable.
[[nodiscard]] std::vector<Sublayer> prunableSublayers(const ModelConfig &config);

/// Whether that linear of a block adds a vector.
[[nodiscard]] bool hasBias(const ModelConfig &config, const std::string &sublayer);

/// A tensor the model must have, and its shape.
struct ExpectedTensor {
    std::string name;
    std::vector<std::uint64_t> shape;
};

/// Of the whole model: embeddings, blocks (norms and biases included), final norm, and lm_head unless tied.
[[nodiscard]] std::vector<ExpectedTensor> expectedTensors(const ModelConfig &config);

/// The checks common to all families. BadInput, with `origin` (a file name) before the message.
[[nodiscard]] Result<void> validate(const ModelConfig &config, const std::string &origin);

/// SHA-256 over the fields that decide what the model computes, numbers as float32: equal for a GGUF and a folder of
/// the same model. Names, token ids and the longest context are not among them.
[[nodiscard]] std::string configSha256(const ModelConfig &config);

} // namespace secateur::architecture
