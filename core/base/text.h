// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace secateur {

/// "a, b, c".
[[nodiscard]] std::string joined(const std::vector<std::string> &parts, std::string_view separator = ", ");

/// Without ASCII white space at both ends.
[[nodiscard]] std::string stripped(std::string_view text);

} // namespace secateur
