// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <map>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

namespace secateur::eval {

inline constexpr std::size_t MaxNgramOrder = 6;

/// How often each run of n units (words by number, or characters) is in a text. Sorted, not hashed: no text can make
/// the look-up slow. O(n log n) in units.
class NgramCounts
{
public:
    NgramCounts() = default;
    /// `order` from 1 to MaxNgramOrder. Empty where the text has fewer units.
    NgramCounts(std::span<const std::uint32_t> units, std::size_t order)
    {
        std::vector<Ngram> all;
        for (std::size_t i = 0; i + order <= units.size(); ++i) {
            Ngram ngram{};
            std::copy_n(units.begin() + std::ptrdiff_t(i), order, ngram.begin());
            all.push_back(ngram);
        }
        std::sort(all.begin(), all.end());
        for (const Ngram &ngram : all)
            if (!m_counts.empty() && m_counts.back().first == ngram)
                ++m_counts.back().second;
            else
                m_counts.emplace_back(ngram, 1);
        m_total = all.size();
    }

    [[nodiscard]] std::uint64_t total() const { return m_total; }

    /// Of each n-gram the lower count.
    [[nodiscard]] std::uint64_t common(const NgramCounts &other) const
    {
        std::uint64_t sum = 0;
        auto theirs = other.m_counts.begin();
        for (const auto &[ngram, count] : m_counts) {
            while (theirs != other.m_counts.end() && theirs->first < ngram)
                ++theirs;
            if (theirs != other.m_counts.end() && theirs->first == ngram)
                sum += std::min(count, theirs->second);
        }
        return sum;
    }

    /// Of each n-gram the higher count.
    void raiseTo(const NgramCounts &other)
    {
        std::vector<Entry> merged;
        m_total = 0;
        auto ours = m_counts.begin();
        auto theirs = other.m_counts.begin();
        while (ours != m_counts.end() || theirs != other.m_counts.end()) {
            const bool here =
                ours != m_counts.end() && (theirs == other.m_counts.end() || ours->first <= theirs->first);
            const bool there =
                theirs != other.m_counts.end() && (ours == m_counts.end() || theirs->first <= ours->first);
            const Ngram &ngram = here ? ours->first : theirs->first;
            const std::uint64_t count = std::max(here ? ours->second : 0, there ? theirs->second : 0);
            merged.emplace_back(ngram, count);
            m_total += count;
            ours += here ? 1 : 0;
            theirs += there ? 1 : 0;
        }
        m_counts = std::move(merged);
    }

private:
    using Ngram = std::array<std::uint32_t, MaxNgramOrder>;
    using Entry = std::pair<Ngram, std::uint64_t>;
    std::vector<Entry> m_counts;
    std::uint64_t m_total = 0;
};

/// Gives each different word a number. `Word` is a view; what it views must live as long.
template <typename Word>
class WordNumbers
{
public:
    [[nodiscard]] std::vector<std::uint32_t> of(const std::vector<Word> &words)
    {
        std::vector<std::uint32_t> numbers;
        numbers.reserve(words.size());
        for (const Word &word : words)
            numbers.push_back(m_numbers.emplace(word, std::uint32_t(m_numbers.size())).first->second);
        return numbers;
    }

private:
    std::map<Word, std::uint32_t> m_numbers;
};

} // namespace secateur::eval
