// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

#include "app/cli/command.h"
#include "core/engine/sidebyside.h"

namespace secateur::cli {

/// What `generate STUDY` gives. JSON: prompt, prompt_tokens, reference (a run), along{text, given}, choices_part (the
/// first position at which not all greedy choices are the same, or null), models[{run, id, text, ids, pieces, common,
/// text_parts, choice_parts, mean_divergence, tokens_per_second}], positions[{token (null behind the text), text,
/// models[{probability, rank (null behind the text), divergence, top[{id, text, probability}]}]}], cancelled, notices.
/// Positions count from 0 at the first token behind the prompt; divergences are in bits, 0 to 1.
[[nodiscard]] Outcome sideBySideOutcome(const engine::SideBySideReport &report, const std::string &prompt);

} // namespace secateur::cli
