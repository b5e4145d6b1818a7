// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <filesystem>
#include <vector>

#include "core/base/result.h"
#include "core/store/evaluation.h"

namespace secateur::store {

/// The HDF5 file of one evaluation, format "secateur-items" 1.0:
///
///     /                root attributes: schema, version, creator, evaluation (its id), task, protocol, run, rows
///     /counts/<name>   u64 [rows], encoding "secateur-column": attribute sha256 of the values as stored
///     /numbers/<name>  f64 [rows], likewise
///     /texts/<name>    u8 [bytes], likewise: the texts one behind the other, each with a 0 byte at its end; the group
///     is
///                      there when the evaluation has texts
///
/// Superblock, chunks and checksums as in a layer file (layerformat.h).
inline constexpr const char *itemsSchema = "secateur-items";
inline constexpr std::uint64_t mostItems = 100'000'000;

/// The bytes of the file, which are equal for equal contents. InvalidArgument for columns of unequal length, for none,
/// and for impossible names.
[[nodiscard]] Result<std::vector<std::byte>> itemsImage(const EvaluationManifest &manifest,
                                                        const EvaluationItems &items);

/// Reads a file whose SHA-256 is known or that probeLayerFile() accepted, as distrustfully as LayerFile does.
/// BadInput, Unsupported, NotFound, Io.
[[nodiscard]] Result<EvaluationItems> readItems(const std::filesystem::path &path);

/// Whether the file says that it is of this format; an error where that cannot be found out.
[[nodiscard]] Result<bool> isItemsFile(const std::filesystem::path &path);

} // namespace secateur::store
