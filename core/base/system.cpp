// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/system.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <ctime>
#include <fstream>
#include <limits>
#include <set>
#include <string>

#include <sched.h>

namespace secateur {

namespace {

/// The first whitespace-separated word of a small file; empty when it cannot be read.
std::string firstWord(const std::string &path)
{
    std::ifstream file(path);
    std::string word;
    file >> word;
    return word;
}

/// A "Name:  123 kB" line of a /proc file, in bytes; 0 when there is none.
std::uint64_t kilobyteField(const char *path, const std::string &name)
{
    std::ifstream file(path);
    for (std::string line; std::getline(file, line);)
        if (line.starts_with(name))
            return std::strtoull(line.c_str() + name.size(), nullptr, 10) * 1024;
    return 0;
}

/// What the memory limit of our control group (v2) leaves, or the largest number where there is none.
std::uint64_t groupHeadroom()
{
    constexpr auto unlimited = std::numeric_limits<std::uint64_t>::max();
    std::ifstream file("/proc/self/cgroup");
    for (std::string line; std::getline(file, line);) {
        if (!line.starts_with("0::"))
            continue;
        const std::string folder = "/sys/fs/cgroup" + line.substr(3);
        const std::string limit = firstWord(folder + "/memory.max");
        if (limit.empty() || limit == "max")
            return unlimited;
        const auto most = std::strtoull(limit.c_str(), nullptr, 10);
        const auto used = std::strtoull(firstWord(folder + "/memory.current").c_str(), nullptr, 10);
        return most > used ? most - used : 0;
    }
    return unlimited;
}

} // namespace

int physicalCores()
{
    cpu_set_t allowed;
    CPU_ZERO(&allowed);
    if (::sched_getaffinity(0, sizeof allowed, &allowed) != 0)
        return 1;
    std::set<std::string> cores;
    for (int cpu = 0; cpu < CPU_SETSIZE; ++cpu) {
        if (!CPU_ISSET(cpu, &allowed))
            continue;
        const std::string topology = "/sys/devices/system/cpu/cpu" + std::to_string(cpu) + "/topology/";
        const std::string core = firstWord(topology + "core_id");
        // Without topology files (some containers) every processor counts as a core.
        cores.insert(core.empty() ? "cpu" + std::to_string(cpu)
                                  : firstWord(topology + "physical_package_id") + "/" + core);
    }
    return std::max<int>(1, int(cores.size()));
}

std::uint64_t availableMemory()
{
    return std::min(kilobyteField("/proc/meminfo", "MemAvailable:"), groupHeadroom());
}

std::uint64_t peakResidentBytes()
{
    return kilobyteField("/proc/self/status", "VmHWM:");
}

std::string utcTimestamp()
{
    const std::time_t now = std::time(nullptr);
    std::tm parts = {};
    ::gmtime_r(&now, &parts);
    std::array<char, 32> text{};
    std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", &parts);
    return text.data();
}

std::string bytesText(std::uint64_t bytes)
{
    static constexpr std::array<const char *, 5> units = {"B", "KiB", "MiB", "GiB", "TiB"};
    double value = double(bytes);
    std::size_t unit = 0;
    while (value >= 1024.0 && unit + 1 < units.size()) {
        value /= 1024.0;
        ++unit;
    }
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), unit == 0 || value >= 100.0 ? "%.0f %s" : "%.1f %s", value, units[unit]);
    return text.data();
}

} // namespace secateur
