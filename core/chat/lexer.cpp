// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/chat/lexer.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "core/chat/pythontext.h"
#include "core/tokenizer/unicode.h"

namespace secateur::chat {

namespace {

constexpr std::size_t mostTokens = 200'000;

bool isDigit(char c)
{
    return c >= '0' && c <= '9';
}

bool isNameCharacter(char c)
{
    return isDigit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || (c & 0x80);
}

std::string withUnixLines(std::string_view source)
{
    std::string text;
    text.reserve(source.size());
    for (std::size_t i = 0; i < source.size(); ++i) {
        if (source[i] == '\r' && i + 1 < source.size() && source[i + 1] == '\n')
            continue;
        text += source[i] == '\r' ? '\n' : source[i];
    }
    if (!text.empty() && text.back() == '\n')
        text.pop_back();
    return text;
}

class Lexer
{
public:
    explicit Lexer(std::string_view source) : m_source(withUnixLines(source)) { }

    Result<std::vector<Token>> run()
    {
        while (m_at < m_source.size()) {
            SECATEUR_CHECK(lexOutside());
            if (m_tokens.size() > mostTokens)
                return refuseHere("the template has more than " + std::to_string(mostTokens) + " words");
        }
        m_tokens.push_back({Token::Kind::End, {}, m_line});
        return std::move(m_tokens);
    }

private:
    using Kind = Token::Kind;

    [[nodiscard]] tl::unexpected<Error> refuseHere(const std::string &problem) const
    {
        return refuse("line " + std::to_string(m_line) + ": " + problem);
    }
    [[nodiscard]] bool at(std::string_view text) const { return m_source.compare(m_at, text.size(), text) == 0; }
    void advance(std::size_t end)
    {
        m_line +=
            int(std::count(m_source.begin() + std::ptrdiff_t(m_at), m_source.begin() + std::ptrdiff_t(end), '\n'));
        m_at = end;
    }
    void skipBlanks()
    {
        std::size_t end = m_at;
        while (end < m_source.size()) {
            std::size_t next = end;
            if (!isPythonSpace(tokenizer::decodeUtf8(m_source, next)))
                break;
            end = next;
        }
        advance(end);
    }
    void add(Kind kind, std::string text) { m_tokens.push_back({kind, std::move(text), m_line}); }

    /// The next tag and the text before it.
    Result<void> lexOutside()
    {
        std::size_t tag = m_source.find('{', m_at);
        while (tag != std::string::npos
               && (tag + 1 == m_source.size() || std::string_view("{%#").find(m_source[tag + 1]) == std::string::npos))
            tag = m_source.find('{', tag + 1);
        if (tag == std::string::npos) {
            add(Kind::Text, m_source.substr(m_at));
            advance(m_source.size());
            return {};
        }
        const char kind = m_source[tag + 1];
        const char sign = tag + 2 < m_source.size() ? m_source[tag + 2] : '\0';
        addTextBefore(tag, sign, kind == '{');
        advance(tag + 2 + (sign == '-' || sign == '+' ? 1 : 0));
        m_lineStarts = false;
        if (kind == '#')
            return lexComment();
        if (kind == '%' && isRaw())
            return lexRaw();
        add(kind == '{' ? Kind::OutputBegin : Kind::BlockBegin, {});
        return lexTag(kind == '{');
    }

    void addTextBefore(std::size_t end, char sign, bool isOutput)
    {
        std::string text = m_source.substr(m_at, end - m_at);
        if (sign == '-') {
            text = std::string(trimmed(text, Sides::Right));
        } else if (sign != '+' && !isOutput) {
            const auto newline = text.rfind('\n');
            const std::size_t lineStart = newline == std::string::npos ? 0 : newline + 1;
            if ((lineStart > 0 || m_lineStarts)
                && trimmed(std::string_view(text).substr(lineStart), Sides::Left).empty())
                text.resize(lineStart);
        }
        if (!text.empty())
            add(Kind::Text, std::move(text));
    }

    /// Moves behind a tag's end of `size` bytes, and the white space that it takes along.
    void endTag(std::size_t size, bool stripsAll, bool stripsNewline)
    {
        const std::size_t begin = m_at;
        advance(m_at + size);
        if (stripsAll)
            skipBlanks();
        else if (stripsNewline && at("\n"))
            advance(m_at + 1);
        m_lineStarts = m_at > begin && m_source[m_at - 1] == '\n';
    }

    Result<void> lexComment()
    {
        const auto end = m_source.find("#}", m_at);
        if (end == std::string::npos)
            return refuseHere("the comment is not closed with #}");
        const char sign = end > m_at ? m_source[end - 1] : '\0';
        advance(end);
        endTag(2, sign == '-', sign != '+');
        return {};
    }

    [[nodiscard]] std::size_t behindBlanks(std::size_t from) const
    {
        return std::min(m_source.find_first_not_of(" \t\n\r\f\v", from), m_source.size());
    }
    [[nodiscard]] bool isRaw() const
    {
        const std::size_t name = behindBlanks(m_at);
        const std::size_t end = behindBlanks(std::min(name + 3, m_source.size()));
        return m_source.compare(name, 3, "raw") == 0
            && (m_source.compare(end, 2, "%}") == 0 || m_source.compare(end, 3, "-%}") == 0);
    }

    Result<void> lexRaw()
    {
        advance(m_source.find("%}", m_at));
        endTag(2, m_source[m_at - 1] == '-', false);
        for (auto tag = m_source.find("{%", m_at); tag != std::string::npos; tag = m_source.find("{%", tag + 1)) {
            const char sign = tag + 2 < m_source.size() ? m_source[tag + 2] : '\0';
            const std::size_t name = behindBlanks(tag + (sign == '-' || sign == '+' ? 3 : 2));
            const std::size_t end = behindBlanks(std::min(name + 6, m_source.size()));
            const std::size_t close = m_source.find("%}", end);
            if (m_source.compare(name, 6, "endraw") != 0 || close == std::string::npos || close > end + 1)
                continue;
            addTextBefore(tag, sign, false);
            advance(close);
            endTag(2, m_source[close - 1] == '-', m_source[close - 1] != '+');
            return {};
        }
        return refuseHere("{% raw %} is not closed with {% endraw %}");
    }

    /// What stands between {{ and }}, or {% and %}.
    Result<void> lexTag(bool isOutput)
    {
        const std::string_view close = isOutput ? "}}" : "%}";
        std::string open; ///< brackets
        for (;;) {
            skipBlanks();
            if (m_at >= m_source.size())
                return refuseHere("the tag is not closed with " + std::string(close));
            const bool stripsAll = at("-" + std::string(close));
            const bool keeps = !isOutput && at("+" + std::string(close));
            if (open.empty() && (stripsAll || keeps || at(close))) {
                add(isOutput ? Kind::OutputEnd : Kind::BlockEnd, {});
                endTag(stripsAll || keeps ? 3 : 2, stripsAll, !isOutput && !keeps);
                return {};
            }
            SECATEUR_CHECK(lexWord(open));
            if (m_tokens.size() > mostTokens)
                return refuseHere("the template has more than " + std::to_string(mostTokens) + " words");
        }
    }

    Result<void> lexWord(std::string &open)
    {
        const char c = m_source[m_at];
        if (isDigit(c)) {
            lexNumber();
            return {};
        }
        if (c == '"' || c == '\'')
            return lexString(c);
        if (isNameCharacter(c)) {
            std::size_t end = m_at;
            while (end < m_source.size() && isNameCharacter(m_source[end]))
                ++end;
            add(Kind::Name, m_source.substr(m_at, end - m_at));
            advance(end);
            return {};
        }
        return lexOperator(open);
    }

    [[nodiscard]] std::size_t behindDigits(std::size_t from) const
    {
        while (from < m_source.size()
               && (isDigit(m_source[from])
                   || (m_source[from] == '_' && from + 1 < m_source.size() && isDigit(m_source[from + 1]))))
            ++from;
        return from;
    }
    void lexNumber()
    {
        std::size_t end = behindDigits(m_at);
        Kind kind = Kind::Integer;
        const bool isMember = m_at > 0 && m_source[m_at - 1] == '.';
        if (!isMember && end + 1 < m_source.size() && m_source[end] == '.' && isDigit(m_source[end + 1])) {
            end = behindDigits(end + 1);
            kind = Kind::Float;
        }
        if (!isMember && end < m_source.size() && (m_source[end] == 'e' || m_source[end] == 'E')) {
            std::size_t digits = end + 1;
            if (digits < m_source.size() && (m_source[digits] == '+' || m_source[digits] == '-'))
                ++digits;
            if (digits < m_source.size() && isDigit(m_source[digits])) {
                end = behindDigits(digits);
                kind = Kind::Float;
            }
        }
        std::string digits = m_source.substr(m_at, end - m_at);
        std::erase(digits, '_');
        add(kind, std::move(digits));
        advance(end);
    }

    Result<void> lexString(char quote)
    {
        std::size_t end = m_at + 1;
        while (end < m_source.size() && m_source[end] != quote)
            end += m_source[end] == '\\' ? 2 : 1;
        if (end >= m_source.size())
            return refuseHere("a text in quotes is not closed");
        auto text = unescaped(std::string_view(m_source).substr(m_at + 1, end - m_at - 1));
        if (!text)
            return refuseHere(text.error().detail);
        add(Kind::String, std::move(*text));
        advance(end + 1);
        return {};
    }

    Result<void> lexOperator(std::string &open)
    {
        static constexpr std::array<std::string_view, 27> operators = {
            "//", "**", "==", "!=", ">=", "<=", "+", "-", "*", "/", "%", "~", "[", "]",
            "(",  ")",  "{",  "}",  ">",  "<",  "=", ".", ":", "|", ",", ";", "!"};
        const auto known = std::find_if(operators.begin(), operators.end(), [&](auto text) { return at(text); });
        if (known == operators.end() || *known == "!")
            return refuseHere("the character \"" + m_source.substr(m_at, 1) + "\" does not belong here");
        const char c = known->front();
        if (c == '(' || c == '[' || c == '{')
            open += c == '(' ? ')' : c == '[' ? ']' : '}';
        if (c == ')' || c == ']' || c == '}') {
            if (open.empty() || open.back() != c)
                return refuseHere("\"" + std::string(1, c) + "\" closes nothing");
            open.pop_back();
        }
        add(Kind::Operator, std::string(*known));
        advance(m_at + known->size());
        return {};
    }

    std::string m_source;
    std::size_t m_at = 0;
    int m_line = 1;
    bool m_lineStarts = true; ///< what comes now is at the start of a line
    std::vector<Token> m_tokens;
};

} // namespace

Result<std::vector<Token>> tokenize(std::string_view source)
{
    return Lexer(source).run();
}

} // namespace secateur::chat
