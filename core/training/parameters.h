// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "core/architecture/modelconfig.h"
#include "core/model/blockweights.h"

namespace secateur::training {

/// The weights of a model of the Llama family with tied embeddings, in float32. Gradients and the optimiser's moments
/// have the same form.
struct Parameters {
    architecture::ModelConfig config;
    std::vector<float> embedding; ///< [vocabSize, hiddenSize]
    std::vector<model::BlockWeights> blocks;
    std::vector<float> finalNorm;

    /// All zero.
    [[nodiscard]] static Parameters zeros(const architecture::ModelConfig &config);
    /// Normally distributed, smaller for what is added to the residual stream; the same everywhere for the same seed.
    [[nodiscard]] static Parameters random(const architecture::ModelConfig &config, std::uint64_t seed);

    struct Tensor {
        std::string name; ///< of Hugging Face
        std::vector<std::uint64_t> shape;
        std::vector<float> *values;
    };
    /// In a fixed order: embedding, blocks (seven linears, two norms each), final norm.
    [[nodiscard]] std::vector<Tensor> tensors();
};

} // namespace secateur::training
