// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "core/architecture/configreader.h"
#include "core/architecture/family.h"
#include "core/architecture/modelconfig.h"
#include "core/format/gguf.h"

/// What the families have in common when they read a configuration.
namespace secateur::architecture {

/// What transformers takes where config.json has no such key; it differs between its configuration classes.
struct HfDefaults {
    std::optional<std::int64_t> kvHeads = {}; ///< empty: as many as heads
    std::optional<std::int64_t> headDim = {}; ///< empty: hidden size / heads
    std::int64_t maxPositions = 2048;
    double normEpsilon = 1e-6;
    bool tiedEmbeddings = false;
    std::optional<std::int64_t> bosId = 1; ///< empty: none
    std::optional<std::int64_t> eosId = 2;
    const char *intermediateKey = "intermediate_size"; ///< what the family calls it
    const char *epsilonKey = "rms_norm_eps";
};

/// Fills architecture, sizes, tie, norm epsilon and token ids, and checks them (validateDimensions).
[[nodiscard]] Result<void> readHfDimensions(const ConfigReader &reader, const HfDefaults &defaults,
                                            ModelConfig &config);
/// Unsupported for quantised checkpoints (naming the method).
[[nodiscard]] Result<void> refuseQuantisedHf(const ConfigReader &reader);
/// The same, and for linears with a bias.
[[nodiscard]] Result<void> refuseUnsupportedHf(const ConfigReader &reader);

/// The same from GGUF metadata under `prefix` ("llama"). The head is tied when there is no output.weight. Unsupported
/// for models with experts.
[[nodiscard]] Result<void> readGgufDimensions(const format::GgufFile &file, const std::string &prefix,
                                              ModelConfig &config);
/// The same of a model with experts, with their number, the number for each token, and their sizes.
[[nodiscard]] Result<void> readGgufExpertDimensions(const format::GgufFile &file, const std::string &prefix,
                                                    ModelConfig &config);

/// The keys that all families write into a config.json.
[[nodiscard]] nlohmann::json commonHfConfig(const ModelConfig &config, const std::string &dtype);

/// What GGUF calls the tensors of a model: whole names, and names behind "blk.7.".
[[nodiscard]] std::span<const std::string_view> ggufTensorParts();

/// "blk.7.ffn_down.weight" is "model.layers.7.mlp.down_proj.weight". The norms inside a block have another meaning in
/// each family: the caller says which Hugging Face norm is which.
[[nodiscard]] std::optional<std::string> commonHfTensorName(const std::string &ggufName, const std::string &ffnNorm,
                                                            const std::string &postAttentionNorm,
                                                            const std::string &postFeedForwardNorm);

/// Sizes, limits (design/safety.md B.2) and token ids, without the attention of the layers: before anything is
/// allocated by them. BadInput.
[[nodiscard]] Result<void> validateDimensions(const ModelConfig &config, const std::string &origin);

} // namespace secateur::architecture
