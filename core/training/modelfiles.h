// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <map>
#include <string>

#include "core/base/result.h"

namespace secateur::training {

/// All files of the demo's model but its weights, by name: config.json, tokenizer.json, tokenizer_config.json,
/// generation_config.json. The tokenizer is trained on texts of all domains. The same everywhere.
[[nodiscard]] Result<std::map<std::string, std::string>> modelFiles();

} // namespace secateur::training
