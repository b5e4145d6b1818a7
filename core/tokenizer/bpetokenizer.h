// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/tokenizer/addedtokens.h"
#include "core/tokenizer/bpemodel.h"
#include "core/tokenizer/decoder.h"
#include "core/tokenizer/normalizer.h"
#include "core/tokenizer/posttemplate.h"
#include "core/tokenizer/pretokenizer.h"
#include "core/tokenizer/tokenizer.h"
#include "core/tokenizer/tokenizerspec.h"
#include "core/tokenizer/unigrammodel.h"

namespace secateur::tokenizer {

/// The texts that tokenizerJson() and tokenizerConfigJson() give, made when they are asked for.
struct SourceTexts {
    std::function<std::string()> tokenizerJson;
    std::function<std::string()> tokenizerConfigJson;
};

/// The pipeline of the reference: added tokens, normaliser, added tokens again, pre-tokeniser, BPE (or Unigram),
/// template; and the decoder for the way back.
class BpeTokenizer final : public Tokenizer
{
public:
    /// BadInput and Unsupported naming `spec.origin`.
    [[nodiscard]] static Result<std::shared_ptr<const Tokenizer>> create(TokenizerSpec spec, SourceTexts texts);

    [[nodiscard]] Result<std::vector<TokenId>> encode(std::string_view text, BosPolicy bos, bool eos) const override;
    [[nodiscard]] Result<std::string> decode(std::span<const TokenId> ids, bool skipSpecial) const override;
    [[nodiscard]] std::string kind() const override;
    [[nodiscard]] std::size_t vocabSize() const override { return m_idEnd; }
    [[nodiscard]] std::optional<TokenId> bosId() const override { return m_bos; }
    [[nodiscard]] std::optional<TokenId> eosId() const override { return m_eos; }
    [[nodiscard]] bool addsBos() const override;
    [[nodiscard]] bool isSpecial(TokenId id) const override { return m_added.isSpecial(id); }
    [[nodiscard]] std::string tokenText(TokenId id) const override;
    [[nodiscard]] std::string tokenizerJson() const override { return m_texts.tokenizerJson(); }
    [[nodiscard]] std::string tokenizerConfigJson() const override { return m_texts.tokenizerConfigJson(); }

private:
    BpeTokenizer() = default;
    [[nodiscard]] Result<void> build(TokenizerSpec &spec);
    [[nodiscard]] Result<void> addTokens(TokenizerSpec &spec);
    [[nodiscard]] Result<void> setTemplate(const TokenizerSpec &spec);
    [[nodiscard]] std::optional<TokenId> idOf(const std::optional<std::string> &token) const;
    [[nodiscard]] bool has(TokenId id) const;
    [[nodiscard]] Result<std::vector<TokenId>> encodeText(std::string_view text) const;
    [[nodiscard]] Result<void> encodeSection(const Piece &section, EncodeScratch &scratch, WordCache &cache,
                                             std::vector<TokenId> &out) const;

    [[nodiscard]] const Vocabulary &vocabulary() const
    {
        return m_unigram ? m_unigram->vocabulary() : m_model.vocabulary();
    }

    BpeModel m_model;
    std::optional<UnigramModel> m_unigram; ///< instead of BPE
    AddedTokens m_added;
    Normalizer m_normalizer;
    PreTokenizer m_preTokenizer;
    Decoder m_decoder;
    PostTemplate m_template;
    std::optional<TokenId> m_bos;
    std::optional<TokenId> m_eos;
    std::size_t m_idEnd = 0;
    std::string m_origin;
    SourceTexts m_texts;
};

} // namespace secateur::tokenizer
