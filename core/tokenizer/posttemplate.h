// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

#include <nlohmann/json.hpp>

#include "core/base/result.h"
#include "core/tokenizer/tokenizer.h"

namespace secateur::tokenizer {

/// The tokens put around a single text ("post_processor": TemplateProcessing; ByteLevel adds none).
struct PostTemplate {
    std::vector<TokenId> before;
    std::vector<TokenId> after;

    /// Null: none. Unsupported naming the step for others; BadInput.
    [[nodiscard]] static Result<PostTemplate> fromJson(const nlohmann::json &description);
};

/// A TemplateProcessing that puts these tokens around a text; null when there are none. `names` spell the ids.
struct TemplateToken {
    std::string text;
    TokenId id;
};
[[nodiscard]] nlohmann::json templateJson(const std::vector<TemplateToken> &before,
                                          const std::vector<TemplateToken> &after);

} // namespace secateur::tokenizer
