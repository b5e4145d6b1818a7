// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>

#include "core/base/result.h"
#include "core/format/dtype.h"
#include "core/training/parameters.h"

namespace secateur::training {

/// Where a training stands: everything that a later process needs to go on as if nothing had happened.
struct State {
    Parameters parameters;
    Parameters firstMoment;
    Parameters secondMoment;
    std::int64_t step = 0; ///< steps done
};

/// One safetensors file in float32, replaced as a whole.
[[nodiscard]] Result<void> saveState(const std::filesystem::path &file, State &state);
/// BadInput when it is a state of another model.
[[nodiscard]] Result<State> loadState(const std::filesystem::path &file, const architecture::ModelConfig &config);

/// The configuration of a model of the Llama family, from its config.json.
[[nodiscard]] Result<architecture::ModelConfig> readConfig(const std::filesystem::path &file);

/// Writes model.safetensors, rounded to `type` (F32, F16 or BF16); Internal for other types.
[[nodiscard]] Result<void> writeWeights(const std::filesystem::path &file, Parameters &parameters, format::DType type);

} // namespace secateur::training
