// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <vector>

#include "core/architecture/modelconfig.h"

namespace secateur::model {

/// Cosines and sines of the rotary embedding for positions [0, positions), float32 as in transformers
/// (modeling_rope_utils.py): halves of a head rotate together, element i with element i + headDim/2. Where a part of
/// each head rotates, that holds for its halves, and the rest stays.
class RopeTable
{
public:
    RopeTable(const architecture::RopeSpec &spec, std::int64_t headDim, std::int64_t positions);

    [[nodiscard]] std::int64_t positions() const { return m_positions; }
    /// Rotates `heads` heads of one token at `position` in place; `row` holds heads * headDim floats.
    void rotate(float *row, std::int64_t heads, std::int64_t position) const;
    /// The inverse, which also takes the gradient of what rotate() gives to that of what it was given.
    void rotateBack(float *row, std::int64_t heads, std::int64_t position) const;

private:
    template <bool Back>
    void turn(float *row, std::int64_t heads, std::int64_t position) const;

    std::int64_t m_headDim;
    std::int64_t m_half; ///< of what rotates
    std::int64_t m_positions;
    std::vector<float> m_cos; ///< [positions, m_half]
    std::vector<float> m_sin;
};

/// The tables of a model, one per distinct RopeSpec; layers share them.
class RopeTables
{
public:
    RopeTables(const architecture::ModelConfig &config, std::int64_t positions);
    [[nodiscard]] const RopeTable &layer(std::size_t index) const { return m_tables[m_ofLayer[index]]; }

private:
    std::vector<RopeTable> m_tables;
    std::vector<std::size_t> m_ofLayer;
};

} // namespace secateur::model
