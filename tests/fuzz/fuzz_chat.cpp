// SPDX-License-Identifier: GPL-3.0-or-later
#include <cstdint>

#include "tests/fuzz/chatparser.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size)
{
    static_cast<void>(secateur::test::renderAsChatTemplate(std::as_bytes(std::span(data, size))));
    return 0;
}
