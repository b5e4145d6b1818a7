// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/analysis/alignment.h"

#include <algorithm>
#include <cstddef>

namespace secateur::analysis {

namespace {

constexpr std::size_t longestCompared = 2048; ///< a table of its square is 8 MiB

/// Lengths of the longest common subsequences of all pairs of ends.
class EndLengths
{
public:
    EndLengths(std::span<const std::int32_t> a, std::span<const std::int32_t> b)
        : m_columns(b.size() + 1), m_lengths((a.size() + 1) * m_columns, 0)
    {
        for (std::size_t i = a.size(); i-- > 0;)
            for (std::size_t j = b.size(); j-- > 0;)
                m_lengths[i * m_columns + j] =
                    a[i] == b[j] ? std::uint16_t(at(i + 1, j + 1) + 1) : std::max(at(i + 1, j), at(i, j + 1));
    }
    [[nodiscard]] std::uint16_t at(std::size_t i, std::size_t j) const { return m_lengths[i * m_columns + j]; }

private:
    std::size_t m_columns;
    std::vector<std::uint16_t> m_lengths;
};

} // namespace

std::vector<bool> commonTokens(std::span<const std::int32_t> reference, std::span<const std::int32_t> text)
{
    std::vector<bool> common(text.size(), false);
    const auto shorter = std::min(reference.size(), text.size());
    std::size_t front = 0;
    while (front < shorter && reference[front] == text[front])
        common[front++] = true;
    std::size_t back = 0;
    while (back < shorter - front && reference[reference.size() - 1 - back] == text[text.size() - 1 - back])
        common[text.size() - 1 - back++] = true;
    const auto a = reference.subspan(front, reference.size() - front - back);
    const auto b = text.subspan(front, text.size() - front - back);
    if (a.size() > longestCompared || b.size() > longestCompared)
        return common;
    const EndLengths lengths(a, b);
    for (std::size_t i = 0, j = 0; i < a.size() && j < b.size();) {
        if (a[i] == b[j]) {
            common[front + j] = true;
            ++i;
            ++j;
        } else if (lengths.at(i + 1, j) >= lengths.at(i, j + 1)) {
            ++i;
        } else {
            ++j;
        }
    }
    return common;
}

} // namespace secateur::analysis
