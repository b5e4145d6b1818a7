// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace secateur::test {

/// By how much more time and memory than an ordinary build may be taken by this one.
#if defined(__SANITIZE_THREAD__)
inline constexpr unsigned sanitizerFactor = 12;
#elif defined(__SANITIZE_ADDRESS__)
inline constexpr unsigned sanitizerFactor = 3;
#else
inline constexpr unsigned sanitizerFactor = 1;
#endif

} // namespace secateur::test
