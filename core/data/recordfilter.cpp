// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/recordfilter.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <string_view>
#include <utility>

namespace secateur::data {

using nlohmann::json;

namespace {

constexpr std::size_t longestFilter = 4096; // bytes
constexpr std::size_t longestNumber = 64; ///< characters of a text that may spell a number
constexpr std::size_t mostFields = 40; ///< named in a message
constexpr int deepestField = 3;

/// Whether it can stand in a path without quotes; bytes of other letters than ASCII's can.
bool isNameCharacter(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_' || c == '-'
        || static_cast<unsigned char>(c) >= 0x80;
}

/// The number that a text spells as JSON does.
std::optional<json> numberIn(const std::string &text)
{
    if (text.empty() || text.size() > longestNumber)
        return std::nullopt;
    json value = json::parse(text, nullptr, false);
    return value.is_number() ? std::optional(std::move(value)) : std::nullopt;
}

/// All integers of 64 bits are exact in it, signed or not.
std::optional<long double> numberOf(const json &value)
{
    if (value.is_number_unsigned())
        return static_cast<long double>(value.get<std::uint64_t>());
    if (value.is_number_integer())
        return static_cast<long double>(value.get<std::int64_t>());
    if (value.is_number())
        return static_cast<long double>(value.get<double>());
    const auto spelled = value.is_string() ? numberIn(value.get_ref<const std::string &>()) : std::nullopt;
    return spelled ? numberOf(*spelled) : std::nullopt;
}

/// How they compare; none: they are not of one kind.
std::optional<std::partial_ordering> compare(const json &field, const json &value)
{
    if (value.is_number()) {
        const auto left = numberOf(field);
        return left ? std::optional(*left <=> *numberOf(value)) : std::nullopt;
    }
    if (value.is_string() && field.is_string())
        return field.get_ref<const std::string &>() <=> value.get_ref<const std::string &>();
    if (value.is_boolean() && field.is_boolean())
        return field.get<bool>() <=> value.get<bool>();
    return std::nullopt;
}

bool isEqual(const json &field, const json &value)
{
    const auto order = compare(field, value);
    return order && *order == 0;
}

bool contains(const json &field, const json &value)
{
    if (field.is_array())
        return std::ranges::any_of(field, [&](const json &element) { return isEqual(element, value); });
    return field.is_string() && value.is_string()
        && field.get_ref<const std::string &>().find(value.get_ref<const std::string &>()) != std::string::npos;
}

/// Characters of a text, elements of a list; null for what has no length.
json lengthOf(const json &field)
{
    if (field.is_array())
        return field.size();
    if (!field.is_string())
        return nullptr;
    return std::ranges::count_if(field.get_ref<const std::string &>(),
                                 [](char c) { return (static_cast<unsigned char>(c) & 0xC0u) != 0x80u; });
}

void collectFields(const json &fields, const std::string &prefix, int depth, std::set<std::string> &names)
{
    for (const auto &[name, value] : fields.items()) {
        if (names.size() >= mostFields)
            return;
        const bool quoted = name.empty() || !std::ranges::all_of(name, isNameCharacter);
        const std::string path = prefix + (quoted ? '"' + name + '"' : name);
        if (value.is_object() && !value.empty() && depth < deepestField)
            collectFields(value, path + ".", depth + 1, names);
        else
            names.insert(path);
    }
}

} // namespace

/// Reads the text of a filter from left to right.
class FilterParser
{
public:
    explicit FilterParser(const std::string &text) : m_text(text) { }

    [[nodiscard]] Result<std::vector<RecordFilter::Condition>> parse()
    {
        std::vector<Condition> conditions;
        if (m_text.size() > longestFilter)
            return refuse(longestFilter, "a filter has at most " + std::to_string(longestFilter) + " characters");
        skipSpace();
        while (m_at < m_text.size()) {
            if (!conditions.empty() && !takeWord("and"))
                return refuse(m_at, "conditions are joined by \"and\"");
            SECATEUR_TRY(condition, parseCondition());
            conditions.push_back(std::move(condition));
            skipSpace();
        }
        return conditions;
    }

private:
    using Condition = RecordFilter::Condition;
    using Operator = RecordFilter::Operator;

    [[nodiscard]] tl::unexpected<Error> refuse(std::size_t position, const std::string &problem) const
    {
        return failure(ErrorCode::InvalidArgument,
                       "filter \"" + m_text + "\", character " + std::to_string(position + 1) + ": " + problem);
    }

    void skipSpace()
    {
        while (m_at < m_text.size() && std::string_view(" \t\r\n").find(m_text[m_at]) != std::string_view::npos)
            ++m_at;
    }

    [[nodiscard]] bool isAt(char c) const { return m_at < m_text.size() && m_text[m_at] == c; }

    [[nodiscard]] bool take(std::string_view wanted)
    {
        skipSpace();
        if (!std::string_view(m_text).substr(m_at).starts_with(wanted))
            return false;
        m_at += wanted.size();
        return true;
    }

    [[nodiscard]] bool takeWord(std::string_view wanted)
    {
        skipSpace();
        const std::size_t end = m_at + wanted.size();
        return (end >= m_text.size() || !isNameCharacter(m_text[end])) && take(wanted);
    }

    [[nodiscard]] Result<Condition> parseCondition()
    {
        Condition condition;
        skipSpace();
        const std::size_t begin = m_at;
        condition.isLength = take("len(");
        SECATEUR_CHECK(parsePath(condition));
        if (condition.isLength && !take(")"))
            return refuse(m_at, "\")\" is expected here");
        SECATEUR_TRY(comparison, parseOperator());
        condition.comparison = comparison;
        if (comparison != Operator::Present && comparison != Operator::Absent) {
            SECATEUR_TRY(value, parseValue(comparison));
            condition.value = std::move(value);
        }
        condition.text = m_text.substr(begin, m_at - begin);
        return condition;
    }

    [[nodiscard]] Result<void> parsePath(Condition &condition)
    {
        skipSpace();
        const std::size_t begin = m_at;
        for (bool more = true; more;) {
            SECATEUR_TRY(name, parseName());
            condition.path.emplace_back(std::move(name));
            while (isAt('[')) {
                SECATEUR_TRY(index, parseElement());
                condition.path.emplace_back(index);
            }
            more = isAt('.');
            m_at += more ? 1 : 0;
        }
        condition.pathText = m_text.substr(begin, m_at - begin);
        return {};
    }

    [[nodiscard]] Result<std::string> parseName()
    {
        if (isAt('"') || isAt('\''))
            return parseQuoted();
        const std::size_t begin = m_at;
        while (m_at < m_text.size() && isNameCharacter(m_text[m_at]))
            ++m_at;
        if (m_at == begin)
            return refuse(begin, "a field name is missing");
        return m_text.substr(begin, m_at - begin);
    }

    /// Reads "[12]".
    [[nodiscard]] Result<std::size_t> parseElement()
    {
        const char *const first = m_text.data() + m_at + 1;
        const char *const last = m_text.data() + m_text.size();
        std::size_t index = 0;
        const auto [stop, error] = std::from_chars(first, last, index);
        if (error != std::errc{} || stop == last || *stop != ']')
            return refuse(m_at, "an element of a list is written as its number, such as [0]");
        m_at = std::size_t(stop - m_text.data()) + 1;
        return index;
    }

    [[nodiscard]] Result<Operator> parseOperator()
    {
        static constexpr std::array<std::pair<std::string_view, Operator>, 6> signs = {{{"==", Operator::Equal},
                                                                                        {"!=", Operator::Unequal},
                                                                                        {"<=", Operator::LessEqual},
                                                                                        {">=", Operator::GreaterEqual},
                                                                                        {"<", Operator::Less},
                                                                                        {">", Operator::Greater}}};
        static constexpr std::array<std::pair<std::string_view, Operator>, 3> words = {
            {{"contains", Operator::Contains}, {"present", Operator::Present}, {"absent", Operator::Absent}}};
        for (const auto &[sign, comparison] : signs)
            if (take(sign))
                return comparison;
        for (const auto &[word, comparison] : words)
            if (takeWord(word))
                return comparison;
        return refuse(m_at, "==, !=, <, <=, >, >=, contains, present or absent is expected here");
    }

    [[nodiscard]] Result<json> parseValue(Operator comparison)
    {
        skipSpace();
        const std::size_t begin = m_at;
        if (isAt('"') || isAt('\'')) {
            SECATEUR_TRY(text, parseQuoted());
            return json(std::move(text));
        }
        m_at = std::min(m_text.find_first_of(" \t\r\n", begin), m_text.size());
        const std::string word = m_text.substr(begin, m_at - begin);
        const bool ordered =
            comparison != Operator::Equal && comparison != Operator::Unequal && comparison != Operator::Contains;
        if (word == "true" || word == "false")
            return ordered ? Result<json>(refuse(begin, "true and false have no order; use == or !="))
                           : Result<json>(word == "true");
        if (auto number = numberIn(word))
            return std::move(*number);
        return refuse(begin, "a number, true, false or a text in quotes is expected here, such as \"python\"");
    }

    /// Between two of the same quotes; a backslash stands before a quote or a backslash that belongs to the text.
    [[nodiscard]] Result<std::string> parseQuoted()
    {
        const std::size_t begin = m_at;
        const char quote = m_text[m_at++];
        std::string text;
        while (m_at < m_text.size() && m_text[m_at] != quote) {
            const bool escapes = m_text[m_at] == '\\' && m_at + 1 < m_text.size()
                && (m_text[m_at + 1] == quote || m_text[m_at + 1] == '\\');
            m_at += escapes ? 1 : 0;
            text += m_text[m_at++];
        }
        if (m_at == m_text.size())
            return refuse(begin, "the quote that opens here is never closed");
        ++m_at;
        return text;
    }

    const std::string &m_text;
    std::size_t m_at = 0;
};

Result<RecordFilter> RecordFilter::parse(const std::string &text)
{
    SECATEUR_TRY(conditions, FilterParser(text).parse());
    RecordFilter filter;
    filter.m_conditions = std::move(conditions);
    if (!filter.takesAll())
        filter.m_text = text;
    return filter;
}

const json *RecordFilter::find(const Condition &condition, const json &fields)
{
    const json *value = &fields;
    for (const auto &step : condition.path) {
        const auto *const name = std::get_if<std::string>(&step);
        const auto *const index = std::get_if<std::size_t>(&step);
        if (name && value->is_object() && value->contains(*name))
            value = &value->at(*name);
        else if (index && value->is_array() && *index < value->size())
            value = &value->at(*index);
        else
            return nullptr;
    }
    return value;
}

bool RecordFilter::holds(const Condition &condition, const json *found)
{
    const json length = found && condition.isLength ? lengthOf(*found) : json();
    const json &field = found && !condition.isLength ? *found : length;
    if (field.is_null() || condition.comparison == Operator::Absent)
        return field.is_null() && condition.comparison == Operator::Absent;
    const auto order = compare(field, condition.value);
    switch (condition.comparison) {
    case Operator::Equal: return order && *order == 0;
    case Operator::Unequal: return !order || *order != 0;
    case Operator::Less: return order && *order < 0;
    case Operator::LessEqual: return order && *order <= 0;
    case Operator::Greater: return order && *order > 0;
    case Operator::GreaterEqual: return order && *order >= 0;
    case Operator::Contains: return contains(field, condition.value);
    case Operator::Present: return true;
    case Operator::Absent: break;
    }
    return false;
}

FilterCount::FilterCount(const RecordFilter &filter) : m_filter(filter), m_tallies(filter.m_conditions.size()) { }

bool FilterCount::takes(const Record &record)
{
    ++m_records;
    bool all = true;
    bool missing = false;
    for (std::size_t i = 0; i < m_tallies.size(); ++i) {
        const auto &condition = m_filter.m_conditions[i];
        const json *const field = RecordFilter::find(condition, record.fields);
        const bool holds = RecordFilter::holds(condition, field);
        m_tallies[i].seen = m_tallies[i].seen || field;
        m_tallies[i].fulfilled += holds ? 1 : 0;
        all = all && holds;
        missing = missing || !m_tallies[i].seen;
    }
    if (missing)
        collectFields(record.fields, {}, 0, m_fields);
    m_taken += all ? 1 : 0;
    return all;
}

Result<void> FilterCount::check() const
{
    if (m_records == 0)
        return {};
    const std::string subject = "filter \"" + m_filter.text() + "\": ";
    std::string fulfilled;
    for (std::size_t i = 0; i < m_tallies.size(); ++i) {
        const auto &condition = m_filter.m_conditions[i];
        if (!m_tallies[i].seen) {
            std::string names;
            for (const auto &name : m_fields)
                names += (names.empty() ? "" : ", ") + name;
            return failure(ErrorCode::BadInput,
                           subject + "no record has a field " + condition.pathText + "; there are "
                               + (names.empty() ? "none" : names));
        }
        fulfilled += (i == 0 ? "" : ", ") + condition.text + " holds for " + std::to_string(m_tallies[i].fulfilled);
    }
    if (m_taken == 0)
        return failure(ErrorCode::BadInput,
                       subject + "none of the " + std::to_string(m_records) + " records is left (" + fulfilled + ")");
    return {};
}

} // namespace secateur::data
