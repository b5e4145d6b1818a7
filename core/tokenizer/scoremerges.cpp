// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tokenizer/scoremerges.h"

#include <algorithm>
#include <numeric>
#include <string_view>
#include <unordered_map>

namespace secateur::tokenizer {

namespace {

/// Longer tokens are never learnt (SentencePiece stops at 16 characters); this bounds the work on a hostile file.
constexpr std::size_t MaxMergedBytes = 256;

bool startsCharacter(char byte)
{
    return (static_cast<unsigned char>(byte) & 0xC0) != 0x80;
}

} // namespace

Result<void> addMergesFromScores(const std::vector<double> &scores, const std::vector<bool> &mergeable,
                                 TokenizerSpec &spec)
{
    const TextTable &tokens = spec.tokens;
    std::unordered_map<std::string_view, std::size_t> known;
    known.reserve(tokens.size());
    for (std::size_t token = 0; token < tokens.size(); ++token) {
        if (mergeable[token])
            known.emplace(tokens[token], token);
    }
    std::vector<std::size_t> order(tokens.size());
    std::iota(order.begin(), order.end(), std::size_t(0));
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return scores[a] > scores[b]; });

    std::uint32_t priority = 0;
    for (std::size_t i = 0; i < order.size(); ++i) {
        const std::size_t token = order[i];
        if (i > 0 && scores[token] != scores[order[i - 1]])
            ++priority;
        const std::string_view text = tokens[token];
        if (!mergeable[token] || text.size() > MaxMergedBytes)
            continue;
        for (std::size_t cut = 1; cut < text.size(); ++cut) {
            if (!startsCharacter(text[cut]) || !known.contains(text.substr(0, cut))
                || !known.contains(text.substr(cut)))
                continue;
            if (spec.mergePriorities.size() == MaxMerges)
                return failure(ErrorCode::BadInput, "the scores make more than 1048576 merges");
            spec.mergeParts.add(text.substr(0, cut));
            spec.mergeParts.add(text.substr(cut));
            spec.mergePriorities.push_back(priority);
        }
    }
    return {};
}

} // namespace secateur::tokenizer
