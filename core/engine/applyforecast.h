// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

namespace secateur::engine {

/// What applyMasks() is going to write, as far as it can be told without reading weights.
struct ApplyForecast {
    std::string archiveProblem; ///< why these masks cannot be put onto this model; empty: they fit
    std::string modelProblem; ///< why there is no such model
    std::string run; ///< whose masks the archive says it holds; any text at all
    std::string madeOf; ///< fingerprint of the model that the archive names; that of `model` takes reading all of it
    std::uint64_t bytes = 0; ///< of all weights in the folder
    std::size_t files = 0; ///< that hold them
    bool isGguf = false; ///< so that the weights are written as float32
};
/// Either path may be empty: what depends on it is left out then.
[[nodiscard]] ApplyForecast forecastApply(const std::filesystem::path &masks, const std::filesystem::path &model);

} // namespace secateur::engine
