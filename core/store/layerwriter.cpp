// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/store/layerwriter.h"

#include <algorithm>
#include <set>
#include <span>
#include <utility>

#include <hdf5.h>

#include "core/mask/maskset.h"
#include "core/store/hdf5arrays.h"
#include "core/store/hdf5attributes.h"
#include "core/store/hdf5session.h"
#include "core/store/jsonfields.h"
#include "core/store/memoryfile.h"
#include "core/store/names.h"

namespace secateur::store {

namespace {

constexpr std::size_t trialBytes = 64 * 1024;

std::vector<std::uint64_t> tileShape(std::size_t rows, std::size_t cols)
{
    return {std::min<std::uint64_t>(rows, chunkRows), std::min<std::uint64_t>(cols, chunkBytes)};
}

/// Whether a piece from the middle shrinks by more than a tenth: masks of 50 % per row do not, and reading them is then
/// faster without.
Result<bool> deflatePays(const std::vector<std::uint8_t> &packed)
{
    const std::size_t length = std::min(packed.size(), trialBytes);
    const std::uint8_t *const middle = packed.data() + (packed.size() - length) / 2;
    SECATEUR_TRY(memory, MemoryFile::create("trial.h5"));
    SECATEUR_TRY(dataset, writeArray(memory.id(), "trial", {H5T_STD_U8LE, {length}, {length}, middle, true}));
    return double(H5Dget_storage_size(dataset.id())) < 0.9 * double(length);
}

Result<void> writeMask(Hdf5Id group, const LayerResult::Matrix &matrix, const std::string &norm, bool structured)
{
    const std::vector<std::uint8_t> packed = matrix.kept.toPackedRows();
    const std::size_t rows = matrix.kept.rows();
    const std::size_t bytes = matrix.kept.bytesPerPackedRow();
    bool deflate = structured;
    if (!deflate) {
        SECATEUR_TRY(pays, deflatePays(packed));
        deflate = pays;
    }
    SECATEUR_TRY(dataset,
                 writeArray(group, matrix.sublayer,
                            {H5T_STD_U8LE, {rows, bytes}, tileShape(rows, bytes), packed.data(), deflate}));
    const Hdf5Id id = dataset.id();
    SECATEUR_CHECK(writeEncoding(id, maskEncoding, std::as_bytes(std::span(packed))));
    SECATEUR_CHECK(writeText(id, "bit_order", "lsb0"));
    SECATEUR_CHECK(writeText(id, "true_means", "kept"));
    SECATEUR_CHECK(writeCounts(id, "shape", {rows, matrix.kept.cols()}));
    SECATEUR_CHECK(writeCounts(id, "popcount", {matrix.kept.count()}));
    SECATEUR_CHECK(writeCounts(id, "padding_bits", {0}));
    SECATEUR_CHECK(writeText(id, "norm", norm));
    return matrix.alpha ? writeNumber(id, "alpha", *matrix.alpha) : Result<void>();
}

Result<void> writeDensity(Hdf5Id group, const LayerResult::Matrix &matrix)
{
    const auto pyramid = mask::DensityPyramid::build(matrix.kept);
    const auto &level = pyramid.levels().front();
    SECATEUR_TRY(
        dataset,
        writeArray(
            group, matrix.sublayer,
            {H5T_STD_U8LE, {level.rows, level.cols}, tileShape(level.rows, level.cols), level.values.data(), false}));
    SECATEUR_CHECK(writeCounts(dataset.id(), "cells_per_side", {level.cellsPerSide}));
    return writeEncoding(dataset.id(), densityEncoding, std::as_bytes(std::span(level.values)));
}

Result<void> writeNorm(Hdf5Id group, const LayerResult::Norm &norm)
{
    const std::uint64_t size = norm.values.size();
    SECATEUR_TRY(
        dataset,
        writeArray(group, norm.sublayer,
                   {H5T_IEEE_F32LE, {size}, {std::min<std::uint64_t>(size, 8192)}, norm.values.data(), false}));
    if (norm.tokens)
        SECATEUR_CHECK(writeCounts(dataset.id(), "tokens", {*norm.tokens}));
    return writeEncoding(dataset.id(), normEncoding, std::as_bytes(std::span(norm.values)));
}

/// At most 1024 bytes of a text that only informs, cut between characters.
std::string shortened(std::string text)
{
    constexpr std::size_t most = 1024;
    if (text.size() <= most)
        return text;
    std::size_t end = most;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80)
        --end;
    text.resize(end);
    return text;
}

Result<void> writeHeader(Hdf5Id file, const LayerHeader &header)
{
    const Hdf5Handle root(H5Gopen2(file, "/", H5P_DEFAULT), H5Gclose);
    const std::pair<const char *, std::string> texts[] = {
        {"secateur_schema", layerSchema},
        {"secateur_schema_version", formatVersion},
        {"creator", "Secateur"},
        {"run", header.run},
        {"created_utc", header.createdUtc},
        {"source_model", header.sourceModel},
        {"method", header.method},
        {"sparsity", header.target},
        {"statistics", header.statistics},
        {"calibration", header.calibration},
    };
    for (const auto &[name, value] : texts)
        SECATEUR_CHECK(writeText(root.id(), name, value));
    for (const auto &[name, field] : originTexts)
        SECATEUR_CHECK(writeText(root.id(), name, shortened(header.*field)));
    for (const auto &[name, field] : originCounts)
        SECATEUR_CHECK(writeCounts(root.id(), name, {header.*field}));
    return writeCounts(root.id(), "layer", {header.layer});
}

/// Per matrix the norm that belongs to it: the last one at or before it. "" where there is none.
std::vector<std::string> normNames(const LayerResult &result)
{
    std::vector<std::string> names;
    std::string last;
    for (const LayerResult::Matrix &matrix : result.matrices) {
        for (const LayerResult::Norm &norm : result.norms)
            if (norm.sublayer == matrix.sublayer)
                last = norm.sublayer;
        names.push_back(last);
    }
    return names;
}

Result<void> checkResult(const LayerResult &result)
{
    const auto refuse = [](const std::string &name, const char *why) {
        return failure(ErrorCode::InvalidArgument, "layer result: \"" + name + "\" " + why);
    };
    std::set<std::string> names;
    for (const LayerResult::Matrix &matrix : result.matrices) {
        if (!isSublayerName(matrix.sublayer))
            return refuse(matrix.sublayer, "is no sublayer name");
        if (matrix.kept.size() == 0)
            return refuse(matrix.sublayer, "has an empty mask");
        if (!names.insert(matrix.sublayer).second)
            return refuse(matrix.sublayer, "is repeated");
    }
    std::set<std::string> norms;
    for (const LayerResult::Norm &norm : result.norms) {
        if (!names.contains(norm.sublayer) || !norms.insert(norm.sublayer).second)
            return refuse(norm.sublayer, "has a norm but no mask, or two norms");
        if (norm.values.empty())
            return refuse(norm.sublayer, "has an empty norm");
    }
    const std::vector<std::string> owners = normNames(result);
    for (std::size_t i = 0; i < owners.size(); ++i)
        for (const LayerResult::Norm &norm : result.norms)
            if (norm.sublayer == owners[i] && norm.values.size() != result.matrices[i].kept.cols())
                return refuse(result.matrices[i].sublayer, "has a norm of another width");
    return result.matrices.empty() ? refuse("", "no matrix was given") : Result<void>();
}

Result<void> writeContents(Hdf5Id file, const LayerHeader &header, const LayerResult &result)
{
    SECATEUR_CHECK(writeHeader(file, header));
    SECATEUR_TRY(masks, createGroup(file, masksGroup));
    SECATEUR_TRY(norms, createGroup(file, normsGroup));
    SECATEUR_TRY(density, createGroup(file, densityGroup));
    const std::vector<std::string> owners = normNames(result);
    const bool structured = header.target.find(':') != std::string::npos;
    for (std::size_t i = 0; i < result.matrices.size(); ++i) {
        SECATEUR_CHECK(writeMask(masks.id(), result.matrices[i], owners[i], structured));
        SECATEUR_CHECK(writeDensity(density.id(), result.matrices[i]));
    }
    for (const LayerResult::Norm &norm : result.norms)
        SECATEUR_CHECK(writeNorm(norms.id(), norm));
    return {};
}

} // namespace

Result<std::vector<std::byte>> layerImage(const LayerHeader &header, const LayerResult &result)
{
    SECATEUR_CHECK(checkResult(result));
    const Hdf5Session session;
    SECATEUR_TRY(memory, MemoryFile::create("layer.h5"));
    SECATEUR_CHECK(writeContents(memory.id(), header, result));
    return memory.close();
}

} // namespace secateur::store
