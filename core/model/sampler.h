// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <span>

#include "core/base/result.h"
#include "core/base/splitmix64.h"

namespace secateur::model {

/// How the next token is chosen from its logits.
struct SamplingOptions {
    double temperature = 0.0; ///< 0: greedy, the smallest id among equals
    double topP = 1.0; ///< keep the smallest set of most likely tokens that reaches this probability; 1: all
    std::int64_t topK = 0; ///< keep this many most likely tokens; 0: all
    std::uint64_t seed = 0;
};

/// Draws tokens. The same seed and logits give the same tokens on every machine.
/// Order as in transformers' generation: temperature, then top-k, then top-p.
class Sampler
{
public:
    /// InvalidArgument for a negative temperature or top-k, or top-p outside (0, 1].
    [[nodiscard]] static Result<Sampler> create(const SamplingOptions &options);
    [[nodiscard]] std::int32_t next(std::span<const float> logits);

private:
    explicit Sampler(const SamplingOptions &options) : m_options(options), m_chance(options.seed) { }

    SamplingOptions m_options;
    SplitMix64 m_chance;
};

} // namespace secateur::model
