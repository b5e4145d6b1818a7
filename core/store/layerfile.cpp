// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/store/layerfile.h"

#include <algorithm>
#include <span>

#include <hdf5.h>

#include "core/base/file.h"
#include "core/base/sha256.h"
#include "core/store/hdf5attributes.h"
#include "core/store/hdf5dataset.h"
#include "core/store/jsonfields.h"
#include "core/store/names.h"

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

Result<void> expectText(Hdf5Id object, const char *name, const std::string &expected, const std::string &where)
{
    SECATEUR_TRY(found, readText(object, name, where));
    if (found != expected)
        return bad(where,
                   std::string("attribute \"") + name + "\" should be \"" + expected + "\", but is \"" + found + "\"");
    return {};
}

template <typename T>
Result<void> checkSum(Hdf5Id object, const std::vector<T> &values, const std::string &where)
{
    SECATEUR_TRY(expected, readText(object, "sha256", where));
    if (sha256Hex(std::as_bytes(std::span(values))) != expected)
        return bad(where, "is damaged: its values do not have the SHA-256 that is stored with them");
    return {};
}

} // namespace

Result<LayerFile> LayerFile::open(const std::filesystem::path &path)
{
    // HDF5 would wait for ever on a FIFO, and does not tell a file that it may not read from a damaged one.
    SECATEUR_CHECK(ReadFile::open(path));
    const Hdf5Session session;
    LayerFile layer;
    layer.m_path = path;
    const Hdf5Handle access(H5Pcreate(H5P_FILE_ACCESS), H5Pclose);
    if (H5Pset_fclose_degree(access.id(), H5F_CLOSE_STRONG) < 0 || H5Pset_file_locking(access.id(), true, true) < 0)
        return hdf5Failure(ErrorCode::Internal, path.string() + ": cannot prepare opening");
    layer.m_file = Hdf5Handle(H5Fopen(path.c_str(), H5F_ACC_RDONLY, access.id()), H5Fclose);
    if (!layer.m_file)
        return hdf5Failure(ErrorCode::BadInput, path.string() + ": is no HDF5 file, or is damaged");
    layer.m_root = Hdf5Handle(H5Gopen2(layer.m_file.id(), "/", H5P_DEFAULT), H5Gclose);
    H5O_info_t info = {};
    if (!layer.m_root || H5Oget_info2(layer.m_root.id(), &info, H5O_INFO_BASIC) < 0)
        return hdf5Failure(ErrorCode::BadInput, path.string() + ": has no root group");
    layer.m_fileNumber = info.fileno;
    SECATEUR_CHECK(layer.readHeader());
    return layer;
}

Result<void> LayerFile::readHeader()
{
    const std::string where = m_path.string();
    const Hdf5Id root = m_root.id();
    SECATEUR_CHECK(expectText(root, "secateur_schema", layerSchema, where));
    SECATEUR_TRY(version, readText(root, "secateur_schema_version", where));
    SECATEUR_CHECK(checkVersion(version, where));
    const std::pair<const char *, std::string LayerHeader::*> texts[] = {
        {"run", &LayerHeader::run},
        {"created_utc", &LayerHeader::createdUtc},
        {"source_model", &LayerHeader::sourceModel},
        {"method", &LayerHeader::method},
        {"sparsity", &LayerHeader::target},
        {"statistics", &LayerHeader::statistics},
        {"calibration", &LayerHeader::calibration},
    };
    for (const auto &[name, field] : texts) {
        SECATEUR_TRY(value, readText(root, name, where));
        m_header.*field = std::move(value);
    }
    SECATEUR_TRY(layer, readCounts(root, "layer", 1, where));
    m_header.layer = layer.front();
    return readOrigin();
}

Result<void> LayerFile::readOrigin()
{
    const std::string where = m_path.string();
    const Hdf5Id root = m_root.id();
    for (const auto &[name, field] : originTexts) {
        SECATEUR_TRY(exists, hasAttribute(root, name, where));
        if (!exists)
            continue;
        SECATEUR_TRY(value, readText(root, name, where));
        m_header.*field = std::move(value);
    }
    for (const auto &[name, field] : originCounts) {
        SECATEUR_TRY(exists, hasAttribute(root, name, where));
        if (!exists)
            continue;
        SECATEUR_TRY(value, readCounts(root, name, 1, where));
        m_header.*field = value.front();
    }
    return {};
}

std::string LayerFile::where(const char *group, const std::string &name) const
{
    return m_path.string() + ": /" + group + (name.empty() ? "" : "/" + name);
}

Result<Hdf5Handle> LayerFile::openObject(Hdf5Id parent, const std::string &name, int type,
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
    if (info.type != type || info.fileno != m_fileNumber)
        return bad(where, type == H5O_TYPE_GROUP ? "is no group of this file" : "is no dataset of this file");
    Hdf5Handle object(H5Oopen(parent, name.c_str(), H5P_DEFAULT), H5Oclose);
    if (!object)
        return hdf5Failure(ErrorCode::BadInput, where + ": cannot be opened");
    return object;
}

Result<Hdf5Handle> LayerFile::findEncoded(const char *group, const std::string &name, const char *encoding) const
{
    const std::string place = where(group, name);
    if (!isSublayerName(name))
        return bad(place, "is no sublayer name");
    SECATEUR_TRY(parent, openObject(m_root.id(), group, H5O_TYPE_GROUP, where(group, {})));
    SECATEUR_TRY(dataset, openObject(parent.id(), name, H5O_TYPE_DATASET, place));
    SECATEUR_CHECK(expectText(dataset.id(), "encoding-type", encoding, place));
    SECATEUR_TRY(version, readText(dataset.id(), "encoding-version", place));
    SECATEUR_CHECK(checkVersion(version, place));
    return std::move(dataset);
}

Result<Hdf5Handle> LayerFile::openEncoded(const char *group, const std::string &name, const char *encoding) const
{
    // What the caller asks for is promised by the manifest or by another dataset, so its absence is damage.
    return findEncoded(group, name, encoding).map_error([](Error error) {
        return Error{error.code == ErrorCode::NotFound ? ErrorCode::BadInput : error.code, std::move(error.detail)};
    });
}

Result<mask::BitMatrix> LayerFile::mask(const std::string &sublayer, std::uint64_t rows, std::uint64_t cols) const
{
    const Hdf5Session session;
    const std::string place = where(masksGroup, sublayer);
    SECATEUR_TRY(dataset, openEncoded(masksGroup, sublayer, maskEncoding));
    const Hdf5Id id = dataset.id();
    SECATEUR_CHECK(expectText(id, "bit_order", "lsb0", place));
    SECATEUR_CHECK(expectText(id, "true_means", "kept", place));
    SECATEUR_TRY(shape, readCounts(id, "shape", 2, place));
    SECATEUR_TRY(padding, readCounts(id, "padding_bits", 1, place));
    SECATEUR_TRY(popcount, readCounts(id, "popcount", 1, place));
    if (shape[0] != rows || shape[1] != cols || padding[0] != 0)
        return bad(place,
                   "should have the shape " + std::to_string(rows) + " x " + std::to_string(cols)
                       + " and padding bits 0");
    SECATEUR_TRY(packed, readBytes(id, rows, cols / 8 + (cols % 8 != 0), place));
    SECATEUR_CHECK(checkSum(id, packed, place));
    auto kept = mask::BitMatrix::fromPackedRows(rows, cols, packed);
    if (!kept)
        return tl::make_unexpected(withContext(std::move(kept).error(), place));
    if (kept->count() != popcount[0])
        return bad(place,
                   "keeps " + std::to_string(kept->count()) + " weights, but says " + std::to_string(popcount[0]));
    return std::move(*kept);
}

Result<std::optional<std::vector<float>>> LayerFile::norm(const std::string &sublayer, std::uint64_t cols) const
{
    const Hdf5Session session;
    SECATEUR_TRY(mask, openEncoded(masksGroup, sublayer, maskEncoding));
    SECATEUR_TRY(owner, readText(mask.id(), "norm", where(masksGroup, sublayer)));
    if (owner.empty())
        return std::nullopt;
    SECATEUR_TRY(dataset, openEncoded(normsGroup, owner, normEncoding));
    SECATEUR_TRY(values, readFloats(dataset.id(), cols, where(normsGroup, owner)));
    SECATEUR_CHECK(checkSum(dataset.id(), values, where(normsGroup, owner)));
    return std::move(values);
}

Result<std::optional<double>> LayerFile::alpha(const std::string &sublayer) const
{
    const Hdf5Session session;
    const std::string place = where(masksGroup, sublayer);
    SECATEUR_TRY(mask, openEncoded(masksGroup, sublayer, maskEncoding));
    SECATEUR_TRY(exists, hasAttribute(mask.id(), "alpha", place));
    if (!exists)
        return std::nullopt;
    SECATEUR_TRY(value, readNumber(mask.id(), "alpha", place));
    return value;
}

Result<std::optional<mask::DensityPyramid::Level>> LayerFile::density(const std::string &sublayer, std::uint64_t rows,
                                                                      std::uint64_t cols) const
{
    const Hdf5Session session;
    const std::string place = where(densityGroup, sublayer);
    auto dataset = findEncoded(densityGroup, sublayer, densityEncoding);
    if (!dataset && dataset.error().code == ErrorCode::NotFound)
        return std::nullopt;
    if (!dataset)
        return tl::make_unexpected(std::move(dataset).error());
    mask::DensityPyramid::Level level;
    level.rows = rows / 8 + (rows % 8 != 0);
    level.cols = cols / 8 + (cols % 8 != 0);
    SECATEUR_TRY(side, readCounts(dataset->id(), "cells_per_side", 1, place));
    if (side[0] != level.cellsPerSide)
        return bad(place, "should have 8 cells per side");
    SECATEUR_TRY(values, readBytes(dataset->id(), level.rows, level.cols, place));
    SECATEUR_CHECK(checkSum(dataset->id(), values, place));
    level.values = std::move(values);
    return level;
}

Result<std::vector<std::string>> LayerFile::names(const char *group) const
{
    SECATEUR_TRY(parent, openObject(m_root.id(), group, H5O_TYPE_GROUP, where(group, {})));
    std::vector<std::string> found;
    hsize_t position = 0;
    if (H5Literate(parent.id(), H5_INDEX_NAME, H5_ITER_INC, &position, collectName, &found) < 0)
        return hdf5Failure(ErrorCode::BadInput, where(group, {}) + ": cannot be listed, or has too many members");
    return found;
}

Result<std::vector<LayerFile::Shape>> LayerFile::shapes() const
{
    const Hdf5Session session;
    SECATEUR_TRY(found, names(masksGroup));
    std::vector<Shape> shapes;
    for (const std::string &name : found) {
        SECATEUR_TRY(dataset, openEncoded(masksGroup, name, maskEncoding));
        SECATEUR_TRY(shape, readCounts(dataset.id(), "shape", 2, where(masksGroup, name)));
        if (shape[0] == 0 || shape[1] == 0 || shape[0] > mostCells / shape[1])
            return bad(where(masksGroup, name), "has an impossible shape");
        shapes.push_back({name, shape[0], shape[1]});
    }
    return shapes;
}

Result<std::vector<std::string>> LayerFile::normNames() const
{
    const Hdf5Session session;
    return names(normsGroup);
}

} // namespace secateur::store
