// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/store/hdf5file.h"

#include <hdf5.h>

#include "core/base/file.h"
#include "core/base/sha256.h"
#include "core/store/hdf5attributes.h"
#include "core/store/jsonfields.h"

namespace secateur::store {

namespace {

constexpr std::size_t mostLinks = 4096;

tl::unexpected<Error> bad(const std::string &where, const std::string &problem)
{
    return failure(ErrorCode::BadInput, where + ": " + problem);
}

herr_t collectName(hid_t, const char *name, const H5L_info_t *, void *target)
{
    auto &names = *static_cast<std::vector<std::string> *>(target);
    names.emplace_back(name);
    return names.size() > mostLinks ? -1 : 0;
}

} // namespace

Result<Hdf5File> Hdf5File::open(const std::filesystem::path &path)
{
    // HDF5 would wait for ever on a FIFO, and does not tell a file that it may not read from a damaged one.
    SECATEUR_CHECK(ReadFile::open(path));
    Hdf5File file;
    file.m_path = path;
    const Hdf5Handle access(H5Pcreate(H5P_FILE_ACCESS), H5Pclose);
    if (H5Pset_fclose_degree(access.id(), H5F_CLOSE_STRONG) < 0 || H5Pset_file_locking(access.id(), true, true) < 0)
        return hdf5Failure(ErrorCode::Internal, path.string() + ": cannot prepare opening");
    file.m_file = Hdf5Handle(H5Fopen(path.c_str(), H5F_ACC_RDONLY, access.id()), H5Fclose);
    if (!file.m_file)
        return hdf5Failure(ErrorCode::BadInput, path.string() + ": is no HDF5 file, or is damaged");
    file.m_root = Hdf5Handle(H5Gopen2(file.m_file.id(), "/", H5P_DEFAULT), H5Gclose);
    H5O_info_t info = {};
    if (!file.m_root || H5Oget_info2(file.m_root.id(), &info, H5O_INFO_BASIC) < 0)
        return hdf5Failure(ErrorCode::BadInput, path.string() + ": has no root group");
    file.m_fileNumber = info.fileno;
    return file;
}

std::string Hdf5File::where(const char *group, const std::string &name) const
{
    return m_path.string() + ": /" + group + (name.empty() ? "" : "/" + name);
}

Result<Hdf5Handle> Hdf5File::openObject(Hdf5Id parent, const std::string &name, Kind kind,
                                        const std::string &where) const
{
    const htri_t exists = H5Lexists(parent, name.c_str(), H5P_DEFAULT);
    if (exists == 0)
        return failure(ErrorCode::NotFound, where + ": is not in the file");
    H5L_info_t link = {};
    if (exists < 0 || H5Lget_info(parent, name.c_str(), &link, H5P_DEFAULT) < 0)
        return hdf5Failure(ErrorCode::BadInput, where + ": cannot be found");
    // Soft and external links can lead out of the file, so they are not followed even once.
    if (link.type != H5L_TYPE_HARD)
        return bad(where, "is a soft or external link, which is refused");
    H5O_info_t info = {};
    if (H5Oget_info_by_name2(parent, name.c_str(), &info, H5O_INFO_BASIC, H5P_DEFAULT) < 0)
        return hdf5Failure(ErrorCode::BadInput, where + ": cannot be examined");
    if (info.type != (kind == Kind::Group ? H5O_TYPE_GROUP : H5O_TYPE_DATASET) || info.fileno != m_fileNumber)
        return bad(where, kind == Kind::Group ? "is no group of this file" : "is no dataset of this file");
    Hdf5Handle object(H5Oopen(parent, name.c_str(), H5P_DEFAULT), H5Oclose);
    if (!object)
        return hdf5Failure(ErrorCode::BadInput, where + ": cannot be opened");
    return object;
}

Result<Hdf5Handle> Hdf5File::openGroup(const char *group) const
{
    return openObject(m_root.id(), group, Kind::Group, where(group));
}

Result<Hdf5Handle> Hdf5File::openDataset(const char *group, const std::string &name, const char *encoding) const
{
    const std::string place = where(group, name);
    SECATEUR_TRY(parent, openGroup(group));
    SECATEUR_TRY(dataset, openObject(parent.id(), name, Kind::Dataset, place));
    SECATEUR_CHECK(expectText(dataset.id(), "encoding-type", encoding, place));
    SECATEUR_TRY(version, readText(dataset.id(), "encoding-version", place));
    SECATEUR_CHECK(checkVersion(version, place));
    return std::move(dataset);
}

Result<std::vector<std::string>> Hdf5File::names(const char *group) const
{
    SECATEUR_TRY(parent, openGroup(group));
    std::vector<std::string> found;
    hsize_t position = 0;
    if (H5Literate(parent.id(), H5_INDEX_NAME, H5_ITER_INC, &position, collectName, &found) < 0)
        return hdf5Failure(ErrorCode::BadInput, where(group) + ": cannot be listed, or has too many members");
    return found;
}

Result<void> expectText(Hdf5Id object, const char *name, const std::string &expected, const std::string &where)
{
    SECATEUR_TRY(found, readText(object, name, where));
    if (found != expected)
        return bad(where,
                   std::string("attribute \"") + name + "\" should be \"" + expected + "\", but is \"" + found + "\"");
    return {};
}

Result<void> checkStoredSum(Hdf5Id object, std::span<const std::byte> bytes, const std::string &where)
{
    SECATEUR_TRY(expected, readText(object, "sha256", where));
    if (sha256Hex(bytes) != expected)
        return bad(where, "is damaged: its values do not have the SHA-256 that is stored with them");
    return {};
}

} // namespace secateur::store
