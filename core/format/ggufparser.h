// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "core/base/file.h"
#include "core/base/result.h"
#include "core/format/gguf.h"

namespace secateur::format {

/// Everything in front of the tensor data of a GGUF file.
struct GgufFront {
    std::vector<TensorInfo> tensors; ///< in file order, which is also the order of their data
    std::map<std::string, std::size_t> byName;
    std::map<std::string, GgufValue> metadata;
};

/// Parses and validates it (ggml/docs/gguf.md; limits of design/safety.md B.3). BadInput, Unsupported, Io.
[[nodiscard]] Result<GgufFront> parseGgufFront(const ReadFile &file);

} // namespace secateur::format
