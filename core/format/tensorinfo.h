// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/format/dtype.h"

namespace secateur {
class ReadFile;
}

namespace secateur::format {

/// Where one tensor lies in its file. Readers hand these out only after every field was validated.
struct TensorInfo {
    std::string name;
    DType type = DType::F32;
    std::vector<std::uint64_t> shape; ///< slowest dimension first (torch order), also for GGUF; empty: a scalar
    std::uint64_t offset = 0; ///< of the first byte, from the start of the file
    std::uint64_t bytes = 0;

    [[nodiscard]] std::uint64_t elements() const
    {
        std::uint64_t product = 1;
        for (const auto extent : shape)
            product *= extent;
        return product;
    }
};

/// Raw bytes of a tensor of this file, from byte `first` of the tensor on. Internal when they are not all inside the
/// tensor and the file as it was opened; BadInput when the file was cut meanwhile.
[[nodiscard]] Result<void> readTensorBytes(const ReadFile &file, const TensorInfo &tensor, std::uint64_t first,
                                           std::span<std::byte> target);

} // namespace secateur::format
