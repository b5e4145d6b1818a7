// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/smalldisk.h"

#include <fstream>
#include <string>

#include <sys/mount.h>

namespace secateur::test {

SmallDisk::SmallDisk(std::uint64_t bytes)
    : m_mounted(::mount("tmpfs", m_folder.path().c_str(), "tmpfs", 0, ("size=" + std::to_string(bytes)).c_str()) == 0)
{
}

SmallDisk::~SmallDisk()
{
    if (m_mounted)
        ::umount2(m_folder.path().c_str(), MNT_DETACH);
}

std::filesystem::path SmallDisk::fill(std::uint64_t spare) const
{
    const auto path = m_folder.path() / "filler";
    const auto free = std::filesystem::space(m_folder.path()).available;
    std::ofstream file(path, std::ios::binary);
    const std::string piece(4096, '\1');
    for (std::uint64_t written = 0; written + spare < free && file.write(piece.data(), 4096).flush(); written += 4096) {
    }
    return path;
}

} // namespace secateur::test
