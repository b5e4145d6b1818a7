// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/base/runcontext.h"
#include "core/base/types.h"
#include "core/mask/bitmatrix.h"
#include "core/mask/maskset.h"
#include "core/store/evaluation.h"
#include "core/store/evaluationjournal.h"
#include "core/store/probe.h"
#include "core/store/runinfo.h"

namespace secateur::store {

/// What one layer of a run holds: for each prunable matrix its mask (1 = kept), and for each distinct input its norm
/// statistic [cols] (under the name of the first sublayer that shares it; absent for magnitude). Matrices are in the
/// model's order: the norm of one without a norm of its own is the last one before it.
struct LayerResult {
    struct Matrix {
        std::string sublayer;
        mask::BitMatrix kept;
        std::optional<double> alpha;
    };
    struct Norm {
        std::string sublayer;
        std::vector<float> values;
        std::optional<std::uint64_t> tokens = {}; ///< that reached an expert's input; of others, all did
    };
    std::vector<Matrix> matrices;
    std::vector<Norm> norms;
};

/// Reads masks and norms of a finished run, one matrix at a time. HDF5 is opened per layer and checked as in
/// design/safety.md B.6; popcount, padding and SHA-256 of each mask are verified on load. Calls are serialised.
class RunReader
{
public:
    virtual ~RunReader() = default;
    [[nodiscard]] virtual const RunManifest &manifest() const = 0;
    /// BadInput when the file is damaged, naming it; NotFound.
    [[nodiscard]] virtual Result<mask::BitMatrix> mask(const MatrixId &id) const = 0;
    /// Of the matrix's input; sublayers that share an input give the same values. NotFound for magnitude runs.
    [[nodiscard]] virtual Result<std::vector<float>> norm(const MatrixId &id) const = 0;
    /// Level 0 of the mask's density pyramid, from the file's cache, or made from the mask where there is none.
    [[nodiscard]] virtual Result<mask::DensityPyramid::Level> density(const MatrixId &id) const = 0;
};

/// Writes a run layer by layer. Each layer is one HDF5 file, written to .part, closed, fsync'ed, renamed: once
/// writeLayer returns, kill -9 and power loss keep it. The run exists once finish() has written manifest.json.
/// Destroyed before that, it leaves an interrupted run that resume continues.
class RunWriter
{
public:
    virtual ~RunWriter() = default;
    [[nodiscard]] virtual const std::string &id() const = 0;
    [[nodiscard]] virtual const RunRecipe &recipe() const = 0;
    /// Layers 0 … n-1 that were acknowledged before (resumed run); 0 for a new one.
    [[nodiscard]] virtual std::size_t finishedLayers() const = 0;
    /// What those layers took, which finish() adds to outcome.seconds["total"]; 0 for a new run.
    [[nodiscard]] virtual double earlierSeconds() const = 0;
    [[nodiscard]] virtual Result<LayerResult> readLayer(LayerIndex layer) const = 0;
    /// Layers must come in order. OutOfDisk, Io.
    [[nodiscard]] virtual Result<void> writeLayer(LayerIndex layer, const LayerResult &result) = 0;
    [[nodiscard]] virtual Result<RunManifest> finish(const RunOutcome &outcome) = 0;
};

/// A run without manifest.json, as found on disk.
struct InterruptedRun {
    std::string id;
    RunRecipe recipe;
    std::size_t finishedLayers = 0;
};

struct VerifyReport {
    std::uint64_t files = 0;
    struct Bad {
        std::string file;
        std::string problem;
    };
    std::vector<Bad> bad;
};

/// A study folder NAME.secateur. Everything in it can be copied and compared with ordinary tools:
///
///     study.json                schema, model identity; sealed (sealedjson.h), as are all .json files here
///     lock                      flock'ed by the writer while it lives; holds its process id
///     runs/<id>/draft.json      recipe of a run that was begun; gone when it is finished
///     runs/<id>/layer-NNNN.h5   one layer (layerformat.h), never changed once it has its name
///     runs/<id>/layer-NNNN.json receipt: size, SHA-256 and shapes of that file. A layer counts as done when its
///                               receipt is there; gone when the run is finished
///     runs/<id>/manifest.json   written last: with it the run exists. Names every file with its size and SHA-256
///     evaluations/<id>/manifest.json, items.h5
///                               one evaluation and what it found per item (evaluationfile.h); written in the other
///                               order
///     evaluations/<run>.<fingerprint>.journal
///                               samples of an evaluation that is not finished (evaluationjournal.h)
///     trash/<id>/               removed runs and evaluations
///
/// Every file but a journal is written to <name>.part, fsync'ed and renamed. Opening reads the .json files only.
/// Several readers, one writer; a reader needs no lock and sees what was finished when it opened. An object belongs to
/// one thread.
///
/// A run whose manifest was not written by this user on this machine is somebody else's: its HDF5 files are first
/// examined in a process of its own (probe.h). So are the layers of an unfinished run whose receipts were not.
class Study
{
public:
    enum class Access { Read, Write };

    /// NotFound, BadInput (not a study), Unsupported (newer format; one with a newer minor version only for writing),
    /// Locked (names the process that holds it).
    [[nodiscard]] static Result<std::unique_ptr<Study>> open(const std::filesystem::path &folder, Access access);
    /// Opens for writing, or creates the folder for this model. Conflict when the study is of another model, saying
    /// which file differs.
    [[nodiscard]] static Result<std::unique_ptr<Study>> openOrCreate(const std::filesystem::path &folder,
                                                                     const architecture::ModelIdentity &model);
    virtual ~Study() = default;

    [[nodiscard]] virtual const std::filesystem::path &folder() const = 0;
    [[nodiscard]] virtual const architecture::ModelIdentity &model() const = 0;
    /// Finished runs, oldest first. A manifest that cannot be read does not hide the others: it is in `damaged`.
    [[nodiscard]] virtual const std::vector<RunManifest> &runs() const = 0;
    [[nodiscard]] virtual const std::vector<Error> &damaged() const = 0;
    [[nodiscard]] virtual const std::vector<InterruptedRun> &interrupted() const = 0;
    /// What the user should know of: files of a newer format, of which this version may not see all.
    [[nodiscard]] virtual const std::vector<std::string> &notices() const = 0;
    /// By name or id; NotFound lists the names there are.
    [[nodiscard]] virtual Result<RunManifest> find(const std::string &nameOrId) const = 0;
    [[nodiscard]] virtual Result<std::unique_ptr<RunReader>> read(const std::string &nameOrId) const = 0;

    /// `wanted`, or with "-2", "-3", … when taken.
    [[nodiscard]] virtual std::string uniqueName(const std::string &wanted) const = 0;
    /// Conflict when the name is taken by a finished or interrupted run. OutOfDisk when `layers` layers of
    /// `layerBytes` (about a bit per prunable weight) cannot fit.
    [[nodiscard]] virtual Result<std::unique_ptr<RunWriter>> begin(const RunRecipe &recipe, std::size_t layers,
                                                                   std::uint64_t layerBytes) = 0;
    /// Continues the interrupted run of that name. NotFound; Conflict names the parts that differ, with both values. A
    /// layer file that does not verify, and all after it, are made again; one that cannot be looked at now (Io,
    /// OutOfMemory, Internal) is left alone, and so are all others.
    [[nodiscard]] virtual Result<std::unique_ptr<RunWriter>> resume(const RunRecipe &recipe, std::size_t layers) = 0;
    /// Finished evaluations, oldest first, those of removed runs too; damaged ones are in damaged().
    [[nodiscard]] virtual const std::vector<EvaluationManifest> &evaluations() const = 0;
    /// BadInput when it is damaged, naming the file; NotFound.
    [[nodiscard]] virtual Result<EvaluationItems> evaluationItems(const std::string &id,
                                                                  const RunContext &context) const = 0;
    /// Adds one, whole or not at all. OutOfDisk, Io.
    [[nodiscard]] virtual Result<EvaluationManifest> addEvaluation(const EvaluationRecipe &recipe,
                                                                   const EvaluationResult &result) = 0;
    /// What is already known of an evaluation that is not in the study yet. Io, OutOfDisk.
    [[nodiscard]] virtual Result<std::unique_ptr<EvaluationJournal>> journal(const EvaluationRecipe &recipe) = 0;
    /// Moves an evaluation to trash/. NotFound.
    [[nodiscard]] virtual Result<void> removeEvaluation(const std::string &id) = 0;
    /// Moves a finished or interrupted run to trash/, and its evaluations.
    [[nodiscard]] virtual Result<void> remove(const std::string &nameOrId) = 0;
    /// Who examines layer files from elsewhere; probeInHelper unless set.
    virtual void setProbe(ProbeRunner probe) = 0;
    /// Every checksum of every run, interrupted ones too, and the masks' own. Reports stage "verify".
    [[nodiscard]] virtual Result<VerifyReport> verify(const RunContext &context) const = 0;
};

/// Study::verify of a study whose study.json may be damaged, which is then among the bad files. NotFound; BadInput when
/// the folder has neither study.json nor runs/; Unsupported.
[[nodiscard]] Result<VerifyReport> verifyFolder(const std::filesystem::path &folder, const RunContext &context);

} // namespace secateur::store
