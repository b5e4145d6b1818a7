// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "core/base/result.h"
#include "core/store/hdf5session.h"

namespace secateur::store {

/// A new HDF5 file (superblock 3) whose bytes are in memory. Used inside a Hdf5Session.
class MemoryFile
{
public:
    /// `name`: by it the library tells memory files apart that are open at the same time.
    [[nodiscard]] static Result<MemoryFile> create(const char *name);

    [[nodiscard]] Hdf5Id id() const { return m_file.id(); }

    /// Closes the file and returns its bytes; everything in it must be closed before. Call it once.
    [[nodiscard]] Result<std::vector<std::byte>> close();

private:
    MemoryFile() = default;
    std::unique_ptr<std::vector<std::byte>> m_bytes; ///< where the library writes
    Hdf5Handle m_file; ///< closed before m_bytes goes
};

} // namespace secateur::store
