// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

/// The HDF5 file of one layer, format "secateur-masks" 1.0:
///
///     /                root attributes: LayerHeader
///     /masks/<name>    u8 [rows, ceil(cols/8)], encoding "secateur-bitmask": attributes shape, bit_order, true_means,
///                      popcount, padding_bits, sha256 of the packed bytes, norm (the name below, or empty), alpha
///     /norms/<name>    f32 [cols], encoding "secateur-norm": attribute sha256 of the values as stored
///     /density/<name>  u8 [ceil(rows/8), ceil(cols/8)], encoding "secateur-density": share of kept weights per block
///                      of 8 x 8, 255 = all; a cache, made from the mask where it is missing
///
/// Superblock 3, so that all metadata has checksums; every dataset is chunked with fletcher32. Numbers are
/// little-endian, texts UTF-8 of fixed length.
namespace secateur::store {

inline constexpr const char *layerSchema = "secateur-masks";
inline constexpr const char *masksGroup = "masks";
inline constexpr const char *normsGroup = "norms";
inline constexpr const char *densityGroup = "density";
inline constexpr const char *maskEncoding = "secateur-bitmask";
inline constexpr const char *normEncoding = "secateur-norm";
inline constexpr const char *densityEncoding = "secateur-density";

/// A chunk of a mask is 256 rows of 1024 weights: 32 KiB, a tile of the viewer.
inline constexpr std::size_t chunkRows = 256;
inline constexpr std::size_t chunkBytes = 128;

/// Weights of one matrix at most, so that sums over a model cannot wrap.
inline constexpr std::uint64_t mostCells = std::uint64_t(1) << 40;

/// What the root attributes of a layer file say: enough to know the file without its manifest.
struct LayerHeader {
    std::string run; ///< id
    std::string createdUtc; ///< of the file
    std::string sourceModel; ///< ModelIdentity::fingerprint()
    std::string method;
    std::string target;
    std::string statistics;
    std::string calibration; ///< fingerprint; empty for magnitude
    std::uint64_t layer = 0;
    // The rest tells a reader of the file alone where it is from. Nothing depends on it, and a file may lack it.
    std::string creatorVersion; ///< of Secateur
    std::string sourceModelName; ///< of its file or folder
    std::string sourceModelConfig; ///< SHA-256
    std::string compute; ///< "f32" or "bf16"
    std::string calibrationName; ///< names of its files; empty for magnitude
    std::uint64_t calibrationSeed = 0;
    std::uint64_t calibrationSamples = 0; ///< sequences
    std::uint64_t calibrationLength = 0; ///< tokens of each; 0: natural lengths
    std::string libtorch; ///< version; empty where none computed, or none was named
    std::string host;
};

/// An attribute of LayerHeader's second part.
template <typename T>
struct HeaderField {
    const char *attribute;
    T LayerHeader::*field;
};
inline constexpr HeaderField<std::string> originTexts[] = {
    {"creator_version", &LayerHeader::creatorVersion},
    {"source_model_name", &LayerHeader::sourceModelName},
    {"source_model_config_sha256", &LayerHeader::sourceModelConfig},
    {"compute_dtype", &LayerHeader::compute},
    {"calibration_name", &LayerHeader::calibrationName},
    {"libtorch_version", &LayerHeader::libtorch},
    {"host", &LayerHeader::host},
};
inline constexpr HeaderField<std::uint64_t> originCounts[] = {
    {"calibration_seed", &LayerHeader::calibrationSeed},
    {"calibration_samples", &LayerHeader::calibrationSamples},
    {"calibration_seq_len", &LayerHeader::calibrationLength},
};

} // namespace secateur::store
