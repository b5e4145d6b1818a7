// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/architecture/families/families.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "core/architecture/dimensions.h"
#include "core/architecture/families/traits.h"
#include "core/architecture/ropereading.h"

namespace secateur::architecture {

namespace {

using nlohmann::json;

constexpr const char *phiName = "Phi3ForCausalLM";
constexpr std::int64_t originalLength = 4096; // transformers' Phi3Config, where the key is absent

/// transformers models/phi3: Llama's block, but folders keep q, k and v as one matrix, and gate and up as another.
/// Folders only: GGUF keeps them fused too, and longrope's factors in tensors of its own.
class Phi3Family final : public Family
{
public:
    std::string name() const override { return "phi3"; }
    std::vector<std::string> hfArchitectures() const override { return {phiName}; }
    std::vector<std::string> hfModelTypes() const override { return {"phi3"}; }
    Result<ModelConfig> fromHfConfig(const json &config, const std::string &origin) const override;
    StoredPlace storedPlace(const std::string &name, const ModelConfig &config) const override;
};

StoredPlace Phi3Family::storedPlace(const std::string &name, const ModelConfig &config) const
{
    const auto query = std::uint64_t(config.queryWidth());
    const auto key = std::uint64_t(config.keyValueWidth());
    const auto wide = std::uint64_t(config.intermediateSize);
    const auto within = [&](const char *own, const char *fused, std::uint64_t rows, std::uint64_t first) {
        return StoredPlace{
            .tensor = name.substr(0, name.size() - std::string_view(own).size()) + fused, .rows = rows, .first = first};
    };
    struct Part {
        const char *own;
        const char *fused;
        std::uint64_t rows;
        std::uint64_t first;
    };
    for (const auto &[own, fused, rows, first] :
         {Part{"q_proj.weight", "qkv_proj.weight", query + 2 * key, 0},
          Part{"k_proj.weight", "qkv_proj.weight", query + 2 * key, query},
          Part{"v_proj.weight", "qkv_proj.weight", query + 2 * key, query + key},
          Part{"gate_proj.weight", "gate_up_proj.weight", 2 * wide, 0},
          Part{"up_proj.weight", "gate_up_proj.weight", 2 * wide, wide}})
        if (name.ends_with(own))
            return within(own, fused, rows, first);
    return {.tensor = name};
}

/// longrope divides the frequencies by one list of factors as long as a sequence fits the original length, and by
/// another, of all its positions, once it does not. Only the first is computed here, so that the original length is the
/// longest. Both lists go with a larger amplitude (transformers modeling_rope_utils.py, _compute_longrope_parameters).
Result<void> readLongRope(const ConfigReader &reader, const ConfigReader &scaling, ModelConfig &config, RopeSpec &rope)
{
    SECATEUR_TRY(divisors, scaling.numbers("short_factor"));
    SECATEUR_TRY(own, reader.optionalInteger("original_max_position_embeddings"));
    SECATEUR_TRY(beside, scaling.optionalInteger("original_max_position_embeddings"));
    SECATEUR_TRY(amplitude, scaling.optionalNumber("attention_factor"));
    const std::int64_t original = own ? *own : beside.value_or(originalLength);
    if (original < 2)
        return tl::make_unexpected(
            reader.error(ErrorCode::BadInput, "original_max_position_embeddings", "must be at least 2"));
    const double growth = double(config.maxPositions) / double(original);
    rope.scaling = RopeSpec::Scaling::LongRope;
    rope.divisors = std::move(divisors);
    rope.amplitude =
        amplitude ? *amplitude : std::sqrt(1.0 + std::log(std::max(growth, 1.0)) / std::log(double(original)));
    config.maxPositions = std::min(config.maxPositions, original);
    return {};
}

Result<RopeSpec> readRope(const ConfigReader &reader, ModelConfig &config)
{
    SECATEUR_TRY(rope, partialRopeFromHf(reader, RotaryKeys(), config.headDim));
    SECATEUR_TRY(type, ropeScalingType(reader));
    if (type == "default")
        return rope;
    // Two early names of the same, which Phi3Config takes too.
    if (type != "longrope" && type != "su" && type != "yarn")
        return tl::make_unexpected(
            reader.error(ErrorCode::Unsupported, "rope_scaling",
                         "is of type \"" + type + "\"; Phi models are computed with longrope or without scaling"));
    SECATEUR_TRY(scaling, ropeScaling(reader));
    SECATEUR_CHECK(readLongRope(reader, *scaling, config, rope));
    return rope;
}

Result<ModelConfig> Phi3Family::fromHfConfig(const json &object, const std::string &origin) const
{
    const ConfigReader reader(object, origin);
    SECATEUR_CHECK(refuseUnsupportedHf(reader));
    SECATEUR_CHECK(requireSilu(reader));
    const HfDefaults defaults{.maxPositions = 4096, .normEpsilon = 1e-5, .bosId = 1, .eosId = 32000};
    ModelConfig config;
    config.family = name();
    config.architecture = phiName;
    SECATEUR_CHECK(readHfDimensions(reader, defaults, config));
    SECATEUR_TRY(rope, readRope(reader, config));
    SECATEUR_TRY(window, oneSlidingWindow(reader));
    SECATEUR_CHECK(finishLlamaBlock(config, LayerAttention{window.value_or(0), rope}, origin));
    return config;
}

} // namespace

std::unique_ptr<const Family> makePhi3Family()
{
    return std::make_unique<Phi3Family>();
}

} // namespace secateur::architecture
