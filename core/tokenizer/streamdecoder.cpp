// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tokenizer/tokenizer.h"

namespace secateur::tokenizer {

namespace {

constexpr std::string_view Replacement = "\uFFFD";

// An incomplete character has at most three bytes, so at most three tokens; the fourth is the context that makes a
// decoder's rule for the first token fall on text that was already given out.
constexpr std::size_t ContextTokens = 4;
constexpr std::size_t MaxPending = 16;

/// The bytes of `text` that may be given out: an incomplete character shows as one U+FFFD at the end.
std::size_t completeBytes(std::string_view text)
{
    return text.ends_with(Replacement) ? text.size() - Replacement.size() : text.size();
}

} // namespace

StreamDecoder::StreamDecoder(std::shared_ptr<const Tokenizer> tokenizer, bool skipSpecial)
    : m_tokenizer(std::move(tokenizer)), m_skipSpecial(skipSpecial)
{
}

Result<std::string> StreamDecoder::push(TokenId id)
{
    if (m_skipSpecial && m_tokenizer->isSpecial(id))
        return std::string();
    m_pending.push_back(id);
    auto text = m_tokenizer->decode(m_pending, m_skipSpecial);
    if (!text) {
        m_pending.pop_back();
        return text;
    }
    const std::size_t complete = completeBytes(*text);
    std::string fresh = complete > m_given ? text->substr(m_given, complete - m_given) : std::string();
    m_given = std::max(m_given, complete);
    if (m_pending.size() > MaxPending) {
        const std::span<const TokenId> context = std::span(m_pending).last(ContextTokens);
        SECATEUR_TRY(kept, m_tokenizer->decode(context, m_skipSpecial));
        if (completeBytes(kept) > 0) {
            m_pending.erase(m_pending.begin(), m_pending.end() - ContextTokens);
            m_given = completeBytes(kept);
        }
    }
    return fresh;
}

Result<std::string> StreamDecoder::finish()
{
    SECATEUR_TRY(text, m_tokenizer->decode(m_pending, m_skipSpecial));
    std::string fresh = text.size() > m_given ? text.substr(m_given) : std::string();
    m_pending.clear();
    m_given = 0;
    return fresh;
}

} // namespace secateur::tokenizer
