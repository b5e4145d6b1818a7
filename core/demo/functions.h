// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <variant>
#include <vector>

#include "core/demo/random.h"

namespace secateur::demo {

enum class Language { Python, Java, Cpp, JavaScript };

/// What the functions take and give.
using Value = std::variant<std::int64_t, bool, std::string, std::vector<std::int64_t>>;
using Values = std::vector<Value>;

enum class ValueType { Integer, Boolean, Text, List };

struct Parameter {
    std::string name;
    ValueType type;
};

/// One short function, described in words, written in four languages, and computed.
struct Function {
    std::string problem; ///< what it does; the same for all names, words and languages
    std::string name; ///< words joined by "_"
    std::string description; ///< one sentence
    std::vector<Parameter> parameters;
    ValueType result;
    std::string bodies[4]; ///< by Language; a tab for each level of indentation, no line end behind the last line
    std::function<Value(const Values &)> run;
    std::int64_t constant = 0; ///< near which numbers are interesting as arguments
    std::string letter; ///< that texts should have as arguments; "" where it does not matter
};

/// Draws one of about thirty families, with its constants, operations, names and words.
[[nodiscard]] Function drawFunction(Random &random);

/// Arguments for the function, drawn so that its conditions sometimes hold and sometimes do not.
[[nodiscard]] Values drawArguments(const Function &function, Random &random);

} // namespace secateur::demo
