// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <vector>

#include "core/base/result.h"
#include "core/base/runcontext.h"
#include "core/store/layerfile.h"
#include "core/store/probe.h"
#include "core/store/runinfo.h"
#include "core/store/study.h"

namespace secateur::store {

/// Compares size and SHA-256 of a file with what is recorded about it. BadInput when they differ, or when the file is
/// not there; Cancelled. `remedy`: what else helps than a copy.
[[nodiscard]] Result<void> checkFile(const std::filesystem::path &path, const RunFile &recorded,
                                     const RunContext &context,
                                     const std::string &remedy = "delete the run and prune again");

/// Opens a layer file that checkFile() has accepted; one from elsewhere only after `probe` (empty: written here).
/// BadInput when it is the file of another layer.
[[nodiscard]] Result<LayerFile> openLayer(const std::filesystem::path &path, LayerIndex layer,
                                          const ProbeRunner &probe);

/// One mask, whose shape and number of pruned weights must be those of `info`.
[[nodiscard]] Result<mask::BitMatrix> readMask(const LayerFile &layer, const SublayerInfo &info);

/// Whether every mask of the file is in the record; that every recorded one is in the file shows when it is read.
[[nodiscard]] Result<void> checkComplete(const LayerFile &layer, const std::vector<SublayerInfo> &sublayers);

/// All matrices of `sublayers` (one layer, in the model's order) with their norms. BadInput unless these are exactly
/// the masks of the file.
[[nodiscard]] Result<LayerResult> readLayerResult(const LayerFile &layer, const std::vector<SublayerInfo> &sublayers);

} // namespace secateur::store
