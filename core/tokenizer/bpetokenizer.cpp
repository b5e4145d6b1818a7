// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tokenizer/bpetokenizer.h"

#include <algorithm>

#include "core/tokenizer/unicode.h"

namespace secateur::tokenizer {

namespace {

/// A component's error with the name of the part of tokenizer.json that it comes from.
template <typename T>
Result<T> inPart(Result<T> result, const char *part)
{
    if (result)
        return result;
    return tl::make_unexpected(withContext(std::move(result).error(), part));
}

} // namespace

Result<std::shared_ptr<const Tokenizer>> BpeTokenizer::create(TokenizerSpec spec, SourceTexts texts)
{
    std::shared_ptr<BpeTokenizer> tokenizer(new BpeTokenizer);
    tokenizer->m_origin = spec.origin;
    tokenizer->m_texts = std::move(texts);
    if (auto built = tokenizer->build(spec); !built)
        return tl::make_unexpected(withContext(std::move(built).error(), tokenizer->m_origin));
    return tokenizer;
}

Result<void> BpeTokenizer::build(TokenizerSpec &spec)
{
    SECATEUR_TRY(normalizer, inPart(Normalizer::fromJson(spec.normalizer), "normalizer"));
    SECATEUR_TRY(preTokenizer, inPart(PreTokenizer::fromJson(spec.preTokenizer), "pre_tokenizer"));
    SECATEUR_TRY(decoder, inPart(Decoder::fromJson(spec.decoder), "decoder"));
    m_normalizer = std::move(normalizer);
    m_preTokenizer = std::move(preTokenizer);
    m_decoder = std::move(decoder);
    if (spec.scores.empty()) {
        SECATEUR_TRY(model, inPart(BpeModel::create(spec, m_preTokenizer.isByteLevel()), "model"));
        m_model = std::move(model);
    } else {
        SECATEUR_TRY(model, inPart(UnigramModel::create(spec), "model"));
        m_unigram = std::move(model);
    }
    SECATEUR_CHECK(inPart(addTokens(spec), "added_tokens"));
    m_bos = idOf(spec.bosToken);
    m_eos = idOf(spec.eosToken);
    return inPart(setTemplate(spec), "post_processor");
}

/// An added token either names a token of the vocabulary by its own id, or takes a free id.
Result<void> BpeTokenizer::addTokens(TokenizerSpec &spec)
{
    const Vocabulary &own = vocabulary();
    m_idEnd = own.idEnd();
    for (const AddedToken &token : spec.addedTokens) {
        const TokenId known = own.idOf(token.content);
        if (known >= 0 ? known != token.id : own.has(token.id))
            return failure(ErrorCode::BadInput,
                           "added token \"" + token.content.substr(0, 80) + "\" has the id " + std::to_string(token.id)
                               + ", which disagrees with the vocabulary");
        m_idEnd = std::max(m_idEnd, std::size_t(token.id) + 1);
    }
    SECATEUR_TRY(added, AddedTokens::create(std::move(spec.addedTokens), m_normalizer));
    m_added = std::move(added);
    return {};
}

Result<void> BpeTokenizer::setTemplate(const TokenizerSpec &spec)
{
    SECATEUR_TRY(fromFile, PostTemplate::fromJson(spec.postProcessor));
    m_template = std::move(fromFile);
    if (spec.addBos) {
        m_template = {};
        if (*spec.addBos && m_bos)
            m_template.before.push_back(*m_bos);
        if (spec.addEos && m_eos)
            m_template.after.push_back(*m_eos);
    }
    for (const auto *ids : {&m_template.before, &m_template.after}) {
        if (std::any_of(ids->begin(), ids->end(), [&](TokenId id) { return !has(id); }))
            return failure(ErrorCode::BadInput, "the template names an id that is not in the vocabulary");
    }
    // Without a configuration, the one token that the template puts before a text is the begin of a sequence.
    if (!m_bos && !spec.bosToken && m_template.before.size() == 1)
        m_bos = m_template.before.front();
    return {};
}

std::optional<TokenId> BpeTokenizer::idOf(const std::optional<std::string> &token) const
{
    if (!token)
        return std::nullopt;
    const auto &added = m_added.all();
    const auto found =
        std::find_if(added.begin(), added.end(), [&](const AddedToken &a) { return a.content == *token; });
    if (found != added.end())
        return found->id;
    const TokenId id = vocabulary().idOf(*token);
    return id >= 0 ? std::optional(id) : std::nullopt;
}

bool BpeTokenizer::has(TokenId id) const
{
    return vocabulary().has(id) || m_added.find(id);
}

std::string BpeTokenizer::kind() const
{
    if (m_unigram)
        return "SentencePiece Unigram";
    return m_preTokenizer.isByteLevel() ? "byte-level BPE" : "SentencePiece BPE";
}

bool BpeTokenizer::addsBos() const
{
    return m_bos && !m_template.before.empty() && m_template.before.front() == *m_bos;
}

std::string BpeTokenizer::tokenText(TokenId id) const
{
    if (const AddedToken *token = m_added.find(id))
        return token->content;
    return std::string(vocabulary().textOf(id));
}

Result<std::vector<TokenId>> BpeTokenizer::encode(std::string_view text, BosPolicy bos, bool eos) const
{
    if (bos == BosPolicy::Always && !m_bos)
        return failure(ErrorCode::InvalidArgument, m_origin + ": the tokenizer has no beginning-of-sequence token");
    if (eos && !m_eos)
        return failure(ErrorCode::InvalidArgument, m_origin + ": the tokenizer has no end-of-sequence token");
    if (!isValidUtf8(text))
        return failure(ErrorCode::BadInput, "the text to encode is not valid UTF-8");
    auto encoded = encodeText(text);
    if (!encoded)
        return tl::make_unexpected(withContext(std::move(encoded).error(), m_origin));
    std::vector<TokenId> &ids = *encoded;
    if (bos != BosPolicy::Never) {
        ids.insert(ids.begin(), m_template.before.begin(), m_template.before.end());
        ids.insert(ids.end(), m_template.after.begin(), m_template.after.end());
    }
    if (bos == BosPolicy::Always) {
        // Exactly one: also where the text spells it out and the template adds another.
        const auto behind = std::find_if(ids.begin(), ids.end(), [&](TokenId id) { return id != *m_bos; });
        ids.erase(ids.begin(), behind);
        ids.insert(ids.begin(), *m_bos);
    }
    if (eos && (ids.empty() || ids.back() != *m_eos))
        ids.push_back(*m_eos);
    return encoded;
}

Result<std::vector<TokenId>> BpeTokenizer::encodeText(std::string_view text) const
{
    EncodeScratch scratch(text.size());
    WordCache cache;
    std::vector<TokenId> ids;
    ids.reserve(text.size() / 3 + 8);
    for (const Section &section : m_added.splitRaw(text)) {
        if (section.id) {
            ids.push_back(*section.id);
            continue;
        }
        const Piece piece = {section.span.of(text), section.span.begin == 0};
        SECATEUR_CHECK(encodeSection(piece, scratch, cache, ids));
    }
    return ids;
}

Result<void> BpeTokenizer::encodeSection(const Piece &section, EncodeScratch &scratch, WordCache &cache,
                                         std::vector<TokenId> &out) const
{
    std::string_view text = section.text;
    if (!m_normalizer.isIdentity()) {
        SECATEUR_TRY(normalized, m_normalizer.apply(text, scratch.regex));
        text = scratch.keep(std::move(normalized));
    }
    for (const Section &part : m_added.splitNormalized(text)) {
        if (part.id) {
            out.push_back(*part.id);
            continue;
        }
        const Piece piece = {part.span.of(text), section.first && part.span.begin == 0};
        SECATEUR_TRY(words, m_preTokenizer.words(piece, scratch));
        for (const Piece &word : words) {
            if (m_unigram)
                SECATEUR_CHECK(m_unigram->encode(word.text, out));
            else
                m_model.encode(word.text, cache, out);
        }
    }
    return {};
}

Result<std::string> BpeTokenizer::decode(std::span<const TokenId> ids, bool skipSpecial) const
{
    std::vector<std::string> tokens;
    tokens.reserve(ids.size());
    for (const TokenId id : ids) {
        if (!has(id))
            return failure(ErrorCode::BadInput, m_origin + ": id " + std::to_string(id) + " is not in the vocabulary");
        if (!skipSpecial || !isSpecial(id))
            tokens.push_back(tokenText(id));
    }
    return m_decoder.decode(std::move(tokens));
}

} // namespace secateur::tokenizer
