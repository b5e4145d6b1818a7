// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"

namespace secateur::chat {

struct Token {
    enum class Kind {
        Text, ///< outside of all tags, white space already stripped as the tags ask for
        OutputBegin, ///< {{
        OutputEnd,
        BlockBegin, ///< {%
        BlockEnd,
        Name,
        Integer,
        Float,
        String, ///< without quotes, escapes resolved
        Operator,
        End,
    };
    Kind kind = Kind::End;
    std::string text;
    int line = 1;

    [[nodiscard]] bool is(Kind wanted, std::string_view spelling) const { return kind == wanted && text == spelling; }
};

/// The tokens of a template, an End last. White space as transformers sets Jinja2 up: trim_blocks and lstrip_blocks on,
/// one line end at the end of the template left out, \r\n and \r read as \n.
/// BadInput: "line 3: …".
[[nodiscard]] Result<std::vector<Token>> tokenize(std::string_view source);

} // namespace secateur::chat
