// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/demo/functionfamilies.h"

namespace secateur::demo {

std::string Condition::words() const
{
    const std::string number = std::to_string(constant);
    switch (kind) {
    case Greater: return "greater than " + number;
    case Less: return "less than " + number;
    case AtLeast: return "at least " + number;
    case AtMost: return "at most " + number;
    case Even: return "even";
    case Odd: return "odd";
    case Divisible: return "divisible by " + number;
    case Unequal: break;
    }
    return "not equal to " + number;
}

std::string Condition::expression(const std::string &variable, Language language) const
{
    const std::string number = std::to_string(constant);
    const std::string equals = language == Language::JavaScript ? " === " : " == ";
    const std::string differs = language == Language::JavaScript ? " !== " : " != ";
    switch (kind) {
    case Greater: return variable + " > " + number;
    case Less: return variable + " < " + number;
    case AtLeast: return variable + " >= " + number;
    case AtMost: return variable + " <= " + number;
    case Even: return variable + " % 2" + equals + "0";
    case Odd: return variable + " % 2" + equals + "1";
    case Divisible: return variable + " % " + number + equals + "0";
    case Unequal: break;
    }
    return variable + differs + number;
}

bool Condition::holds(std::int64_t value) const
{
    switch (kind) {
    case Greater: return value > constant;
    case Less: return value < constant;
    case AtLeast: return value >= constant;
    case AtMost: return value <= constant;
    case Even: return value % 2 == 0;
    case Odd: return value % 2 == 1;
    case Divisible: return value % constant == 0;
    case Unequal: break;
    }
    return value != constant;
}

std::string Change::words() const
{
    const std::string number = std::to_string(constant);
    switch (kind) {
    case Times: return "multiplied by " + number;
    case Plus: return "increased by " + number;
    case Minus: return "decreased by " + number;
    case Squared: return "squared";
    case Doubled: break;
    }
    return "doubled";
}

std::string Change::expression(const std::string &operand) const
{
    const std::string number = std::to_string(constant);
    switch (kind) {
    case Times: return operand + " * " + number;
    case Plus: return operand + " + " + number;
    case Minus: return operand + " - " + number;
    case Squared: return operand + " * " + operand;
    case Doubled: break;
    }
    return operand + " * 2";
}

std::int64_t Change::of(std::int64_t value) const
{
    switch (kind) {
    case Times: return value * constant;
    case Plus: return value + constant;
    case Minus: return value - constant;
    case Squared: return value * value;
    case Doubled: break;
    }
    return value * 2;
}

} // namespace secateur::demo
