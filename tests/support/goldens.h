// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "core/architecture/modelarchive.h"
#include "core/base/types.h"
#include "core/format/safetensors.h"
#include "core/mask/bitmatrix.h"

/// Access to the reference results in ../shared/goldens/smollm2 (its README defines the conventions). These throw
/// std::runtime_error: a golden that is there but cannot be read is a failed test, not a skipped one.
namespace secateur::test {

[[nodiscard]] std::filesystem::path goldenFolder();
[[nodiscard]] std::filesystem::path goldenModelPath();
[[nodiscard]] std::shared_ptr<const architecture::ModelArchive> openGoldenModel();
[[nodiscard]] nlohmann::json goldenJson(const std::string &name);

/// Rows of an integer tensor of a golden safetensors file; a tensor of one dimension is one row.
[[nodiscard]] std::vector<std::vector<std::int32_t>> goldenIds(const std::string &file, const std::string &tensor);

/// One Wanda golden: `scaler_row.*` and `mask.*` tensors.
class GoldenRun
{
public:
    explicit GoldenRun(const std::string &file);
    [[nodiscard]] bool hasMask(const MatrixId &id) const;
    /// As the project keeps masks: 1 = kept (the file has 1 = pruned, packed over the flattened matrix).
    [[nodiscard]] mask::BitMatrix kept(const MatrixId &id, std::size_t rows, std::size_t cols) const;
    /// Under the name of the sublayer that stands for the shared input (Sublayer::inputOf).
    [[nodiscard]] std::vector<float> scalerRow(const MatrixId &id) const;

private:
    format::SafetensorsFile m_file;
};

/// A float32 tensor, flattened.
[[nodiscard]] std::vector<float> goldenFloats(const std::string &file, const std::string &tensor);

/// Cells that differ.
[[nodiscard]] std::uint64_t differingBits(const mask::BitMatrix &a, const mask::BitMatrix &b);

} // namespace secateur::test
