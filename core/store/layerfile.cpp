// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/store/layerfile.h"

#include <span>

#include "core/store/hdf5attributes.h"
#include "core/store/hdf5dataset.h"
#include "core/store/jsonfields.h"
#include "core/store/names.h"

namespace secateur::store {

namespace {

tl::unexpected<Error> bad(const std::string &where, const std::string &problem)
{
    return failure(ErrorCode::BadInput, where + ": " + problem);
}

template <typename T>
Result<void> checkSum(Hdf5Id object, const std::vector<T> &values, const std::string &where)
{
    return checkStoredSum(object, std::as_bytes(std::span(values)), where);
}

} // namespace

Result<LayerFile> LayerFile::open(const std::filesystem::path &path)
{
    const Hdf5Session session;
    SECATEUR_TRY(file, Hdf5File::open(path));
    LayerFile layer;
    layer.m_file = std::move(file);
    SECATEUR_CHECK(layer.readHeader());
    return layer;
}

Result<void> LayerFile::readHeader()
{
    const std::string where = m_file.path().string();
    const Hdf5Id root = m_file.root();
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
    const std::string where = m_file.path().string();
    const Hdf5Id root = m_file.root();
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

Result<Hdf5Handle> LayerFile::findEncoded(const char *group, const std::string &name, const char *encoding) const
{
    if (!isSublayerName(name))
        return bad(where(group, name), "is no sublayer name");
    return m_file.openDataset(group, name, encoding);
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

Result<std::optional<std::uint64_t>> LayerFile::normTokens(const std::string &name) const
{
    const Hdf5Session session;
    const std::string place = where(normsGroup, name);
    SECATEUR_TRY(norm, openEncoded(normsGroup, name, normEncoding));
    SECATEUR_TRY(exists, hasAttribute(norm.id(), "tokens", place));
    if (!exists)
        return std::nullopt;
    SECATEUR_TRY(value, readCounts(norm.id(), "tokens", 1, place));
    return value[0];
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

Result<std::vector<LayerFile::Shape>> LayerFile::shapes() const
{
    const Hdf5Session session;
    SECATEUR_TRY(found, m_file.names(masksGroup));
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
    return m_file.names(normsGroup);
}

} // namespace secateur::store
