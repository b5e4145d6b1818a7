// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "core/architecture/modelarchive.h"
#include "core/base/runcontext.h"
#include "core/base/types.h"
#include "core/engine/light.h"
#include "core/format/safetensors.h"
#include "core/mask/bitmatrix.h"
#include "core/store/study.h"

namespace secateur::engine {

/// Where the tensors of an export come from, in the type in which they are written.
class ExportSource
{
public:
    /// One file to write; its tensors in the order of their data.
    struct Shard {
        std::string fileName;
        std::vector<format::SafetensorsWriter::Entry> entries;
        std::map<std::string, std::string> metadata;
    };

    virtual ~ExportSource() = default;
    [[nodiscard]] virtual std::vector<Shard> shards() const = 0;
    /// Whole rows of a tensor from `firstRow` on; a row is the last dimension.
    [[nodiscard]] virtual Result<void> readRows(const format::SafetensorsWriter::Entry &entry, std::uint64_t firstRow,
                                                std::span<std::byte> target) const = 0;
    /// Writes model.safetensors.index.json where the shards need one: a folder's own, unchanged, or a new one.
    [[nodiscard]] virtual Result<void> writeIndex(const std::filesystem::path &folder) const = 0;
};

/// A folder's own shards, bytes unchanged. A GGUF: float32, in files of at most 5 GB each, as transformers cuts them.
[[nodiscard]] Result<std::unique_ptr<ExportSource>>
makeExportSource(std::shared_ptr<const architecture::ModelArchive> model);

/// What became of one prunable matrix.
struct ExportedMatrix {
    MatrixId id;
    std::uint64_t rows = 0;
    std::uint64_t cols = 0;
    std::uint64_t pruned = 0;
    std::uint64_t zeros = 0; ///< +0 in the file: the pruned ones, and kept ones that were zero before
    std::optional<double> alpha;
};

/// The masks that an export applies: a run's, or those of an archive.
struct ExportMasks {
    std::vector<store::SublayerInfo> matrices;
    std::function<Result<mask::BitMatrix>(const MatrixId &)> mask;
};

/// Copies all shards into a folder, with +0 exactly where the run's masks say pruned, about 1 MiB at a time beside one
/// mask. Then reads them back and counts the zeros.
class WeightExporter
{
public:
    WeightExporter(const ExportSource &source, const architecture::ModelArchive &model, const ExportMasks &masks,
                   std::filesystem::path folder);

    /// Reports stage "export" in bytes. OutOfDisk before anything is written.
    [[nodiscard]] Result<void> write(const RunContext &context);
    /// Internal when a matrix does not hold as many zeros as were written. Reports stage "verify".
    [[nodiscard]] Result<void> verify(const RunContext &context) const;
    [[nodiscard]] const std::vector<ExportedMatrix> &matrices() const { return m_matrices; }

private:
    [[nodiscard]] Result<void> writeShard(const ExportSource::Shard &shard, const RunContext &context);
    [[nodiscard]] Result<void> writeTensor(const format::SafetensorsWriter::Entry &entry,
                                           format::SafetensorsWriter &writer, const RunContext &context);

    const ExportSource &m_source;
    const architecture::ModelArchive &m_model;
    const ExportMasks &m_masks;
    std::filesystem::path m_folder;
    std::vector<ExportSource::Shard> m_shards;
    std::map<std::string, store::SublayerInfo> m_pruned; ///< by tensor name
    std::vector<ExportedMatrix> m_matrices;
    std::uint64_t m_total = 0; ///< bytes of all tensors
    std::uint64_t m_done = 0;
};

/// pruning_manifest.json, from what became of the matrices and the share of pruned weights.
using ManifestOf = std::function<nlohmann::json(const std::vector<ExportedMatrix> &, double)>;

/// A whole Hugging Face folder of the model with zeros in place; `output` must not exist, or be empty. It appears when
/// all of it is written and read back.
[[nodiscard]] Result<ExportReport> exportFolder(const std::shared_ptr<const architecture::ModelArchive> &model,
                                                const ExportMasks &masks, const std::filesystem::path &output,
                                                const ManifestOf &manifest, const RunContext &context);

} // namespace secateur::engine
