// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tokenizer/bpemodel.h"

#include <algorithm>
#include <cstdio>

#include "core/tokenizer/unicode.h"

namespace secateur::tokenizer {

namespace {

constexpr std::string_view SpaceMark = "\u2581";
constexpr std::size_t MaxCachedBytes = 256;

/// True when a character other than the mark stands before one.
bool crossesIntoMark(std::string_view token)
{
    for (std::size_t mark = token.find(SpaceMark); mark != std::string_view::npos;
         mark = token.find(SpaceMark, mark + 1)) {
        if (mark > 0 && !token.substr(0, mark).ends_with(SpaceMark))
            return true;
    }
    return false;
}

} // namespace

const std::span<const TokenId> *WordCache::find(std::string_view word, std::uint64_t hash)
{
    if (m_entries.empty())
        return nullptr;
    const std::size_t mask = m_entries.size() - 1;
    for (std::size_t slot = hash & mask; m_entries[slot].word.data(); slot = (slot + 1) & mask) {
        const Entry &entry = m_entries[slot];
        if (entry.hash == hash && entry.word == word) {
            m_found = std::span(m_ids).subspan(entry.begin, entry.count);
            return &m_found;
        }
    }
    return nullptr;
}

void WordCache::add(std::string_view word, std::uint64_t hash, std::span<const TokenId> ids)
{
    if (2 * (m_used + 1) > m_entries.size())
        grow();
    const std::size_t mask = m_entries.size() - 1;
    std::size_t slot = hash & mask;
    while (m_entries[slot].word.data())
        slot = (slot + 1) & mask;
    m_entries[slot] = {hash, word, m_ids.size(), ids.size()};
    m_ids.insert(m_ids.end(), ids.begin(), ids.end());
    ++m_used;
}

void WordCache::grow()
{
    std::vector<Entry> old(std::max<std::size_t>(256, m_entries.size() * 2));
    old.swap(m_entries);
    const std::size_t mask = m_entries.size() - 1;
    for (const Entry &entry : old) {
        if (!entry.word.data())
            continue;
        std::size_t slot = entry.hash & mask;
        while (m_entries[slot].word.data())
            slot = (slot + 1) & mask;
        m_entries[slot] = entry;
    }
}

Result<BpeModel> BpeModel::create(TokenizerSpec &spec, bool byteLevel)
{
    BpeModel model;
    SECATEUR_TRY(vocabulary, Vocabulary::create(std::move(spec.tokens), spec.ids));
    model.m_vocabulary = std::move(vocabulary);
    SECATEUR_TRY(merges, MergeTable::create(spec, model.m_vocabulary));
    model.m_merges = std::move(merges);
    if (spec.unknownToken) {
        model.m_unknownId = model.m_vocabulary.idOf(*spec.unknownToken);
        if (model.m_unknownId < 0)
            return failure(ErrorCode::BadInput, "unk_token \"" + *spec.unknownToken + "\" is not in the vocabulary");
    }
    model.m_byteLevel = byteLevel;
    model.m_byteFallback = spec.byteFallback;
    model.m_ignoreMerges = spec.ignoreMerges;
    model.m_fuseUnknown = spec.fuseUnknown;
    model.prepareBytes();
    model.prepareSpaceBoundary(spec);
    return model;
}

void BpeModel::prepareBytes()
{
    for (std::size_t byte = 0; byte < 256; ++byte) {
        std::string character;
        appendUtf8(character, byteLevelCharacters()[byte]);
        m_byteLevelIds[byte] = m_vocabulary.idOf(character);
        std::array<char, 8> code{};
        std::snprintf(code.data(), code.size(), "<0x%02X>", unsigned(byte));
        m_fallbackIds[byte] = m_vocabulary.idOf(code.data());
    }
}

void BpeModel::prepareSpaceBoundary(const TokenizerSpec &spec)
{
    m_cutsAtSpaces = !m_byteLevel && !m_ignoreMerges && m_vocabulary.idOf(SpaceMark) >= 0;
    std::string whole;
    for (std::size_t i = 0; m_cutsAtSpaces && i + 1 < spec.mergeParts.size(); i += 2) {
        whole.assign(spec.mergeParts[i]).append(spec.mergeParts[i + 1]);
        m_cutsAtSpaces = !crossesIntoMark(whole);
    }
}

void BpeModel::encode(std::string_view word, WordCache &cache, std::vector<TokenId> &out) const
{
    if (!m_cutsAtSpaces) {
        encodeCached(word, cache, out);
        return;
    }
    std::size_t begin = 0;
    bool inMarks = true;
    for (std::size_t position = 0; position < word.size();) {
        if (word.substr(position).starts_with(SpaceMark)) {
            if (!inMarks) {
                encodeCached(word.substr(begin, position - begin), cache, out);
                begin = position;
            }
            inMarks = true;
            position += SpaceMark.size();
        } else {
            inMarks = false;
            ++position;
        }
    }
    encodeCached(word.substr(begin), cache, out);
}

void BpeModel::encodeCached(std::string_view word, WordCache &cache, std::vector<TokenId> &out) const
{
    if (word.empty())
        return;
    if (word.size() > MaxCachedBytes) {
        const std::vector<TokenId> ids = encodeWord(word);
        out.insert(out.end(), ids.begin(), ids.end());
        return;
    }
    const std::uint64_t hash = hashText(word);
    if (const auto *known = cache.find(word, hash)) {
        out.insert(out.end(), known->begin(), known->end());
        return;
    }
    const std::vector<TokenId> ids = encodeWord(word);
    cache.add(word, hash, ids);
    out.insert(out.end(), ids.begin(), ids.end());
}

std::vector<TokenId> BpeModel::encodeWord(std::string_view word) const
{
    if (m_ignoreMerges) {
        const TokenId whole = m_vocabulary.idOf(m_byteLevel ? byteLevelSpelling(word) : std::string(word));
        if (whole >= 0)
            return {whole};
    }
    std::vector<TokenId> symbols = m_byteLevel ? byteSymbols(word) : characterSymbols(word);
    m_merges.apply(symbols);
    return symbols;
}

std::vector<TokenId> BpeModel::byteSymbols(std::string_view word) const
{
    std::vector<TokenId> symbols;
    symbols.reserve(word.size());
    for (const char c : word) {
        const TokenId id = m_byteLevelIds[static_cast<unsigned char>(c)];
        if (id < 0)
            return characterSymbols(byteLevelSpelling(word));
        symbols.push_back(id);
    }
    return symbols;
}

bool BpeModel::appendByteTokens(std::string_view character, std::vector<TokenId> &symbols) const
{
    const auto idOf = [&](char byte) { return m_fallbackIds[static_cast<unsigned char>(byte)]; };
    if (!m_byteFallback || std::any_of(character.begin(), character.end(), [&](char byte) { return idOf(byte) < 0; }))
        return false;
    for (const char byte : character)
        symbols.push_back(idOf(byte));
    return true;
}

/// The token of each character; else its bytes' tokens; else the unknown token, one for a run when fused; else nothing.
std::vector<TokenId> BpeModel::characterSymbols(std::string_view word) const
{
    std::vector<TokenId> symbols;
    symbols.reserve(word.size());
    bool unknownWaits = false;
    const auto flushUnknown = [&] {
        if (unknownWaits)
            symbols.push_back(m_unknownId);
        unknownWaits = false;
    };
    for (std::size_t position = 0; position < word.size();) {
        const std::size_t begin = position;
        static_cast<void>(decodeUtf8(word, position));
        const std::string_view character = word.substr(begin, position - begin);
        const TokenId id = m_vocabulary.idOf(character);
        if (id >= 0) {
            flushUnknown();
            symbols.push_back(id);
        } else if (!appendByteTokens(character, symbols) && m_unknownId >= 0) {
            if (!m_fuseUnknown)
                flushUnknown();
            unknownWaits = true;
        }
    }
    flushUnknown();
    return symbols;
}

} // namespace secateur::tokenizer
