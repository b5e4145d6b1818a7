// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/rope.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace secateur::model {

namespace {

using architecture::RopeSpec;

/// Llama 3's rule: long wavelengths are slowed by `factor`, short ones kept, those between blended.
float llama3Frequency(float frequency, const RopeSpec &spec)
{
    const float wavelength = 2.0F * std::numbers::pi_v<float> / frequency;
    const auto original = float(spec.originalPositions);
    const auto low = float(spec.lowFrequencyFactor);
    const auto high = float(spec.highFrequencyFactor);
    if (wavelength > original / low)
        return frequency / float(spec.factor);
    if (wavelength < original / high)
        return frequency;
    const float smooth = (original / wavelength - low) / (high - low);
    return (1.0F - smooth) * frequency / float(spec.factor) + smooth * frequency;
}

std::int64_t rotatedDimensions(const RopeSpec &spec, std::int64_t headDim)
{
    return spec.dimensions == 0 ? headDim : spec.dimensions;
}

std::vector<float> inverseFrequencies(const RopeSpec &spec, std::int64_t dimensions)
{
    std::vector<float> frequencies(std::size_t(dimensions / 2));
    for (std::size_t i = 0; i < frequencies.size(); ++i) {
        const float exponent = float(2 * i) / float(dimensions);
        float frequency = 1.0F / std::pow(float(spec.base), exponent);
        if (spec.scaling == RopeSpec::Scaling::Linear)
            frequency /= float(spec.factor);
        else if (spec.scaling == RopeSpec::Scaling::Llama3)
            frequency = llama3Frequency(frequency, spec);
        else if (spec.scaling == RopeSpec::Scaling::LongRope)
            frequency = 1.0F / (float(spec.divisors[i]) * std::pow(float(spec.base), exponent));
        frequencies[i] = frequency;
    }
    return frequencies;
}

} // namespace

RopeTable::RopeTable(const RopeSpec &spec, std::int64_t headDim, std::int64_t positions)
    : m_headDim(headDim), m_half(rotatedDimensions(spec, headDim) / 2), m_positions(positions)
{
    const auto frequencies = inverseFrequencies(spec, 2 * m_half);
    const auto amplitude = float(spec.amplitude);
    m_cos.reserve(std::size_t(positions * m_half));
    m_sin.reserve(std::size_t(positions * m_half));
    for (std::int64_t position = 0; position < positions; ++position) {
        for (const float frequency : frequencies) {
            const float angle = float(position) * frequency;
            m_cos.push_back(std::cos(angle) * amplitude);
            m_sin.push_back(std::sin(angle) * amplitude);
        }
    }
}

/// By the position's angles, or with `Back` by their negatives.
template <bool Back>
void RopeTable::turn(float *row, std::int64_t heads, std::int64_t position) const
{
    const float *const cosines = m_cos.data() + position * m_half;
    const float *const sines = m_sin.data() + position * m_half;
    for (std::int64_t head = 0; head < heads; ++head) {
        float *const first = row + head * m_headDim;
        float *const second = first + m_half;
        for (std::int64_t i = 0; i < m_half; ++i) {
            const float a = first[i];
            const float b = second[i];
            const float sine = Back ? -sines[i] : sines[i];
            first[i] = a * cosines[i] - b * sine;
            second[i] = b * cosines[i] + a * sine;
        }
    }
}

void RopeTable::rotate(float *row, std::int64_t heads, std::int64_t position) const
{
    turn<false>(row, heads, position);
}

void RopeTable::rotateBack(float *row, std::int64_t heads, std::int64_t position) const
{
    turn<true>(row, heads, position);
}

RopeTables::RopeTables(const architecture::ModelConfig &config, std::int64_t positions)
{
    std::vector<RopeSpec> specs;
    for (const auto &layer : config.attention) {
        const auto known = std::find(specs.begin(), specs.end(), layer.rope);
        m_ofLayer.push_back(std::size_t(known - specs.begin()));
        if (known == specs.end()) {
            specs.push_back(layer.rope);
            m_tables.emplace_back(layer.rope, config.headDim, positions);
        }
    }
}

} // namespace secateur::model
