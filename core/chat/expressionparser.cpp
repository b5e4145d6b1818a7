// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/chat/expressionparser.h"

#include <algorithm>
#include <charconv>

namespace secateur::chat {

namespace {

/// Of brackets, signs and chains of operators: bounds the recursion of parser and interpreter.
constexpr int deepest = 200;

} // namespace

/// Counts how deep the parser is in itself.
class Nesting
{
public:
    explicit Nesting(ExpressionParser &parser) : m_parser(parser) { ++m_parser.m_nesting; }
    ~Nesting() { --m_parser.m_nesting; }
    Nesting(const Nesting &) = delete;
    Nesting &operator=(const Nesting &) = delete;
    [[nodiscard]] bool isTooDeep() const { return m_parser.m_nesting > deepest; }

private:
    ExpressionParser &m_parser;
};

bool ExpressionParser::skipName(std::string_view name)
{
    const bool is = isName(name);
    if (is)
        take();
    return is;
}

bool ExpressionParser::skipOperator(std::string_view text)
{
    const bool is = isOperator(text);
    if (is)
        take();
    return is;
}

Result<void> ExpressionParser::expectOperator(std::string_view text)
{
    if (!skipOperator(text))
        return refuseHere("\"" + std::string(text) + "\" is expected where " + currentText() + " stands");
    return {};
}

Result<std::string> ExpressionParser::expectName()
{
    if (current().kind != Token::Kind::Name)
        return refuseHere("a name is expected where " + currentText() + " stands");
    return take().text;
}

tl::unexpected<Error> ExpressionParser::refuseHere(const std::string &problem) const
{
    return refuse("line " + std::to_string(current().line) + ": " + problem);
}

tl::unexpected<Error> ExpressionParser::unsupportedHere(const std::string &what) const
{
    return failure(ErrorCode::Unsupported,
                   "line " + std::to_string(current().line) + ": " + what
                       + " is not in the part of Jinja that this program reads");
}

std::string ExpressionParser::currentText() const
{
    switch (current().kind) {
    case Token::Kind::End: return "the end of the template";
    case Token::Kind::BlockEnd: return "the end of the tag";
    case Token::Kind::OutputEnd: return "the end of the tag";
    default: return "\"" + current().text.substr(0, 40) + "\"";
    }
}

ExpressionPtr ExpressionParser::make(Kind kind, int line) const
{
    auto expression = std::make_unique<Expression>();
    expression->kind = kind;
    expression->line = line;
    return expression;
}

Result<void> ExpressionParser::adopt(Expression &parent, ExpressionPtr child) const
{
    if (child) {
        parent.depth = std::max(parent.depth, child->depth + 1);
        if (parent.depth > deepest)
            return refuseHere("the expression is more than " + std::to_string(deepest) + " deep");
    }
    parent.children.push_back(std::move(child));
    return {};
}

Result<ExpressionPtr> ExpressionParser::combined(Kind kind, std::string name, ExpressionPtr left,
                                                 ExpressionPtr right) const
{
    auto expression = make(kind, left->line);
    expression->name = std::move(name);
    SECATEUR_CHECK(adopt(*expression, std::move(left)));
    SECATEUR_CHECK(adopt(*expression, std::move(right)));
    return expression;
}

bool ExpressionParser::endsTuple(bool conditional) const
{
    const auto kind = current().kind;
    return kind == Token::Kind::BlockEnd || kind == Token::Kind::OutputEnd || kind == Token::Kind::End
        || isOperator(")") || isOperator("=") || isName("in")
        || (!conditional && (isName("if") || isName("recursive")));
}

Result<ExpressionPtr> ExpressionParser::parseTuple(bool conditional)
{
    SECATEUR_TRY(first, conditional ? parseExpression() : parseOr());
    if (!isOperator(","))
        return std::move(first);
    auto tuple = make(Kind::Tuple, first->line);
    SECATEUR_CHECK(adopt(*tuple, std::move(first)));
    while (skipOperator(",") && !endsTuple(conditional)) {
        SECATEUR_TRY(next, conditional ? parseExpression() : parseOr());
        SECATEUR_CHECK(adopt(*tuple, std::move(next)));
    }
    return tuple;
}

Result<ExpressionPtr> ExpressionParser::parseExpression()
{
    const Nesting nesting(*this);
    if (nesting.isTooDeep())
        return refuseHere("brackets are nested more than " + std::to_string(deepest) + " deep");
    SECATEUR_TRY(value, parseOr());
    while (isName("if")) {
        auto conditional = make(Kind::Conditional, take().line);
        SECATEUR_TRY(condition, parseOr());
        ExpressionPtr other;
        if (skipName("else")) {
            SECATEUR_TRY(parsed, parseExpression());
            other = std::move(parsed);
        }
        SECATEUR_CHECK(adopt(*conditional, std::move(condition)));
        SECATEUR_CHECK(adopt(*conditional, std::move(value)));
        SECATEUR_CHECK(adopt(*conditional, std::move(other)));
        value = std::move(conditional);
    }
    return std::move(value);
}

Result<ExpressionPtr> ExpressionParser::parseBinary(Step operand, std::initializer_list<std::string_view> operators)
{
    SECATEUR_TRY(left, (this->*operand)());
    for (;;) {
        const auto known =
            std::find_if(operators.begin(), operators.end(), [&](auto text) { return isOperator(text); });
        if (known == operators.end())
            return std::move(left);
        take();
        SECATEUR_TRY(right, (this->*operand)());
        SECATEUR_TRY(both, combined(Kind::Binary, std::string(*known), std::move(left), std::move(right)));
        left = std::move(both);
    }
}

Result<ExpressionPtr> ExpressionParser::parseOr()
{
    SECATEUR_TRY(left, parseAnd());
    while (skipName("or")) {
        SECATEUR_TRY(right, parseAnd());
        SECATEUR_TRY(both, combined(Kind::Or, {}, std::move(left), std::move(right)));
        left = std::move(both);
    }
    return std::move(left);
}

Result<ExpressionPtr> ExpressionParser::parseAnd()
{
    SECATEUR_TRY(left, parseNot());
    while (skipName("and")) {
        SECATEUR_TRY(right, parseNot());
        SECATEUR_TRY(both, combined(Kind::And, {}, std::move(left), std::move(right)));
        left = std::move(both);
    }
    return std::move(left);
}

Result<ExpressionPtr> ExpressionParser::parseNot()
{
    const Nesting nesting(*this);
    if (nesting.isTooDeep())
        return refuseHere("the expression is nested too deep");
    if (!isName("not"))
        return parseComparison();
    auto negation = make(Kind::Not, take().line);
    SECATEUR_TRY(operand, parseNot());
    SECATEUR_CHECK(adopt(*negation, std::move(operand)));
    return negation;
}

Result<ExpressionPtr> ExpressionParser::parseComparison()
{
    SECATEUR_TRY(left, parseSum());
    auto comparison = make(Kind::Compare, left->line);
    const auto nextOperator = [&]() -> std::string {
        for (const char *text : {"==", "!=", "<=", ">=", "<", ">"})
            if (skipOperator(text))
                return text;
        if (skipName("in"))
            return "in";
        const bool notIn =
            isName("not") && m_at + 1 < m_tokens.size() && m_tokens[m_at + 1].is(Token::Kind::Name, "in");
        if (!notIn)
            return {};
        take();
        take();
        return "not in";
    };
    for (std::string text = nextOperator(); !text.empty(); text = nextOperator()) {
        if (comparison->children.empty())
            SECATEUR_CHECK(adopt(*comparison, std::move(left)));
        SECATEUR_TRY(right, parseSum());
        SECATEUR_CHECK(adopt(*comparison, std::move(right)));
        comparison->names.push_back(std::move(text));
    }
    return comparison->children.empty() ? std::move(left) : std::move(comparison);
}

Result<ExpressionPtr> ExpressionParser::parseSum()
{
    return parseBinary(&ExpressionParser::parseConcat, {"+", "-"});
}

Result<ExpressionPtr> ExpressionParser::parseConcat()
{
    SECATEUR_TRY(first, parseProduct());
    if (!isOperator("~"))
        return std::move(first);
    auto concat = make(Kind::Concat, first->line);
    SECATEUR_CHECK(adopt(*concat, std::move(first)));
    while (skipOperator("~")) {
        SECATEUR_TRY(next, parseProduct());
        SECATEUR_CHECK(adopt(*concat, std::move(next)));
    }
    return concat;
}

Result<ExpressionPtr> ExpressionParser::parseProduct()
{
    return parseBinary(&ExpressionParser::parsePower, {"*", "/", "//", "%"});
}

Result<ExpressionPtr> ExpressionParser::parsePower()
{
    return parseBinary(&ExpressionParser::parseUnary, {"**"});
}

Result<ExpressionPtr> ExpressionParser::parseUnary()
{
    return parseSigned(true);
}

Result<ExpressionPtr> ExpressionParser::parseSigned(bool withFilters)
{
    const Nesting nesting(*this);
    if (nesting.isTooDeep())
        return refuseHere("the expression is nested too deep");
    ExpressionPtr value;
    if (isOperator("-") || isOperator("+")) {
        const Token sign = take();
        value = make(Kind::Unary, sign.line);
        value->name = sign.text;
        SECATEUR_TRY(operand, parseSigned(false));
        SECATEUR_CHECK(adopt(*value, std::move(operand)));
    } else {
        SECATEUR_TRY(primary, parsePrimary());
        value = std::move(primary);
    }
    SECATEUR_TRY(whole, parsePostfix(std::move(value)));
    return withFilters ? parseFilters(std::move(whole)) : std::move(whole);
}

Result<ExpressionPtr> ExpressionParser::parsePrimary()
{
    if (isOperator("("))
        return parseParentheses();
    if (isOperator("["))
        return parseList();
    if (isOperator("{"))
        return parseDict();
    auto value = make(Kind::Constant, current().line);
    switch (current().kind) {
    case Token::Kind::Name: {
        const std::string name = take().text;
        if (name == "true" || name == "True" || name == "false" || name == "False") {
            value->constant = Value::boolean(name == "true" || name == "True");
        } else if (name == "none" || name == "None") {
            value->constant = Value::none();
        } else {
            value->kind = Kind::Name;
            value->name = name;
        }
        return value;
    }
    case Token::Kind::String: {
        std::string text;
        while (current().kind == Token::Kind::String)
            text += take().text;
        value->constant = Value::text(std::move(text));
        return value;
    }
    case Token::Kind::Integer:
    case Token::Kind::Float: {
        const bool isInteger = current().kind == Token::Kind::Integer;
        std::int64_t integer = 0;
        double number = 0.0;
        const char *const begin = current().text.data();
        const char *const end = begin + current().text.size();
        const auto problem =
            isInteger ? std::from_chars(begin, end, integer).ec : std::from_chars(begin, end, number).ec;
        if (problem != std::errc())
            return refuseHere("the number " + current().text.substr(0, 40) + " is out of range");
        take();
        value->constant = isInteger ? Value::integer(integer) : Value::number(number);
        return value;
    }
    default: return refuseHere("a value is expected where " + currentText() + " stands");
    }
}

Result<ExpressionPtr> ExpressionParser::parseParentheses()
{
    const int line = take().line;
    if (skipOperator(")"))
        return make(Kind::Tuple, line);
    SECATEUR_TRY(inside, parseTuple());
    SECATEUR_CHECK(expectOperator(")"));
    return std::move(inside);
}

Result<ExpressionPtr> ExpressionParser::parseList()
{
    auto list = make(Kind::List, take().line);
    while (!skipOperator("]")) {
        if (!list->children.empty())
            SECATEUR_CHECK(expectOperator(","));
        if (skipOperator("]"))
            break;
        SECATEUR_TRY(item, parseExpression());
        SECATEUR_CHECK(adopt(*list, std::move(item)));
    }
    return list;
}

Result<ExpressionPtr> ExpressionParser::parseDict()
{
    auto dict = make(Kind::Dict, take().line);
    while (!skipOperator("}")) {
        if (!dict->children.empty())
            SECATEUR_CHECK(expectOperator(","));
        if (skipOperator("}"))
            break;
        SECATEUR_TRY(key, parseExpression());
        SECATEUR_CHECK(expectOperator(":"));
        SECATEUR_TRY(value, parseExpression());
        SECATEUR_CHECK(adopt(*dict, std::move(key)));
        SECATEUR_CHECK(adopt(*dict, std::move(value)));
    }
    return dict;
}

} // namespace secateur::chat
