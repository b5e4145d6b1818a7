// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>

namespace secateur::format {

static_assert(std::endian::native == std::endian::little, "model files are little-endian and are read as they are");

/// A number at an address that need not be aligned.
template <typename T>
[[nodiscard]] inline T loadAs(const void *address)
{
    T value;
    std::memcpy(&value, address, sizeof(T));
    return value;
}

/// a * b, or empty where that does not fit. Sizes read from a file are multiplied with nothing else.
[[nodiscard]] inline std::optional<std::uint64_t> checkedProduct(std::uint64_t a, std::uint64_t b)
{
    std::uint64_t product = 0;
    if (__builtin_mul_overflow(a, b, &product))
        return std::nullopt;
    return product;
}

} // namespace secateur::format
