// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <utility>

#include "core/data/dataset.h"

namespace secateur::data {

using nlohmann::json;

/// Reads the text of a template from left to right.
class TemplateParser
{
public:
    explicit TemplateParser(const std::string &text) : m_text(text) { }

    [[nodiscard]] Result<std::vector<FieldTemplate::Piece>> parse()
    {
        while (m_at < m_text.size()) {
            const char c = m_text[m_at];
            const char next = m_at + 1 < m_text.size() ? m_text[m_at + 1] : '\0';
            if ((c == '{' || c == '}') && next == c) {
                m_literal += c;
                m_at += 2;
            } else if (c == '{') {
                SECATEUR_CHECK(parseField());
            } else if (c == '}') {
                return refuse(m_at, "\"}\" without \"{\"; write \"}}\" for a brace");
            } else {
                takeLiteral(c, next);
            }
        }
        endLiteral();
        if (!m_hasField)
            return refuse(0, "no field in braces, such as {text}");
        return std::move(m_pieces);
    }

private:
    using Piece = FieldTemplate::Piece;
    using Step = FieldTemplate::Step;
    using Form = FieldTemplate::Form;

    [[nodiscard]] tl::unexpected<Error> refuse(std::size_t position, const std::string &problem) const
    {
        return failure(ErrorCode::InvalidArgument,
                       "template \"" + m_text + "\", character " + std::to_string(position + 1) + ": " + problem);
    }

    void takeLiteral(char c, char next)
    {
        const char escaped = c != '\\' ? '\0' : next == 'n' ? '\n' : next == 't' ? '\t' : next == '\\' ? '\\' : '\0';
        m_literal += escaped ? escaped : c;
        m_at += escaped ? 2 : 1;
    }

    void endLiteral()
    {
        if (!m_literal.empty())
            m_pieces.push_back(Piece{std::exchange(m_literal, {}), {}, {}, Form::Scalar});
    }

    [[nodiscard]] Result<void> parseField()
    {
        const auto end = m_text.find_first_of("{}", m_at + 1);
        if (end == std::string::npos || m_text[end] != '}')
            return refuse(m_at, "\"{\" without \"}\"; write \"{{\" for a brace");
        endLiteral();
        Piece piece;
        const auto colon = m_text.find(':', m_at);
        const auto pathEnd = colon < end ? colon : end;
        if (colon < end) {
            SECATEUR_TRY(form, parseForm(colon + 1, end));
            piece.form = form;
        }
        piece.pathText = m_text.substr(m_at + 1, pathEnd - m_at - 1);
        SECATEUR_CHECK(parsePath(m_at + 1, pathEnd, piece));
        m_pieces.push_back(std::move(piece));
        m_hasField = true;
        m_at = end + 1;
        return {};
    }

    [[nodiscard]] Result<Form> parseForm(std::size_t begin, std::size_t end) const
    {
        static constexpr std::array<std::pair<std::string_view, Form>, 4> forms = {
            {{"list", Form::List}, {"lines", Form::Lines}, {"letters", Form::Letters}, {"numbers", Form::Numbers}}};
        const std::string name = m_text.substr(begin, end - begin);
        for (const auto &[known, form] : forms)
            if (name == known)
                return form;
        return refuse(begin, "\"" + name + "\" is not a form; choose list, lines, letters or numbers");
    }

    [[nodiscard]] Result<void> parsePath(std::size_t at, std::size_t end, Piece &piece) const
    {
        bool wantsName = true;
        bool all = false;
        while (at < end || wantsName) {
            if (wantsName) {
                const auto stop = std::min(m_text.find_first_of(".[", at), end);
                if (stop == at || at >= end)
                    return refuse(at, "a field name is missing");
                piece.path.push_back(Step{Step::Kind::Field, m_text.substr(at, stop - at), 0});
                at = stop;
                wantsName = false;
            } else if (m_text[at] == '.') {
                ++at;
                wantsName = true;
            } else if (m_text[at] == '[') {
                SECATEUR_TRY(step, parseElement(at, end));
                all = all || step.kind == Step::Kind::AllElements;
                piece.path.push_back(std::move(step));
            } else {
                return refuse(at, "\".\" or \"[\" is expected here");
            }
        }
        if (all && piece.form == Form::Scalar)
            return refuse(end, "[*] needs a form after it, such as {" + piece.pathText + ":list}");
        return {};
    }

    /// Reads "[12]" or "[*]" and moves `at` behind it.
    [[nodiscard]] Result<Step> parseElement(std::size_t &at, std::size_t end) const
    {
        const auto close = m_text.find(']', at);
        if (close >= end)
            return refuse(at, "\"[\" without \"]\"");
        const std::string inside = m_text.substr(at + 1, close - at - 1);
        Step step{Step::Kind::AllElements, {}, 0};
        if (inside != "*") {
            step.kind = Step::Kind::Element;
            const char *const last = inside.data() + inside.size();
            const auto [stop, error] = std::from_chars(inside.data(), last, step.index);
            if (error != std::errc{} || stop != last)
                return refuse(at + 1, "\"" + inside + "\" is not an element number or *");
        }
        at = close + 1;
        return step;
    }

    const std::string &m_text;
    std::size_t m_at = 0;
    std::string m_literal;
    std::vector<Piece> m_pieces;
    bool m_hasField = false;
};

namespace {

/// "it has question, answer", or what the value is when it has no fields.
std::string fieldsText(const json &value)
{
    if (!value.is_object())
        return std::string("it is ") + (value.is_array() ? "a list" : value.type_name());
    std::string names;
    for (const auto &[name, ignored] : value.items())
        names += (names.empty() ? "" : ", ") + name;
    return names.empty() ? "it has no fields" : "it has " + names;
}

/// The text of a string, number or boolean; empty optional for null, lists and objects.
std::optional<std::string> scalarText(const json &value)
{
    if (value.is_string())
        return value.get<std::string>();
    if (value.is_number() || value.is_boolean())
        return value.dump();
    return std::nullopt;
}

} // namespace

Result<FieldTemplate> FieldTemplate::parse(const std::string &text)
{
    SECATEUR_TRY(pieces, TemplateParser(text).parse());
    FieldTemplate result;
    result.m_text = text;
    result.m_pieces = std::move(pieces);
    return result;
}

Result<std::string> FieldTemplate::render(const Record &record) const
{
    std::string text;
    for (const auto &piece : m_pieces) {
        if (piece.path.empty()) {
            text += piece.literal;
            continue;
        }
        SECATEUR_TRY(part, renderPiece(piece, record));
        text += part;
    }
    return text;
}

Result<std::vector<const json *>> FieldTemplate::resolve(const Piece &piece, const Record &record)
{
    std::vector<const json *> values = {&record.fields};
    for (const auto &step : piece.path) {
        std::vector<const json *> next;
        for (const json *value : values) {
            if (step.kind == Step::Kind::Field && value->is_object() && value->contains(step.name)) {
                next.push_back(&(*value)[step.name]);
            } else if (step.kind == Step::Kind::Element && value->is_array() && step.index < value->size()) {
                next.push_back(&(*value)[step.index]);
            } else if (step.kind == Step::Kind::AllElements && value->is_array()) {
                for (const auto &element : *value)
                    next.push_back(&element);
            } else {
                const std::string what = step.kind == Step::Kind::Field ? "has no field \"" + step.name + "\""
                    : step.kind == Step::Kind::Element                  ? "has no element " + std::to_string(step.index)
                                                                        : std::string("is not a list where [*] stands");
                return failure(ErrorCode::BadInput,
                               record.origin + ": " + what + " for {" + piece.pathText + "}; " + fieldsText(*value));
            }
        }
        values = std::move(next);
    }
    return values;
}

Result<std::string> FieldTemplate::renderPiece(const Piece &piece, const Record &record)
{
    SECATEUR_TRY(values, resolve(piece, record));
    if (piece.form != Form::Scalar && values.size() == 1 && values.front()->is_array()) {
        const json &list = *values.front();
        values.clear();
        for (const auto &element : list)
            values.push_back(&element);
    }
    std::string text;
    for (std::size_t i = 0; i < values.size(); ++i) {
        const auto value = scalarText(*values[i]);
        if (!value)
            return failure(ErrorCode::BadInput,
                           record.origin + ": {" + piece.pathText + "} is "
                               + (values[i]->is_array()
                                      ? "a list; say how to write it, such as {" + piece.pathText + ":list}"
                                      : std::string(values[i]->type_name()) + ", not text or a number"));
        SECATEUR_TRY(prefix, itemPrefix(piece, record, i));
        text += prefix + *value;
    }
    return text;
}

Result<std::string> FieldTemplate::itemPrefix(const Piece &piece, const Record &record, std::size_t index)
{
    std::string prefix;
    switch (piece.form) {
    case Form::Scalar: break;
    case Form::List: prefix = index ? ", " : ""; break;
    case Form::Lines: prefix = index ? "\n" : ""; break;
    case Form::Numbers:
        prefix = index ? " " : "";
        prefix += std::to_string(index + 1);
        prefix += ": ";
        break;
    case Form::Letters:
        if (index >= 26)
            return failure(ErrorCode::BadInput,
                           record.origin + ": {" + piece.pathText + ":letters} has more than 26 items; use {"
                               + piece.pathText + ":numbers}");
        prefix = index ? ", " : "";
        prefix += char('A' + index);
        prefix += ": ";
        break;
    }
    return prefix;
}

} // namespace secateur::data
