// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "tests/support/malformed.h"

namespace secateur::test {

/// A .safetensors file of this header and data: the header's length is put in front, nothing is checked.
[[nodiscard]] std::string safetensorsBytes(std::string_view header, std::string_view data);
/// "{…}"
[[nodiscard]] std::string braced(std::string_view text);
/// The header's entry of a tensor: "name":{"dtype":…,"shape":…,"data_offsets":…}, every part as it is given.
[[nodiscard]] std::string tensorEntry(std::string_view name, std::string_view dtype, std::string_view shape,
                                      std::string_view offsets);

/// Files: cases 1 to 40 of B.7.
[[nodiscard]] std::vector<MalformedCase> malformedSafetensors();
/// Hugging Face folders, each with a config.json: cases 41 to 46, and what else may be wrong with shards.
[[nodiscard]] std::vector<MalformedCase> malformedFolders();

} // namespace secateur::test
