// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "core/base/result.h"
#include "core/tokenizer/regex.h"

namespace secateur::tokenizer {

/// A part of a text; `first` when it begins where the whole text begins.
struct Piece {
    std::string_view text;
    bool first = false;
};

/// What one encode() works with. Pieces point into the text itself or into `buffers`, which therefore only grow.
struct EncodeScratch {
    explicit EncodeScratch(std::size_t textBytes) : regex(textBytes) { }
    RegexScratch regex;
    std::deque<std::string> buffers;
    [[nodiscard]] std::string_view keep(std::string text) { return buffers.emplace_back(std::move(text)); }
};

/// One step of a pre-tokeniser.
class PreTokenizerStep
{
public:
    virtual ~PreTokenizerStep() = default;
    /// Appends the parts of a piece (never empty ones) to `out`.
    [[nodiscard]] virtual Result<void> split(const Piece &piece, EncodeScratch &scratch,
                                             std::vector<Piece> &out) const = 0;
};

/// How a text is cut into the words that BPE works on: ByteLevel, Split, Digits, Metaspace, Whitespace,
/// WhitespaceSplit, Punctuation and sequences of them (the "pre_tokenizer" of a tokenizer.json). Immutable.
class PreTokenizer
{
public:
    /// Null: a text is one word. Unsupported naming the step for others; BadInput.
    [[nodiscard]] static Result<PreTokenizer> fromJson(const nlohmann::json &description);

    /// True when the words are to be spelled in bytes (ByteLevel is the last step).
    [[nodiscard]] bool isByteLevel() const { return m_byteLevel; }

    /// The words of a piece, in order. BadInput when a pattern runs away.
    [[nodiscard]] Result<std::vector<Piece>> words(const Piece &piece, EncodeScratch &scratch) const;

private:
    [[nodiscard]] Result<void> addStep(const nlohmann::json &description);
    [[nodiscard]] Result<void> addByteLevel(const nlohmann::json &description);
    std::vector<std::shared_ptr<const PreTokenizerStep>> m_steps;
    bool m_byteLevel = false;
};

} // namespace secateur::tokenizer
