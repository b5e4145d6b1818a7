// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tokenizer/mergetable.h"

#include <algorithm>
#include <array>
#include <bit>
#include <queue>
#include <string>
#include <tuple>

namespace secateur::tokenizer {

namespace {

constexpr std::size_t ScanLimit = 48;

constexpr std::uint64_t pairKey(TokenId left, TokenId right)
{
    return (std::uint64_t(std::uint32_t(left)) << 32) | std::uint32_t(right);
}

constexpr std::uint64_t pairHash(std::uint64_t pair)
{
    pair *= 0x9E3779B97F4A7C15U;
    return pair ^ (pair >> 29);
}

tl::unexpected<Error> unknownPart(std::size_t merge, std::string_view text)
{
    return failure(ErrorCode::BadInput,
                   "merge " + std::to_string(merge) + " names \"" + std::string(text.substr(0, 80))
                       + "\", which is not in the vocabulary");
}

/// One symbol of a long word, linked to its neighbours.
struct Symbol {
    TokenId id;
    std::int64_t previous;
    std::int64_t next;
};

} // namespace

Result<MergeTable> MergeTable::create(const TokenizerSpec &spec, const Vocabulary &vocabulary)
{
    MergeTable table;
    const std::size_t count = spec.mergeParts.size() / 2;
    table.m_slots.resize(std::bit_ceil(std::max<std::size_t>(16, count * 2)));
    std::string whole;
    for (std::size_t i = 0; i < count; ++i) {
        const std::string_view left = spec.mergeParts[2 * i];
        const std::string_view right = spec.mergeParts[2 * i + 1];
        whole.assign(left).append(right);
        const TokenId leftId = vocabulary.idOf(left);
        const TokenId rightId = vocabulary.idOf(right);
        const TokenId result = vocabulary.idOf(whole);
        if (leftId < 0 || rightId < 0 || result < 0)
            return unknownPart(i, leftId < 0 ? left : rightId < 0 ? right : std::string_view(whole));
        const std::uint32_t priority = spec.mergePriorities.empty() ? std::uint32_t(i) : spec.mergePriorities[i];
        table.insert({pairKey(leftId, rightId), priority, result});
    }
    return table;
}

/// A pair that is there twice counts where it stands last, as in the reference.
void MergeTable::insert(const Merge &merge)
{
    const std::size_t mask = m_slots.size() - 1;
    std::size_t slot = pairHash(merge.pair) & mask;
    while (m_slots[slot].result >= 0 && m_slots[slot].pair != merge.pair)
        slot = (slot + 1) & mask;
    m_slots[slot] = merge;
}

MergeTable::Merge MergeTable::find(TokenId left, TokenId right) const
{
    if (m_slots.empty())
        return {};
    const std::uint64_t pair = pairKey(left, right);
    const std::size_t mask = m_slots.size() - 1;
    for (std::size_t slot = pairHash(pair) & mask; m_slots[slot].result >= 0; slot = (slot + 1) & mask) {
        if (m_slots[slot].pair == pair)
            return m_slots[slot];
    }
    return {};
}

void MergeTable::apply(std::vector<TokenId> &symbols) const
{
    if (symbols.size() < 2)
        return;
    if (symbols.size() <= ScanLimit)
        applyByScan(symbols);
    else
        applyByHeap(symbols);
}

void MergeTable::applyByScan(std::vector<TokenId> &symbols) const
{
    std::array<Merge, ScanLimit> merges; // merges[i]: of symbols i and i + 1
    std::size_t count = symbols.size();
    for (std::size_t i = 0; i + 1 < count; ++i)
        merges[i] = find(symbols[i], symbols[i + 1]);
    while (count > 1) {
        std::size_t best = 0;
        for (std::size_t i = 1; i + 1 < count; ++i) {
            if (merges[i].priority < merges[best].priority)
                best = i;
        }
        if (merges[best].priority == NoMerge)
            break;
        symbols[best] = merges[best].result;
        std::copy(symbols.begin() + std::ptrdiff_t(best) + 2, symbols.begin() + std::ptrdiff_t(count),
                  symbols.begin() + std::ptrdiff_t(best) + 1);
        std::copy(merges.begin() + best + 1, merges.begin() + count - 1, merges.begin() + best);
        --count;
        if (best > 0)
            merges[best - 1] = find(symbols[best - 1], symbols[best]);
        if (best + 1 < count)
            merges[best] = find(symbols[best], symbols[best + 1]);
    }
    symbols.resize(count);
}

void MergeTable::applyByHeap(std::vector<TokenId> &symbols) const
{
    const auto count = std::int64_t(symbols.size());
    std::vector<Symbol> chain(symbols.size());
    for (std::int64_t i = 0; i < count; ++i)
        chain[std::size_t(i)] = {symbols[std::size_t(i)], i - 1, i + 1 < count ? i + 1 : -1};

    struct Candidate {
        std::uint32_t priority;
        std::int64_t position;
        TokenId result;
        bool operator>(const Candidate &other) const
        {
            return std::tie(priority, position) > std::tie(other.priority, other.position);
        }
    };
    std::priority_queue<Candidate, std::vector<Candidate>, std::greater<>> queue;
    const auto consider = [&](std::int64_t position) {
        if (position < 0 || chain[std::size_t(position)].next < 0)
            return;
        const Symbol &left = chain[std::size_t(position)];
        const Merge merge = find(left.id, chain[std::size_t(left.next)].id);
        if (merge.result >= 0)
            queue.push({merge.priority, position, merge.result});
    };
    for (std::int64_t i = 0; i < count; ++i)
        consider(i);

    while (!queue.empty()) {
        const Candidate top = queue.top();
        queue.pop();
        Symbol &left = chain[std::size_t(top.position)];
        // The pair may have changed since it was put in.
        if (left.id < 0 || left.next < 0)
            continue;
        Symbol &right = chain[std::size_t(left.next)];
        if (find(left.id, right.id).result != top.result)
            continue;
        left.id = top.result;
        right.id = -1;
        left.next = right.next;
        if (left.next >= 0)
            chain[std::size_t(left.next)].previous = top.position;
        consider(left.previous);
        consider(top.position);
    }
    symbols.clear();
    for (std::int64_t i = 0; i >= 0; i = chain[std::size_t(i)].next)
        symbols.push_back(chain[std::size_t(i)].id);
}

} // namespace secateur::tokenizer
