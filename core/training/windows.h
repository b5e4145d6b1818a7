// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <memory>

#include "core/base/result.h"
#include "core/demo/domains.h"
#include "core/tokenizer/tokenizer.h"
#include "core/training/graph.h"

namespace secateur::training {

/// How many documents come from each domain, in the order of demo::Domain, and last how many are exercises in
/// arithmetic.
using Mixture = std::array<int, demo::domainCount + 1>;

/// What windows are made of, and what of it is learned.
struct Blend {
    Mixture mixture{};
    float askedWeight = 1.0F; ///< of the loss on questions, prompts and tests; answers and ends of texts count 1
};

/// Endless training text, made as it is needed: documents one after another, each behind an end-of-text token, cut into
/// windows. Every window is drawn from its own number, so that a resumed training sees what an undisturbed one would.
class Windows
{
public:
    Windows(std::shared_ptr<const tokenizer::Tokenizer> tokenizer, std::uint64_t seed, std::size_t length)
        : m_tokenizer(std::move(tokenizer)), m_seed(seed), m_length(length)
    {
    }

    /// length + 1 tokens. BadInput when the tokenizer has no end-of-text token.
    [[nodiscard]] Result<Window> window(std::uint64_t number, const Blend &blend) const;
    [[nodiscard]] Result<std::vector<Window>> batch(std::uint64_t first, std::size_t count, const Blend &blend) const;

private:
    std::shared_ptr<const tokenizer::Tokenizer> m_tokenizer;
    std::uint64_t m_seed;
    std::size_t m_length;
};

/// One domain alone.
[[nodiscard]] Mixture onlyDomain(demo::Domain domain);

} // namespace secateur::training
