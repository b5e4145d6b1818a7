// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include <nlohmann/json.hpp>

#include "core/base/result.h"
#include "core/tokenizer/tokenizerspec.h"

namespace secateur::tokenizer {

/// What a value of tokenizer.ggml.pre says, in the terms of tokenizer.json.
struct GgufPre {
    nlohmann::json normalizer;
    nlohmann::json preTokenizer;
    bool ignoreMerges = false;
    bool addBos = false; ///< where tokenizer.ggml.add_bos_token is absent
};

/// Unsupported for an unknown name, listing the known ones.
[[nodiscard]] Result<GgufPre> ggufPre(const std::string &name);

/// The name under which ggufPre() gives what a byte-level tokenizer says; empty: there is none.
[[nodiscard]] std::optional<std::string> ggufPreName(const TokenizerSpec &spec);

/// The values of tokenizer.ggml.token_type.
enum GgufTokenType : std::int32_t {
    ggufNormal = 1,
    ggufUnknown = 2,
    ggufControl = 3,
    ggufUserDefined = 4,
    ggufUnused = 5,
    ggufByte = 6,
};

} // namespace secateur::tokenizer
