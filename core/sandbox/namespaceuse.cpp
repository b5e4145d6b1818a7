// SPDX-License-Identifier: GPL-3.0-or-later
#include <array>
#include <charconv>
#include <map>
#include <string>

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/sandbox/box.h"

namespace secateur::sandbox {

namespace {

/// The inode of /proc/<pid>/ns/pid; 0 when it is not ours to see, or gone.
std::uint64_t namespaceOf(int proc, const std::string &process)
{
    struct stat info = {};
    return fstatat(proc, (process + "/ns/pid").c_str(), &info, 0) == 0 ? info.st_ino : 0;
}

/// The beginning of a small file of /proc; "" when it is gone.
std::string textOf(int proc, const std::string &path)
{
    const Descriptor file(openat(proc, path.c_str(), O_RDONLY | O_CLOEXEC));
    std::array<char, 256> text{};
    const auto count = file.isOpen() ? read(file.get(), text.data(), text.size()) : 0;
    return {text.data(), count > 0 ? std::size_t(count) : 0};
}

/// Has ended and only waits to be asked how: "12 (name) Z …". The name may hold anything but ends at the last bracket.
bool isDead(const std::string &stat)
{
    const auto bracket = stat.rfind(") ");
    return bracket == std::string::npos || stat[bracket + 2] == 'Z' || stat[bracket + 2] == 'X';
}

/// A thread of the process that lives, as a path; "" when there is none. The first thread of a process may be dead
/// while others go on, and what it is asked for then is 0.
std::string livingThread(int proc, const std::string &process)
{
    if (!isDead(textOf(proc, process + "/stat")))
        return process;
    std::string living;
    const int tasks = openat(proc, (process + "/task").c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *const folder = tasks < 0 ? nullptr : fdopendir(tasks);
    while (const dirent *const entry = folder && living.empty() ? readdir(folder) : nullptr)
        if (entry->d_name[0] != '.' && !isDead(textOf(tasks, std::string(entry->d_name) + "/stat")))
            living = process + "/task/" + entry->d_name;
    if (folder)
        closedir(folder);
    return living;
}

/// The second number of statm, in bytes.
std::uint64_t residentBytes(int proc, const std::string &thread)
{
    const std::string numbers = textOf(proc, thread + "/statm");
    const auto blank = numbers.find(' ');
    std::uint64_t pages = 0;
    if (blank != std::string::npos)
        std::from_chars(numbers.data() + blank + 1, numbers.data() + numbers.size(), pages);
    return pages * std::uint64_t(sysconf(_SC_PAGESIZE));
}

} // namespace

std::vector<NamespaceUse> namespaceUse(const std::set<std::uint64_t> &inodes)
{
    std::map<std::uint64_t, NamespaceUse> found;
    for (const auto inode : inodes)
        found[inode].inode = inode;
    if (DIR *const folder = inodes.empty() ? nullptr : opendir("/proc")) {
        const int proc = dirfd(folder);
        while (const dirent *const entry = readdir(folder)) {
            const std::string name = entry->d_name;
            int process = 0;
            if (std::from_chars(name.data(), name.data() + name.size(), process).ptr != name.data() + name.size())
                continue;
            const auto at = found.find(namespaceOf(proc, name));
            if (at == found.end())
                continue;
            const std::string thread = livingThread(proc, name);
            if (thread.empty())
                continue; // dead, and to be forgotten once its parent asks; that may take an init its time
            at->second.resident += residentBytes(proc, thread);
            ++at->second.processes;
        }
        closedir(folder);
    }
    std::vector<NamespaceUse> uses;
    for (auto &[inode, use] : found)
        uses.push_back(std::move(use));
    return uses;
}

} // namespace secateur::sandbox
