// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/chat/value.h"

/// A template as a tree, as the parser makes it and the interpreter walks it.
namespace secateur::chat {

/// The name under which filters get the text of a body; no template can spell it.
inline constexpr std::string_view bodyName = "{body}";

struct Expression;
using ExpressionPtr = std::unique_ptr<Expression>;

struct Expression {
    enum class Kind {
        Constant,
        Name,
        List,
        Tuple,
        Dict, ///< children: key, value, key, value, …
        Unary, ///< name: "-" or "+"
        Binary, ///< name: the operator
        Concat, ///< a ~ b ~ c
        Compare, ///< children: operands; names: the operators between them
        And,
        Or,
        Not,
        Conditional, ///< condition, value, other (may be null)
        Attribute, ///< child.name
        Item, ///< child[child]
        Slice, ///< child[begin:end:step]; these three may be null
        Call, ///< child(arguments)
        Filter, ///< child|name(arguments)
        Test, ///< child is name(arguments)
    };
    Kind kind = Kind::Constant;
    int line = 0;
    int depth = 1; ///< of the tree below: bounds the recursion
    Value constant;
    std::string name;
    std::vector<ExpressionPtr> children; ///< of calls, filters and tests: the subject, then the arguments
    std::vector<std::string> names; ///< of calls, filters and tests: the names of the last arguments
    bool negated = false; ///< is not
};

struct Statement;
using Body = std::vector<Statement>;

struct Statement {
    enum class Kind {
        Text,
        Output,
        If, ///< one branch per condition, and elseBody
        For, ///< targets in expressions[0] if expressions[1]
        Set, ///< targets, or targets[0].attribute, = expressions[0]
        SetBlock, ///< targets[0] = the text of the body, through the filter expressions[0]
        Macro, ///< name(targets), the defaults of the last ones in expressions
        CallBlock, ///< branches[0].first, a call, with the body as its caller(targets)
        FilterBlock, ///< the body's text through expressions[0]
        With, ///< targets = expressions within the body
        Generation, ///< a body that is marked as what the model says
        Break,
        Continue,
    };
    Kind kind = Kind::Text;
    int line = 0;
    std::string text; ///< or the name of a macro
    std::string attribute;
    std::vector<std::string> targets;
    std::vector<ExpressionPtr> expressions;
    std::vector<std::pair<ExpressionPtr, Body>> branches;
    Body body;
    Body elseBody;
};

} // namespace secateur::chat
