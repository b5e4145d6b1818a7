// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

#include <nlohmann/json.hpp>

#include "core/base/result.h"

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

} // namespace secateur::tokenizer
