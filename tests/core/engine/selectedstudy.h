// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

#include "core/architecture/modelarchive.h"
#include "core/base/types.h"
#include "core/mask/bitmatrix.h"
#include "core/store/runinfo.h"

namespace secateur::test {

/// A study of a model whose runs are selected from made-up norms: true to the method, but without a forward pass.
/// All functions throw std::runtime_error with the store's error.
class SelectedStudy
{
public:
    SelectedStudy(std::filesystem::path folder, const std::filesystem::path &model);

    /// "code", Wanda, 0.5, statistics of the pruned model; a calibration of its own for each `sample`.
    [[nodiscard]] static store::RunRecipe recipe(const std::string &name, std::uint64_t sample = 1);

    /// Adds a finished run. Its norms depend on the recipe's calibration fingerprint alone.
    store::RunManifest add(const store::RunRecipe &recipe);

    /// The mask that the recipe gives.
    [[nodiscard]] mask::BitMatrix select(const store::RunRecipe &recipe, const MatrixId &id) const;
    [[nodiscard]] std::vector<float> norms(const store::RunRecipe &recipe, const MatrixId &id) const;

    [[nodiscard]] const std::filesystem::path &folder() const { return m_folder; }
    [[nodiscard]] const architecture::ModelArchive &model() const { return *m_model; }

private:
    std::filesystem::path m_folder;
    std::shared_ptr<const architecture::ModelArchive> m_model;
};

} // namespace secateur::test
