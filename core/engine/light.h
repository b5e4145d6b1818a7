// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/analysis/distance.h"
#include "core/architecture/modelarchive.h"
#include "core/base/result.h"
#include "core/base/runcontext.h"
#include "core/engine/requests.h"
#include "core/store/study.h"
#include "core/tokenizer/tokenizer.h"

/// What a user can do without a forward pass: torch-free, so that these commands answer at once.
namespace secateur::engine {

struct InspectReport {
    std::string architecture;
    std::string family;
    std::uint64_t parameters = 0;
    std::uint64_t prunableParameters = 0;
    std::int64_t layers = 0;
    std::int64_t hiddenSize = 0;
    std::string dtype;
    std::uint64_t fileBytes = 0;
    std::string tokenizerKind; ///< "none" without one, "unsupported" for one that cannot be read here
    std::size_t vocabSize = 0;
    std::optional<std::int32_t> bos;
    std::optional<std::int32_t> eos;
    std::vector<architecture::Sublayer> sublayers;
    std::uint64_t prunePeakBytes = 0; ///< forecast for 128 samples of up to 2048 tokens
    double pruneSeconds = 0.0; ///< for the same, by forecastPruneSeconds()
    std::vector<std::string> notices;
    architecture::Experts experts; ///< count 0: none
};
[[nodiscard]] Result<InspectReport> inspect(const std::filesystem::path &model, int threads);

struct TokenizeRequest {
    std::filesystem::path model;
    std::optional<std::string> text; ///< this, or `file`, or `ids`
    std::optional<std::filesystem::path> file;
    std::vector<tokenizer::TokenId> ids;
    BosPolicy bos = BosPolicy::Auto;
};
struct TokenizeReport {
    std::vector<tokenizer::TokenId> ids;
    std::string text; ///< as given, or decoded from the ids with special tokens written out
    std::vector<std::string> tokens; ///< as the vocabulary spells them, one per id
};
[[nodiscard]] Result<TokenizeReport> tokenize(const TokenizeRequest &request);

struct SameDomainPair {
    std::size_t a = 0;
    std::size_t b = 0;
    double whole = 0.0;
};

struct CompareRequest {
    std::filesystem::path study;
    std::vector<std::string> runs; ///< names or ids; empty: all
    analysis::SetKind set = analysis::SetKind::Pruned;
    int threads = 1;
};

struct CompareReport {
    std::vector<store::RunManifest> runs;
    std::vector<std::string> sublayers;
    std::vector<analysis::PairDistance> pairs;
    double random = 0.0; ///< mean of the pairs' random baselines
    std::vector<SameDomainPair> sameDomain; ///< same domain, method and target, other calibration: the floor
    std::vector<std::string> notices; ///< runs that were left out, and why
};
/// NotFound when there are fewer than two finished runs.
[[nodiscard]] Result<CompareReport> compare(const CompareRequest &request, const RunContext &context);

struct WriteReport {
    std::uint64_t tensors = 0;
    std::uint64_t bytes = 0;
};
/// masks.safetensors (design/protocols.md E.3): U8 [rows, ceil(cols/8)], 1 = kept.
[[nodiscard]] Result<WriteReport> writeMasks(const std::filesystem::path &study, const std::string &run,
                                             const std::filesystem::path &output, const RunContext &context);
/// norms.safetensors: F32 [cols] per linear.
[[nodiscard]] Result<WriteReport> writeNorms(const std::filesystem::path &study, const std::string &run,
                                             const std::filesystem::path &output, const RunContext &context);

struct ResparsifyRequest {
    std::filesystem::path study;
    std::string run;
    std::optional<std::filesystem::path> model; ///< empty: where the study last saw it
    PruneTarget target = Sparsity::fromRatio(0.5).value();
    std::string name; ///< of the new run; empty: made from the parent's
    int threads = 1;
    std::optional<selection::LayerRule> layers = {}; ///< spreads `target` over the layers, or says it for each
};
[[nodiscard]] Result<PruneReport> resparsify(const ResparsifyRequest &request, const RunContext &context);

struct ExportRequest {
    std::filesystem::path study;
    std::string run;
    std::optional<std::filesystem::path> model; ///< empty: where the study last saw it
    std::filesystem::path output; ///< must not exist, or be an empty folder
};
struct ExportReport {
    std::vector<std::string> files;
    std::uint64_t bytes = 0;
    double sparsity = 0.0; ///< of the prunable weights, counted while writing
    std::uint64_t roundedToZero = 0; ///< kept weights that the type of a GGUF file is too coarse for
    std::vector<std::string> notices;
};
/// A dense Hugging Face folder with zeros in place: same dtype, names and sharding as the source folder. From a GGUF:
/// float32 (its blocks dequantised exactly), with config.json and tokenizer files made from its metadata.
[[nodiscard]] Result<ExportReport> exportDense(const ExportRequest &request, const RunContext &context);

struct ApplyMasksRequest {
    std::filesystem::path masks; ///< what writeMasks() wrote
    std::filesystem::path model;
    std::filesystem::path output; ///< must not exist, or be an empty folder
};
/// The same folder as exportDense(), from an archive of masks and the dense model, without a study. Conflict when the
/// archive was made of another model; BadInput when it is no such archive or lacks a matrix.
[[nodiscard]] Result<ExportReport> applyMasks(const ApplyMasksRequest &request, const RunContext &context);

struct ExportGgufRequest {
    std::filesystem::path study;
    std::string run;
    std::optional<std::filesystem::path> model; ///< empty: where the study last saw it
    std::filesystem::path output; ///< a new file
    format::DType type = format::DType::F16; ///< of the matrices: F32, F16, BF16, Q8_0 or Q4_0
};
/// One GGUF file with zeros in place, its metadata made from the model's configuration and tokenizer. Vectors are
/// float32; with Q4_0 the embeddings are Q8_0; rows that are no whole blocks are F16. Read back, every pruned weight
/// must be 0. Unsupported for other types, in which zeros would not stay zero, and for what GGUF cannot describe.
[[nodiscard]] Result<ExportReport> exportGguf(const ExportGgufRequest &request, const RunContext &context);

/// What a prune works on, as far as its memory depends on it.
struct PruneDemand {
    std::uint64_t tokens = 0; ///< of all sequences
    std::uint64_t sequences = 0;
    std::uint64_t longest = 0; ///< tokens of the longest sequence
    PruneMethod method = PruneMethod::Wanda;
    bool bf16 = false;
    int threads = 1;
};
/// Resident bytes that pruning will need at its peak: libraries, one block, activations of the calibration set,
/// scratch per thread.
[[nodiscard]] std::uint64_t forecastPruneBytes(const architecture::ModelConfig &config, const PruneDemand &demand);
/// Seconds that pruning will take, by a rule of thumb: every token goes through each layer twice, at two operations per
/// weight, and a thread does 50 thousand million of these a second; what a processor really does lies within a factor
/// of about three of that. Magnitude looks at no tokens: a second per thousand million weights.
[[nodiscard]] double forecastPruneSeconds(const architecture::ModelConfig &config, const PruneDemand &demand);

/// InvalidArgument when `output` lies in the folder of the study: what is there belongs to the study alone.
[[nodiscard]] Result<void> checkOutsideStudy(const std::filesystem::path &output, const std::filesystem::path &study);

/// Opens the model a study was made from and checks that it is still the same (size and SHA-256 of its files).
[[nodiscard]] Result<std::shared_ptr<const architecture::ModelArchive>>
openStudyModel(const store::Study &study, const std::optional<std::filesystem::path> &path, const RunContext &context);

} // namespace secateur::engine
