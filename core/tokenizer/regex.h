// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "core/tokenizer/budget.h"

namespace secateur::tokenizer {

/// A half-open range of bytes.
struct Span {
    std::size_t begin = 0;
    std::size_t end = 0;
    [[nodiscard]] bool empty() const { return begin == end; }
    [[nodiscard]] std::string_view of(std::string_view text) const { return text.substr(begin, end - begin); }
};

/// What one thread needs to match patterns: PCRE2's memory, the limits per match and the time left.
class RegexScratch
{
public:
    explicit RegexScratch(std::size_t textBytes);
    ~RegexScratch();
    RegexScratch(const RegexScratch &) = delete;
    RegexScratch &operator=(const RegexScratch &) = delete;

    [[nodiscard]] const Budget &budget() const { return m_budget; }

private:
    friend class Regex;
    struct Memory;
    [[nodiscard]] Memory *memory(); ///< made at first use; null when PCRE2 cannot allocate
    Budget m_budget;
    std::unique_ptr<Memory> m_memory;
    std::size_t m_window = 16;
    unsigned m_calls = 0;
};

/// A pattern that came with a file, in Oniguruma's syntax as the reference runs it, compiled by PCRE2 within the limits
/// of design/safety.md B.4. \s, \w, \h and \u are translated, since the two engines mean different things by them.
/// Refused: recursion, conditions, callouts, verbs, \C and nested character classes. Immutable, usable by all threads.
class Regex
{
public:
    /// BadInput for a malformed or forbidden pattern, Unsupported for syntax that PCRE2 reads differently.
    [[nodiscard]] static Result<Regex> compile(std::string_view pattern);
    ~Regex();
    Regex(Regex &&) noexcept;
    Regex &operator=(Regex &&) noexcept;

    /// The first match that begins at or behind `from`; false when there is none. `text` must be valid UTF-8.
    /// BadInput when the match limit or the time budget is exceeded.
    [[nodiscard]] Result<bool> find(std::string_view text, std::size_t from, RegexScratch &scratch, Span &match) const;
    /// All matches in order, none overlapping; no empty match directly behind another match.
    [[nodiscard]] Result<std::vector<Span>> findAll(std::string_view text, RegexScratch &scratch) const;

private:
    struct Code;
    explicit Regex(std::unique_ptr<Code> code);
    std::unique_ptr<Code> m_code;
};

} // namespace secateur::tokenizer
