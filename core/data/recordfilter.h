// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include <nlohmann/json.hpp>

#include "core/base/result.h"
#include "core/data/dataset.h"

namespace secateur::data {

/// Which records of a dataset are taken: conditions joined by "and", all of which have to hold, such as
/// `meta.lang == "python" and stars >= 10 and len(content) < 20000`.
/// A condition is FIELD OPERATOR VALUE, `FIELD present` (it is there and not null) or `FIELD absent`. The field is a
/// path as in a template, meta.lang or tags[0]; names of other characters than letters, digits, _ and - stand in
/// quotes. len(FIELD) is the number of characters of a text, or of elements of a list. Operators: == != < <= > >=
/// contains (a text in a text, a value in a list). A value is a text in quotes, a number, true or false. A number is
/// also compared with a text that spells one, as all of CSV are texts; texts are compared by code points. A field that
/// is absent or of another kind than the value fulfils none of them, but != where it is there.
class RecordFilter
{
public:
    RecordFilter() = default; ///< takes all records
    /// Of blank text: takes all records. InvalidArgument with the position of what cannot be read.
    [[nodiscard]] static Result<RecordFilter> parse(const std::string &text);

    [[nodiscard]] bool takesAll() const { return m_conditions.empty(); }
    [[nodiscard]] const std::string &text() const { return m_text; }

private:
    friend class FilterParser;
    friend class FilterCount;
    enum class Operator { Equal, Unequal, Less, LessEqual, Greater, GreaterEqual, Contains, Present, Absent };
    using Step = std::variant<std::string, std::size_t>; ///< a field of an object, or an element of a list
    struct Condition {
        std::string text; ///< as written, for messages
        std::string pathText;
        std::vector<Step> path;
        bool isLength = false;
        Operator comparison = Operator::Present;
        nlohmann::json value;
    };

    [[nodiscard]] static const nlohmann::json *find(const Condition &condition, const nlohmann::json &fields);
    [[nodiscard]] static bool holds(const Condition &condition, const nlohmann::json *field);

    std::string m_text;
    std::vector<Condition> m_conditions;
};

/// Applies a filter to the records of some files and counts, so that a filter that was meant otherwise is found out.
class FilterCount
{
public:
    explicit FilterCount(const RecordFilter &filter);

    [[nodiscard]] bool takes(const Record &record);
    [[nodiscard]] std::uint64_t taken() const { return m_taken; }
    /// BadInput when there were records, but none had a field of the filter (with the fields there are), or none was
    /// taken (with how many fulfilled each condition).
    [[nodiscard]] Result<void> check() const;

private:
    struct Tally {
        bool seen = false; ///< a record had the field
        std::uint64_t fulfilled = 0;
    };

    const RecordFilter &m_filter;
    std::vector<Tally> m_tallies; ///< one per condition
    std::set<std::string> m_fields; ///< paths of the fields of records, while a condition's is missing
    std::uint64_t m_records = 0;
    std::uint64_t m_taken = 0;
};

} // namespace secateur::data
