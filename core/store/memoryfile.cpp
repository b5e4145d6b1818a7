// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/store/memoryfile.h"

#include <cstdint>
#include <new>

#include <hdf5.h>

#include "core/store/hdf5attributes.h"

namespace secateur::store {

namespace {

using Bytes = std::vector<std::byte>;

constexpr std::size_t growth = std::size_t(1) << 20;

// The library's memory driver asks these for its buffer, so that the buffer is still there after closing.
// H5Fget_file_image() copies it from the open file, but in 1.10.8 changes the superblock without its checksum, and then
// nothing can read the image.
void *resizeImage(void *, std::size_t size, H5FD_file_image_op_t, void *target)
{
    auto &bytes = *static_cast<Bytes *>(target);
    try {
        bytes.resize(size);
    } catch (const std::bad_alloc &) {
        return nullptr; // the library reports it as a failed write
    }
    return bytes.data();
}

herr_t keepImage(void *, H5FD_file_image_op_t, void *)
{
    return 0;
}

void *sameTarget(void *target)
{
    return target;
}

herr_t keepTarget(void *)
{
    return 0;
}

/// Where the file ends, from its superblock of version 3 (HDF5 File Format Specification 3.0, II.A): 8 bytes at 28.
std::uint64_t endOfFile(const Bytes &bytes)
{
    std::uint64_t end = 0;
    for (std::size_t i = 36; i > 28 && bytes.size() >= 36; --i)
        end = end << 8 | std::uint64_t(bytes[i - 1]);
    return end;
}

} // namespace

Result<MemoryFile> MemoryFile::create(const char *name)
{
    MemoryFile memory;
    memory.m_bytes = std::make_unique<Bytes>();
    H5FD_file_image_callbacks_t callbacks = {};
    callbacks.image_realloc = resizeImage;
    callbacks.image_free = keepImage;
    callbacks.udata_copy = sameTarget;
    callbacks.udata_free = keepTarget;
    callbacks.udata = memory.m_bytes.get();
    const Hdf5Handle access(H5Pcreate(H5P_FILE_ACCESS), H5Pclose);
    const Hdf5Handle creation(H5Pcreate(H5P_FILE_CREATE), H5Pclose);
    if (H5Pset_fapl_core(access.id(), growth, false) < 0 || H5Pset_file_image_callbacks(access.id(), &callbacks) < 0
        || H5Pset_libver_bounds(access.id(), H5F_LIBVER_V110, H5F_LIBVER_V110) < 0
        || H5Pset_attr_phase_change(creation.id(), 64, 0) < 0
        || H5Pset_obj_track_times(creation.id(), false) < 0) // of the root group: equal contents are equal bytes
        return hdf5Failure(ErrorCode::Internal, "cannot describe a file in memory");
    memory.m_file = Hdf5Handle(H5Fcreate(name, H5F_ACC_TRUNC, creation.id(), access.id()), H5Fclose);
    if (!memory.m_file)
        return hdf5Failure(ErrorCode::Internal, "cannot create a file in memory");
    return memory;
}

Result<std::vector<std::byte>> MemoryFile::close()
{
    if (!m_file.reset())
        return hdf5Failure(ErrorCode::Internal, "cannot complete a file in memory");
    const std::uint64_t end = endOfFile(*m_bytes);
    if (end == 0 || end > m_bytes->size())
        return failure(ErrorCode::Internal, "HDF5 left an unexpected superblock");
    m_bytes->resize(end);
    return std::move(*m_bytes);
}

} // namespace secateur::store
