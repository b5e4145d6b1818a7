// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/store/hdf5dataset.h"

#include <algorithm>
#include <array>
#include <functional>
#include <numeric>

#include <hdf5.h>

#include "core/store/hdf5attributes.h"

namespace secateur::store {

namespace {

constexpr std::uint64_t largestChunk = std::uint64_t(16) << 20; ///< bytes
constexpr std::uint64_t unbackedBytes = std::uint64_t(64) << 20; ///< a shape below this needs no proof
constexpr std::uint64_t bestDeflateRatio = 1100; ///< deflate cannot shrink further (1032)

tl::unexpected<Error> bad(const std::string &where, const std::string &problem)
{
    return failure(ErrorCode::BadInput, where + ": " + problem);
}

std::string shapeText(const std::vector<std::uint64_t> &shape)
{
    std::string text = "[";
    for (const std::uint64_t size : shape)
        text += (text.size() > 1 ? ", " : "") + std::to_string(size);
    return text + "]";
}

Result<void> checkFilters(Hdf5Id creation, const std::string &where)
{
    const int count = H5Pget_nfilters(creation);
    if (count < 0 || count > 3)
        return bad(where, "has more filters than this format uses");
    for (int i = 0; i < count; ++i) {
        unsigned flags = 0;
        unsigned config = 0;
        std::size_t values = 0;
        const H5Z_filter_t filter =
            H5Pget_filter2(creation, unsigned(i), &flags, &values, nullptr, 0, nullptr, &config);
        if (filter != H5Z_FILTER_DEFLATE && filter != H5Z_FILTER_SHUFFLE && filter != H5Z_FILTER_FLETCHER32)
            return bad(where,
                       "uses filter " + std::to_string(filter) + "; only deflate, shuffle and fletcher32 are accepted");
    }
    return {};
}

/// The shape of a chunk. Looks at the creation properties only, because asking a virtual dataset for its shape already
/// opens other files.
Result<std::vector<std::uint64_t>> chunkShape(Hdf5Id dataset, std::uint64_t bytesPerValue, std::size_t rank,
                                              const std::string &where)
{
    const Hdf5Handle creation(H5Dget_create_plist(dataset), H5Pclose);
    if (!creation)
        return hdf5Failure(ErrorCode::BadInput, where + ": cannot be examined");
    if (H5Pget_layout(creation.id()) != H5D_CHUNKED || H5Pget_external_count(creation.id()) != 0)
        return bad(where, "is not stored in chunks of this file (external and virtual data are refused)");
    std::array<hsize_t, H5S_MAX_RANK> chunk{};
    if (H5Pget_chunk(creation.id(), int(chunk.size()), chunk.data()) != int(rank))
        return bad(where, "has chunks of another rank than expected");
    std::uint64_t bytes = bytesPerValue;
    for (std::size_t i = 0; i < rank; ++i) {
        if (chunk[i] == 0 || chunk[i] > largestChunk / bytes)
            return bad(where, "has chunks larger than " + std::to_string(largestChunk) + " bytes");
        bytes *= chunk[i];
    }
    SECATEUR_CHECK(checkFilters(creation.id(), where));
    return std::vector<std::uint64_t>(chunk.begin(), chunk.begin() + rank);
}

Result<void> checkShape(Hdf5Id dataset, const std::vector<std::uint64_t> &shape, const std::string &where)
{
    const Hdf5Handle space(H5Dget_space(dataset), H5Sclose);
    std::array<hsize_t, H5S_MAX_RANK> size{};
    std::array<hsize_t, H5S_MAX_RANK> most{};
    if (!space || H5Sis_simple(space.id()) <= 0 || H5Sget_simple_extent_ndims(space.id()) != int(shape.size())
        || H5Sget_simple_extent_dims(space.id(), size.data(), most.data()) != int(shape.size())
        || !std::equal(shape.begin(), shape.end(), size.begin())
        || !std::equal(shape.begin(), shape.end(), most.begin()))
        return bad(where, "should have the shape " + shapeText(shape));
    return {};
}

/// A chunk that was never written reads as zeros, and a few bytes can declare terabytes of such.
Result<void> checkStorage(Hdf5Id dataset, const std::vector<std::uint64_t> &shape,
                          const std::vector<std::uint64_t> &chunk, std::uint64_t bytesPerValue,
                          const std::string &where)
{
    std::uint64_t bytes = bytesPerValue;
    std::uint64_t chunks = 1;
    for (std::size_t i = 0; i < shape.size(); ++i) {
        bytes *= shape[i];
        chunks *= shape[i] / chunk[i] + (shape[i] % chunk[i] != 0);
    }
    const std::uint64_t stored = H5Dget_storage_size(dataset);
    if (bytes > unbackedBytes && stored < bytes / bestDeflateRatio)
        return bad(where, "declares " + std::to_string(bytes) + " bytes but stores only " + std::to_string(stored));
    const Hdf5Handle space(H5Dget_space(dataset), H5Sclose);
    hsize_t present = 0;
    if (!space || H5Dget_num_chunks(dataset, space.id(), &present) < 0)
        return hdf5Failure(ErrorCode::BadInput, where + ": has an index that cannot be read");
    if (present != chunks)
        return bad(where, "lacks some of its data");
    return {};
}

/// The values of a dataset whose shape and stored type must be these; T is that type in memory.
template <typename T>
Result<std::vector<T>> readArray(Hdf5Id dataset, Hdf5Id type, const char *typeName,
                                 const std::vector<std::uint64_t> &shape, const std::string &where)
{
    SECATEUR_TRY(chunk, chunkShape(dataset, sizeof(T), shape.size(), where));
    const Hdf5Handle found(H5Dget_type(dataset), H5Tclose);
    if (!found || !sameType(found.id(), type))
        return bad(where, std::string("should hold little-endian values of type ") + typeName);
    SECATEUR_CHECK(checkShape(dataset, shape, where));
    const std::uint64_t count =
        std::accumulate(shape.begin(), shape.end(), std::uint64_t(1), std::multiplies<std::uint64_t>());
    SECATEUR_CHECK(checkStorage(dataset, shape, chunk, sizeof(T), where));
    std::vector<T> values(count);
    if (H5Dread(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data()) < 0)
        return hdf5Failure(ErrorCode::BadInput, where + ": cannot be read");
    return values;
}

} // namespace

Result<std::vector<std::uint8_t>> readBytes(Hdf5Id dataset, std::uint64_t rows, std::uint64_t cols,
                                            const std::string &where)
{
    return readArray<std::uint8_t>(dataset, H5T_STD_U8LE, "u8", {rows, cols}, where);
}

Result<std::vector<float>> readFloats(Hdf5Id dataset, std::uint64_t size, const std::string &where)
{
    return readArray<float>(dataset, H5T_IEEE_F32LE, "f32", {size}, where);
}

Result<std::vector<double>> readDoubles(Hdf5Id dataset, std::uint64_t size, const std::string &where)
{
    return readArray<double>(dataset, H5T_IEEE_F64LE, "f64", {size}, where);
}

Result<std::vector<std::uint64_t>> readWords(Hdf5Id dataset, std::uint64_t size, const std::string &where)
{
    return readArray<std::uint64_t>(dataset, H5T_STD_U64LE, "u64", {size}, where);
}

} // namespace secateur::store
