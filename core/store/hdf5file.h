// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/store/hdf5session.h"

namespace secateur::store {

/// An HDF5 file opened for reading, whose links and objects are looked at before they are followed
/// (design/safety.md B.6): only hard links to objects of this very file. Used inside a Hdf5Session.
class Hdf5File
{
public:
    enum class Kind { Group, Dataset };

    Hdf5File() = default; ///< nothing is open
    /// BadInput when it is no HDF5 file; NotFound, Io.
    [[nodiscard]] static Result<Hdf5File> open(const std::filesystem::path &path);

    [[nodiscard]] const std::filesystem::path &path() const { return m_path; }
    [[nodiscard]] Hdf5Id root() const { return m_root.id(); }
    /// "<path>: /group/name", for messages.
    [[nodiscard]] std::string where(const char *group, const std::string &name = {}) const;

    /// The group of the root. NotFound, BadInput.
    [[nodiscard]] Result<Hdf5Handle> openGroup(const char *group) const;
    /// A dataset in a group of the root, with this encoding. NotFound, BadInput.
    [[nodiscard]] Result<Hdf5Handle> openDataset(const char *group, const std::string &name,
                                                 const char *encoding) const;
    /// What is in a group, sorted.
    [[nodiscard]] Result<std::vector<std::string>> names(const char *group) const;

private:
    [[nodiscard]] Result<Hdf5Handle> openObject(Hdf5Id parent, const std::string &name, Kind kind,
                                                const std::string &where) const;

    std::filesystem::path m_path;
    Hdf5Handle m_file;
    Hdf5Handle m_root;
    unsigned long m_fileNumber = 0;
};

/// BadInput unless the attribute is this text.
[[nodiscard]] Result<void> expectText(Hdf5Id object, const char *name, const std::string &expected,
                                      const std::string &where);
/// BadInput unless the bytes have the SHA-256 in the attribute "sha256".
[[nodiscard]] Result<void> checkStoredSum(Hdf5Id object, std::span<const std::byte> bytes, const std::string &where);

} // namespace secateur::store
