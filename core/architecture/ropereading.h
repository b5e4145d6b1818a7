// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <string>

#include <nlohmann/json.hpp>

#include "core/architecture/configreader.h"
#include "core/architecture/modelconfig.h"
#include "core/format/gguf.h"

namespace secateur::architecture {

/// The rotary embedding of a config.json: rope_theta and rope_scaling, or transformers 5's rope_parameters, which goes
/// before. `part` is the key within rope_parameters where it has one entry per kind of layer ("full_attention").
/// Unsupported for yarn, dynamic, longrope and the like, by name, and for a partial rotary factor.
[[nodiscard]] Result<RopeSpec> ropeFromHf(const ConfigReader &config, double defaultBase,
                                          const std::optional<std::string> &part = {});

/// What a family calls the base and the rotating share of a head, and their defaults. In transformers 5's
/// rope_parameters all families call them rope_theta and partial_rotary_factor.
struct RotaryKeys {
    const char *base = "rope_theta";
    const char *share = "partial_rotary_factor";
    double defaultBase = 10000.0;
    double defaultShare = 1.0;
};

/// The same for families whose heads may rotate in part, without the scaling: base and dimensions.
[[nodiscard]] Result<RopeSpec> partialRopeFromHf(const ConfigReader &config, const RotaryKeys &keys,
                                                 std::int64_t headDim);
/// rope_scaling, or rope_parameters, where there is one of them.
[[nodiscard]] Result<std::optional<ConfigReader>> ropeScaling(const ConfigReader &config);
/// Its type: "default" where rope_parameters name none, and where there is no scaling.
[[nodiscard]] Result<std::string> ropeScalingType(const ConfigReader &config);
/// Fills in a scaling of a type that all families know (ropeFromHf).
[[nodiscard]] Result<void> readRopeScaling(const ConfigReader &config, RopeSpec &rope);

/// The rotary embedding of GGUF metadata under `prefix` ("llama"). Llama 3's scaling is not in the metadata but in
/// the tensor rope_freqs.weight; its parameters are found from the tensor and verified against it.
[[nodiscard]] Result<RopeSpec> ropeFromGguf(const format::GgufFile &file, const std::string &prefix, double defaultBase,
                                            std::int64_t headDim);

/// What Llama 3's scaling divides the frequency of dimension pair `pair` by (transformers modeling_rope_utils.py,
/// _compute_llama3_parameters, read as a quotient).
[[nodiscard]] double llama3Divisor(const RopeSpec &rope, std::int64_t headDim, std::size_t pair);

/// rope_scaling for a config.json: null, or an object.
[[nodiscard]] nlohmann::json ropeScalingJson(const RopeSpec &rope);

} // namespace secateur::architecture
