// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/store/evaluationfolder.h"

#include <cmath>

#include "core/base/file.h"
#include "core/base/sha256.h"
#include "core/base/system.h"
#include "core/store/evaluationfile.h"
#include "core/store/layeraccess.h"
#include "core/store/names.h"

namespace secateur::store {

namespace {

namespace fs = std::filesystem;

struct FoundManifest {
    EvaluationManifest manifest;
    bool ours = false; ///< written by this user on this machine
    unsigned minor = 0;
};

/// NotFound when there is none: the writer was killed, or is at work.
Result<FoundManifest> readManifest(const fs::path &folder, const std::string &key)
{
    const fs::path path = folder / manifestFileName;
    SECATEUR_TRY(document, readSealedJson(path));
    SECATEUR_TRY(manifest, evaluationFromJson(document.value, path.string()));
    if (manifest.id != folder.filename())
        return failure(ErrorCode::BadInput,
                       path.string() + ": is of evaluation " + manifest.id + "; give the folder its old name again");
    SECATEUR_TRY(minor, checkSchema(document.value, "secateur-evaluation", path.string()));
    return FoundManifest{std::move(manifest), writtenWith(document, key), minor};
}

Result<void> writeItems(const fs::path &folder, EvaluationManifest &manifest, const EvaluationItems &items)
{
    SECATEUR_TRY(image, itemsImage(manifest, items));
    manifest.items = {itemsFileName, image.size(), sha256Hex(image)};
    SECATEUR_TRY(file, AtomicFile::create(folder / itemsFileName));
    SECATEUR_CHECK(file.write(image));
    return file.commit();
}

Result<void> writeFolder(const fs::path &folder, EvaluationManifest &manifest, const EvaluationItems &items,
                         const std::string &key)
{
    std::error_code failed;
    fs::create_directories(folder, failed);
    if (failed)
        return tl::make_unexpected(errnoError(failed.value(), "create", folder));
    SECATEUR_CHECK(syncPath(folder.parent_path().parent_path()));
    SECATEUR_CHECK(syncPath(folder.parent_path()));
    SECATEUR_CHECK(writeItems(folder, manifest, items));
    return writeFileAtomically(folder / manifestFileName, sealJson(toJson(manifest), key));
}

} // namespace

Result<std::vector<std::string>> evaluationFolders(const fs::path &study)
{
    return idFolders(study / evaluationsFolderName);
}

Result<void> scanEvaluations(StudyState &state)
{
    SECATEUR_TRY(ids, evaluationFolders(state.folder));
    for (const std::string &id : ids) {
        auto found = readManifest(state.evaluationFolder(id), state.key);
        if (found) {
            noteVersion(state, found->minor, state.evaluationFolder(id) / manifestFileName);
            state.evaluations.push_back(std::move(found->manifest));
        } else if (found.error().code != ErrorCode::NotFound) {
            state.damaged.push_back(std::move(found).error());
        }
    }
    return {};
}

void tidyEvaluations(const StudyState &state)
{
    const auto ids = evaluationFolders(state.folder);
    if (!ids)
        return;
    std::error_code ignored;
    for (const std::string &id : *ids) {
        const fs::path folder = state.evaluationFolder(id);
        fs::remove(folder / (std::string(itemsFileName) + ".part"), ignored);
        fs::remove(folder / (std::string(manifestFileName) + ".part"), ignored);
        if (!fs::exists(folder / manifestFileName, ignored) && !ignored)
            fs::remove(folder / itemsFileName, ignored);
        fs::remove(folder, ignored); // only succeeds when nothing is in it
    }
}

Result<EvaluationManifest> writeEvaluation(StudyState &state, const EvaluationRecipe &recipe,
                                           const EvaluationResult &result)
{
    if (result.metrics.empty())
        return failure(ErrorCode::InvalidArgument, "an evaluation of " + recipe.task + " without a metric");
    // JSON has no way to write them, so nobody could read the manifest.
    for (const EvaluationMetric &metric : result.metrics)
        if (!std::isfinite(metric.value) || !std::isfinite(metric.low) || !std::isfinite(metric.high))
            return failure(ErrorCode::InvalidArgument, recipe.task + ": " + metric.name + " is not a finite number");
    EvaluationManifest manifest;
    manifest.id = newRunId();
    manifest.createdUtc = utcTimestamp();
    manifest.recipe = recipe;
    manifest.metrics = result.metrics;
    manifest.rows = result.items.rows();
    manifest.tokens = result.tokens;
    manifest.seconds = result.seconds;
    manifest.threads = result.threads;
    manifest.versions = result.versions;
    manifest.host = hostName();
    const fs::path folder = state.evaluationFolder(manifest.id);
    if (auto written = writeFolder(folder, manifest, result.items, state.key); !written) {
        std::error_code ignored;
        fs::remove(folder / itemsFileName, ignored);
        fs::remove(folder, ignored);
        return tl::make_unexpected(std::move(written).error());
    }
    state.evaluations.push_back(manifest);
    return manifest;
}

Result<EvaluationManifest> readEvaluation(const StudyState &state, const std::string &id)
{
    SECATEUR_TRY(found, readManifest(state.evaluationFolder(id), state.key));
    return std::move(found.manifest);
}

Result<EvaluationItems> loadEvaluation(const StudyState &state, const std::string &id, const RunContext &context)
{
    const fs::path folder = state.evaluationFolder(id);
    SECATEUR_TRY(found, readManifest(folder, state.key));
    const fs::path path = folder / itemsFileName;
    SECATEUR_CHECK(checkFile(path, found.manifest.items, context, "remove " + folder.string() + " and measure again"));
    if (!found.ours && state.probe)
        SECATEUR_CHECK(state.probe(path));
    SECATEUR_TRY(items, readItems(path));
    if (items.rows() != found.manifest.rows)
        return failure(ErrorCode::BadInput,
                       path.string() + ": has " + std::to_string(items.rows()) + " items, but "
                           + std::to_string(found.manifest.rows) + " are recorded");
    return std::move(items);
}

std::string journalFileName(const std::string &run, const std::string &fingerprint)
{
    return run + "." + fingerprint.substr(0, 16) + ".journal";
}

void removeJournals(const fs::path &evaluations, const std::string &run)
{
    std::error_code ignored;
    for (const auto &entry : fs::directory_iterator(evaluations, ignored)) {
        const std::string name = entry.path().filename().string();
        if (name.starts_with(run + ".") && name.ends_with(".journal"))
            fs::remove(entry.path(), ignored);
    }
}

} // namespace secateur::store
