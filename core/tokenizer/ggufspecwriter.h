// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>

#include "core/base/result.h"
#include "core/format/ggufwriter.h"
#include "core/tokenizer/tokenizer.h"

namespace secateur::tokenizer {

/// Adds tokenizer.ggml.* (ggufspec.h reads it back), with tokens up to `vocabSize`, as many as the embedding has rows.
/// Returns whether GGUF has a name for how the tokenizer splits text into words; where not, "default" is written, and
/// llama.cpp may cut texts in other places. Unsupported for a vocabulary larger than `vocabSize`.
[[nodiscard]] Result<bool> addGgufTokenizer(const Tokenizer &tokenizer, std::uint64_t vocabSize,
                                            format::GgufMetadata &metadata);

} // namespace secateur::tokenizer
