// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

#include "core/tokenizer/tokenizerspec.h"

namespace secateur::tokenizer {

/// The tokenizer as the text of a tokenizer.json that tokenizers and transformers load.
[[nodiscard]] std::string writeTokenizerJson(const TokenizerSpec &spec);

/// The matching tokenizer_config.json, for AutoTokenizer.
[[nodiscard]] std::string writeTokenizerConfigJson(const TokenizerSpec &spec);

} // namespace secateur::tokenizer
