// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace secateur::tokenizer {

/// A hand-written scanner for one of the well-known pre-tokeniser patterns, several times as fast as a regular
/// expression and without its risks. The patterns match every character, so the words tile the text.
class WordScanner
{
public:
    /// The scanner that splits exactly as this pattern does; empty when the pattern is none of the known ones.
    [[nodiscard]] static std::optional<WordScanner> forPattern(std::string_view pattern);
    /// GPT-2's pattern, which ByteLevel's use_regex stands for.
    [[nodiscard]] static WordScanner gpt2();

    /// Where the word that begins at `position` (< text.size()) ends.
    [[nodiscard]] std::size_t wordEnd(std::string_view text, std::size_t position) const;

private:
    enum class Contractions { LowerCase, AnyCase, AnyCaseFolded };
    struct Rules {
        bool gpt2 = true;
        Contractions contractions = Contractions::LowerCase;
        int digitsPerWord = 0; ///< 0: all of a run
    };
    explicit WordScanner(Rules rules) : m_rules(rules) { }
    [[nodiscard]] std::size_t contractionEnd(std::string_view text, std::size_t position) const;
    [[nodiscard]] std::size_t gpt2End(std::string_view text, std::size_t position) const;
    [[nodiscard]] std::size_t llamaEnd(std::string_view text, std::size_t position) const;

    Rules m_rules;
};

namespace patterns {
/// The patterns of the reference tokenizers, in the spelling of their tokenizer.json.
inline constexpr std::string_view Gpt2 =
    R"('s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+)";
inline constexpr std::string_view Llama3 =
    R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)";
inline constexpr std::string_view Qwen2 =
    R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)";
/// The two above as GGUF converters spell their contractions.
inline constexpr std::string_view Llama3Spelled =
    R"((?:'[sS]|'[tT]|'[rR][eE]|'[vV][eE]|'[mM]|'[lL][lL]|'[dD])|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)";
inline constexpr std::string_view Qwen2Spelled =
    R"((?:'[sS]|'[tT]|'[rR][eE]|'[vV][eE]|'[mM]|'[lL][lL]|'[dD])|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)";
} // namespace patterns

} // namespace secateur::tokenizer
