// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/store/hdf5arrays.h"

#include <hdf5.h>

#include "core/base/sha256.h"
#include "core/store/hdf5attributes.h"
#include "core/store/jsonfields.h"

namespace secateur::store {

namespace {

constexpr unsigned deflateLevel = 4;

tl::unexpected<Error> cannot(const std::string &what)
{
    return hdf5Failure(ErrorCode::Internal, "cannot " + what + " in memory");
}

/// Object headers that hold all their attributes themselves, and no times, so that equal contents are equal bytes.
bool keepPlain(Hdf5Id properties)
{
    return H5Pset_attr_phase_change(properties, 64, 0) >= 0 && H5Pset_obj_track_times(properties, false) >= 0;
}

} // namespace

Result<Hdf5Handle> createGroup(Hdf5Id file, const char *name)
{
    const Hdf5Handle creation(H5Pcreate(H5P_GROUP_CREATE), H5Pclose);
    if (!keepPlain(creation.id()))
        return cannot("describe a group");
    Hdf5Handle group(H5Gcreate2(file, name, H5P_DEFAULT, creation.id(), H5P_DEFAULT), H5Gclose);
    if (!group)
        return cannot(std::string("create the group ") + name);
    return group;
}

Result<Hdf5Handle> writeArray(Hdf5Id parent, const std::string &name, const Hdf5Array &array)
{
    const std::vector<hsize_t> shape(array.shape.begin(), array.shape.end());
    const std::vector<hsize_t> chunk(array.chunk.begin(), array.chunk.end());
    const Hdf5Handle creation(H5Pcreate(H5P_DATASET_CREATE), H5Pclose);
    if (!keepPlain(creation.id()) || H5Pset_chunk(creation.id(), int(chunk.size()), chunk.data()) < 0
        || (array.deflate && H5Pset_deflate(creation.id(), deflateLevel) < 0) || H5Pset_fletcher32(creation.id()) < 0)
        return cannot("describe " + name);
    const Hdf5Handle space(H5Screate_simple(int(shape.size()), shape.data(), nullptr), H5Sclose);
    Hdf5Handle dataset(
        H5Dcreate2(parent, name.c_str(), array.type, space.id(), H5P_DEFAULT, creation.id(), H5P_DEFAULT), H5Dclose);
    if (!dataset || H5Dwrite(dataset.id(), array.type, H5S_ALL, H5S_ALL, H5P_DEFAULT, array.values) < 0)
        return cannot("write " + name);
    return dataset;
}

Result<void> writeEncoding(Hdf5Id dataset, const char *encoding, std::span<const std::byte> values)
{
    SECATEUR_CHECK(writeText(dataset, "encoding-type", encoding));
    SECATEUR_CHECK(writeText(dataset, "encoding-version", formatVersion));
    return writeText(dataset, "sha256", sha256Hex(values));
}

} // namespace secateur::store
