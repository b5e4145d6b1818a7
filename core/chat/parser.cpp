// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/chat/parser.h"

#include <algorithm>
#include <array>

#include "core/chat/expressionparser.h"
#include "core/chat/lexer.h"

namespace secateur::chat {

namespace {

/// Of statements in statements.
constexpr int deepest = 50;

using Words = std::initializer_list<std::string_view>;

class TemplateParser
{
public:
    explicit TemplateParser(std::vector<Token> tokens) : m_tokens(std::move(tokens)) { }

    Result<Body> parse()
    {
        SECATEUR_TRY(body, parseBody({}));
        return std::move(body);
    }

private:
    using Kind = Statement::Kind;

    /// Statements up to a tag that begins with one of these words, which is left to be read: behind its "{%". Without
    /// words: up to the end of the template.
    Result<Body> parseBody(Words ends)
    {
        if (++m_nesting > deepest)
            return m_tokens.refuseHere("tags are nested more than " + std::to_string(deepest) + " deep");
        Body body;
        for (;;) {
            const Token token = m_tokens.current();
            if (token.kind == Token::Kind::End) {
                if (ends.size() > 0)
                    return m_tokens.refuseHere("{% " + std::string(*(ends.end() - 1)) + " %} is missing");
                break;
            }
            m_tokens.take();
            if (token.kind == Token::Kind::Text) {
                body.push_back(make(Kind::Text, token.line));
                body.back().text = token.text;
            } else if (token.kind == Token::Kind::OutputBegin) {
                SECATEUR_TRY(output, parseOutput(token.line));
                body.push_back(std::move(output));
            } else {
                const auto isHere = [&](std::string_view word) { return m_tokens.isName(word); };
                if (std::any_of(ends.begin(), ends.end(), isHere))
                    break;
                SECATEUR_TRY(statement, parseStatement());
                body.push_back(std::move(statement));
            }
        }
        --m_nesting;
        return body;
    }

    static Statement make(Kind kind, int line)
    {
        Statement statement;
        statement.kind = kind;
        statement.line = line;
        return statement;
    }

    Result<Statement> parseOutput(int line)
    {
        Statement output = make(Kind::Output, line);
        SECATEUR_TRY(value, m_tokens.parseTuple());
        output.expressions.push_back(std::move(value));
        if (m_tokens.current().kind != Token::Kind::OutputEnd)
            return m_tokens.refuseHere("}} is expected where " + m_tokens.currentText() + " stands");
        m_tokens.take();
        return output;
    }

    Result<void> endTag()
    {
        if (m_tokens.current().kind != Token::Kind::BlockEnd)
            return m_tokens.refuseHere("%} is expected where " + m_tokens.currentText() + " stands");
        m_tokens.take();
        return {};
    }

    /// A body up to {% end %}, and that tag.
    Result<Body> parseWhole(std::string_view end)
    {
        SECATEUR_CHECK(endTag());
        SECATEUR_TRY(body, parseBody({end}));
        m_tokens.take();
        SECATEUR_CHECK(endTag());
        return std::move(body);
    }

    Result<Statement> parseStatement()
    {
        using Parse = Result<void> (TemplateParser::*)(Statement &);
        struct Word {
            std::string_view name;
            Kind kind;
            Parse parse;
        };
        static constexpr std::array<Word, 10> words = {{
            {"if", Kind::If, &TemplateParser::parseIf},
            {"for", Kind::For, &TemplateParser::parseFor},
            {"set", Kind::Set, &TemplateParser::parseSet},
            {"macro", Kind::Macro, &TemplateParser::parseMacro},
            {"call", Kind::CallBlock, &TemplateParser::parseCall},
            {"filter", Kind::FilterBlock, &TemplateParser::parseFilterBlock},
            {"with", Kind::With, &TemplateParser::parseWith},
            {"generation", Kind::Generation, &TemplateParser::parseGeneration},
            {"break", Kind::Break, &TemplateParser::parseJump},
            {"continue", Kind::Continue, &TemplateParser::parseJump},
        }};
        const std::string name = m_tokens.current().text;
        const auto word =
            std::find_if(words.begin(), words.end(), [&](const Word &known) { return m_tokens.isName(known.name); });
        if (word == words.end()) {
            for (const std::string_view other : {"include", "import", "from", "extends", "block", "autoescape"})
                if (name == other)
                    return m_tokens.unsupportedHere("{% " + name + " %}");
            return m_tokens.refuseHere("there is no tag {% " + name.substr(0, 40) + " %} here");
        }
        Statement statement = make(word->kind, m_tokens.take().line);
        SECATEUR_CHECK((this->*word->parse)(statement));
        return statement;
    }

    Result<void> parseIf(Statement &statement)
    {
        for (;;) {
            SECATEUR_TRY(condition, m_tokens.parseTuple(false));
            SECATEUR_CHECK(endTag());
            SECATEUR_TRY(body, parseBody({"elif", "else", "endif"}));
            statement.branches.emplace_back(std::move(condition), std::move(body));
            if (!m_tokens.skipName("elif"))
                break;
        }
        if (m_tokens.skipName("else")) {
            SECATEUR_TRY(body, parseWhole("endif"));
            statement.elseBody = std::move(body);
            return {};
        }
        m_tokens.take();
        return endTag();
    }

    Result<std::vector<std::string>> parseTargets()
    {
        const bool bracketed = m_tokens.skipOperator("(");
        std::vector<std::string> names;
        do {
            if (!names.empty() && m_tokens.current().kind != Token::Kind::Name)
                break;
            SECATEUR_TRY(name, m_tokens.expectName());
            names.push_back(std::move(name));
        } while (m_tokens.skipOperator(","));
        if (bracketed)
            SECATEUR_CHECK(m_tokens.expectOperator(")"));
        return names;
    }

    Result<void> parseFor(Statement &statement)
    {
        SECATEUR_TRY(targets, parseTargets());
        statement.targets = targets;
        if (!m_tokens.skipName("in"))
            return m_tokens.refuseHere("\"in\" is expected where " + m_tokens.currentText() + " stands");
        SECATEUR_TRY(sequence, m_tokens.parseTuple(false));
        statement.expressions.push_back(std::move(sequence));
        if (m_tokens.skipName("if")) {
            SECATEUR_TRY(condition, m_tokens.parseExpression());
            statement.expressions.push_back(std::move(condition));
        }
        if (m_tokens.isName("recursive"))
            return m_tokens.unsupportedHere("a recursive loop");
        SECATEUR_CHECK(endTag());
        ++m_loops;
        SECATEUR_TRY(body, parseBody({"else", "endfor"}));
        --m_loops;
        statement.body = std::move(body);
        if (m_tokens.skipName("else")) {
            SECATEUR_TRY(other, parseWhole("endfor"));
            statement.elseBody = std::move(other);
            return {};
        }
        m_tokens.take();
        return endTag();
    }

    Result<void> parseSet(Statement &statement)
    {
        SECATEUR_TRY(targets, parseTargets());
        statement.targets = targets;
        if (targets.size() == 1 && m_tokens.skipOperator(".")) {
            SECATEUR_TRY(attribute, m_tokens.expectName());
            statement.attribute = attribute;
        }
        if (m_tokens.skipOperator("=")) {
            SECATEUR_TRY(value, m_tokens.parseTuple());
            statement.expressions.push_back(std::move(value));
            return endTag();
        }
        statement.kind = Kind::SetBlock;
        if (targets.size() > 1)
            return m_tokens.refuseHere("\"=\" is expected where " + m_tokens.currentText() + " stands");
        if (m_tokens.isOperator("|"))
            SECATEUR_CHECK(parseBodyFilters(statement));
        SECATEUR_TRY(body, parseWhole("endset"));
        statement.body = std::move(body);
        return {};
    }

    /// Filters that get the text of a body, under a name that no template can spell.
    Result<void> parseBodyFilters(Statement &statement)
    {
        auto subject = std::make_unique<Expression>();
        subject->kind = Expression::Kind::Name;
        subject->name = std::string(bodyName);
        subject->line = statement.line;
        SECATEUR_TRY(filters, m_tokens.parseFilters(std::move(subject)));
        statement.expressions.push_back(std::move(filters));
        return {};
    }

    /// "(a, b=1)": names, and the defaults of the last ones.
    Result<void> parseParameters(Statement &statement)
    {
        SECATEUR_CHECK(m_tokens.expectOperator("("));
        while (!m_tokens.skipOperator(")")) {
            if (!statement.targets.empty())
                SECATEUR_CHECK(m_tokens.expectOperator(","));
            SECATEUR_TRY(name, m_tokens.expectName());
            statement.targets.push_back(name);
            if (m_tokens.skipOperator("=")) {
                SECATEUR_TRY(value, m_tokens.parseExpression());
                statement.expressions.push_back(std::move(value));
            } else if (!statement.expressions.empty()) {
                return m_tokens.refuseHere("a parameter without default stands behind one with a default");
            }
        }
        return {};
    }

    Result<void> parseMacro(Statement &statement)
    {
        SECATEUR_TRY(name, m_tokens.expectName());
        statement.text = name;
        SECATEUR_CHECK(parseParameters(statement));
        SECATEUR_TRY(body, parseWithoutLoops("endmacro"));
        statement.body = std::move(body);
        return {};
    }

    /// A body in which break and continue do not reach the loops around it.
    Result<Body> parseWithoutLoops(std::string_view end)
    {
        const int loops = std::exchange(m_loops, 0);
        SECATEUR_TRY(body, parseWhole(end));
        m_loops = loops;
        return std::move(body);
    }

    /// Becomes a macro "caller" in front of the call: branches[0] holds the call.
    Result<void> parseCall(Statement &statement)
    {
        if (m_tokens.isOperator("("))
            SECATEUR_CHECK(parseParameters(statement));
        SECATEUR_TRY(call, m_tokens.parseExpression());
        if (call->kind != Expression::Kind::Call)
            return m_tokens.refuseHere("{% call %} needs a call");
        statement.branches.emplace_back(std::move(call), Body());
        statement.text = "caller";
        SECATEUR_TRY(body, parseWithoutLoops("endcall"));
        statement.body = std::move(body);
        return {};
    }

    Result<void> parseFilterBlock(Statement &statement)
    {
        SECATEUR_CHECK(parseFilterBlockHead(statement));
        SECATEUR_TRY(body, parseWhole("endfilter"));
        statement.body = std::move(body);
        return {};
    }

    Result<void> parseFilterBlockHead(Statement &statement)
    {
        auto filter = std::make_unique<Expression>();
        filter->kind = Expression::Kind::Filter;
        filter->line = statement.line;
        SECATEUR_TRY(name, m_tokens.expectName());
        filter->name = name;
        auto subject = std::make_unique<Expression>();
        subject->kind = Expression::Kind::Name;
        subject->name = std::string(bodyName);
        filter->children.push_back(std::move(subject));
        filter->depth = 2;
        if (m_tokens.isOperator("("))
            return m_tokens.unsupportedHere("{% filter %} with arguments");
        SECATEUR_TRY(filters, m_tokens.parseFilters(std::move(filter)));
        statement.expressions.push_back(std::move(filters));
        return {};
    }

    Result<void> parseWith(Statement &statement)
    {
        while (m_tokens.current().kind != Token::Kind::BlockEnd) {
            if (!statement.targets.empty())
                SECATEUR_CHECK(m_tokens.expectOperator(","));
            SECATEUR_TRY(name, m_tokens.expectName());
            statement.targets.push_back(name);
            SECATEUR_CHECK(m_tokens.expectOperator("="));
            SECATEUR_TRY(value, m_tokens.parseExpression());
            statement.expressions.push_back(std::move(value));
        }
        SECATEUR_TRY(body, parseWhole("endwith"));
        statement.body = std::move(body);
        return {};
    }

    Result<void> parseGeneration(Statement &statement)
    {
        SECATEUR_TRY(body, parseWithoutLoops("endgeneration"));
        statement.body = std::move(body);
        return {};
    }

    Result<void> parseJump(Statement &statement)
    {
        if (m_loops == 0)
            return m_tokens.refuseHere(std::string(statement.kind == Kind::Break ? "break" : "continue")
                                       + " stands outside of a loop");
        return endTag();
    }

    ExpressionParser m_tokens;
    int m_nesting = 0;
    int m_loops = 0;
};

} // namespace

Result<Body> parseTemplate(std::string_view source)
{
    SECATEUR_TRY(tokens, tokenize(source));
    return TemplateParser(std::move(tokens)).parse();
}

} // namespace secateur::chat
