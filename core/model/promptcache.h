// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "core/model/decoder.h"

namespace secateur::model {

/// A stretch of tokens with its keys and values in all layers: the demonstrations of a task, a prompt behind them, or
/// what was generated behind that. Several stretches may continue the same one.
struct PromptCache {
    std::shared_ptr<PromptCache> before; ///< the stretch in front of this one
    std::span<const TokenId> ids; ///< to be read
    std::int64_t read = 0; ///< so many of them are
    std::vector<KvCache> layers; ///< empty before the first token
    std::vector<float> state; ///< hidden state behind the last id (final norm included), once all are read

    [[nodiscard]] bool complete() const { return read == std::int64_t(ids.size()); }

    /// Makes the layers, for `tokens` tokens: never more memory than what the forecast counts.
    void begin(const architecture::ModelConfig &config, std::int64_t tokens)
    {
        if (!layers.empty())
            return;
        layers.resize(std::size_t(config.layers));
        for (std::size_t layer = 0; layer < layers.size(); ++layer) {
            layers[layer].before = before ? &before->layers[layer] : nullptr;
            layers[layer].keys.reserve(std::size_t(tokens * config.keyValueWidth()));
            layers[layer].values.reserve(std::size_t(tokens * config.keyValueWidth()));
        }
    }
};

} // namespace secateur::model
