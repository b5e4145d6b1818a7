// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/store/hdf5attributes.h"

#include <hdf5.h>

namespace secateur::store {

namespace {

constexpr std::size_t longestText = 4096;

Hdf5Handle textType(std::size_t bytes)
{
    Hdf5Handle type(H5Tcopy(H5T_C_S1), H5Tclose);
    if (H5Tset_size(type.id(), bytes) < 0 || H5Tset_strpad(type.id(), H5T_STR_NULLPAD) < 0
        || H5Tset_cset(type.id(), H5T_CSET_UTF8) < 0)
        return {};
    return type;
}

Result<void> writeAttribute(Hdf5Id object, const char *name, Hdf5Id type, Hdf5Id space, const void *values)
{
    const Hdf5Handle attribute(H5Acreate2(object, name, type, space, H5P_DEFAULT, H5P_DEFAULT), H5Aclose);
    if (!attribute || H5Awrite(attribute.id(), type, values) < 0)
        return hdf5Failure(ErrorCode::Internal, std::string("cannot write attribute ") + name);
    return {};
}

struct OpenAttribute {
    Hdf5Handle attribute;
    Hdf5Handle type;
};

Result<OpenAttribute> openAttribute(Hdf5Id object, const char *name, std::size_t values, const std::string &where)
{
    SECATEUR_TRY(exists, hasAttribute(object, name, where));
    if (!exists)
        return failure(ErrorCode::BadInput, where + ": attribute \"" + name + "\" is missing");
    OpenAttribute open{Hdf5Handle(H5Aopen(object, name, H5P_DEFAULT), H5Aclose), Hdf5Handle()};
    if (!open.attribute)
        return hdf5Failure(ErrorCode::BadInput, where + ": cannot open attribute \"" + name + "\"");
    open.type = Hdf5Handle(H5Aget_type(open.attribute.id()), H5Tclose);
    const Hdf5Handle space(H5Aget_space(open.attribute.id()), H5Sclose);
    if (!open.type || !space || H5Sget_simple_extent_npoints(space.id()) != hssize_t(values))
        return failure(ErrorCode::BadInput,
                       where + ": attribute \"" + name + "\" should have " + std::to_string(values) + " value(s)");
    return open;
}

Result<void> readValues(const OpenAttribute &open, Hdf5Id type, const char *name, void *target,
                        const std::string &where)
{
    if (!sameType(open.type.id(), type))
        return failure(ErrorCode::BadInput, where + ": attribute \"" + name + "\" has another type than expected");
    if (H5Aread(open.attribute.id(), type, target) < 0)
        return hdf5Failure(ErrorCode::BadInput, where + ": cannot read attribute \"" + name + "\"");
    return {};
}

} // namespace

tl::unexpected<Error> hdf5Failure(ErrorCode code, const std::string &action)
{
    return failure(code, action + " (" + Hdf5Session::lastProblem() + ")");
}

bool sameType(Hdf5Id type, Hdf5Id wanted)
{
    // H5Tequal also compares precision, offset, padding and, for floats, the layout of the bits.
    return H5Tequal(type, wanted) > 0;
}

Result<void> writeText(Hdf5Id object, const char *name, const std::string &value)
{
    if (value.size() > longestText)
        return failure(ErrorCode::Internal, std::string("attribute ") + name + " is too long");
    // HDF5 has no text of length 0; one NUL of padding reads back as empty.
    std::string padded = value.empty() ? std::string(1, '\0') : value;
    const Hdf5Handle type = textType(padded.size());
    const Hdf5Handle space(H5Screate(H5S_SCALAR), H5Sclose);
    return writeAttribute(object, name, type.id(), space.id(), padded.data());
}

Result<void> writeCounts(Hdf5Id object, const char *name, const std::vector<std::uint64_t> &values)
{
    const hsize_t size = values.size();
    const Hdf5Handle space(H5Screate_simple(1, &size, nullptr), H5Sclose);
    return writeAttribute(object, name, H5T_STD_U64LE, space.id(), values.data());
}

Result<void> writeNumber(Hdf5Id object, const char *name, double value)
{
    const Hdf5Handle space(H5Screate(H5S_SCALAR), H5Sclose);
    return writeAttribute(object, name, H5T_IEEE_F64LE, space.id(), &value);
}

Result<bool> hasAttribute(Hdf5Id object, const char *name, const std::string &where)
{
    const htri_t exists = H5Aexists(object, name);
    if (exists < 0)
        return hdf5Failure(ErrorCode::BadInput, where + ": cannot look for attribute \"" + name + "\"");
    return exists > 0;
}

Result<std::string> readText(Hdf5Id object, const char *name, const std::string &where)
{
    SECATEUR_TRY(open, openAttribute(object, name, 1, where));
    const std::size_t size = H5Tget_size(open.type.id());
    if (H5Tget_class(open.type.id()) != H5T_STRING || H5Tis_variable_str(open.type.id()) != 0 || size == 0
        || size > longestText)
        return failure(ErrorCode::BadInput,
                       where + ": attribute \"" + name + "\" should be a text of fixed length, at most 4096 bytes");
    const Hdf5Handle type = textType(size);
    std::string text(size, '\0');
    SECATEUR_CHECK(readValues(open, type.id(), name, text.data(), where));
    text.erase(text.find_last_not_of('\0') + 1);
    return text;
}

Result<std::vector<std::uint64_t>> readCounts(Hdf5Id object, const char *name, std::size_t values,
                                              const std::string &where)
{
    SECATEUR_TRY(open, openAttribute(object, name, values, where));
    std::vector<std::uint64_t> counts(values);
    SECATEUR_CHECK(readValues(open, H5T_STD_U64LE, name, counts.data(), where));
    return counts;
}

Result<double> readNumber(Hdf5Id object, const char *name, const std::string &where)
{
    SECATEUR_TRY(open, openAttribute(object, name, 1, where));
    double number = 0.0;
    SECATEUR_CHECK(readValues(open, H5T_IEEE_F64LE, name, &number, where));
    return number;
}

} // namespace secateur::store
