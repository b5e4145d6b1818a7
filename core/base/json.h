// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

#include "core/base/result.h"

namespace secateur {

struct JsonLimits {
    int maxDepth = 64; ///< of nested arrays and objects
    std::size_t maxValues = 20'000'000; ///< of values in all
};

/// Parses exactly one JSON document, strictly: valid UTF-8, no repeated key in an object (nlohmann keeps the last one
/// silently), no text after it. `origin` names the file (and record) in the error.
/// Numbers keep their kind: is_number_unsigned / is_number_integer never hold for "1.0" or "1e3".
/// BadInput with the byte offset.
[[nodiscard]] Result<nlohmann::json> parseJson(std::string_view text, std::string_view origin,
                                               const JsonLimits &limits = {});

} // namespace secateur
