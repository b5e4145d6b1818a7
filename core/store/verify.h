// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"
#include "core/base/runcontext.h"
#include "core/store/studystate.h"

namespace secateur::store {

/// Study::verify, reading everything anew from the disk.
[[nodiscard]] Result<VerifyReport> verifyStudy(const StudyState &state, const RunContext &context);

} // namespace secateur::store
