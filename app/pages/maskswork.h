// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "core/architecture/modelarchive.h"
#include "core/base/result.h"
#include "core/store/study.h"
#include "widgets/plots/maskdata.h"

/// What the Masks page does on worker threads. Plain functions and immutable results; no widgets.
namespace secateur::app {

/// One matrix of one run, or of what the run would be at another sparsity.
struct MaskSide {
    std::shared_ptr<const widgets::MaskData> mask; ///< null: no such run
    std::string runId;
    std::string runName;
    PruneMethod method = PruneMethod::Wanda;
    std::string target; ///< as pruned: "0.5" or "2:4"
    double ratio = 0.0; ///< of that target
    bool dense = false; ///< statistics of the dense model: other sparsities are exact in every layer
    bool approximate = false; ///< the run itself is
    bool madeOfMasks = false; ///< of other runs: no other sparsity can be selected
    std::uint64_t seed = 0; ///< of the random method
    std::shared_ptr<const std::vector<float>> norms; ///< squared, per column; null where no activations were used

    /// Whether a mask selected anew at another ratio may differ from what pruning to it would give.
    [[nodiscard]] bool isApproximateAt(double otherRatio, LayerIndex layer) const;
};

struct MaskPair {
    MatrixId id;
    MaskSide a;
    MaskSide b;
    std::shared_ptr<const widgets::MaskDifference> difference; ///< null unless there are two
};

/// Reads masks and norms; keeps the study and its runs open between calls. Calls are serialised.
class MasksReader
{
public:
    struct Request {
        std::filesystem::path study;
        std::string runA; ///< ids; empty: none
        std::string runB;
        MatrixId id;
        friend bool operator==(const Request &, const Request &) = default;
    };
    /// Cancelled; what the store says.
    [[nodiscard]] Result<MaskPair> read(const Request &request, int threads, const std::stop_token &stop);

private:
    /// All but the mask, whose bits go into `kept`: HDF5 gives one thing at a time, summing up need not wait for it.
    [[nodiscard]] Result<MaskSide> side(const std::string &run, const MatrixId &id, mask::BitMatrix &kept);
    [[nodiscard]] Result<const store::RunReader *> reader(const std::string &run);

    std::mutex m_mutex;
    std::filesystem::path m_folder;
    std::unique_ptr<store::Study> m_study;
    std::map<std::string, std::unique_ptr<store::RunReader>> m_readers;
};

/// Weights of one matrix and what the model says about its shape.
struct MatrixWeights {
    MatrixId id;
    std::shared_ptr<const widgets::WeightMatrix> weights;
    std::int64_t headCells = 0; ///< rows (q, k, v) or columns (o) of one attention head; 0: none
    bool headsAlongRows = true;
};

/// Reads weights; keeps the model open, and the last matrix. The model's files are compared with those the study was
/// made from once, which takes a second per 1.5 GB.
class WeightsReader
{
public:
    [[nodiscard]] Result<MatrixWeights> read(const std::filesystem::path &study, const std::filesystem::path &model,
                                             const MatrixId &id, const std::stop_token &stop);

private:
    [[nodiscard]] Result<void> open(const std::filesystem::path &study, const std::filesystem::path &model,
                                    const std::stop_token &stop);

    std::mutex m_mutex;
    std::filesystem::path m_study;
    std::filesystem::path m_path;
    std::shared_ptr<const architecture::ModelArchive> m_model;
    std::optional<MatrixWeights> m_last;
};

/// The same pair at another sparsity, selected by the code of the pruner. A side without a run stays as it is.
[[nodiscard]] Result<MaskPair> selectPair(const MaskPair &pair, const widgets::WeightMatrix &weights, double ratio,
                                          int threads, const std::stop_token &stop);

/// What the page wants to show.
struct MasksWanted {
    MasksReader::Request request;
    std::filesystem::path model;
    bool weights = false; ///< for the read-out
    bool weightPictures = false; ///< for the weights rendering
    std::optional<double> ratio; ///< another sparsity than the runs'
    friend bool operator==(const MasksWanted &, const MasksWanted &) = default;
};

/// What it can show then.
struct MasksPicture {
    MasksWanted made;
    MaskPair asPruned;
    MaskPair pair; ///< at made.ratio
    std::optional<MatrixWeights> weights;
    std::optional<Error> weightsError; ///< the masks are shown all the same
    std::shared_ptr<const widgets::KeptWeights> weightsA; ///< null unless made.weightPictures
    std::shared_ptr<const widgets::KeptWeights> weightsB;
};

/// Reuses of `previous` (may be null) what is of the same matrix.
[[nodiscard]] Result<MasksPicture> preparePicture(MasksReader &masks, WeightsReader &weights, const MasksWanted &wanted,
                                                  const MasksPicture *previous, int threads,
                                                  const std::stop_token &stop);

/// |w| * sqrt(norm²) of one weight, as Wanda scores it; |w| without norms.
[[nodiscard]] float scoreOf(float weight, const std::vector<float> *norms, std::size_t column);

} // namespace secateur::app
