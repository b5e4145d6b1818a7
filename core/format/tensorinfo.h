// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/format/dtype.h"

namespace secateur::format {

/// Where one tensor lies in its file. Readers hand these out only after every field was validated.
struct TensorInfo {
    std::string name;
    DType type = DType::F32;
    std::vector<std::uint64_t> shape; ///< slowest dimension first (torch order), also for GGUF; empty: a scalar
    std::uint64_t offset = 0;         ///< of the first byte, from the start of the file
    std::uint64_t bytes = 0;

    [[nodiscard]] std::uint64_t elements() const
    {
        std::uint64_t product = 1;
        for (const auto extent : shape)
            product *= extent;
        return product;
    }
};

} // namespace secateur::format
