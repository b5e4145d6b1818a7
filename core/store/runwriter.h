// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>

#include "core/base/result.h"
#include "core/store/studystate.h"

namespace secateur::store {

/// Makes the folder and the draft of a new run. OutOfDisk and Io leave nothing behind.
[[nodiscard]] Result<std::unique_ptr<RunWriter>> startRun(const std::shared_ptr<StudyState> &state,
                                                          const RunRecipe &recipe, std::size_t layers);

/// Continues the interrupted run of this id. Its layers are verified from the first on; the first that is not sound
/// and all after it are removed, but nothing is when one cannot be examined. Conflict when `recipe` or `layers` differ
/// from the draft.
[[nodiscard]] Result<std::unique_ptr<RunWriter>> continueRun(const std::shared_ptr<StudyState> &state,
                                                             const std::string &id, const RunRecipe &recipe,
                                                             std::size_t layers);

} // namespace secateur::store
