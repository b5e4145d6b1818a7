// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/nexttokens.h"

#include <string>

#include "core/model/kernels.h"
#include "core/model/rowwise.h"

namespace secateur::model {

Result<std::vector<float>> followedStates(Decoder &decoder, std::span<const TokenId> ids, std::size_t first,
                                          const RunContext &context)
{
    if (first >= ids.size() || std::int64_t(ids.size()) > decoder.positions())
        return failure(ErrorCode::InvalidArgument,
                       "a text of " + std::to_string(ids.size()) + " tokens cannot be followed from token "
                           + std::to_string(first) + " on with " + std::to_string(decoder.positions())
                           + " positions; take a shorter one");
    const auto width = std::size_t(decoder.config().hiddenSize);
    std::vector<float> hidden(ids.size() * width);
    SECATEUR_CHECK(decoder.embed(ids, hidden, context));
    SequenceGroup group;
    group.lengths = {std::int64_t(ids.size())};
    group.hidden = hidden;
    const auto layers = std::uint32_t(decoder.config().layers);
    for (std::uint32_t layer = 0; layer < layers; ++layer) {
        SECATEUR_CHECK(context.checkpoint());
        SECATEUR_TRY(weights, decoder.load(LayerIndex{layer}, context));
        SECATEUR_CHECK(decoder.forwardRows(LayerIndex{layer}, *weights, group, context));
        context.report({.stage = "follow", .done = layer + 1, .total = layers, .unit = "layers"});
    }
    hidden.erase(hidden.begin(), hidden.begin() + std::ptrdiff_t(first * width));
    SECATEUR_CHECK(decoder.finalNorm(hidden));
    return hidden;
}

Result<void> headLogits(Decoder &decoder, std::span<const float> states, std::span<float> logits,
                        const RunContext &context)
{
    const std::int64_t width = decoder.config().hiddenSize;
    const std::int64_t vocabulary = decoder.config().vocabSize;
    const auto rows = std::int64_t(states.size()) / width;
    if (std::int64_t(logits.size()) < rows * vocabulary)
        return failure(ErrorCode::InvalidArgument, "there is no room for the logits of all states");
    SECATEUR_CHECK(decoder.forEachHeadRange(
        [&](std::int64_t first, const ConstMatrixView &head) {
            multiplyRows({states.data(), rows, width, width}, head,
                         {logits.data() + first, rows, head.rows, vocabulary});
        },
        context));
    softCap(logits.data(), rows * vocabulary, decoder.config().logitSoftcap);
    return {};
}

} // namespace secateur::model
