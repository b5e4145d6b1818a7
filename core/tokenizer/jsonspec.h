// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>

#include "core/tokenizer/tokenizerspec.h"

namespace secateur::tokenizer {

/// Reads the texts of tokenizer.json and tokenizer_config.json (which may be empty) within the limits of
/// design/safety.md B.4. What transformers takes from the second: bos, eos, pad and unk tokens, added tokens with their
/// flags, and add_bos_token / add_eos_token where the class rebuilds the post-processor from them.
/// BadInput naming the file and, where there is one, the offset; Unsupported for models other than BPE.
[[nodiscard]] Result<TokenizerSpec> readJsonSpec(std::string_view tokenizerJson, std::string_view tokenizerConfigJson,
                                                 const std::string &origin);

} // namespace secateur::tokenizer
