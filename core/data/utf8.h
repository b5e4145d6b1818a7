// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace secateur::data {

/// Offset of the first byte that is not part of well-formed UTF-8 (Unicode 15, table 3-7: no overlong forms, no
/// surrogates, nothing above U+10FFFF); empty when all of it is well formed.
[[nodiscard]] std::optional<std::size_t> firstInvalidUtf8(std::string_view text);

/// True when the text has nothing but white space (ASCII, no-break space and the other Unicode spaces).
[[nodiscard]] bool isBlank(std::string_view text);

} // namespace secateur::data
