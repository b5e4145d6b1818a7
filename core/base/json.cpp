// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/json.h"

#include <unordered_set>
#include <vector>

namespace secateur {

namespace {

using nlohmann::json;

/// Text of a file as part of a message: short, and valid UTF-8 whatever the file held. nlohmann quotes all of the token
/// it stumbled over, in the middle of its message, so the middle is what goes.
std::string shown(std::string text)
{
    constexpr std::size_t longest = 240;
    if (text.size() > longest)
        text = text.substr(0, longest / 2) + " … " + text.substr(text.size() - longest / 2);
    // dump() puts U+FFFD for what is not UTF-8, also for characters cut in two above.
    const std::string quoted = json(text).dump(-1, ' ', false, json::error_handler_t::replace);
    return quoted.substr(1, quoted.size() - 2);
}

/// Builds the document with nlohmann's own builder, and adds what that lacks: repeated keys are an error, and depth
/// and number of values are bounded.
class StrictBuilder final : public nlohmann::json_sax<json>
{
public:
    StrictBuilder(json &document, const JsonLimits &limits) : m_builder(document, false), m_limits(limits) { }

    const std::string &problem() const { return m_problem; }

    bool null() override { return count() && m_builder.null(); }
    bool boolean(bool value) override { return count() && m_builder.boolean(value); }
    bool number_integer(number_integer_t value) override { return count() && m_builder.number_integer(value); }
    bool number_unsigned(number_unsigned_t value) override { return count() && m_builder.number_unsigned(value); }
    bool number_float(number_float_t value, const string_t &text) override
    {
        return count() && m_builder.number_float(value, text);
    }
    bool string(string_t &value) override { return count() && m_builder.string(value); }
    bool binary(binary_t &value) override { return count() && m_builder.binary(value); }

    bool start_object(std::size_t size) override
    {
        if (!count() || !enter())
            return false;
        m_keys.emplace_back();
        return m_builder.start_object(size);
    }
    bool key(string_t &name) override
    {
        if (!m_keys.back().insert(name).second)
            return refuse("key \"" + shown(name) + "\" is repeated");
        return m_builder.key(name);
    }
    bool end_object() override
    {
        m_keys.pop_back();
        --m_depth;
        return m_builder.end_object();
    }
    bool start_array(std::size_t size) override { return count() && enter() && m_builder.start_array(size); }
    bool end_array() override
    {
        --m_depth;
        return m_builder.end_array();
    }
    bool parse_error(std::size_t, const std::string &, const nlohmann::detail::exception &error) override
    {
        return refuse(shown(error.what()));
    }

private:
    bool refuse(std::string problem)
    {
        m_problem = std::move(problem);
        return false;
    }
    bool count()
    {
        return ++m_values <= m_limits.maxValues
            || refuse("has more than " + std::to_string(m_limits.maxValues) + " values");
    }
    bool enter()
    {
        return ++m_depth <= m_limits.maxDepth
            || refuse("is nested deeper than " + std::to_string(m_limits.maxDepth) + " levels");
    }

    nlohmann::detail::json_sax_dom_parser<json> m_builder;
    JsonLimits m_limits;
    std::vector<std::unordered_set<std::string>> m_keys;
    std::size_t m_values = 0;
    int m_depth = 0;
    std::string m_problem;
};

} // namespace

Result<json> parseJson(std::string_view text, std::string_view origin, const JsonLimits &limits)
{
    // nlohmann takes a NUL for the end of the text, and would accept whatever follows it.
    if (const auto nul = text.find('\0'); nul != std::string_view::npos)
        return failure(ErrorCode::BadInput,
                       std::string(origin) + ": byte " + std::to_string(nul + 1) + " is NUL, which JSON cannot hold");
    json document;
    StrictBuilder builder(document, limits);
    if (!json::sax_parse(text.begin(), text.end(), &builder))
        return failure(ErrorCode::BadInput, std::string(origin) + ": " + builder.problem());
    return document;
}

} // namespace secateur
