// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

namespace secateur {

/// Physical cores this process may use (its affinity mask, hyper-threads counted once); at least 1.
[[nodiscard]] int physicalCores();

/// Bytes that can be allocated without swapping: MemAvailable, or less where a control group (of either version, at any
/// level) limits this process. Cached files do not count as used. `root`: where proc/ and sys/ are.
[[nodiscard]] std::uint64_t availableMemory(const std::filesystem::path &root = "/");

/// The largest resident size this process has had, in bytes (VmHWM).
[[nodiscard]] std::uint64_t peakResidentBytes();

/// The machine's name; "" when it has none.
[[nodiscard]] std::string hostName();

/// Now, as "2026-11-24T03:41:29Z".
[[nodiscard]] std::string utcTimestamp();

/// "12.3 GiB", "640 MiB", "12 B": for messages.
[[nodiscard]] std::string bytesText(std::uint64_t bytes);

} // namespace secateur
