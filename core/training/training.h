// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>

#include "core/base/result.h"
#include "core/base/runcontext.h"
#include "core/training/recipe.h"

namespace secateur::training {

struct TrainingRequest {
    std::filesystem::path recipe;
    std::filesystem::path model; ///< folder with config.json, tokenizer.json, tokenizer_config.json
    std::filesystem::path work; ///< folder for state.safetensors and loss.csv, made when it is not there
    int threads = 1;
    std::int64_t stepsBetweenStates = 100;
    std::int64_t stepsBetweenTests = 50;
};

/// Trains up to the recipe's steps, going on from the work folder's state where there is one. loss.csv has a line per
/// test: step, tokens, learning rate, mean training loss since the last line, the norm of the gradients, tokens per
/// second, and the loss on unseen texts of each domain; answers.csv has that of their answers alone. A stop saves the
/// state first. Reports stage "train" in steps. Cancelled.
[[nodiscard]] Result<void> train(const TrainingRequest &request, const RunContext &context);

/// A Hugging Face folder of the work folder's state: model.safetensors (F16) and copies of the model folder's files.
[[nodiscard]] Result<void> exportState(const std::filesystem::path &model, const std::filesystem::path &work,
                                       const std::filesystem::path &out);

} // namespace secateur::training
