// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tokenizer/addedtokens.h"

#include <algorithm>
#include <unordered_set>

#include "core/tokenizer/unicode.h"

namespace secateur::tokenizer {

namespace {

/// Both looks for white space stop where an earlier token already took it, so they stay linear over the whole text.
std::size_t spacesBegin(std::string_view text, std::size_t end, std::size_t done)
{
    while (end > done) {
        const std::size_t begin = previousCharacter(text, end);
        std::size_t behind = begin;
        if (charClass(decodeUtf8(text, behind)) != CharClass::Space)
            break;
        end = begin;
    }
    return end;
}

std::size_t spacesEnd(std::string_view text, std::size_t begin)
{
    while (begin < text.size()) {
        std::size_t behind = begin;
        if (charClass(decodeUtf8(text, behind)) != CharClass::Space)
            break;
        begin = behind;
    }
    return begin;
}

bool touchesWord(std::string_view text, Span span)
{
    if (span.begin > 0) {
        std::size_t before = previousCharacter(text, span.begin);
        if (isWordCharacter(decodeUtf8(text, before)))
            return true;
    }
    std::size_t behind = span.end;
    return behind < text.size() && isWordCharacter(decodeUtf8(text, behind));
}

} // namespace

void PrefixTree::add(std::string_view text, std::size_t value)
{
    if (text.empty())
        return;
    m_starts[static_cast<unsigned char>(text.front())] = true;
    std::size_t node = 0;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        auto &children = m_nodes[node].children;
        const auto place = std::lower_bound(children.begin(), children.end(), std::pair(byte, std::uint32_t(0)));
        if (place != children.end() && place->first == byte) {
            node = place->second;
            continue;
        }
        const auto created = std::uint32_t(m_nodes.size());
        children.insert(place, {byte, created});
        m_nodes.emplace_back();
        node = created;
    }
    if (!m_nodes[node].value)
        m_nodes[node].value = value;
}

std::optional<PrefixTree::Found> PrefixTree::longestAt(std::string_view text, std::size_t position) const
{
    std::optional<Found> found;
    std::size_t node = 0;
    for (; position < text.size(); ++position) {
        const auto byte = static_cast<unsigned char>(text[position]);
        const auto &children = m_nodes[node].children;
        const auto place = std::lower_bound(children.begin(), children.end(), std::pair(byte, std::uint32_t(0)));
        if (place == children.end() || place->first != byte)
            break;
        node = place->second;
        if (m_nodes[node].value)
            found = Found{*m_nodes[node].value, position + 1};
    }
    return found;
}

std::optional<PrefixTree::Found> PrefixTree::findFirst(std::string_view text, std::size_t from,
                                                       std::size_t &begin) const
{
    for (begin = from; begin < text.size(); ++begin) {
        if (!m_starts[static_cast<unsigned char>(text[begin])])
            continue;
        if (const auto found = longestAt(text, begin))
            return found;
    }
    return std::nullopt;
}

Result<AddedTokens> AddedTokens::create(std::vector<AddedToken> tokens, const Normalizer &normalizer)
{
    AddedTokens added;
    std::unordered_set<std::string_view> contents;
    for (const AddedToken &token : tokens) {
        const std::string id = std::to_string(token.id);
        if (token.content.empty())
            return failure(ErrorCode::BadInput, "added token " + id + " is empty");
        if (token.content.size() > MaxAddedTokenBytes)
            return failure(ErrorCode::BadInput, "added token " + id + " has more than 1024 bytes");
        if (!contents.insert(token.content).second)
            return failure(ErrorCode::BadInput, "added token \"" + token.content + "\" is there twice");
        if (!added.m_byId.emplace(token.id, added.m_byId.size()).second)
            return failure(ErrorCode::BadInput, "two added tokens have the id " + id);
    }
    added.m_tokens = std::move(tokens);
    // Where two patterns become equal by normalisation, the special one counts.
    for (const bool special : {true, false}) {
        for (std::size_t index = 0; index < added.m_tokens.size(); ++index) {
            const AddedToken &token = added.m_tokens[index];
            if (token.special != special)
                continue;
            if (!token.normalized) {
                added.m_raw.add(token.content, index);
                continue;
            }
            RegexScratch scratch(token.content.size());
            SECATEUR_TRY(content, normalizer.apply(token.content, scratch));
            added.m_normalized.add(content, index);
        }
    }
    return added;
}

const AddedToken *AddedTokens::find(TokenId id) const
{
    const auto found = m_byId.find(id);
    return found == m_byId.end() ? nullptr : &m_tokens[found->second];
}

bool AddedTokens::isSpecial(TokenId id) const
{
    const AddedToken *token = find(id);
    return token && token->special;
}

std::vector<Section> AddedTokens::split(std::string_view text, const PrefixTree &tree) const
{
    std::vector<Section> sections;
    std::size_t done = 0;
    std::size_t search = 0;
    std::size_t begin = 0;
    while (const auto found = tree.findFirst(text, search, begin)) {
        const AddedToken &token = m_tokens[found->value];
        Span span = {begin, found->end};
        search = found->end;
        if (token.singleWord && touchesWord(text, span))
            continue;
        if (token.lstrip)
            span.begin = std::max(spacesBegin(text, span.begin, done), done);
        if (token.rstrip)
            span.end = spacesEnd(text, std::max(span.end, done));
        if (done < span.begin)
            sections.push_back({{done, span.begin}, std::nullopt});
        sections.push_back({span, token.id});
        done = span.end;
    }
    if (done < text.size())
        sections.push_back({{done, text.size()}, std::nullopt});
    return sections;
}

} // namespace secateur::tokenizer
