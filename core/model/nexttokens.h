// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "core/base/result.h"
#include "core/base/runcontext.h"
#include "core/model/decoder.h"

/// What a model expects behind every token of a text. In two steps, because the states are small and belong to one
/// model, while the logits are large and come from an output head that all sub-models share.
namespace secateur::model {

/// Hidden states behind the final norm of ids[first], ids[first + 1], …: [ids.size() - first, hiddenSize]. Computed row
/// by row (rowwise.h): the bits that generating has at the same tokens. Streams every block once. Reports stage
/// "follow" in layers. InvalidArgument when there are no ids from `first` on, or more than the decoder's positions.
/// Cancelled.
[[nodiscard]] Result<std::vector<float>> followedStates(Decoder &decoder, std::span<const TokenId> ids,
                                                        std::size_t first, const RunContext &context);

/// Logits of states [rows, hiddenSize] into `logits` [rows, vocabSize]; likewise the bits of generating. Reads the
/// whole output head once. Cancelled.
[[nodiscard]] Result<void> headLogits(Decoder &decoder, std::span<const float> states, std::span<float> logits,
                                      const RunContext &context);

} // namespace secateur::model
