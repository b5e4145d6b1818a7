// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "core/architecture/modelarchive.h"
#include "core/base/result.h"
#include "core/base/types.h"
#include "core/format/safetensors.h"
#include "core/mask/bitmatrix.h"
#include "core/selection/selection.h"

namespace secateur::test {

/// SmolLM2's weights and what the reference computed from them ($SECATEUR_SHARED/goldens/smollm2/README.md).
class SelectionGoldens
{
public:
    [[nodiscard]] static Result<SelectionGoldens> open(const std::filesystem::path &shared);

    [[nodiscard]] const architecture::ModelArchive &model() const { return *m_model; }
    [[nodiscard]] const nlohmann::json &summary() const { return m_summary; }
    [[nodiscard]] std::vector<MatrixId> matrices() const; ///< in the model's order

    /// The file of a run, such as "python_n8_s50".
    [[nodiscard]] Result<format::SafetensorsFile> run(const std::string &name) const;

    struct Matrix {
        std::uint64_t rows = 0;
        std::uint64_t cols = 0;
        std::vector<float> weights;
        [[nodiscard]] selection::WeightView view() const { return {rows, cols, weights}; }
    };
    [[nodiscard]] Result<Matrix> matrix(const MatrixId &id) const;
    /// The stored scaler_row of the matrix's input.
    [[nodiscard]] Result<std::vector<float>> norms(const format::SafetensorsFile &run, const MatrixId &id) const;

    /// What `run` does, from the stored statistics.
    [[nodiscard]] Result<selection::VariantResult>
    select(const std::string &runName, const format::SafetensorsFile &run, const MatrixId &id, int threads) const;

private:
    std::filesystem::path m_folder;
    std::shared_ptr<const architecture::ModelArchive> m_model;
    nlohmann::json m_summary;
};

/// "12.self_attn.q_proj": the goldens' name.
[[nodiscard]] std::string goldenName(const MatrixId &id);

/// The goldens' packing: over the whole row-major matrix, lowest bit first, 1 = pruned.
[[nodiscard]] std::vector<std::uint8_t> packedPruned(const mask::BitMatrix &kept);

/// A stored mask; empty when the run keeps none of this matrix.
[[nodiscard]] Result<std::vector<std::uint8_t>> storedMask(const format::SafetensorsFile &run, const MatrixId &id);

} // namespace secateur::test
