// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <span>

namespace secateur::test {

/// Reads the bytes as a chat template and renders a conversation with it. Whatever the bytes are, this must return;
/// whether there was a text.
bool renderAsChatTemplate(std::span<const std::byte> bytes);

} // namespace secateur::test
