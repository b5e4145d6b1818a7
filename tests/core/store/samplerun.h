// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "core/store/study.h"

/// A run of a tiny model with layers of three matrices, always the same bits for the same layer.
namespace secateur::test {

inline constexpr std::size_t sampleLayers = 3;

[[nodiscard]] architecture::ModelIdentity sampleModel();
[[nodiscard]] store::RunRecipe sampleRecipe(const std::string &name);

/// q_proj and k_proj [24, 19] share a norm, down_proj [10, 40] has one and an alpha.
[[nodiscard]] store::LayerResult sampleLayer(std::size_t layer);

[[nodiscard]] store::RunOutcome sampleOutcome();

/// Opens or creates the study and brings the run to its end, whatever state it is in: begins it, resumes it, or finds
/// it finished. `acknowledged` hears of each layer once writeLayer has returned.
[[nodiscard]] Result<store::RunManifest> completeRun(const std::filesystem::path &study, const std::string &name,
                                                     const std::function<void(std::size_t)> &acknowledged);

/// Flips one bit of a file in place: rewriting a file makes some file systems flush it.
void flipBit(const std::filesystem::path &file, std::size_t bit);

/// Whether the two layers hold the same masks, norms and alphas.
[[nodiscard]] bool sameLayer(const store::LayerResult &a, const store::LayerResult &b);

/// The layer as a reader of the finished run sees it.
[[nodiscard]] Result<store::LayerResult> readBack(const store::RunReader &reader, std::size_t layer);

} // namespace secateur::test
