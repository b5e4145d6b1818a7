// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/cli/command.h"
#include "core/engine/requests.h"

namespace secateur::cli {

/// A new sub-model, told the same way whether it came from a forward pass or from stored norms.
[[nodiscard]] Outcome pruneOutcome(const engine::PruneReport &report);

/// How the calibration tokens were spread: {experts, even_tokens, seldom_used[{layer, expert, tokens}]}.
[[nodiscard]] nlohmann::ordered_json expertsJson(const store::ExpertUse &use);

} // namespace secateur::cli
