// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <span>

namespace secateur::test {

/// Opens the bytes as a file and reads every tensor of at most 1 MiB to float32 where its type has weights. Whatever
/// the bytes are, this must return: errors are fine, crashes and sanitizer reports are not.
void parseAsSafetensors(std::span<const std::byte> bytes);
void parseAsGguf(std::span<const std::byte> bytes);

} // namespace secateur::test
