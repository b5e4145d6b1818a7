// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tokenizer/vocabulary.h"

#include <algorithm>
#include <bit>
#include <cstring>

namespace secateur::tokenizer {

namespace {

constexpr std::uint64_t mix(std::uint64_t value)
{
    value = (value ^ (value >> 32)) * 0xD6E8FEB86659FD93U;
    value = (value ^ (value >> 32)) * 0xD6E8FEB86659FD93U;
    return value ^ (value >> 32);
}

} // namespace

std::uint64_t hashText(std::string_view text)
{
    std::uint64_t hash = 0x9E3779B97F4A7C15U ^ text.size();
    while (text.size() >= 8) {
        std::uint64_t block = 0;
        std::memcpy(&block, text.data(), 8);
        hash = mix(hash ^ block);
        text.remove_prefix(8);
    }
    std::uint64_t tail = 0;
    std::memcpy(&tail, text.data(), text.size());
    return mix(hash ^ tail);
}

Result<Vocabulary> Vocabulary::create(TextTable tokens, const std::vector<TokenId> &ids)
{
    Vocabulary vocabulary;
    vocabulary.m_slots.resize(std::bit_ceil(std::max<std::size_t>(16, tokens.size() * 2)));
    const TokenId largest = ids.empty() ? -1 : *std::max_element(ids.begin(), ids.end());
    vocabulary.m_entryOfId.assign(std::size_t(largest + 1), -1);
    vocabulary.m_tokens = std::move(tokens);
    const std::size_t mask = vocabulary.m_slots.size() - 1;
    for (std::size_t entry = 0; entry < vocabulary.m_tokens.size(); ++entry) {
        const std::string_view token = vocabulary.m_tokens[entry];
        const TokenId id = ids[entry];
        if (token.size() > MaxTokenBytes)
            return failure(ErrorCode::BadInput, "token " + std::to_string(id) + " has more than 16384 bytes");
        if (vocabulary.m_entryOfId[std::size_t(id)] >= 0)
            return failure(ErrorCode::BadInput, "two tokens have the id " + std::to_string(id));
        if (vocabulary.idOf(token) >= 0)
            return failure(ErrorCode::BadInput, "token \"" + std::string(token.substr(0, 80)) + "\" is there twice");
        vocabulary.m_entryOfId[std::size_t(id)] = std::int32_t(entry);
        const std::uint64_t hash = hashText(token);
        std::size_t slot = hash & mask;
        while (vocabulary.m_slots[slot].id >= 0)
            slot = (slot + 1) & mask;
        vocabulary.m_slots[slot] = {std::uint32_t(hash >> 32), id};
    }
    return vocabulary;
}

TokenId Vocabulary::idOf(std::string_view token) const
{
    if (m_slots.empty())
        return -1;
    const std::uint64_t hash = hashText(token);
    const std::size_t mask = m_slots.size() - 1;
    for (std::size_t slot = hash & mask; m_slots[slot].id >= 0; slot = (slot + 1) & mask) {
        if (m_slots[slot].hash == std::uint32_t(hash >> 32) && textOf(m_slots[slot].id) == token)
            return m_slots[slot].id;
    }
    return -1;
}

bool Vocabulary::has(TokenId id) const
{
    return id >= 0 && std::size_t(id) < m_entryOfId.size() && m_entryOfId[std::size_t(id)] >= 0;
}

std::string_view Vocabulary::textOf(TokenId id) const
{
    return has(id) ? m_tokens[std::size_t(m_entryOfId[std::size_t(id)])] : std::string_view();
}

} // namespace secateur::tokenizer
