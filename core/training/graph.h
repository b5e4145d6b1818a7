// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "core/model/rope.h"
#include "core/training/parameters.h"

namespace secateur::training {

using TokenId = std::int32_t;
/// Tokens of which all but the last are read and all but the first predicted.
struct Window {
    std::vector<TokenId> tokens;
    std::vector<float> weights = {}; ///< of each token's loss (the first one's is not used); empty: all 1
};

/// Loss and gradients of a model by libtorch's autograd, over operations that are the engine's own: the forward pass of
/// a block is model::Block, so what is trained is what is evaluated and pruned.
class Graph
{
public:
    /// `parameters` must outlive it; `positions`: the longest window less one.
    Graph(Parameters &parameters, std::int64_t positions);
    ~Graph();

    /// Mean negative log-likelihood per predicted token by the tokens' weights, in nats. Windows go in groups of
    /// `groupSize` to `threads` threads; how they are grouped does not depend on `threads`, so neither does any bit of
    /// the result.
    [[nodiscard]] double loss(const std::vector<Window> &windows, int threads);
    /// The same with the gradients of all parameters (set, not added).
    [[nodiscard]] double lossAndGradients(const std::vector<Window> &windows, int threads, Parameters &gradients);
    /// Logits [windows' tokens, vocabSize] of every position but each window's last, for comparison with the engine.
    [[nodiscard]] std::vector<float> logits(const std::vector<Window> &windows);

    static constexpr std::size_t groupSize = 4;

private:
    struct Operations;
    Parameters &m_parameters;
    model::RopeTables m_ropes;
};

} // namespace secateur::training
