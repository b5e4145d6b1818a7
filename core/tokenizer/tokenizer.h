// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "core/base/types.h"
#include "core/format/gguf.h"

namespace secateur::tokenizer {

using TokenId = std::int32_t;

/// Text to token ids and back, for byte-level BPE (GPT-2, Llama 3, SmolLM2), SentencePiece's BPE with byte fallback
/// (Llama 2, Mistral, Gemma) and its Unigram (T5). Immutable; all calls are safe from several threads.
/// Exact reference: transformers' fast tokenizers (goldens/smollm2/tokenizer_cases.jsonl).
class Tokenizer
{
public:
    /// From the texts of tokenizer.json and, where there is one, tokenizer_config.json (bos/eos, add_bos_token).
    /// BadInput within the limits of design/safety.md B.4; Unsupported for WordPiece and the like.
    [[nodiscard]] static Result<std::shared_ptr<const Tokenizer>>
    fromJson(std::string_view tokenizerJson, std::string_view tokenizerConfigJson, const std::string &origin);
    /// From tokenizer.ggml.* metadata.
    [[nodiscard]] static Result<std::shared_ptr<const Tokenizer>> fromGguf(const format::GgufFile &file);
    /// From a Hugging Face folder or a .gguf file.
    [[nodiscard]] static Result<std::shared_ptr<const Tokenizer>> forModel(const std::filesystem::path &model);
    virtual ~Tokenizer() = default;

    /// `text` must be valid UTF-8 (BadInput otherwise). Special tokens written out in the text become their ids, as in
    /// the reference. With `eos`, the end-of-sequence token is appended.
    /// Cancelled-free but bounded: BadInput when the pre-tokeniser exceeds its budget (2 s per MB).
    [[nodiscard]] virtual Result<std::vector<TokenId>> encode(std::string_view text, BosPolicy bos,
                                                              bool eos = false) const = 0;
    /// BadInput for ids outside the vocabulary. Bytes that are not UTF-8 become U+FFFD.
    /// Without special tokens dropped (skipSpecial false), decode(encode(x, Never)) == x for valid UTF-8
    /// wherever the tokenizer's own normaliser loses nothing.
    [[nodiscard]] virtual Result<std::string> decode(std::span<const TokenId> ids, bool skipSpecial) const = 0;

    [[nodiscard]] virtual std::string kind() const = 0; ///< "byte-level BPE", "SentencePiece BPE" or "… Unigram"
    [[nodiscard]] virtual std::size_t vocabSize() const = 0;
    [[nodiscard]] virtual std::optional<TokenId> bosId() const = 0;
    [[nodiscard]] virtual std::optional<TokenId> eosId() const = 0;
    [[nodiscard]] virtual bool addsBos() const = 0; ///< what BosPolicy::Auto does
    [[nodiscard]] virtual bool isSpecial(TokenId id) const = 0;
    /// The token as the vocabulary spells it ("Ġworld"); empty when there is no such id.
    [[nodiscard]] virtual std::string tokenText(TokenId id) const = 0;

    /// A tokenizer.json and a tokenizer_config.json that other tools load and that encode alike: the source's own
    /// texts, or made from GGUF metadata (for exporting a model that came as one file).
    [[nodiscard]] virtual std::string tokenizerJson() const = 0;
    [[nodiscard]] virtual std::string tokenizerConfigJson() const = 0;
};

/// Decodes a stream of ids, giving out text only up to the last complete UTF-8 character.
class StreamDecoder
{
public:
    explicit StreamDecoder(std::shared_ptr<const Tokenizer> tokenizer, bool skipSpecial = true);
    /// The text that became complete with this id; may be empty.
    [[nodiscard]] Result<std::string> push(TokenId id);
    /// What is left, incomplete characters as U+FFFD.
    [[nodiscard]] Result<std::string> finish();

private:
    std::shared_ptr<const Tokenizer> m_tokenizer;
    bool m_skipSpecial;
    std::vector<TokenId> m_pending;
    std::size_t m_given = 0;
};

} // namespace secateur::tokenizer
