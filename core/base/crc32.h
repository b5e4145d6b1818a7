// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string_view>

namespace secateur {

/// CRC-32 as gzip and PNG use it (polynomial 0xEDB88320, reflected): against accidents, not against intent.
[[nodiscard]] std::uint32_t crc32(std::string_view bytes);

} // namespace secateur
