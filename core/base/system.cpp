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
#include <unistd.h>

namespace secateur {

namespace {

namespace fs = std::filesystem;

constexpr auto unlimited = std::numeric_limits<std::uint64_t>::max();

/// The first whitespace-separated word of a small file; empty when it cannot be read.
std::string firstWord(const fs::path &path)
{
    std::ifstream file(path);
    std::string word;
    file >> word;
    return word;
}

/// A "Name:  123 kB" line of a /proc file, in bytes; 0 when there is none.
std::uint64_t kilobyteField(const fs::path &path, const std::string &name)
{
    std::ifstream file(path);
    for (std::string line; std::getline(file, line);)
        if (line.starts_with(name))
            return std::strtoull(line.c_str() + name.size(), nullptr, 10) * 1024;
    return 0;
}

/// The number after `name` in a memory.stat file; 0 when there is none.
std::uint64_t statField(const fs::path &file, const std::string &name)
{
    std::ifstream stream(file);
    std::string word;
    std::uint64_t value = 0;
    while (stream >> word >> value)
        if (word == name)
            return value;
    return 0;
}

/// The files that describe the memory of a control group in one of the kernel's two interfaces.
struct GroupFiles {
    const char *limit;
    const char *used;
    const char *cacheFields[2]; ///< in memory.stat: file contents that the kernel drops when memory is wanted
};
constexpr GroupFiles groupFiles1 = {
    "memory.limit_in_bytes", "memory.usage_in_bytes", {"total_inactive_file", "total_active_file"}};
constexpr GroupFiles groupFiles2 = {"memory.max", "memory.current", {"inactive_file", "active_file"}};

/// What the limit of one group leaves, or the largest number where it has none.
std::uint64_t headroomOf(const fs::path &group, const GroupFiles &files)
{
    const std::string limit = firstWord(group / files.limit);
    if (limit.empty() || limit == "max")
        return unlimited;
    const auto most = std::strtoull(limit.c_str(), nullptr, 10);
    std::uint64_t used = std::strtoull(firstWord(group / files.used).c_str(), nullptr, 10);
    for (const char *const field : files.cacheFields)
        used -= std::min(used, statField(group / "memory.stat", field));
    return most > used ? most - used : 0;
}

/// The least that a group and those above it leave, up to the mount point. A container may see the mount point as its
/// own group while /proc names the path outside, so folders that are not there are passed over.
std::uint64_t headroomUpTo(const fs::path &mount, const std::string &path, const GroupFiles &files)
{
    std::uint64_t least = headroomOf(mount, files);
    fs::path group = mount;
    for (const fs::path &part : fs::path(path).relative_path()) {
        if (part == "..") // outside of what is mounted here
            break;
        group /= part;
        least = std::min(least, headroomOf(group, files));
    }
    return least;
}

/// What the memory limits of our control groups leave, or the largest number where there are none. Lines of
/// /proc/self/cgroup are "0::/path" (version 2) and "4:memory:/path", "4:cpu,memory:/path" (version 1).
std::uint64_t groupHeadroom(const fs::path &root)
{
    const fs::path mounts = root / "sys/fs/cgroup";
    std::uint64_t least = unlimited;
    std::ifstream file(root / "proc/self/cgroup");
    for (std::string line; std::getline(file, line);) {
        const std::size_t first = line.find(':');
        const std::size_t second = first == std::string::npos ? first : line.find(':', first + 1);
        if (second == std::string::npos)
            continue;
        const std::string controllers = "," + line.substr(first + 1, second - first - 1) + ",";
        const std::string path = line.substr(second + 1);
        if (controllers == ",,")
            least = std::min(least, headroomUpTo(mounts, path, groupFiles2));
        else if (controllers.find(",memory,") != std::string::npos)
            least = std::min(least, headroomUpTo(mounts / "memory", path, groupFiles1));
    }
    return least;
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

std::uint64_t availableMemory(const fs::path &root)
{
    return std::min(kilobyteField(root / "proc/meminfo", "MemAvailable:"), groupHeadroom(root));
}

std::uint64_t peakResidentBytes()
{
    return kilobyteField("/proc/self/status", "VmHWM:");
}

std::string hostName()
{
    std::array<char, 256> name{}; // with the NUL that gethostname() may leave out
    return ::gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "";
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
