// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/training/windows.h"

#include <numeric>

namespace secateur::training {

namespace {

demo::Domain drawDomain(const Mixture &mixture, demo::Random &random)
{
    const int total = std::accumulate(mixture.begin(), mixture.end(), 0);
    int at = int(random.below(std::uint64_t(total)));
    std::size_t domain = 0;
    while (at >= mixture[domain])
        at -= mixture[domain++];
    return demo::Domain(domain);
}

} // namespace

Mixture onlyDomain(demo::Domain domain)
{
    Mixture mixture{};
    mixture[std::size_t(domain)] = 1;
    return mixture;
}

Result<Window> Windows::window(std::uint64_t number) const
{
    const auto end = m_tokenizer->eosId();
    if (!end)
        return failure(ErrorCode::BadInput, "the tokenizer has no end-of-text token");
    demo::Random random(demo::hashOf("window/" + std::to_string(m_seed) + "/" + std::to_string(number)));
    Window tokens;
    while (tokens.size() < m_length + 1) {
        tokens.push_back(*end);
        SECATEUR_TRY(ids,
                     m_tokenizer->encode(demo::drawDocument(drawDomain(m_mixture, random), random), BosPolicy::Never));
        tokens.insert(tokens.end(), ids.begin(), ids.end());
    }
    tokens.resize(m_length + 1);
    return tokens;
}

Result<std::vector<Window>> Windows::batch(std::uint64_t first, std::size_t count) const
{
    std::vector<Window> all;
    for (std::size_t i = 0; i < count; ++i) {
        SECATEUR_TRY(one, window(first + i));
        all.push_back(std::move(one));
    }
    return all;
}

} // namespace secateur::training
