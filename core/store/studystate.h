// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "core/base/result.h"
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
    std::set<std::string> beingWritten; ///< ids

    [[nodiscard]] std::filesystem::path runFolder(const std::string &id) const;
    [[nodiscard]] bool nameTaken(const std::string &name) const;
};

/// Fills runs, damaged and interrupted from the disk. Io when runs/ cannot be listed.
[[nodiscard]] Result<void> scanRuns(StudyState &state);

/// Removes what a killed writer left and nobody needs: .part files, empty run folders, drafts and receipts of finished
/// runs. Only with the lock held. What cannot be removed stays; it harms nothing.
void tidyRuns(const StudyState &state);

/// Names of the folders in runs/, sorted.
[[nodiscard]] Result<std::vector<std::string>> runFolders(const std::filesystem::path &study);

/// The manifest of a run folder, which must be of the run that the folder is named after.
[[nodiscard]] Result<RunManifest> manifestOf(const SealedJson &document, const std::filesystem::path &path);

/// The receipts of layers 0 … n-1, as far as they are there and fit together with their files' sizes.
[[nodiscard]] std::vector<LayerReceipt> readReceipts(const std::filesystem::path &runFolder, std::size_t layers);

/// study.json.
struct StudyFile {
    std::string createdUtc;
    architecture::ModelIdentity model;
};

/// NotFound when the folder is not there; BadInput when it is no study; Unsupported.
[[nodiscard]] Result<StudyFile> readStudyFile(const std::filesystem::path &study);
[[nodiscard]] Result<void> writeStudyFile(const std::filesystem::path &study, const StudyFile &file,
                                          const std::string &key);

} // namespace secateur::store
