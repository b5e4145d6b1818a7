// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/architecture/modelconfig.h"
#include "core/architecture/storedplace.h"
#include "core/base/result.h"
#include "core/base/runcontext.h"
#include "core/format/dtype.h"

namespace secateur::architecture {

/// A model on disk, opened and cross-checked, its tensors under their Hugging Face names whatever the file format.
/// Nothing is kept in memory but the directory; every read goes to the file (pread). Immutable after opening and safe
/// to read from several threads. Torch-free: the window links it.
class ModelArchive
{
public:
    enum class Container { Safetensors, Gguf };

    struct Tensor {
        std::string name; ///< Hugging Face name
        format::DType type; ///< as stored
        std::vector<std::uint64_t> shape; ///< torch order
    };

    /// `path`: a Hugging Face folder or a .gguf file. Every shape is checked against the configuration before anything
    /// is allocated. NotFound, BadInput, Unsupported.
    [[nodiscard]] static Result<std::shared_ptr<const ModelArchive>> open(const std::filesystem::path &path);
    virtual ~ModelArchive() = default;

    [[nodiscard]] virtual const std::filesystem::path &path() const = 0;
    [[nodiscard]] virtual Container container() const = 0;
    [[nodiscard]] const ModelConfig &config() const { return m_config; }
    [[nodiscard]] const std::vector<Sublayer> &sublayers() const { return m_sublayers; }
    /// All tensors that the model uses, in file order.
    [[nodiscard]] const std::vector<Tensor> &tensors() const { return m_tensors; }
    [[nodiscard]] const Tensor *find(const std::string &name) const;
    [[nodiscard]] std::uint64_t parameters() const; ///< weights of all tensors, tied ones once
    [[nodiscard]] std::uint64_t prunableParameters() const; ///< of the blocks' linears
    /// The storage type of the prunable weights ("F32", "BF16", "Q4_1"); the most frequent one when mixed.
    [[nodiscard]] format::DType weightType() const;

    /// A whole tensor as float32, row-major. Internal when `target` has another size; NotFound.
    [[nodiscard]] Result<void> readF32(const std::string &name, std::span<float> target) const;
    /// Rows [firstRow, firstRow + n) of a matrix, n = target.size() / cols.
    [[nodiscard]] virtual Result<void> readRowsF32(const std::string &name, std::uint64_t firstRow,
                                                   std::span<float> target) const = 0;
    /// Stored bytes of a Safetensors tensor from `firstByte` on, unchanged; whole rows where it is part of a fused one.
    /// Unsupported for GGUF.
    [[nodiscard]] virtual Result<void> readRaw(const std::string &name, std::uint64_t firstByte,
                                               std::span<std::byte> target) const = 0;

    /// What a tensor of a folder's own name holds: one tensor of the model, several where they are fused, or none.
    [[nodiscard]] virtual std::vector<StoredPart> storedParts(const std::string &stored) const;

    /// The files that hold weights, in a fixed order (one for GGUF).
    [[nodiscard]] virtual std::vector<std::filesystem::path> weightFiles() const = 0;
    /// Of the folder: the folder of config.json; of a GGUF: none.
    [[nodiscard]] virtual std::filesystem::path hfFolder() const = 0;

protected:
    /// A range of whole rows of one tensor; a vector counts as one row.
    struct Rows {
        std::size_t tensor = 0; ///< index into tensors()
        std::uint64_t first = 0;
        std::uint64_t cols = 0;
    };
    /// NotFound; Internal when `target` is not whole rows within the tensor.
    [[nodiscard]] Result<Rows> checkRows(const std::string &name, std::uint64_t firstRow,
                                         std::span<const float> target) const;
    /// Takes over a validated configuration and the tensors of a file, and checks each against the other: nothing
    /// missing, every shape right, only weight types. BadInput, with `origin` before the message.
    [[nodiscard]] Result<void> adopt(ModelConfig config, std::vector<Tensor> tensors, const std::string &origin);
    /// The errors of adopt(), for tensors that a file has under another name.
    [[nodiscard]] static Error missingTensor(const std::string &origin, const std::string &name);
    [[nodiscard]] static Error wrongShape(const std::string &origin, const std::string &name,
                                          const std::vector<std::uint64_t> &shape,
                                          const std::vector<std::uint64_t> &expected);

    ModelConfig m_config;
    std::vector<Sublayer> m_sublayers;
    std::vector<Tensor> m_tensors;
    std::unordered_map<std::string, std::size_t> m_byName;
};

/// Which model this is, for provenance and for refusing to mix: SHA-256 of the configuration and of each weight file.
struct ModelIdentity {
    struct File {
        std::string name; ///< file name without folder
        std::uint64_t bytes = 0;
        std::string sha256;
    };
    std::string path;
    std::string architecture;
    std::string configSha256; ///< of the validated ModelConfig, so that GGUF and folder are treated alike
    std::vector<File> files;

    /// One digest over configuration and weights, independent of where the files lie and what they are called.
    [[nodiscard]] std::string fingerprint() const;
};

/// Hashes all weight files (about 1.5 GB/s), reporting stage "hash". Cancelled, Io.
[[nodiscard]] Result<ModelIdentity> identify(const ModelArchive &model, const RunContext &context);

} // namespace secateur::architecture
