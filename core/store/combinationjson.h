// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

#include <nlohmann/json.hpp>

#include "core/base/result.h"
#include "core/store/runinfo.h"

namespace secateur::store {

/// Reads what toJson(Combination) wrote. BadInput for what cannot be: no runs, weights that are not above 0.
[[nodiscard]] Result<Combination> combinationFromJson(const nlohmann::json &value, const std::string &origin);

} // namespace secateur::store
