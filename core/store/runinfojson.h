// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "core/base/result.h"
#include "core/store/runinfo.h"

namespace secateur::store {

/// What one acknowledged layer of an unfinished run holds: layer-NNNN.json, written after layer-NNNN.h5 is durable.
/// The layer counts as done from the moment this file is there.
struct LayerReceipt {
    RunFile file;
    std::vector<SublayerInfo> sublayers; ///< at least one, names unique
    double seconds = 0.0; ///< from the layer before, or the start of the session, to this one
    bool ours = false; ///< written by this user on this machine; not part of the file
};

/// draft.json: the recipe of a run that was begun.
struct RunDraft {
    std::string id;
    std::string createdUtc;
    std::size_t layers = 0; ///< how many the run will have
    RunRecipe recipe;
    unsigned minor = 0; ///< of its format; not part of the file's contents
};

[[nodiscard]] nlohmann::json toJson(const LayerReceipt &receipt);
[[nodiscard]] Result<LayerReceipt> receiptFromJson(const nlohmann::json &value, LayerIndex layer,
                                                   const std::string &origin);
[[nodiscard]] nlohmann::json toJson(const RunDraft &draft);
[[nodiscard]] Result<RunDraft> draftFromJson(const nlohmann::json &value, const std::string &origin);

} // namespace secateur::store
