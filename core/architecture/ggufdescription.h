// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/architecture/modelconfig.h"
#include "core/base/result.h"
#include "core/format/ggufwriter.h"

namespace secateur::architecture {

class Family;

/// Adds general.architecture and the keys from which Family::fromGguf makes the same configuration again, under
/// llama.cpp's names. Unsupported, saying why, for a model that GGUF's keys of its family cannot describe.
[[nodiscard]] Result<void> addGgufConfig(const Family &family, const ModelConfig &config,
                                         format::GgufMetadata &metadata);

/// The GGUF name of a tensor, of which the Hugging Face name is `hfName`; empty: GGUF has none.
[[nodiscard]] std::optional<std::string> ggufTensorName(const Family &family, const std::string &hfName);

/// What Llama 3's scaling divides each frequency by, to be stored as rope_freqs.weight; empty without such scaling.
[[nodiscard]] std::vector<float> ggufRopeFactors(const ModelConfig &config);

} // namespace secateur::architecture
