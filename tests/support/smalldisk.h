// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <filesystem>

#include "tests/support/testsupport.h"

namespace secateur::test {

/// A folder with a file system of its own of this many bytes; not mounted where the machine does not permit it.
class SmallDisk
{
public:
    explicit SmallDisk(std::uint64_t bytes);
    ~SmallDisk();
    SmallDisk(const SmallDisk &) = delete;
    SmallDisk &operator=(const SmallDisk &) = delete;

    [[nodiscard]] bool mounted() const { return m_mounted; }
    [[nodiscard]] std::filesystem::path path() const { return m_folder.path(); }
    /// Takes what is left, but for `spare` bytes; returns the file that holds it.
    std::filesystem::path fill(std::uint64_t spare = 0) const;

private:
    TemporaryFolder m_folder;
    bool m_mounted;
};

} // namespace secateur::test

/// Skips a test function where no small file system could be mounted.
#define SECATEUR_NEEDS_SMALL_DISK(disk)                                                                                \
    do {                                                                                                               \
        if (!(disk).mounted())                                                                                         \
            QSKIP("cannot mount a small tmpfs here (needs root): a full disk was NOT tested");                         \
    } while (false)
