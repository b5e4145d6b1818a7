// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "core/tokenizer/regex.h"

namespace secateur::tokenizer {

/// A stretch of text between two cuts, and whether it matched the delimiter.
struct Match {
    Span span;
    bool isDelimiter = false;
};

/// What becomes of the delimiters (the reference's SplitDelimiterBehavior).
enum class Behaviour { Removed, Isolated, MergedWithPrevious, MergedWithNext, Contiguous };

/// Reads "Removed", "MergedWithNext", …; empty for anything else.
[[nodiscard]] std::optional<Behaviour> behaviourFromName(std::string_view name);

/// The pieces that `matches`, which tile the text in order, leave under a behaviour. Empty pieces are left out.
[[nodiscard]] std::vector<Span> applyBehaviour(const std::vector<Match> &matches, Behaviour behaviour);

/// Collects matches so that they tile the text: what lies between two delimiters is added by itself.
class MatchList
{
public:
    explicit MatchList(bool inverted) : m_inverted(inverted) { }
    void addDelimiter(Span span);
    [[nodiscard]] std::vector<Match> finish(std::size_t textSize);

private:
    std::vector<Match> m_matches;
    std::size_t m_end = 0;
    bool m_inverted;
};

} // namespace secateur::tokenizer
