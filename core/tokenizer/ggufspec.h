// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/format/gguf.h"
#include "core/tokenizer/tokenizerspec.h"

namespace secateur::tokenizer {

/// Reads tokenizer.ggml.*: model "gpt2" (byte-level; the words as tokenizer.ggml.pre names them) and "llama"
/// (SentencePiece; by merges where they are given, else by scores). BadInput naming file and key; Unsupported for
/// other models and for an unknown pre, listing the known ones.
[[nodiscard]] Result<TokenizerSpec> readGgufSpec(const format::GgufFile &file);

} // namespace secateur::tokenizer
