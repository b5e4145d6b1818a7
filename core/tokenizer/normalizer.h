// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <nlohmann/json.hpp>

#include "core/base/result.h"
#include "core/tokenizer/charsmap.h"
#include "core/tokenizer/regex.h"
#include "core/tokenizer/unicode.h"

namespace secateur::tokenizer {

/// What is done to a text before it is cut into words: Prepend, Replace, NFC/NFD/NFKC/NFKD,
/// Precompiled, Strip and sequences of them (the "normalizer" of a tokenizer.json). Immutable.
class Normalizer
{
public:
    /// Null: does nothing. Unsupported naming the step for others (Lowercase, Nmt, …); BadInput.
    [[nodiscard]] static Result<Normalizer> fromJson(const nlohmann::json &description);

    [[nodiscard]] bool isIdentity() const { return m_steps.empty(); }

    /// BadInput when a pattern runs away or the text grows beyond 32 times its length.
    [[nodiscard]] Result<std::string> apply(std::string_view text, RegexScratch &scratch) const;

private:
    struct Prepend {
        std::string text;
    };
    struct ReplaceLiteral {
        std::string from;
        std::string to;
    };
    struct ReplaceRegex {
        std::shared_ptr<const Regex> from;
        std::string to;
    };
    struct Strip {
        bool left = true;
        bool right = true;
    };
    using Step =
        std::variant<Prepend, ReplaceLiteral, ReplaceRegex, NormalForm, Strip, std::shared_ptr<const Charsmap>>;

    [[nodiscard]] static Result<Step> stepFromJson(const nlohmann::json &description);
    [[nodiscard]] static Result<Step> replaceFromJson(const nlohmann::json &description);
    [[nodiscard]] static Result<std::string> applyStep(const Step &step, std::string text, std::size_t limit,
                                                       RegexScratch &scratch);
    std::vector<Step> m_steps;
};

/// `text` with each match of `from` replaced; BadInput when the result would have more than `limit` bytes.
[[nodiscard]] Result<std::string> replaceAll(std::string_view text, std::string_view from, std::string_view to,
                                             std::size_t limit);
[[nodiscard]] Result<std::string> replaceAll(std::string_view text, const Regex &from, std::string_view to,
                                             std::size_t limit, RegexScratch &scratch);

} // namespace secateur::tokenizer
