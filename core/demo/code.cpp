// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/demo/code.h"

#include <cctype>

#include "core/demo/text.h"

namespace secateur::demo {

namespace {

using List = std::vector<std::int64_t>;

template <typename T, typename Write>
std::string joinedBy(const std::vector<T> &all, const char *between, Write write)
{
    std::string out;
    for (const auto &one : all)
        out += (out.empty() ? "" : between) + write(one);
    return out;
}

std::string listText(const List &list)
{
    return joinedBy(list, ", ", [](std::int64_t value) { return std::to_string(value); });
}

std::string literal(const Value &value, Language language)
{
    if (const auto *number = std::get_if<std::int64_t>(&value))
        return std::to_string(*number);
    if (const auto *text = std::get_if<std::string>(&value))
        return (language == Language::Cpp ? "std::string(\"" : "\"") + *text
            + (language == Language::Cpp ? "\")" : "\"");
    if (const auto *truth = std::get_if<bool>(&value))
        return language == Language::Python ? (*truth ? "True" : "False") : (*truth ? "true" : "false");
    const std::string list = listText(std::get<List>(value));
    switch (language) {
    case Language::Java: return "List.of(" + list + ")";
    case Language::Cpp: return "std::vector<int>{" + list + "}";
    default: return "[" + list + "]";
    }
}

std::string typeName(ValueType type, Language language)
{
    const bool java = language == Language::Java;
    switch (type) {
    case ValueType::Integer: return "int";
    case ValueType::Boolean: return java ? "boolean" : "bool";
    case ValueType::Text: return java ? "String" : "std::string";
    case ValueType::List: break;
    }
    return java ? "List<Integer>" : "std::vector<int>";
}

/// "sum_up_to" as "sumUpTo".
std::string camelCase(const std::string &name)
{
    std::string out;
    for (std::size_t i = 0; i < name.size(); ++i)
        if (name[i] == '_' && i + 1 < name.size())
            out += char(std::toupper(static_cast<unsigned char>(name[++i])));
        else
            out += name[i];
    return out;
}

std::string indented(const std::string &body, const std::string &base, const std::string &step)
{
    std::string out = base;
    for (const char c : body)
        out += c == '\n' ? "\n" + base : c == '\t' ? step : std::string(1, c);
    return out;
}

std::string parametersOf(const Function &function, Language language)
{
    const bool typed = language == Language::Java || language == Language::Cpp;
    return joinedBy(function.parameters, ", ", [&](const Parameter &parameter) {
        return (typed ? typeName(parameter.type, language) + " " : std::string()) + parameter.name;
    });
}

std::string callOf(const std::string &name, const Case &one, Language language)
{
    return name + "("
        + joinedBy(one.arguments, ", ", [language](const Value &value) { return literal(value, language); }) + ")";
}

/// One line per case.
std::string checks(const std::vector<Case> &cases, Language language, const std::string &entry)
{
    std::string out;
    for (const auto &one : cases) {
        const std::string wanted = literal(one.result, language);
        const bool object =
            !std::holds_alternative<std::int64_t>(one.result) && !std::holds_alternative<bool>(one.result);
        switch (language) {
        case Language::Python:
            out += "    assert " + callOf("candidate", one, language) + " == " + wanted + "\n";
            break;
        case Language::Java:
            out += "        assert " + callOf(entry, one, language)
                + (object ? ".equals(" + wanted + ");\n" : " == " + wanted + ";\n");
            break;
        case Language::Cpp:
            out += std::string("    assert") + "((" + callOf("candidate", one, language) + " == " + wanted + "));\n";
            break;
        case Language::JavaScript:
            out += "  assert.deepEqual(" + callOf("candidate", one, language) + ", " + wanted + ");\n";
            break;
        }
    }
    return out;
}

} // namespace

std::vector<Case> drawCases(const Function &function, std::size_t count, Random &random)
{
    std::vector<Case> cases;
    while (cases.size() < count) {
        Values arguments = drawArguments(function, random);
        Value result = function.run(arguments);
        cases.push_back({std::move(arguments), std::move(result)});
    }
    return cases;
}

CodeText codeText(const Function &function, const std::vector<Case> &cases, Language language)
{
    const auto &body = function.bodies[int(language)];
    const std::string parameters = parametersOf(function, language);
    const std::string type = typeName(function.result, language);
    const std::string &words = function.description;
    CodeText text;
    text.entry =
        language == Language::Java || language == Language::JavaScript ? camelCase(function.name) : function.name;
    const std::string lines = checks(cases, language, text.entry);
    switch (language) {
    case Language::Python:
        text.prompt = "def " + text.entry + "(" + parameters + "):\n    \"\"\"" + words + "\"\"\"\n";
        text.body = indented(body, "    ", "    ") + "\n";
        text.tests = "def check(candidate):\n" + lines;
        break;
    case Language::Java:
        text.prompt = "import java.util.*;\n\nclass Problem {\n    // " + words + "\n    public static " + type + " "
            + text.entry + "(" + parameters + ") {";
        text.body = "\n" + indented(body, "        ", "    ") + "\n";
        text.tests = "    }\n\n    public static void main(String[] args) {\n" + lines + "    }\n}\n";
        break;
    case Language::Cpp:
        text.prompt = "#include <algorithm>\n#include <string>\n#include <vector>\n\n// " + words + "\n" + type + " "
            + text.entry + "(" + parameters + ") {";
        text.body = "\n" + indented(body, "    ", "    ") + "\n";
        text.tests =
            "}\n\n#include <cassert>\nint main() {\n    auto candidate = " + text.entry + ";\n" + lines + "}\n";
        break;
    case Language::JavaScript:
        text.prompt = "// " + words + "\nfunction " + text.entry + "(" + parameters + ") {";
        text.body = "\n" + indented(body, "  ", "  ") + "\n}\n";
        text.tests = "const assert = require('node:assert');\n\nfunction test() {\n  let candidate = " + text.entry
            + ";\n" + lines + "}\n\ntest();\n";
        break;
    }
    return text;
}

std::vector<std::string> stopsOf(Language language)
{
    switch (language) {
    case Language::Python: return {};
    case Language::Java: return {"\n    }\n"};
    case Language::Cpp: return {"\n}"};
    case Language::JavaScript: break;
    }
    return {"\nfunction ", "\n/*", "\n//", "\nconsole.log", "\nconst "};
}

} // namespace secateur::demo
