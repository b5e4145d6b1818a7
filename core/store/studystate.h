// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/store/evaluation.h"
#include "core/store/jsonfields.h"
#include "core/store/runinfojson.h"
#include "core/store/sealedjson.h"
#include "core/store/study.h"
#include "core/store/studylock.h"

namespace secateur::store {

/// What an open study knows; shared by the Study and its writers, so that either may outlive the other.
struct StudyState {
    std::filesystem::path folder;
    architecture::ModelIdentity model;
    std::string modelFingerprint;
    std::string key; ///< hostKey()
    std::shared_ptr<const StudyLock> lock; ///< null: reading only
    ProbeRunner probe = probeInHelper;
    std::vector<RunManifest> runs;
    std::vector<Error> damaged;
    std::vector<InterruptedRun> interrupted;
    std::vector<EvaluationManifest> evaluations;
    std::vector<std::string> newer; ///< a notice per file of a newer minor version
    std::set<std::string> beingWritten; ///< ids

    [[nodiscard]] std::filesystem::path runFolder(const std::string &id) const;
    [[nodiscard]] std::filesystem::path evaluationFolder(const std::string &id) const;
    [[nodiscard]] bool nameTaken(const std::string &name) const;
};

/// Adds a notice when the file is of a newer minor version than ours.
void noteVersion(StudyState &state, unsigned minor, const std::filesystem::path &file);

/// Fills runs, damaged and interrupted from the disk. Io when runs/ cannot be listed.
[[nodiscard]] Result<void> scanRuns(StudyState &state);

/// Removes what a killed writer left and nobody needs: .part files, empty run folders, drafts and receipts of finished
/// runs. Only with the lock held. What cannot be removed stays; it harms nothing.
void tidyRuns(const StudyState &state);

/// Names of the folders in a folder of runs or evaluations that are named by an id, sorted; none when it is not there.
[[nodiscard]] Result<std::vector<std::string>> idFolders(const std::filesystem::path &folder);

/// Of runs/.
[[nodiscard]] Result<std::vector<std::string>> runFolders(const std::filesystem::path &study);

/// The manifest of a run folder, which must be of the run that the folder is named after.
[[nodiscard]] Result<RunManifest> manifestOf(const SealedJson &document, const std::filesystem::path &path);

/// Whether the error is about what was read. Any other one (no permission, no memory, a bad disk) says only that it
/// could not be read now, and is no reason to give up what may be sound.
[[nodiscard]] bool saysUnsound(const Error &error);

/// The receipts of layers 0 … n-1, as far as they are there and fit together with their files' sizes.
struct Receipts {
    std::vector<LayerReceipt> found;
    std::optional<Error> unreadable; ///< why the next one could not be looked at; it may well be sound
};
[[nodiscard]] Receipts readReceipts(const std::filesystem::path &runFolder, std::size_t layers, const std::string &key);

/// One receipt, which must be of this layer. NotFound when there is none.
[[nodiscard]] Result<LayerReceipt> readReceipt(const std::filesystem::path &runFolder, LayerIndex layer,
                                               const std::string &key);

/// The draft of a run folder, which must be of the run that the folder is named after. NotFound when there is none.
[[nodiscard]] Result<RunDraft> readDraft(const std::filesystem::path &runFolder);

/// study.json.
struct StudyFile {
    std::string createdUtc;
    architecture::ModelIdentity model;
    unsigned minor = formatMinor; ///< of its format
};

/// NotFound when the folder is not there; BadInput when it is no study; Unsupported.
[[nodiscard]] Result<StudyFile> readStudyFile(const std::filesystem::path &study);
[[nodiscard]] Result<void> writeStudyFile(const std::filesystem::path &study, const StudyFile &file,
                                          const std::string &key);

} // namespace secateur::store
