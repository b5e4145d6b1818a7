// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "core/base/file.h"
#include "core/base/result.h"
#include "core/format/tensorinfo.h"

namespace secateur::format {

/// Largest header that the format allows, in bytes (safetensors/src/tensor.rs, MAX_HEADER_SIZE).
inline constexpr std::uint64_t kMaxSafetensorsHeader = 100'000'000;
/// Bytes in front of the header: its length.
inline constexpr std::uint64_t kSafetensorsPrefix = 8;

struct SafetensorsHeader {
    std::vector<TensorInfo> tensors; ///< in the order of their data, which they cover without gap or overlap
    std::map<std::string, std::string> metadata;
};

/// Parses the `headerBytes` bytes of JSON behind the prefix as a stream, so that a hostile header costs no more memory
/// than what of it is valid. The caller has checked that the header lies inside the file. Repeated names are left to
/// the caller, who builds the index. BadInput, Unsupported (a tensor type that is not read), Io.
[[nodiscard]] Result<SafetensorsHeader> parseSafetensorsHeader(const ReadFile &file, std::uint64_t headerBytes);

} // namespace secateur::format
