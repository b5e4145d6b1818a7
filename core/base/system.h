// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>

namespace secateur {

/// Physical cores this process may use (its affinity mask, hyper-threads counted once); at least 1.
[[nodiscard]] int physicalCores();

/// Bytes that can be allocated without swapping: MemAvailable, or less where a cgroup limits this process.
[[nodiscard]] std::uint64_t availableMemory();

/// The largest resident size this process has had, in bytes (VmHWM).
[[nodiscard]] std::uint64_t peakResidentBytes();

/// Now, as "2026-11-24T03:41:29Z".
[[nodiscard]] std::string utcTimestamp();

/// "12.3 GiB", "640 MiB", "12 B": for messages.
[[nodiscard]] std::string bytesText(std::uint64_t bytes);

} // namespace secateur
