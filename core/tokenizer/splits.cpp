// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tokenizer/splits.h"

#include <algorithm>
#include <array>
#include <utility>

namespace secateur::tokenizer {

namespace {

constexpr std::array<std::pair<std::string_view, Behaviour>, 5> Names = {{
    {"Removed", Behaviour::Removed},
    {"Isolated", Behaviour::Isolated},
    {"MergedWithPrevious", Behaviour::MergedWithPrevious},
    {"MergedWithNext", Behaviour::MergedWithNext},
    {"Contiguous", Behaviour::Contiguous},
}};

std::vector<Span> contiguous(const std::vector<Match> &matches)
{
    std::vector<Span> pieces;
    bool previous = false;
    for (const Match &match : matches) {
        if (match.isDelimiter == previous && !pieces.empty())
            pieces.back().end = match.span.end;
        else
            pieces.push_back(match.span);
        previous = match.isDelimiter;
    }
    return pieces;
}

std::vector<Span> mergedWithPrevious(const std::vector<Match> &matches)
{
    std::vector<Span> pieces;
    bool previous = false;
    for (const Match &match : matches) {
        if (match.isDelimiter && !previous && !pieces.empty())
            pieces.back().end = match.span.end;
        else
            pieces.push_back(match.span);
        previous = match.isDelimiter;
    }
    return pieces;
}

std::vector<Span> mergedWithNext(const std::vector<Match> &matches)
{
    std::vector<Span> pieces;
    bool previous = false;
    for (auto match = matches.rbegin(); match != matches.rend(); ++match) {
        if (match->isDelimiter && !previous && !pieces.empty())
            pieces.back().begin = match->span.begin;
        else
            pieces.push_back(match->span);
        previous = match->isDelimiter;
    }
    std::reverse(pieces.begin(), pieces.end());
    return pieces;
}

} // namespace

std::optional<Behaviour> behaviourFromName(std::string_view name)
{
    for (const auto &[known, behaviour] : Names) {
        if (known == name)
            return behaviour;
    }
    return std::nullopt;
}

std::vector<Span> applyBehaviour(const std::vector<Match> &matches, Behaviour behaviour)
{
    std::vector<Span> pieces;
    switch (behaviour) {
    case Behaviour::Contiguous: pieces = contiguous(matches); break;
    case Behaviour::MergedWithPrevious: pieces = mergedWithPrevious(matches); break;
    case Behaviour::MergedWithNext: pieces = mergedWithNext(matches); break;
    case Behaviour::Removed:
    case Behaviour::Isolated:
        for (const Match &match : matches) {
            if (behaviour == Behaviour::Isolated || !match.isDelimiter)
                pieces.push_back(match.span);
        }
        break;
    }
    std::erase_if(pieces, [](const Span &piece) { return piece.empty(); });
    return pieces;
}

void MatchList::addDelimiter(Span span)
{
    if (m_end < span.begin)
        m_matches.push_back({{m_end, span.begin}, m_inverted});
    m_matches.push_back({span, !m_inverted});
    m_end = span.end;
}

std::vector<Match> MatchList::finish(std::size_t textSize)
{
    if (m_end < textSize)
        m_matches.push_back({{m_end, textSize}, m_inverted});
    return std::move(m_matches);
}

} // namespace secateur::tokenizer
