// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "core/base/result.h"
#include "core/base/types.h"

namespace secateur::store {

/// Names inside a study folder; see Study for the layout.
inline constexpr const char *studyFileName = "study.json";
inline constexpr const char *lockFileName = "lock";
inline constexpr const char *runsFolderName = "runs";
inline constexpr const char *evaluationsFolderName = "evaluations";
inline constexpr const char *trashFolderName = "trash";
inline constexpr const char *manifestFileName = "manifest.json";
inline constexpr const char *draftFileName = "draft.json";
inline constexpr const char *itemsFileName = "items.h5";

inline constexpr std::uint32_t mostLayers = 10'000;

/// Names that can be written as they are in a shell, a file name and a table: 1 to 128 bytes of valid UTF-8 without
/// control characters or '/', no '.' at the start, no blank at either end. InvalidArgument says what is wrong.
[[nodiscard]] Result<void> checkRunName(const std::string &name);

/// "self_attn.q_proj": letters, digits, '.', '_' and '-', at most 128, not only dots.
[[nodiscard]] bool isSublayerName(const std::string &name);

/// A new "<utc, to the millisecond>-<8 random hexadecimal digits>": "20261124T034129123Z-1f0c77aa".
[[nodiscard]] std::string newRunId();
[[nodiscard]] bool isRunId(const std::string &id);

[[nodiscard]] std::string layerFileName(LayerIndex layer); ///< "layer-0012.h5"
[[nodiscard]] std::string layerReceiptName(LayerIndex layer); ///< "layer-0012.json"

} // namespace secateur::store
