// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/chat/pythontext.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "core/tokenizer/unicode.h"

namespace secateur::chat {

using tokenizer::appendUtf8;
using tokenizer::decodeUtf8;

namespace {

template <typename Map>
std::string mapped(std::string_view text, Map map)
{
    std::string result;
    result.reserve(text.size());
    for (std::size_t at = 0; at < text.size();) {
        const char32_t character = decodeUtf8(text, at);
        map(character, result);
    }
    return result;
}

void appendUpper(char32_t character, std::string &out)
{
    if (character == U'ß')
        out += "SS";
    else
        appendUtf8(out, tokenizer::toUpper(character));
}

void appendHex(std::string &out, char32_t character, int digits)
{
    static constexpr char hex[] = "0123456789abcdef";
    for (int shift = 4 * (digits - 1); shift >= 0; shift -= 4)
        out += hex[(character >> shift) & 15];
}

std::string quotedText(std::string_view text)
{
    const bool doubled = text.find('\'') != std::string_view::npos && text.find('"') == std::string_view::npos;
    const char quote = doubled ? '"' : '\'';
    std::string result(1, quote);
    for (std::size_t at = 0; at < text.size();) {
        const char32_t c = decodeUtf8(text, at);
        if (c == char32_t(quote) || c == U'\\')
            (result += '\\') += char(c);
        else if (c == U'\n' || c == U'\t' || c == U'\r')
            result += c == U'\n' ? "\\n" : c == U'\t' ? "\\t" : "\\r";
        else if (tokenizer::isPrintable(c))
            appendUtf8(result, c);
        else
            appendHex(result += c < 0x100 ? "\\x"
                          : c < 0x10000   ? "\\u"
                                          : "\\U",
                      c,
                      c < 0x100         ? 2
                          : c < 0x10000 ? 4
                                        : 8);
    }
    return result += quote;
}

std::string numberText(double value)
{
    if (std::isnan(value))
        return "nan";
    if (std::isinf(value))
        return value > 0 ? "inf" : "-inf";
    std::array<char, 400> buffer{};
    const double size = std::fabs(value);
    const bool plain = size == 0.0 || (size >= 1e-4 && size < 1e16);
    const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value,
                                   plain ? std::chars_format::fixed : std::chars_format::scientific)
                         .ptr;
    std::string text(buffer.data(), end);
    return plain && text.find('.') == std::string::npos ? text + ".0" : text;
}

std::string jsonString(std::string_view text, bool asciiOnly)
{
    std::string result = "\"";
    for (std::size_t at = 0; at < text.size();) {
        const char32_t c = decodeUtf8(text, at);
        static constexpr std::u32string_view escaped = U"\"\\\n\r\t\f\b";
        const auto known = escaped.find(c);
        if (known != std::u32string_view::npos) {
            (result += '\\') += "\"\\nrtfb"[known];
        } else if (c >= 0x20 && (c < 0x7f || !asciiOnly)) {
            appendUtf8(result, c);
        } else if (c < 0x10000) {
            appendHex(result += "\\u", c, 4);
        } else {
            appendHex(result += "\\u", 0xd800 + ((c - 0x10000) >> 10), 4);
            appendHex(result += "\\u", 0xdc00 + ((c - 0x10000) & 0x3ff), 4);
        }
    }
    return result += '"';
}

/// Prints values into one text.
class Printer
{
public:
    explicit Printer(Budget &budget) : m_budget(budget) { }
    std::string take() { return std::move(m_text); }

    Result<void> repr(const Value &value)
    {
        if (const auto *const text = value.asText())
            return add(quotedText(*text));
        if (const List *const list = value.asList())
            return reprList(*list);
        if (const Dict *const dict = value.asDict())
            return reprDict(*dict);
        if (value.isUndefined())
            return add("Undefined");
        if (value.isNone())
            return add("None");
        SECATEUR_TRY(text, scalar(value, "True", "False"));
        return add(text);
    }

    Result<void> json(const Value &value, const JsonStyle &style, const std::string &lineStart = "\n")
    {
        if (const auto *const text = value.asText())
            return add(jsonString(*text, style.asciiOnly));
        if (value.asList() || value.asDict())
            return jsonContainer(value, style, style.indent ? lineStart + *style.indent : std::string(), lineStart);
        if (value.isNone())
            return add("null");
        if (value.asNumber() && !std::isfinite(*value.asNumber()))
            return add(std::isnan(*value.asNumber()) ? "NaN" : *value.asNumber() > 0 ? "Infinity" : "-Infinity");
        SECATEUR_TRY(text, scalar(value, "true", "false"));
        return add(text);
    }

private:
    Result<void> add(std::string_view text)
    {
        SECATEUR_CHECK(m_budget.takeSteps());
        SECATEUR_CHECK(m_budget.takeBytes(text.size()));
        m_text += text;
        return {};
    }

    static Result<std::string> scalar(const Value &value, const char *yes, const char *no)
    {
        if (const bool *const truth = value.asBoolean())
            return std::string(*truth ? yes : no);
        if (const auto *const integer = value.asInteger())
            return std::to_string(*integer);
        if (const auto *const number = value.asNumber())
            return numberText(*number);
        return refuse(value.typeName() + " cannot be written");
    }

    Result<void> reprList(const List &list)
    {
        SECATEUR_CHECK(add(list.isTuple ? "(" : "["));
        for (std::size_t i = 0; i < list.items.size(); ++i) {
            SECATEUR_CHECK(add(i > 0 ? ", " : ""));
            SECATEUR_CHECK(repr(list.items[i]));
        }
        return add(!list.isTuple ? "]" : list.items.size() == 1 ? ",)" : ")");
    }

    Result<void> reprDict(const Dict &dict)
    {
        SECATEUR_CHECK(add("{"));
        for (std::size_t i = 0; i < dict.items.size(); ++i) {
            SECATEUR_CHECK(add((i > 0 ? ", " : "") + quotedText(dict.items[i].first) + ": "));
            SECATEUR_CHECK(repr(dict.items[i].second));
        }
        return add("}");
    }

    Result<void> jsonContainer(const Value &value, const JsonStyle &style, const std::string &inner,
                               const std::string &lineStart)
    {
        const List *const list = value.asList();
        const auto order = list ? std::vector<std::size_t>() : keyOrder(*value.asDict(), style.sortKeys);
        const std::size_t size = list ? list->items.size() : order.size();
        SECATEUR_CHECK(add(list ? "[" : "{"));
        for (std::size_t i = 0; i < size; ++i) {
            SECATEUR_CHECK(add((i > 0 ? style.itemSeparator : "") + inner));
            if (!list)
                SECATEUR_CHECK(
                    add(jsonString(value.asDict()->items[order[i]].first, style.asciiOnly) + style.keySeparator));
            SECATEUR_CHECK(json(list ? list->items[i] : value.asDict()->items[order[i]].second, style,
                                style.indent ? inner : lineStart));
        }
        return add((size > 0 && style.indent ? lineStart : "") + (list ? "]" : "}"));
    }

    static std::vector<std::size_t> keyOrder(const Dict &dict, bool sorted)
    {
        std::vector<std::size_t> order(dict.items.size());
        for (std::size_t i = 0; i < order.size(); ++i)
            order[i] = i;
        if (sorted)
            std::sort(order.begin(), order.end(),
                      [&](std::size_t a, std::size_t b) { return dict.items[a].first < dict.items[b].first; });
        return order;
    }

    Budget &m_budget;
    std::string m_text;
};

/// The character that `digits` hexadecimal digits behind a \x, \u or \U spell.
Result<char32_t> hexCharacter(std::string_view text, std::size_t &at, std::size_t digits)
{
    std::uint32_t value = 0;
    const std::string_view number = text.substr(std::min(at, text.size()), digits);
    const auto [end, problem] = std::from_chars(number.data(), number.data() + number.size(), value, 16);
    const bool isCharacter = value < 0xd800 || (value > 0xdfff && value < 0x110000);
    if (number.size() != digits || problem != std::errc() || end != number.data() + digits || !isCharacter)
        return refuse("\"\\" + std::string(number) + "\" spells no character");
    at += digits;
    return char32_t(value);
}

} // namespace

bool isPythonSpace(char32_t character)
{
    return (character >= 0x09 && character <= 0x0d) || (character >= 0x1c && character <= 0x20) || character == 0x85
        || character == 0xa0 || character == 0x1680 || (character >= 0x2000 && character <= 0x200a)
        || character == 0x2028 || character == 0x2029 || character == 0x202f || character == 0x205f
        || character == 0x3000;
}

std::string_view trimmed(std::string_view text, Sides sides, std::optional<std::string_view> characters)
{
    const auto goes = [&](std::size_t begin, std::size_t end) {
        if (characters)
            return characters->find(text.substr(begin, end - begin)) != std::string_view::npos;
        std::size_t at = begin;
        return isPythonSpace(decodeUtf8(text, at));
    };
    std::size_t begin = 0;
    while (sides != Sides::Right && begin < text.size()) {
        std::size_t next = begin;
        static_cast<void>(tokenizer::decodeUtf8(text, next));
        if (!goes(begin, next))
            break;
        begin = next;
    }
    std::size_t end = text.size();
    while (sides != Sides::Left && end > begin) {
        const std::size_t last = tokenizer::previousCharacter(text, end);
        if (!goes(last, end))
            break;
        end = last;
    }
    return text.substr(begin, end - begin);
}

std::size_t characterCount(std::string_view text)
{
    return std::size_t(std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xc0) != 0x80; }));
}

std::size_t byteOfCharacter(std::string_view text, std::size_t index)
{
    std::size_t at = 0;
    for (; at < text.size(); ++at)
        if ((text[at] & 0xc0) != 0x80 && index-- == 0)
            break;
    return at;
}

std::string upperCase(std::string_view text)
{
    return mapped(text, appendUpper);
}

std::string lowerCase(std::string_view text)
{
    return mapped(text, [](char32_t c, std::string &out) { appendUtf8(out, tokenizer::toLower(c)); });
}

std::string titleCase(std::string_view text)
{
    return mapped(text, [behindLetter = false](char32_t c, std::string &out) mutable {
        appendUtf8(out, behindLetter ? tokenizer::toLower(c) : tokenizer::toTitle(c));
        behindLetter = tokenizer::isCased(c);
    });
}

std::string capitalized(std::string_view text)
{
    return mapped(text, [first = true](char32_t c, std::string &out) mutable {
        appendUtf8(out, first ? tokenizer::toTitle(c) : tokenizer::toLower(c));
        first = false;
    });
}

Result<std::string> unescaped(std::string_view text)
{
    static constexpr std::string_view simple = "\\'\"abfnrtv";
    static constexpr std::string_view meant = "\\'\"\a\b\f\n\r\t\v";
    std::string result;
    for (std::size_t at = 0; at < text.size();) {
        const char c = text[at++];
        if (c != '\\' || at == text.size()) {
            result += c;
            continue;
        }
        const char next = text[at++];
        if (const auto known = simple.find(next); known != std::string_view::npos) {
            result += meant[known];
        } else if (next == 'x' || next == 'u' || next == 'U') {
            SECATEUR_TRY(character, hexCharacter(text, at, next == 'x' ? 2 : next == 'u' ? 4 : 8));
            appendUtf8(result, character);
        } else if (next >= '0' && next <= '7') {
            char32_t value = char32_t(next - '0');
            for (int more = 0; more < 2 && at < text.size() && text[at] >= '0' && text[at] <= '7'; ++more)
                value = value * 8 + char32_t(text[at++] - '0');
            appendUtf8(result, value);
        } else if (next == 'N') {
            return refuse("characters cannot be spelled by name (\\N)");
        } else if (next != '\n') {
            (result += '\\') += next;
        }
    }
    return result;
}

Result<std::string> textOf(const Value &value, Budget &budget)
{
    if (const auto *const text = value.asText())
        return *text;
    return value.isUndefined() ? Result<std::string>(std::string()) : reprOf(value, budget);
}

Result<std::string> reprOf(const Value &value, Budget &budget)
{
    Printer printer(budget);
    SECATEUR_CHECK(printer.repr(value));
    return printer.take();
}

Result<std::string> jsonOf(const Value &value, const JsonStyle &style, Budget &budget)
{
    Printer printer(budget);
    SECATEUR_CHECK(printer.json(value, style));
    return printer.take();
}

} // namespace secateur::chat
