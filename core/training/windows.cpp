// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/training/windows.h"

#include <algorithm>
#include <numeric>

namespace secateur::training {

namespace {

/// Every character of a byte-level token's spelling stands for one byte.
std::size_t bytesOf(const tokenizer::Tokenizer &tokenizer, TokenId id)
{
    const std::string spelling = tokenizer.tokenText(id);
    return std::size_t(std::ranges::count_if(spelling, [](char c) { return (c & 0xc0) != 0x80; }));
}

demo::Document drawFrom(const Mixture &mixture, demo::Random &random)
{
    const int total = std::accumulate(mixture.begin(), mixture.end(), 0);
    int at = int(random.below(std::uint64_t(total)));
    std::size_t source = 0;
    while (at >= mixture[source])
        at -= mixture[source++];
    return source < demo::domainCount ? demo::drawDocument(demo::Domain(source), random) : demo::drawExercises(random);
}

/// A token belongs to an answer when its first byte does.
Result<void> appendText(const tokenizer::Tokenizer &tokenizer, const demo::Document &document, float askedWeight,
                        Window &window)
{
    SECATEUR_TRY(ids, tokenizer.encode(document.text, BosPolicy::Never));
    std::size_t at = 0;
    auto answer = document.answers.begin();
    for (const auto id : ids) {
        while (answer != document.answers.end() && answer->second <= at)
            ++answer;
        const bool answers = answer != document.answers.end() && answer->first <= at;
        window.tokens.push_back(id);
        window.weights.push_back(answers ? 1.0F : askedWeight);
        at += bytesOf(tokenizer, id);
    }
    return {};
}

} // namespace

Mixture onlyDomain(demo::Domain domain)
{
    Mixture mixture{};
    mixture[std::size_t(domain)] = 1;
    return mixture;
}

Result<Window> Windows::window(std::uint64_t number, const Blend &blend) const
{
    const auto end = m_tokenizer->eosId();
    if (!end)
        return failure(ErrorCode::BadInput, "the tokenizer has no end-of-text token");
    demo::Random random(demo::hashOf("window/" + std::to_string(m_seed) + "/" + std::to_string(number)));
    Window window;
    while (window.tokens.size() < m_length + 1) {
        window.tokens.push_back(*end);
        window.weights.push_back(1.0F);
        const auto document = drawFrom(blend.mixture, random);
        SECATEUR_CHECK(appendText(*m_tokenizer, document, blend.askedWeight, window));
    }
    window.tokens.resize(m_length + 1);
    window.weights.resize(m_length + 1);
    return window;
}

Result<std::vector<Window>> Windows::batch(std::uint64_t first, std::size_t count, const Blend &blend) const
{
    std::vector<Window> all;
    for (std::size_t i = 0; i < count; ++i) {
        SECATEUR_TRY(one, window(first + i, blend));
        all.push_back(std::move(one));
    }
    return all;
}

} // namespace secateur::training
