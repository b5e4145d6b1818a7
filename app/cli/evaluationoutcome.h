// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

#include <nlohmann/json.hpp>

#include "core/engine/requests.h"

/// What `evaluate` tells. JSON has numbers as they are, text has them as people read them (shares in percent).
namespace secateur::cli {

[[nodiscard]] nlohmann::ordered_json evaluationJson(const engine::EvaluateReport &report);
[[nodiscard]] std::string evaluationText(const engine::EvaluateReport &report);
/// A line of JSON per item and sample: every column, and what the columns hold as JSON as such.
[[nodiscard]] std::string evaluationDetails(const engine::EvaluateReport &report);

} // namespace secateur::cli
