// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "core/architecture/modelconfig.h"
#include "core/base/runcontext.h"
#include "core/engine/requests.h"
#include "core/model/decoder.h"
#include "core/model/memoryforecast.h"

/// Taking many sequences through a model in batches: what scoring and evaluating share.
namespace secateur::compute {

using Sequences = std::vector<std::vector<model::TokenId>>;

[[nodiscard]] std::size_t longest(const Sequences &sequences);
[[nodiscard]] std::uint64_t tokensOf(const Sequences &sequences);

/// A range [first, second) of sequences.
using Range = std::pair<std::size_t, std::size_t>;
/// So many sequences at a time that their hidden states take 256 MiB at most, or one sequence; each batch streams the
/// model once. Depends on nothing but the sequences and the model's width.
[[nodiscard]] std::vector<Range> batchesOf(const Sequences &sequences, const architecture::ModelConfig &config);
[[nodiscard]] Sequences slice(const Sequences &sequences, const Range &range);

/// Of a pass that holds `tokens` hidden states at a time and scores them.
[[nodiscard]] model::PassShape scoringShape(std::uint64_t tokens, std::size_t longestSequence,
                                            engine::ComputeType compute, int threads);

/// Progress of one of several equal parts as progress of the whole.
[[nodiscard]] RunContext partOf(const RunContext &context, std::uint64_t part, std::uint64_t parts);

} // namespace secateur::compute
