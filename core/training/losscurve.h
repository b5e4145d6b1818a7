// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>

#include "core/base/result.h"

namespace secateur::training {

/// loss.csv as a figure, SVG: the training loss and that of each domain on unseen texts (nats per token, logarithmic)
/// over the tokens seen. The same text gives the same bytes. BadInput when it is no such table.
[[nodiscard]] Result<std::string> lossCurve(std::string_view csv);

} // namespace secateur::training
