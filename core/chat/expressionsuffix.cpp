// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/chat/expressionparser.h"

/// What may stand behind a value: members, slices, calls, filters and tests.
namespace secateur::chat {

Result<ExpressionPtr> ExpressionParser::parsePostfix(ExpressionPtr subject)
{
    for (;;) {
        if (isOperator(".") || isOperator("[")) {
            SECATEUR_TRY(next, parseSubscript(std::move(subject)));
            subject = std::move(next);
        } else if (isOperator("(")) {
            SECATEUR_TRY(next, parseCall(std::move(subject)));
            subject = std::move(next);
        } else {
            return subject;
        }
    }
}

Result<ExpressionPtr> ExpressionParser::parseCall(ExpressionPtr subject)
{
    auto call = make(Kind::Call, current().line);
    SECATEUR_CHECK(adopt(*call, std::move(subject)));
    SECATEUR_CHECK(parseArguments(*call));
    return call;
}

Result<ExpressionPtr> ExpressionParser::parseSubscript(ExpressionPtr subject)
{
    const Token open = take();
    if (open.text == ".") {
        auto member = make(Kind::Attribute, open.line);
        if (current().kind == Token::Kind::Integer) {
            member->kind = Kind::Item;
            SECATEUR_CHECK(adopt(*member, std::move(subject)));
            SECATEUR_TRY(index, parsePrimary());
            SECATEUR_CHECK(adopt(*member, std::move(index)));
            return member;
        }
        SECATEUR_TRY(name, expectName());
        member->name = name;
        SECATEUR_CHECK(adopt(*member, std::move(subject)));
        return member;
    }
    auto item = make(Kind::Item, open.line);
    SECATEUR_CHECK(adopt(*item, std::move(subject)));
    for (int part = 0; part < 4 && !isOperator("]"); ++part) {
        ExpressionPtr bound;
        if (!isOperator(":")) {
            SECATEUR_TRY(parsed, parseExpression());
            bound = std::move(parsed);
        }
        SECATEUR_CHECK(adopt(*item, std::move(bound)));
        if (skipOperator(":"))
            item->kind = Kind::Slice;
        else
            break;
    }
    SECATEUR_CHECK(expectOperator("]"));
    if (item->children.size() < 2 || item->children.size() > 4)
        return refuseHere("an index is expected in brackets");
    while (item->kind == Kind::Slice && item->children.size() < 4)
        item->children.emplace_back();
    return item;
}

Result<ExpressionPtr> ExpressionParser::parseFilters(ExpressionPtr subject)
{
    for (;;) {
        if (isOperator("|")) {
            SECATEUR_TRY(next, parseFilter(std::move(subject)));
            subject = std::move(next);
        } else if (isName("is")) {
            SECATEUR_TRY(next, parseTest(std::move(subject)));
            subject = std::move(next);
        } else if (isOperator("(")) { // what a filter gives may be called
            SECATEUR_TRY(next, parseCall(std::move(subject)));
            subject = std::move(next);
        } else {
            return subject;
        }
    }
}

Result<ExpressionPtr> ExpressionParser::parseFilter(ExpressionPtr subject)
{
    auto filter = make(Kind::Filter, take().line);
    SECATEUR_TRY(name, expectName());
    filter->name = name;
    SECATEUR_CHECK(adopt(*filter, std::move(subject)));
    if (isOperator("("))
        SECATEUR_CHECK(parseArguments(*filter));
    return filter;
}

Result<ExpressionPtr> ExpressionParser::parseTest(ExpressionPtr subject)
{
    auto test = make(Kind::Test, take().line);
    test->negated = skipName("not");
    SECATEUR_TRY(name, expectName());
    test->name = name;
    SECATEUR_CHECK(adopt(*test, std::move(subject)));
    const auto kind = current().kind;
    const bool startsValue = kind == Token::Kind::String || kind == Token::Kind::Integer || kind == Token::Kind::Float
        || isOperator("[") || isOperator("{")
        || (kind == Token::Kind::Name && !isName("else") && !isName("or") && !isName("and") && !isName("if")
            && !isName("is") && !isName("in") && !isName("not") && !isName("recursive"));
    if (isOperator("(")) {
        SECATEUR_CHECK(parseArguments(*test));
    } else if (startsValue) {
        SECATEUR_TRY(primary, parsePrimary());
        SECATEUR_TRY(argument, parsePostfix(std::move(primary)));
        SECATEUR_CHECK(adopt(*test, std::move(argument)));
    }
    return test;
}

Result<void> ExpressionParser::parseArguments(Expression &call)
{
    take();
    for (bool first = true; !skipOperator(")"); first = false) {
        if (!first)
            SECATEUR_CHECK(expectOperator(","));
        if (skipOperator(")"))
            break;
        if (isOperator("*") || isOperator("**")) { // a list or a dict of arguments, under a name of its own
            call.names.push_back(take().text);
            SECATEUR_TRY(several, parseExpression());
            SECATEUR_CHECK(adopt(call, std::move(several)));
            continue;
        }
        const bool isNamed = current().kind == Token::Kind::Name && m_at + 1 < m_tokens.size()
            && m_tokens[m_at + 1].is(Token::Kind::Operator, "=");
        if (isNamed) {
            call.names.push_back(take().text);
            take();
        } else if (!call.names.empty()) {
            return refuseHere("an argument without name stands behind one with a name");
        }
        SECATEUR_TRY(argument, parseExpression());
        SECATEUR_CHECK(adopt(call, std::move(argument)));
    }
    return {};
}

} // namespace secateur::chat
