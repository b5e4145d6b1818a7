// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/json.h"

#include <unordered_set>
#include <vector>

namespace secateur {

namespace {

using nlohmann::json;

/// Builds the document with nlohmann's own builder, and adds what that lacks: repeated keys are an error, and depth
/// and number of values are bounded.
class StrictBuilder final : public nlohmann::json_sax<json>
{
public:
    StrictBuilder(json &document, const JsonLimits &limits) : m_builder(document, false), m_limits(limits) {}

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
            return refuse("key \"" + name + "\" is repeated");
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
        return refuse(error.what());
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
    json document;
    StrictBuilder builder(document, limits);
    if (!json::sax_parse(text.begin(), text.end(), &builder))
        return failure(ErrorCode::BadInput, std::string(origin) + ": " + builder.problem());
    return document;
}

} // namespace secateur
