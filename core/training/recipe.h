// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>

#include "core/base/result.h"
#include "core/training/adamw.h"
#include "core/training/windows.h"

namespace secateur::training {

/// All that decides what a training makes, as recipe.json has it.
struct Recipe {
    std::uint64_t seed = 1;
    std::int64_t steps = 0;
    std::int64_t warmUp = 100; ///< steps in which the learning rate grows from zero
    std::int64_t decay = 0; ///< last steps, in which it falls to `finalRate` of it along a cosine
    double learningRate = 2e-3;
    double finalRate = 0.05;
    std::size_t batch = 8; ///< windows per step
    std::size_t window = 256; ///< tokens read per window
    struct Phase {
        std::int64_t fromStep = 0; ///< steps done before it begins
        Blend blend;
    };
    std::vector<Phase> phases; ///< in order, the first one from step 0
    AdamW optimiser;

    [[nodiscard]] double rateAt(std::int64_t step) const; ///< step counted from 1
    [[nodiscard]] const Blend &blendAfter(std::int64_t stepsDone) const;
};

/// BadInput names the field.
[[nodiscard]] Result<Recipe> readRecipe(const std::filesystem::path &file);

} // namespace secateur::training
