// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <numeric>

#include "core/demo/functionfamilies.h"

namespace secateur::demo {

namespace {

using List = std::vector<std::int64_t>;

const List &listOf(const Values &arguments)
{
    return std::get<List>(arguments.front());
}

List selected(const Choices &c, const List &list)
{
    List kept;
    std::ranges::copy_if(list, std::back_inserter(kept), [&c](std::int64_t v) { return c.condition.holds(v); });
    return kept;
}

List changed(const Choices &c, List list)
{
    for (auto &value : list)
        value = c.change.of(value);
    return list;
}

std::int64_t sumOf(const List &list)
{
    return std::accumulate(list.begin(), list.end(), std::int64_t(0));
}

List replaced(const Choices &c, List list)
{
    std::ranges::replace_if(
        list, [&c](std::int64_t v) { return c.condition.holds(v); }, c.k);
    return list;
}

std::int64_t place(const Choices &c, const List &list)
{
    const auto found = std::ranges::find_if(list, [&c](std::int64_t v) { return c.condition.holds(v); });
    return found == list.end() ? -1 : found - list.begin();
}

std::vector<Family> sumFamilies()
{
    return {
        {"sum_if",
         "P",
         "L",
         'I',
         {"sum_matching", "total_of", "add_selected"},
         {"Return the sum of the {xs} that are {P}.", "Add up all {xs} that are {P}."},
         {"return sum({v} for {v} in {xs} if {p})",
          "int total = 0;\nfor (int {v} : {xs})\n\tif ({p})\n\t\ttotal += {v};\nreturn total;",
          "int sum = 0;\nfor (auto {v} : {xs}) {\n\tif ({p}) sum += {v};\n}\nreturn sum;",
          "return {xs}.filter({v} => {p}).reduce((sum, {v}) => sum + {v}, 0);"},
         [](const Choices &c, const Values &a) -> Value { return sumOf(selected(c, listOf(a))); }},
        {"sum_change",
         "T",
         "L",
         'I',
         {"sum_changed", "total_changed", "add_all"},
         {"Return the sum of the {xs}, each {T}.", "Add up the {xs}, each of them {T}."},
         {"return sum({t} for {v} in {xs})", "int total = 0;\nfor (int {v} : {xs})\n\ttotal += {t};\nreturn total;",
          "int sum = 0;\nfor (auto {v} : {xs}) {\n\tsum += {t};\n}\nreturn sum;",
          "return {xs}.map({v} => {t}).reduce((sum, {v}) => sum + {v}, 0);"},
         [](const Choices &c, const Values &a) -> Value { return sumOf(changed(c, listOf(a))); }},
        {"sum_change_if",
         "PT",
         "L",
         'I',
         {"sum_some", "total_selected", "add_some"},
         {"Return the sum of the {xs} that are {P}, each {T}.", "Add up the {xs} that are {P}, each of them {T}."},
         {"return sum({t} for {v} in {xs} if {p})",
          "int total = 0;\nfor (int {v} : {xs})\n\tif ({p})\n\t\ttotal += {t};\nreturn total;",
          "int sum = 0;\nfor (auto {v} : {xs}) {\n\tif ({p}) sum += {t};\n}\nreturn sum;",
          "return {xs}.filter({v} => {p}).map({v} => {t}).reduce((sum, {v}) => sum + {v}, 0);"},
         [](const Choices &c, const Values &a) -> Value { return sumOf(changed(c, selected(c, listOf(a)))); }},
        {"count_if",
         "P",
         "L",
         'I',
         {"count_matching", "how_many", "count_of"},
         {"Return how many of the {xs} are {P}.", "Count the {xs} that are {P}."},
         {"return len([{v} for {v} in {xs} if {p}])",
          "int count = 0;\nfor (int {v} : {xs})\n\tif ({p})\n\t\tcount++;\nreturn count;",
          "int count = 0;\nfor (auto {v} : {xs}) {\n\tif ({p}) ++count;\n}\nreturn count;",
          "return {xs}.filter({v} => {p}).length;"},
         [](const Choices &c, const Values &a) -> Value { return std::int64_t(selected(c, listOf(a)).size()); }},
        {"largest_or",
         "Pk",
         "L",
         'I',
         {"largest_matching", "biggest_of", "max_selected"},
         {"Return the largest of the {xs} that are {P}, but at least {k}.",
          "Find the largest number among {k} and the {xs} that are {P}."},
         {"return max([{k}] + [{v} for {v} in {xs} if {p}])",
          "int best = {k};\nfor (int {v} : {xs})\n\tif ({p})\n\t\tbest = Math.max(best, {v});\nreturn best;",
          "int best = {k};\nfor (auto {v} : {xs}) {\n\tif ({p}) best = std::max(best, {v});\n}\nreturn best;",
          "return Math.max({k}, ...{xs}.filter({v} => {p}));"},
         [](const Choices &c, const Values &a) -> Value {
             List kept = selected(c, listOf(a));
             kept.push_back(c.k);
             return *std::ranges::max_element(kept);
         }},
    };
}

std::vector<Family> searchFamilies()
{
    return {
        {"all",
         "P",
         "L",
         'B',
         {"all_match", "check_all", "every_one"},
         {"Return whether all {xs} are {P}.", "Check that each of the {xs} is {P}."},
         {"return all({p} for {v} in {xs})", "for (int {v} : {xs})\n\tif (!({p}))\n\t\treturn false;\nreturn true;",
          "for (auto {v} : {xs}) {\n\tif (!({p})) return false;\n}\nreturn true;", "return {xs}.every({v} => {p});"},
         [](const Choices &c, const Values &a) -> Value { return selected(c, listOf(a)).size() == listOf(a).size(); }},
        {"any",
         "P",
         "L",
         'B',
         {"any_match", "check_any", "has_some"},
         {"Return whether any of the {xs} is {P}.", "Check that at least one of the {xs} is {P}."},
         {"return any({p} for {v} in {xs})", "for (int {v} : {xs})\n\tif ({p})\n\t\treturn true;\nreturn false;",
          "for (auto {v} : {xs}) {\n\tif ({p}) return true;\n}\nreturn false;", "return {xs}.some({v} => {p});"},
         [](const Choices &c, const Values &a) -> Value { return !selected(c, listOf(a)).empty(); }},
        {"first_or",
         "Pk",
         "L",
         'I',
         {"first_match", "find_first", "first_of"},
         {"Return the first of the {xs} that is {P}, or {k} if there is none.",
          "Find the first of the {xs} that is {P}; give {k} without one."},
         {"return next(({v} for {v} in {xs} if {p}), {k})",
          "for (int {v} : {xs})\n\tif ({p})\n\t\treturn {v};\nreturn {k};",
          "for (auto {v} : {xs}) {\n\tif ({p}) return {v};\n}\nreturn {k};", "return {xs}.find({v} => {p}) ?? {k};"},
         [](const Choices &c, const Values &a) -> Value {
             const List kept = selected(c, listOf(a));
             return kept.empty() ? c.k : kept.front();
         }},
        {"place",
         "P",
         "L",
         'I',
         {"index_of_match", "place_of_first", "find_index"},
         {"Return the index of the first of the {xs} that is {P}, or -1 if there is none.",
          "Find the index of the first of the {xs} that is {P}; give -1 without one."},
         {"for i, {v} in enumerate({xs}):\n\tif {p}:\n\t\treturn i\nreturn -1",
          "for (int i = 0; i < {xs}.size(); i++) {\n\tint {v} = {xs}.get(i);\n\tif ({p})\n\t\treturn i;\n}\nreturn -1;",
          "for (int i = 0; i < int({xs}.size()); ++i) {\n\tauto {v} = {xs}[i];\n\tif ({p}) return i;\n}\nreturn -1;",
          "return {xs}.findIndex({v} => {p});"},
         [](const Choices &c, const Values &a) -> Value { return place(c, listOf(a)); }},
    };
}

std::vector<Family> mapFamilies()
{
    return {
        {"select",
         "P",
         "L",
         'L',
         {"select_matching", "keep_some", "filter_values"},
         {"Return the {xs} that are {P}.", "Keep only the {xs} that are {P}."},
         {"return [{v} for {v} in {xs} if {p}]",
          "List<Integer> result = new ArrayList<>();\nfor (int {v} : {xs})\n\tif ({p})\n\t\tresult.add({v});\nreturn "
          "result;",
          "std::vector<int> out;\nfor (auto {v} : {xs}) {\n\tif ({p}) out.push_back({v});\n}\nreturn out;",
          "return {xs}.filter({v} => {p});"},
         [](const Choices &c, const Values &a) -> Value { return selected(c, listOf(a)); }},
        {"change",
         "T",
         "L",
         'L',
         {"change_all", "map_values", "convert_all"},
         {"Return the {xs}, each {T}.", "Return a list of all {xs}, each of them {T}."},
         {"return [{t} for {v} in {xs}]",
          "List<Integer> result = new ArrayList<>();\nfor (int {v} : {xs})\n\tresult.add({t});\nreturn result;",
          "std::vector<int> out;\nfor (auto {v} : {xs}) {\n\tout.push_back({t});\n}\nreturn out;",
          "return {xs}.map({v} => {t});"},
         [](const Choices &c, const Values &a) -> Value { return changed(c, listOf(a)); }},
        {"change_if",
         "PT",
         "L",
         'L',
         {"change_some", "map_selected", "convert_some"},
         {"Return the {xs} that are {P}, each {T}.", "Keep the {xs} that are {P}, each of them {T}."},
         {"return [{t} for {v} in {xs} if {p}]",
          "List<Integer> result = new ArrayList<>();\nfor (int {v} : {xs})\n\tif ({p})\n\t\tresult.add({t});\nreturn "
          "result;",
          "std::vector<int> out;\nfor (auto {v} : {xs}) {\n\tif ({p}) out.push_back({t});\n}\nreturn out;",
          "return {xs}.filter({v} => {p}).map({v} => {t});"},
         [](const Choices &c, const Values &a) -> Value { return changed(c, selected(c, listOf(a))); }},
        {"replace",
         "Pk",
         "L",
         'L',
         {"replace_matching", "replace_some", "overwrite"},
         {"Return the {xs} with {k} in place of those that are {P}.", "Replace the {xs} that are {P} by {k}."},
         {"return [{k} if {p} else {v} for {v} in {xs}]",
          "List<Integer> result = new ArrayList<>();\nfor (int {v} : {xs})\n\tresult.add({p} ? {k} : {v});\nreturn "
          "result;",
          "for (auto &{v} : {xs}) {\n\tif ({p}) {v} = {k};\n}\nreturn {xs};",
          "return {xs}.map({v} => {p} ? {k} : {v});"},
         [](const Choices &c, const Values &a) -> Value { return replaced(c, listOf(a)); }},
        {"append",
         "Tk",
         "L",
         'L',
         {"change_and_append", "extend_values", "map_and_add"},
         {"Return the {xs}, each {T}, with {k} at the end.", "Return all {xs}, each of them {T}, followed by {k}."},
         {"return [{t} for {v} in {xs}] + [{k}]",
          "List<Integer> result = new ArrayList<>();\nfor (int {v} : {xs})\n\tresult.add({t});\nresult.add({k});\n"
          "return result;",
          "std::vector<int> out;\nfor (auto {v} : {xs}) {\n\tout.push_back({t});\n}\nout.push_back({k});\nreturn out;",
          "return [...{xs}.map({v} => {t}), {k}];"},
         [](const Choices &c, const Values &a) -> Value {
             List list = changed(c, listOf(a));
             list.push_back(c.k);
             return list;
         }},
    };
}

} // namespace

const std::vector<Family> &listFamilies()
{
    static const std::vector<Family> all = [] {
        std::vector<Family> families = sumFamilies();
        for (auto &&more : {searchFamilies(), mapFamilies()})
            families.insert(families.end(), more.begin(), more.end());
        return families;
    }();
    return all;
}

} // namespace secateur::demo
