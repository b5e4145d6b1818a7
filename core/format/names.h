// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>

namespace secateur::format {

/// Whether the bytes are UTF-8 in its shortest form, without surrogates (RFC 3629).
[[nodiscard]] bool isUtf8(std::string_view text);

/// Why a tensor or metadata name from a file is refused ("contains control characters"); empty for an acceptable one.
/// Names end up in messages, in JSON and as paths inside HDF5 files, so control characters, "/" at the start and ".."
/// between slashes are refused.
[[nodiscard]] std::string_view nameProblem(std::string_view name);

/// The name in quotes, shortened where it is long, for messages. Only for names that nameProblem() accepts.
[[nodiscard]] std::string inQuotes(std::string_view name);

} // namespace secateur::format
