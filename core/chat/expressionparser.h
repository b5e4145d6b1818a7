// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <initializer_list>
#include <string>
#include <utility>
#include <vector>

#include "core/chat/lexer.h"
#include "core/chat/syntax.h"

namespace secateur::chat {

/// Reads expressions from the tokens of a template, with Jinja's precedences: if-else, or, and, not, comparisons,
/// + -, ~, * / // %, **, signs, and tightest calls, filters and tests.
class ExpressionParser
{
public:
    explicit ExpressionParser(std::vector<Token> tokens) : m_tokens(std::move(tokens)) { }

    /// One expression.
    [[nodiscard]] Result<ExpressionPtr> parseExpression();
    /// Several with commas between them make a tuple. Without `conditional`, an "if" is left where it stands.
    [[nodiscard]] Result<ExpressionPtr> parseTuple(bool conditional = true);
    /// "| name(…) | …" behind `subject`.
    [[nodiscard]] Result<ExpressionPtr> parseFilters(ExpressionPtr subject);

    [[nodiscard]] const Token &current() const { return m_tokens[m_at]; }
    Token take() { return m_at + 1 < m_tokens.size() ? m_tokens[m_at++] : m_tokens[m_at]; }
    [[nodiscard]] bool isName(std::string_view name) const { return current().is(Token::Kind::Name, name); }
    [[nodiscard]] bool isOperator(std::string_view text) const { return current().is(Token::Kind::Operator, text); }
    /// Moves on when the current token is this.
    bool skipName(std::string_view name);
    bool skipOperator(std::string_view text);
    [[nodiscard]] Result<void> expectOperator(std::string_view text);
    [[nodiscard]] Result<std::string> expectName();
    /// BadInput with the line of the current token.
    [[nodiscard]] tl::unexpected<Error> refuseHere(const std::string &problem) const;
    [[nodiscard]] tl::unexpected<Error> unsupportedHere(const std::string &what) const;
    [[nodiscard]] std::string currentText() const; ///< for messages

private:
    using Kind = Expression::Kind;
    using Step = Result<ExpressionPtr> (ExpressionParser::*)();

    [[nodiscard]] ExpressionPtr make(Kind kind, int line) const;
    /// Takes a child in and sees to the depth.
    [[nodiscard]] Result<void> adopt(Expression &parent, ExpressionPtr child) const;
    [[nodiscard]] Result<ExpressionPtr> combined(Kind kind, std::string name, ExpressionPtr left,
                                                 ExpressionPtr right) const;
    [[nodiscard]] Result<ExpressionPtr> parseBinary(Step operand, std::initializer_list<std::string_view> operators);
    [[nodiscard]] Result<ExpressionPtr> parseOr();
    [[nodiscard]] Result<ExpressionPtr> parseAnd();
    [[nodiscard]] Result<ExpressionPtr> parseNot();
    [[nodiscard]] Result<ExpressionPtr> parseComparison();
    [[nodiscard]] Result<ExpressionPtr> parseSum();
    [[nodiscard]] Result<ExpressionPtr> parseConcat();
    [[nodiscard]] Result<ExpressionPtr> parseProduct();
    [[nodiscard]] Result<ExpressionPtr> parsePower();
    [[nodiscard]] Result<ExpressionPtr> parseUnary();
    [[nodiscard]] Result<ExpressionPtr> parseSigned(bool withFilters);
    [[nodiscard]] Result<ExpressionPtr> parsePrimary();
    [[nodiscard]] Result<ExpressionPtr> parseParentheses();
    [[nodiscard]] Result<ExpressionPtr> parseList();
    [[nodiscard]] Result<ExpressionPtr> parseDict();
    [[nodiscard]] Result<ExpressionPtr> parsePostfix(ExpressionPtr subject);
    [[nodiscard]] Result<ExpressionPtr> parseSubscript(ExpressionPtr subject);
    [[nodiscard]] Result<ExpressionPtr> parseFilter(ExpressionPtr subject);
    [[nodiscard]] Result<ExpressionPtr> parseTest(ExpressionPtr subject);
    [[nodiscard]] Result<ExpressionPtr> parseCall(ExpressionPtr subject);
    [[nodiscard]] Result<void> parseArguments(Expression &call);
    [[nodiscard]] bool endsTuple(bool conditional) const;

    std::vector<Token> m_tokens;
    std::size_t m_at = 0;
    int m_nesting = 0;
    friend class Nesting;
};

} // namespace secateur::chat
