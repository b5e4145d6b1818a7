// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tokenizer/regexsyntax.h"

#include <algorithm>
#include <cctype>

namespace secateur::tokenizer {

namespace {

// PCRE2's own \s, \w and \h are not these sets.
constexpr std::string_view SpaceMembers =
    R"(\t-\r \x{85}\x{a0}\x{1680}\x{2000}-\x{200a}\x{2028}\x{2029}\x{202f}\x{205f}\x{3000})";
constexpr std::string_view NonSpaceMembers =
    R"(\x00-\x08\x0e-\x1f!-\x{84}\x{86}-\x{9f}\x{a1}-\x{167f}\x{1681}-\x{1fff}\x{200b}-\x{2027}\x{202a}-\x{202e}\x{2030}-\x{205e}\x{2060}-\x{2fff}\x{3001}-\x{10ffff})";
constexpr std::string_view WordMembers = R"(\p{Alphabetic}\p{M}\p{Nd}\p{Pc})";
constexpr std::string_view HexMembers = "0-9A-Fa-f";

class Translator
{
public:
    explicit Translator(std::string_view pattern) : m_rest(pattern) { }

    Result<std::string> run()
    {
        while (!m_rest.empty()) {
            const char c = m_rest.front();
            if (c == '\\')
                SECATEUR_CHECK(escape());
            else if (m_inClass)
                SECATEUR_CHECK(classMember(c));
            else if (c == '(')
                SECATEUR_CHECK(group());
            else if (c == '[')
                openClass();
            else if (m_rest.starts_with("}+"))
                return failure(ErrorCode::Unsupported, "a counted repeat followed by +"); // possessive in PCRE2 only
            else
                copy(1);
        }
        return std::move(m_out);
    }

private:
    void copy(std::size_t count)
    {
        count = std::min(count, m_rest.size());
        m_out.append(m_rest.substr(0, count));
        m_rest.remove_prefix(count);
    }

    void putSet(std::string_view members, bool negated)
    {
        m_rest.remove_prefix(2);
        if (m_inClass)
            m_out.append(members);
        else
            m_out.append(negated ? "[^" : "[").append(members).append("]");
    }

    Result<void> escape()
    {
        if (m_rest.size() < 2)
            return failure(ErrorCode::BadInput, "the pattern ends in a backslash");
        const char kind = m_rest[1];
        const bool negated = kind == 'S' || kind == 'W' || kind == 'H';
        if (kind == 'S' && m_inClass)
            putSet(NonSpaceMembers, false);
        else if (kind == 's' || kind == 'S')
            putSet(SpaceMembers, negated);
        else if (kind == 'w' || (kind == 'W' && !m_inClass))
            putSet(WordMembers, negated);
        else if (kind == 'h' || (kind == 'H' && !m_inClass))
            putSet(HexMembers, negated);
        else if (negated)
            return failure(ErrorCode::Unsupported, std::string("\\") + kind + " in a character class");
        else if (kind == 'u')
            return unicodeEscape();
        else if (kind == 'g')
            return failure(ErrorCode::BadInput, "the pattern calls itself (\\g)");
        else
            copyEscape();
        return {};
    }

    /// \p{L}, \x{2028} and the like as a whole, others as two characters.
    void copyEscape()
    {
        const std::size_t end = m_rest.substr(2).starts_with('{') ? m_rest.find('}') : std::string_view::npos;
        copy(end == std::string_view::npos ? 2 : end + 1);
    }

    Result<void> unicodeEscape()
    {
        const std::string_view digits = m_rest.substr(2, 4);
        for (const char digit : digits) {
            if (!std::isxdigit(static_cast<unsigned char>(digit)))
                return failure(ErrorCode::BadInput, "\\u needs four hexadecimal digits");
        }
        if (digits.size() != 4)
            return failure(ErrorCode::BadInput, "\\u needs four hexadecimal digits");
        m_out.append("\\x{").append(digits).append("}");
        m_rest.remove_prefix(6);
        return {};
    }

    void openClass()
    {
        m_inClass = true;
        copy(1);
        if (m_rest.starts_with('^'))
            copy(1);
        if (m_rest.starts_with(']')) // a first ] is a member
            copy(1);
    }

    Result<void> classMember(char c)
    {
        if (m_rest.starts_with("&&") || (c == '[' && !m_rest.starts_with("[:")))
            return failure(ErrorCode::Unsupported, "the pattern nests or intersects character classes");
        if (c == '[') {
            const std::size_t end = m_rest.find(":]");
            copy(end == std::string_view::npos ? 1 : end + 2);
            return {};
        }
        m_inClass = c != ']';
        copy(1);
        return {};
    }

    /// Lets through (?: (?= (?! (?<= (?<! (?> (?<name> and options such as (?i: or (?-i).
    Result<void> group()
    {
        if (m_rest.starts_with("(*"))
            return failure(ErrorCode::BadInput, "the pattern holds a verb (*…)");
        if (!m_rest.starts_with("(?")) {
            copy(1);
            return {};
        }
        const std::string_view inside = m_rest.substr(2);
        const std::size_t options = inside.find_first_not_of("imsx-");
        const bool setsOptions =
            options != std::string_view::npos && options > 0 && (inside[options] == ':' || inside[options] == ')');
        const bool known = inside.starts_with(':') || inside.starts_with('=') || inside.starts_with('!')
            || inside.starts_with('<') || inside.starts_with('>') || inside.starts_with('#');
        if (!setsOptions && !known)
            return failure(ErrorCode::BadInput,
                           "the pattern holds a recursion, condition or callout (?" + std::string(inside.substr(0, 1))
                               + "…)");
        copy(3);
        return {};
    }

    std::string_view m_rest;
    std::string m_out;
    bool m_inClass = false;
};

} // namespace

Result<std::string> translatePattern(std::string_view pattern)
{
    return Translator(pattern).run();
}

} // namespace secateur::tokenizer
