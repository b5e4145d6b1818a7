// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include <nlohmann/json.hpp>

#include "core/base/result.h"
#include "core/tokenizer/pretokenizersteps.h"
#include "core/tokenizer/regex.h"

namespace secateur::tokenizer {

/// How tokens become text again: ByteLevel, Replace, ByteFallback, Fuse, Strip, Metaspace and sequences of them (the
/// "decoder" of a tokenizer.json). Immutable.
///
/// One thing differs from the reference on purpose: of a run of byte tokens that is not UTF-8, only the ill-formed
/// bytes become U+FFFD, where the reference gives up the whole run; otherwise a stream could not be given out as it
/// comes.
class Decoder
{
public:
    /// Null: tokens joined by spaces, as in the reference. Unsupported naming the step for others; BadInput.
    [[nodiscard]] static Result<Decoder> fromJson(const nlohmann::json &description);

    /// BadInput when a pattern runs away.
    [[nodiscard]] Result<std::string> decode(std::vector<std::string> tokens) const;

    [[nodiscard]] bool isByteLevel() const;

private:
    struct ByteLevel {
    };
    struct ByteFallback {
    };
    struct Fuse {
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
        char32_t character;
        std::size_t start;
        std::size_t stop;
    };
    using Step = std::variant<ByteLevel, ByteFallback, Fuse, ReplaceLiteral, ReplaceRegex, Strip, Metaspace>;

    [[nodiscard]] static Result<Step> stepFromJson(const nlohmann::json &description);
    [[nodiscard]] static Result<Step> replaceFromJson(const nlohmann::json &description);
    [[nodiscard]] static Result<Step> stripFromJson(const nlohmann::json &description);
    [[nodiscard]] static Result<void> apply(const Step &step, std::vector<std::string> &tokens);
    std::vector<Step> m_steps;
};

/// The byte that a token "<0x0A>" stands for, or -1: exactly two hexadecimal digits, no sign, no space.
[[nodiscard]] int byteOfToken(std::string_view token);

} // namespace secateur::tokenizer
