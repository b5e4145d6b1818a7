// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>

#include <nlohmann/json.hpp>

#include "core/tokenizer/pretokenizer.h"
#include "core/tokenizer/splits.h"

namespace secateur::tokenizer {

using StepPointer = std::shared_ptr<const PreTokenizerStep>;

/// Which characters a CharacterStep takes for delimiters.
enum class Delimiter { Number, Space, Punctuation };

/// "Split": a literal or a regular expression with a behaviour. Well-known patterns get a WordScanner.
[[nodiscard]] Result<StepPointer> makeSplitStep(const nlohmann::json &description);
/// "Metaspace": spaces become a replacement character that leads each word.
[[nodiscard]] Result<StepPointer> makeMetaspaceStep(const nlohmann::json &description);
/// "Whitespace": runs of word characters, and runs of what is neither word nor space.
[[nodiscard]] Result<StepPointer> makeWhitespaceStep();
/// GPT-2's words.
[[nodiscard]] StepPointer makeGpt2Step();
/// Cuts at each delimiter character ("Digits", "WhitespaceSplit", "Punctuation").
[[nodiscard]] StepPointer makeCharacterStep(Delimiter delimiter, Behaviour behaviour);
/// Puts a space before a piece that does not begin with one.
[[nodiscard]] StepPointer makePrefixSpaceStep();

/// The scheme of a Metaspace, as pre-tokeniser and as decoder: when the replacement is put before a text.
enum class PrependScheme { Always, First, Never };
struct Metaspace {
    std::string replacement = "\u2581";
    PrependScheme prepend = PrependScheme::Always;
    bool split = true;
    /// Reads "replacement", "prepend_scheme", "split" and the older "add_prefix_space".
    [[nodiscard]] static Result<Metaspace> fromJson(const nlohmann::json &description);
};

} // namespace secateur::tokenizer
