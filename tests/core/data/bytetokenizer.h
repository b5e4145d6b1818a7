// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/tokenizer/tokenizer.h"

namespace secateur::test {

/// The ids of a text are its bytes; 256 begins a sequence. Enough of a tokenizer to see which text was sampled.
class ByteTokenizer final : public tokenizer::Tokenizer
{
public:
    using TokenId = tokenizer::TokenId;
    static constexpr TokenId bos = 256;

    ByteTokenizer(bool hasBos, bool addsBosItself) : m_hasBos(hasBos), m_addsBos(addsBosItself) { }

    Result<std::vector<TokenId>> encode(std::string_view text, BosPolicy policy, bool) const override
    {
        std::vector<TokenId> ids;
        if (policy == BosPolicy::Always && !m_hasBos)
            return failure(ErrorCode::InvalidArgument, "no beginning-of-sequence token");
        if (policy == BosPolicy::Always || (policy == BosPolicy::Auto && m_addsBos))
            ids.push_back(bos);
        for (const char c : text)
            ids.push_back(static_cast<unsigned char>(c));
        return ids;
    }
    Result<std::string> decode(std::span<const TokenId> ids, bool) const override
    {
        std::string text;
        for (const auto id : ids)
            text += id == bos ? std::string("<s>") : std::string(1, char(id));
        return text;
    }
    std::string kind() const override { return "bytes"; }
    std::size_t vocabSize() const override { return 257; }
    std::optional<TokenId> bosId() const override { return m_hasBos ? std::optional(bos) : std::nullopt; }
    std::optional<TokenId> eosId() const override { return std::nullopt; }
    bool addsBos() const override { return m_addsBos; }
    bool isSpecial(TokenId id) const override { return id == bos; }
    std::string tokenText(TokenId id) const override { return id == bos ? "<s>" : std::string(1, char(id)); }
    std::string tokenizerJson() const override { return {}; }
    std::string tokenizerConfigJson() const override { return {}; }

private:
    bool m_hasBos;
    bool m_addsBos;
};

} // namespace secateur::test
