// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <cstdlib>

#include "core/demo/functionfamilies.h"

namespace secateur::demo {

namespace {

std::int64_t number(const Values &arguments, std::size_t at = 0)
{
    return std::get<std::int64_t>(arguments.at(at));
}

const std::string &text(const Values &arguments)
{
    return std::get<std::string>(arguments.front());
}

/// Of the numbers 1 to `last` that meet the condition.
std::vector<std::int64_t> upTo(std::int64_t last, const Choices &c)
{
    std::vector<std::int64_t> kept;
    for (std::int64_t i = 1; i <= last; ++i)
        if (c.condition.holds(i))
            kept.push_back(i);
    return kept;
}

Family sumUpTo()
{
    return {
        "sum_up_to",
        "P",
        "I",
        'I',
        {"sum_up_to", "total_up_to", "add_up_to"},
        {"Return the sum of the numbers from 1 to {n} that are {P}.", "Add up the numbers from 1 to {n} that are {P}."},
        {"return sum(i for i in range(1, {n} + 1) if {i})",
         "int total = 0;\nfor (int i = 1; i <= {n}; i++)\n\tif ({i})\n\t\ttotal += i;\nreturn total;",
         "int sum = 0;\nfor (int i = 1; i <= {n}; ++i) {\n\tif ({i}) sum += i;\n}\nreturn sum;",
         "let sum = 0;\nfor (let i = 1; i <= {n}; i++) {\n\tif ({i}) sum += i;\n}\nreturn sum;"},
        [](const Choices &c, const Values &a) -> Value {
            std::int64_t sum = 0;
            for (const auto i : upTo(number(a), c))
                sum += i;
            return sum;
        }};
}

Family countUpTo()
{
    return {"count_up_to",
            "P",
            "I",
            'I',
            {"count_up_to", "how_many_up_to", "count_numbers"},
            {"Return how many numbers from 1 to {n} are {P}.", "Count the numbers from 1 to {n} that are {P}."},
            {"return len([i for i in range(1, {n} + 1) if {i}])",
             "int count = 0;\nfor (int i = 1; i <= {n}; i++)\n\tif ({i})\n\t\tcount++;\nreturn count;",
             "int count = 0;\nfor (int i = 1; i <= {n}; ++i) {\n\tif ({i}) ++count;\n}\nreturn count;",
             "let count = 0;\nfor (let i = 1; i <= {n}; i++) {\n\tif ({i}) count++;\n}\nreturn count;"},
            [](const Choices &c, const Values &a) -> Value { return std::int64_t(upTo(number(a), c).size()); }};
}

Family listUpTo()
{
    return {"list_up_to",
            "T",
            "I",
            'L',
            {"list_up_to", "make_list", "numbers_up_to"},
            {"Return the list of the numbers from 1 to {n}, each {T}.", "List the numbers from 1 to {n}, each {T}."},
            {"return [{j} for i in range(1, {n} + 1)]",
             "List<Integer> result = new ArrayList<>();\nfor (int i = 1; i <= {n}; i++)\n\tresult.add({j});\nreturn "
             "result;",
             "std::vector<int> out;\nfor (int i = 1; i <= {n}; ++i) {\n\tout.push_back({j});\n}\nreturn out;",
             "const out = [];\nfor (let i = 1; i <= {n}; i++) {\n\tout.push({j});\n}\nreturn out;"},
            [](const Choices &c, const Values &a) -> Value {
                std::vector<std::int64_t> list;
                for (std::int64_t i = 1; i <= number(a); ++i)
                    list.push_back(c.change.of(i));
                return list;
            }};
}

std::vector<Family> formulaFamilies()
{
    return {
        {"linear",
         "km",
         "I",
         'I',
         {"linear", "scale_and_add", "compute"},
         {"Return {n} times {k} plus {m}.", "Multiply {n} by {k} and add {m}."},
         {"return {n} * {k} + {m}", "return {n} * {k} + {m};", "return {n} * {k} + {m};", "return {n} * {k} + {m};"},
         [](const Choices &c, const Values &a) -> Value { return number(a) * c.k + c.m; }},
        {"clamp",
         "km",
         "I",
         'I',
         {"clamp", "limit", "keep_between"},
         {"Return {n}, but at least {k} and at most {m}.", "Limit {n} to the range from {k} to {m}."},
         {"return min(max({n}, {k}), {m})", "return Math.min(Math.max({n}, {k}), {m});",
          "return std::min(std::max({n}, {k}), {m});", "return Math.min(Math.max({n}, {k}), {m});"},
         [](const Choices &c, const Values &a) -> Value { return std::min(std::max(number(a), c.k), c.m); }},
        {"branch",
         "PTU",
         "I",
         'I',
         {"branch", "change_number", "adjust"},
         {"Return {n} {T} if it is {P}, otherwise {n} {U}.", "If {n} is {P}, return it {T}, otherwise return it {U}."},
         {"if {p}:\n\treturn {t}\nreturn {u}", "if ({p})\n\treturn {t};\nreturn {u};",
          "if ({p}) {\n\treturn {t};\n}\nreturn {u};", "return {p} ? {t} : {u};"},
         [](const Choices &c, const Values &a) -> Value {
             return c.condition.holds(number(a)) ? c.change.of(number(a)) : c.otherChange.of(number(a));
         }},
        {"test",
         "P",
         "I",
         'B',
         {"is_good", "check_number", "test_number"},
         {"Return whether {n} is {P}.", "Check whether {n} is {P}."},
         {"return {p}", "return {p};", "return {p};", "return {p};"},
         [](const Choices &c, const Values &a) -> Value { return c.condition.holds(number(a)); }},
        {"combine",
         "km",
         "II",
         'I',
         {"combine", "weighted_sum", "mix"},
         {"Return {k} times {a} plus {m} times {b}.", "Add {k} times {a} and {m} times {b}."},
         {"return {k} * {a} + {m} * {b}", "return {k} * {a} + {m} * {b};", "return {k} * {a} + {m} * {b};",
          "return {k} * {a} + {m} * {b};"},
         [](const Choices &c, const Values &a) -> Value { return c.k * number(a, 0) + c.m * number(a, 1); }},
        {"larger",
         "k",
         "II",
         'I',
         {"larger_plus", "max_plus", "bigger_of_two"},
         {"Return the larger of {a} and {b}, plus {k}.", "Add {k} to the larger of {a} and {b}."},
         {"return max({a}, {b}) + {k}", "return Math.max({a}, {b}) + {k};", "return std::max({a}, {b}) + {k};",
          "return Math.max({a}, {b}) + {k};"},
         [](const Choices &c, const Values &a) -> Value { return std::max(number(a, 0), number(a, 1)) + c.k; }},
        {"distance",
         "k",
         "II",
         'I',
         {"distance", "scaled_difference", "difference"},
         {"Return the distance between {a} and {b}, times {k}.", "Multiply the distance between {a} and {b} by {k}."},
         {"return abs({a} - {b}) * {k}", "return Math.abs({a} - {b}) * {k};", "return std::abs({a} - {b}) * {k};",
          "return Math.abs({a} - {b}) * {k};"},
         [](const Choices &c, const Values &a) -> Value { return std::abs(number(a, 0) - number(a, 1)) * c.k; }},
    };
}

std::vector<Family> wordFamilies()
{
    return {
        {"wrap",
         "wc",
         "S",
         'S',
         {"wrap", "decorate", "surround"},
         {"Return {s} with \"{w}\" in front and \"{c}\" behind.", "Put \"{w}\" in front of {s} and \"{c}\" behind it."},
         {"return \"{w}\" + {s} + \"{c}\"", "return \"{w}\" + {s} + \"{c}\";", "return \"{w}\" + {s} + \"{c}\";",
          "return \"{w}\" + {s} + \"{c}\";"},
         [](const Choices &c, const Values &a) -> Value { return c.word + text(a) + c.letter; }},
        {"longer",
         "k",
         "S",
         'B',
         {"is_long", "check_length", "is_longer"},
         {"Return whether {s} is longer than {k}.", "Check whether {s} has more than {k} letters."},
         {"return len({s}) > {k}", "return {s}.length() > {k};", "return {s}.size() > {k};",
          "return {s}.length > {k};"},
         [](const Choices &c, const Values &a) -> Value { return std::int64_t(text(a).size()) > c.k; }},
        {"length",
         "km",
         "S",
         'I',
         {"scaled_length", "length_plus", "measure"},
         {"Return the length of {s} times {k} plus {m}.", "Multiply the length of {s} by {k} and add {m}."},
         {"return len({s}) * {k} + {m}", "return {s}.length() * {k} + {m};", "return {s}.size() * {k} + {m};",
          "return {s}.length * {k} + {m};"},
         [](const Choices &c, const Values &a) -> Value { return std::int64_t(text(a).size()) * c.k + c.m; }},
    };
}

std::vector<Family> letterFamilies()
{
    return {
        {"count_letter",
         "ck",
         "S",
         'I',
         {"count_letter", "letter_score", "occurrences"},
         {"Return how often \"{c}\" occurs in {s}, plus {k}.", "Count the letter \"{c}\" in {s} and add {k}."},
         {"return {s}.count(\"{c}\") + {k}",
          "int count = {k};\nfor (char x : {s}.toCharArray())\n\tif (x == '{c}')\n\t\tcount++;\nreturn count;",
          "int count = {k};\nfor (char ch : {s}) {\n\tif (ch == '{c}') ++count;\n}\nreturn count;",
          "return {s}.split(\"{c}\").length - 1 + {k};"},
         [](const Choices &c, const Values &a) -> Value {
             return std::int64_t(std::ranges::count(text(a), c.letter[0])) + c.k;
         }},
        {"replace_letter",
         "cd",
         "S",
         'S',
         {"replace_letter", "swap_letter", "change_letter"},
         {"Return {s} with \"{d}\" in place of \"{c}\".", "Replace the letter \"{c}\" in {s} by \"{d}\"."},
         {"return {s}.replace(\"{c}\", \"{d}\")", "return {s}.replace(\"{c}\", \"{d}\");",
          "for (char &ch : {s}) {\n\tif (ch == '{c}') ch = '{d}';\n}\nreturn {s};",
          "return {s}.replaceAll(\"{c}\", \"{d}\");"},
         [](const Choices &c, const Values &a) -> Value {
             std::string out = text(a);
             std::ranges::replace(out, c.letter[0], c.otherLetter[0]);
             return out;
         }},
        {"ends",
         "cd",
         "S",
         'B',
         {"has_ends", "check_ends", "starts_and_ends"},
         {"Return whether {s} starts with \"{c}\" or ends with \"{d}\".",
          "Check whether {s} starts with \"{c}\" or ends with \"{d}\"."},
         {"return {s}.startswith(\"{c}\") or {s}.endswith(\"{d}\")",
          "return {s}.startsWith(\"{c}\") || {s}.endsWith(\"{d}\");",
          "return {s}.front() == '{c}' || {s}.back() == '{d}';",
          "return {s}.startsWith(\"{c}\") || {s}.endsWith(\"{d}\");"},
         [](const Choices &c, const Values &a) -> Value {
             return text(a).starts_with(c.letter) || text(a).ends_with(c.otherLetter);
         }},
    };
}

} // namespace

const std::vector<Family> &numberFamilies()
{
    static const std::vector<Family> all = [] {
        std::vector<Family> families = formulaFamilies();
        families.push_back(sumUpTo());
        families.push_back(countUpTo());
        families.push_back(listUpTo());
        return families;
    }();
    return all;
}

const std::vector<Family> &textFamilies()
{
    static const std::vector<Family> all = [] {
        std::vector<Family> families = wordFamilies();
        const auto more = letterFamilies();
        families.insert(families.end(), more.begin(), more.end());
        return families;
    }();
    return all;
}

} // namespace secateur::demo
