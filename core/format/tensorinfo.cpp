// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/format/tensorinfo.h"

#include "core/base/file.h"
#include "core/format/names.h"

namespace secateur::format {

Result<void> readTensorBytes(const ReadFile &file, const TensorInfo &tensor, std::uint64_t first,
                             std::span<std::byte> target)
{
    const bool inFile = tensor.offset <= file.size() && tensor.bytes <= file.size() - tensor.offset;
    if (!inFile || first > tensor.bytes || target.size() > tensor.bytes - first)
        return failure(ErrorCode::Internal,
                       file.path().string() + ": tensor " + inQuotes(tensor.name) + ": bytes " + std::to_string(first)
                           + " to " + std::to_string(first + target.size()) + " of " + std::to_string(tensor.bytes)
                           + " were asked for");
    if (auto read = file.readAt(tensor.offset + first, target); !read)
        return tl::make_unexpected(withContext(std::move(read).error(), "tensor " + inQuotes(tensor.name)));
    return {};
}

} // namespace secateur::format
