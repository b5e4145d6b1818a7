// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "tests/support/malformed.h"

namespace secateur::test {

/// Value types of GGUF metadata (ggml/docs/gguf.md).
enum GgufType : std::uint32_t {
    GgufU8,
    GgufI8,
    GgufU16,
    GgufI16,
    GgufU32,
    GgufI32,
    GgufF32,
    GgufBool,
    GgufString,
    GgufArray,
    GgufU64,
    GgufI64,
    GgufF64,
};

/// A length of 64 bits and the text.
[[nodiscard]] std::string ggufText(std::string_view text);
/// A metadata pair; `value` is what follows the type.
[[nodiscard]] std::string ggufPair(std::string_view key, std::uint32_t type, std::string_view value);
/// A metadata pair that holds an array; `values` are its elements one after another.
[[nodiscard]] std::string ggufArrayPair(std::string_view key, std::uint32_t type, std::uint64_t count,
                                        std::string_view values);
/// A tensor's entry; extents with the fastest dimension first, as the file has them.
[[nodiscard]] std::string ggufTensor(std::string_view name, const std::vector<std::uint64_t> &extents,
                                     std::uint32_t type, std::uint64_t offset);
/// A GGUF file of version 3: pairs and tensors as made above, then zeros up to a multiple of 32 bytes, then the data.
[[nodiscard]] std::string ggufBytes(const std::vector<std::string> &pairs, const std::vector<std::string> &tensors,
                                    std::string_view data);

/// Files: cases 51 to 65 of B.7.
[[nodiscard]] std::vector<MalformedCase> malformedGguf();

} // namespace secateur::test
