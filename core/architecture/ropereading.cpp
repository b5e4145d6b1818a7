// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/architecture/ropereading.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <vector>

namespace secateur::architecture {

namespace {

using nlohmann::json;

/// "default", "linear", "llama3", …; both spellings of the key may be there, then they must agree.
Result<std::string> scalingType(const ConfigReader &scaling, const std::string &fallback)
{
    SECATEUR_TRY(newName, scaling.text("rope_type"));
    SECATEUR_TRY(oldName, scaling.text("type"));
    if (newName && oldName && *newName != *oldName)
        return tl::make_unexpected(scaling.error(ErrorCode::BadInput, "rope_type",
                                                 "is \"" + *newName + "\", but type is \"" + *oldName + "\""));
    if (newName)
        return *newName;
    if (oldName)
        return *oldName;
    if (fallback.empty())
        return tl::make_unexpected(scaling.error(ErrorCode::BadInput, "rope_type", "is missing"));
    return fallback;
}

Result<double> factorOf(const ConfigReader &scaling)
{
    SECATEUR_TRY(factor, scaling.number("factor"));
    if (!(factor >= 1.0))
        return tl::make_unexpected(scaling.error(ErrorCode::BadInput, "factor", "must be at least 1"));
    return factor;
}

Result<void> readLlama3(const ConfigReader &scaling, RopeSpec &rope)
{
    SECATEUR_TRY(factor, factorOf(scaling));
    SECATEUR_TRY(low, scaling.number("low_freq_factor"));
    SECATEUR_TRY(high, scaling.number("high_freq_factor"));
    SECATEUR_TRY(positions, scaling.integer("original_max_position_embeddings"));
    if (!(low > 0.0 && high > low))
        return tl::make_unexpected(
            scaling.error(ErrorCode::BadInput, "high_freq_factor", "must be above low_freq_factor, and that above 0"));
    if (positions < 1)
        return tl::make_unexpected(
            scaling.error(ErrorCode::BadInput, "original_max_position_embeddings", "must be at least 1"));
    rope.scaling = RopeSpec::Scaling::Llama3;
    rope.factor = factor;
    rope.lowFrequencyFactor = low;
    rope.highFrequencyFactor = high;
    rope.originalPositions = positions;
    return {};
}

Result<void> readScaling(const ConfigReader &scaling, const std::string &fallbackType, RopeSpec &rope)
{
    SECATEUR_TRY(type, scalingType(scaling, fallbackType));
    if (type == "default")
        return {};
    if (type == "llama3")
        return readLlama3(scaling, rope);
    if (type != "linear")
        return tl::make_unexpected(
            scaling.error(ErrorCode::Unsupported, "rope_type",
                          "is \"" + type + "\"; only default, linear and llama3 scaling can be computed"));
    SECATEUR_TRY(factor, factorOf(scaling));
    if (factor == 1.0)
        return {};
    rope.scaling = RopeSpec::Scaling::Linear;
    rope.factor = factor;
    return {};
}

Result<void> refusePartialRotary(const ConfigReader &reader)
{
    SECATEUR_TRY(factor, reader.optionalNumber("partial_rotary_factor"));
    if (factor.value_or(1.0) != 1.0)
        return tl::make_unexpected(reader.error(ErrorCode::Unsupported, "partial_rotary_factor",
                                                "is not 1; rotating a part of each head is not supported"));
    return {};
}

Result<RopeSpec> ropeFromParameters(const ConfigReader &parameters, double defaultBase)
{
    SECATEUR_CHECK(refusePartialRotary(parameters));
    RopeSpec rope;
    SECATEUR_TRY(base, parameters.optionalNumber("rope_theta"));
    rope.base = base.value_or(defaultBase);
    SECATEUR_CHECK(readScaling(parameters, "default", rope));
    return rope;
}

/// Reads rope_freqs.weight and finds the parameters that every published Llama 3 model has (1, 4, 8192 positions)
/// with the factor that the tensor shows.
Result<void> readFrequencyFactors(const format::GgufFile &file, std::int64_t headDim, RopeSpec &rope)
{
    const auto *tensor = file.find("rope_freqs.weight");
    if (!tensor)
        return {};
    const std::string where = file.path().string() + ": tensor rope_freqs.weight ";
    if (tensor->type != format::DType::F32 || tensor->shape.size() != 1 || headDim < 2
        || tensor->shape.front() != std::uint64_t(headDim / 2))
        return failure(ErrorCode::BadInput, where + "must be F32 with one value for every two head dimensions");
    std::vector<float> factors(tensor->shape.front());
    SECATEUR_CHECK(file.read(*tensor, 0, std::as_writable_bytes(std::span(factors))));
    if (std::ranges::all_of(factors, [](float factor) { return factor == 1.0F; }))
        return {};
    RopeSpec found = rope;
    found.scaling = RopeSpec::Scaling::Llama3;
    found.factor = *std::ranges::max_element(factors);
    for (std::size_t pair = 0; pair < factors.size(); ++pair) {
        const double expected = llama3Divisor(found, headDim, pair);
        if (!(std::abs(factors[pair] - expected) <= 1e-3 * expected))
            return failure(ErrorCode::Unsupported,
                           where
                               + "is not the rotary scaling of a Llama 3 model; open the Hugging Face folder of this "
                                 "model instead");
    }
    rope = found;
    return {};
}

} // namespace

double llama3Divisor(const RopeSpec &rope, std::int64_t headDim, std::size_t pair)
{
    const double frequency = 1.0 / std::pow(rope.base, 2.0 * double(pair) / double(headDim));
    const double wavelength = 2.0 * std::numbers::pi / frequency;
    const double positions = double(rope.originalPositions);
    if (wavelength < positions / rope.highFrequencyFactor)
        return 1.0;
    if (wavelength > positions / rope.lowFrequencyFactor)
        return rope.factor;
    const double smooth =
        (positions / wavelength - rope.lowFrequencyFactor) / (rope.highFrequencyFactor - rope.lowFrequencyFactor);
    return 1.0 / ((1.0 - smooth) / rope.factor + smooth);
}

Result<RopeSpec> ropeFromHf(const ConfigReader &config, double defaultBase, const std::optional<std::string> &part)
{
    SECATEUR_CHECK(refusePartialRotary(config));
    SECATEUR_TRY(parameters, config.object("rope_parameters"));
    if (parameters && part) {
        SECATEUR_TRY(ofPart, parameters->object(*part));
        if (ofPart)
            return ropeFromParameters(*ofPart, defaultBase);
    }
    if (parameters)
        return ropeFromParameters(*parameters, defaultBase);

    RopeSpec rope;
    SECATEUR_TRY(base, config.optionalNumber("rope_theta"));
    rope.base = base.value_or(defaultBase);
    SECATEUR_TRY(scaling, config.object("rope_scaling"));
    if (scaling)
        SECATEUR_CHECK(readScaling(*scaling, {}, rope));
    return rope;
}

Result<RopeSpec> partialRopeFromHf(const ConfigReader &config, const RotaryKeys &keys, std::int64_t headDim)
{
    SECATEUR_TRY(parameters, config.object("rope_parameters"));
    const ConfigReader &reader = parameters ? *parameters : config;
    const RotaryKeys names = parameters ? RotaryKeys() : keys;
    SECATEUR_TRY(base, reader.optionalNumber(names.base));
    SECATEUR_TRY(share, reader.optionalNumber(names.share));
    const double part = share.value_or(keys.defaultShare);
    if (!(part > 0.0 && part <= 1.0))
        return tl::make_unexpected(reader.error(ErrorCode::BadInput, names.share, "must be above 0 and at most 1"));
    RopeSpec rope;
    rope.base = base.value_or(keys.defaultBase);
    const auto rotated = std::int64_t(double(headDim) * part);
    if (rotated < 2 || rotated % 2 != 0)
        return tl::make_unexpected(reader.error(ErrorCode::Unsupported, names.share,
                                                "leaves " + std::to_string(rotated) + " of " + std::to_string(headDim)
                                                    + " dimensions to rotate; it must be an even number"));
    rope.dimensions = rotated == headDim ? 0 : rotated;
    return rope;
}

Result<std::optional<ConfigReader>> ropeScaling(const ConfigReader &config)
{
    SECATEUR_TRY(parameters, config.object("rope_parameters"));
    if (parameters)
        return parameters;
    return config.object("rope_scaling");
}

Result<std::string> ropeScalingType(const ConfigReader &config)
{
    SECATEUR_TRY(scaling, ropeScaling(config));
    if (!scaling)
        return std::string("default");
    return scalingType(*scaling, config.find("rope_parameters") ? "default" : "");
}

Result<void> readRopeScaling(const ConfigReader &config, RopeSpec &rope)
{
    SECATEUR_TRY(scaling, ropeScaling(config));
    return scaling ? readScaling(*scaling, config.find("rope_parameters") ? "default" : "", rope) : Result<void>();
}

Result<RopeSpec> ropeFromGguf(const format::GgufFile &file, const std::string &prefix, double defaultBase,
                              std::int64_t headDim)
{
    RopeSpec rope;
    SECATEUR_TRY(base, file.number(prefix + ".rope.freq_base"));
    rope.base = base.value_or(defaultBase);

    SECATEUR_TRY(type, file.text(prefix + ".rope.scaling.type"));
    SECATEUR_TRY(factor, file.number(prefix + ".rope.scaling.factor"));
    SECATEUR_TRY(oldFactor, file.number(prefix + ".rope.scale_linear"));
    if (type && *type != "none" && *type != "linear")
        return failure(ErrorCode::Unsupported,
                       file.path().string() + ": " + prefix + ".rope.scaling.type is \"" + *type
                           + "\"; only none, linear and Llama 3's scaling can be computed");
    // Files from before 2023-10 have only scale_linear, and no type.
    const bool linear = type ? *type == "linear" : oldFactor.has_value();
    const double scale = factor.value_or(oldFactor.value_or(1.0));
    if (linear && !(scale >= 1.0 && std::isfinite(scale)))
        return failure(ErrorCode::BadInput,
                       file.path().string() + ": " + prefix + ".rope.scaling.factor must be at least 1");
    if (linear && scale != 1.0) {
        rope.scaling = RopeSpec::Scaling::Linear;
        rope.factor = scale;
        return rope;
    }
    SECATEUR_CHECK(readFrequencyFactors(file, headDim, rope));
    return rope;
}

json ropeScalingJson(const RopeSpec &rope)
{
    switch (rope.scaling) {
    case RopeSpec::Scaling::None:
    case RopeSpec::Scaling::LongRope: return nullptr; // of families that are read from folders only
    case RopeSpec::Scaling::Linear: return {{"rope_type", "linear"}, {"factor", rope.factor}};
    case RopeSpec::Scaling::Llama3:
        return {{"rope_type", "llama3"},
                {"factor", rope.factor},
                {"low_freq_factor", rope.lowFrequencyFactor},
                {"high_freq_factor", rope.highFrequencyFactor},
                {"original_max_position_embeddings", rope.originalPositions}};
    }
    return nullptr;
}

} // namespace secateur::architecture
