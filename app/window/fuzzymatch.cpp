// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/window/fuzzymatch.h"

#include <algorithm>
#include <vector>

namespace secateur::app {
namespace {

constexpr int none = -1'000'000;
constexpr int perLetter = 10;
constexpr int follows = 20;
constexpr int startsWord = 20;
constexpr qsizetype longest = 200; ///< names of commands are short; this bounds the table

bool beginsWord(const QString &text, qsizetype at)
{
    return at == 0 || !text[at - 1].isLetterOrNumber() || (text[at].isUpper() && text[at - 1].isLower());
}

} // namespace

/// best[i] is the best score of the pattern so far with its last letter at text[i].
std::optional<int> fuzzyScore(const QString &pattern, const QString &text)
{
    QString letters = pattern.toCaseFolded();
    letters.removeIf([](QChar letter) { return letter.isSpace(); });
    if (letters.isEmpty())
        return 0;
    const QString target = text.left(longest);
    if (target.isEmpty())
        return std::nullopt;
    const auto length = target.size();
    std::vector<int> best(std::size_t(length), none);
    for (qsizetype letter = 0; letter < letters.size(); ++letter) {
        std::vector<int> next(std::size_t(length), none);
        int before = none; // best of all places left of the one before
        for (qsizetype at = 0; at < length; ++at) {
            if (at >= 2)
                before = std::max(before, best[std::size_t(at - 2)]);
            if (target[at].toCaseFolded() != letters[letter])
                continue;
            const int adjacent = at >= 1 ? best[std::size_t(at - 1)] + follows : none;
            const int base = letter == 0 ? 0 : std::max(before, adjacent);
            if (base > none / 2)
                next[std::size_t(at)] = base + perLetter + (beginsWord(target, at) ? startsWord : 0);
        }
        best = std::move(next);
    }
    const int score = *std::max_element(best.begin(), best.end());
    return score > none / 2 ? std::optional(score - int(length) / 4) : std::nullopt;
}

} // namespace secateur::app
