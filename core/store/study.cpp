// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/store/study.h"

#include <algorithm>

#include "core/base/file.h"
#include "core/base/system.h"
#include "core/store/evaluationfolder.h"
#include "core/store/hostkey.h"
#include "core/store/names.h"
#include "core/store/runreader.h"
#include "core/store/runwriter.h"
#include "core/store/studystate.h"
#include "core/store/verify.h"

namespace secateur::store {

namespace {

namespace fs = std::filesystem;

template <typename Runs>
auto findRun(Runs &runs, const std::string &nameOrId)
{
    auto found = std::find_if(runs.begin(), runs.end(), [&](const auto &run) { return run.recipe.name == nameOrId; });
    if (found == runs.end())
        found = std::find_if(runs.begin(), runs.end(), [&](const auto &run) { return run.id == nameOrId; });
    return found;
}

class FolderStudy final : public Study
{
public:
    explicit FolderStudy(std::shared_ptr<StudyState> state) : m_state(std::move(state)) { }

    const fs::path &folder() const override { return m_state->folder; }
    const architecture::ModelIdentity &model() const override { return m_state->model; }
    const std::vector<RunManifest> &runs() const override { return m_state->runs; }
    const std::vector<Error> &damaged() const override { return m_state->damaged; }
    const std::vector<InterruptedRun> &interrupted() const override { return m_state->interrupted; }
    const std::vector<std::string> &notices() const override { return m_state->newer; }
    void setProbe(ProbeRunner probe) override { m_state->probe = std::move(probe); }

    Result<RunManifest> find(const std::string &nameOrId) const override;
    Result<std::unique_ptr<RunReader>> read(const std::string &nameOrId) const override;
    std::string uniqueName(const std::string &wanted) const override;
    Result<std::unique_ptr<RunWriter>> begin(const RunRecipe &recipe, std::size_t layers,
                                             std::uint64_t layerBytes) override;
    Result<std::unique_ptr<RunWriter>> resume(const RunRecipe &recipe, std::size_t layers) override;
    Result<void> remove(const std::string &nameOrId) override;
    Result<VerifyReport> verify(const RunContext &context) const override { return verifyStudy(*m_state, context); }
    const std::vector<EvaluationManifest> &evaluations() const override { return m_state->evaluations; }
    Result<EvaluationItems> evaluationItems(const std::string &id, const RunContext &context) const override;
    Result<EvaluationManifest> addEvaluation(const EvaluationRecipe &recipe, const EvaluationResult &result) override;
    Result<void> removeEvaluation(const std::string &id) override;
    Result<std::unique_ptr<EvaluationJournal>> journal(const EvaluationRecipe &recipe) override;

private:
    [[nodiscard]] Result<void> requireWriter() const;
    [[nodiscard]] Result<void> moveToTrash(const fs::path &idFolder) const;
    void forgetDamaged(const fs::path &idFolder) const;
    [[nodiscard]] std::string knownNames() const;

    std::shared_ptr<StudyState> m_state;
};

std::string FolderStudy::knownNames() const
{
    std::string names;
    for (const RunManifest &run : m_state->runs)
        names += (names.empty() ? "" : ", ") + run.recipe.name;
    return names.empty() ? "it has no finished run" : "it has " + names;
}

Result<RunManifest> FolderStudy::find(const std::string &nameOrId) const
{
    const auto found = findRun(m_state->runs, nameOrId);
    if (found != m_state->runs.end())
        return *found;
    const bool interrupted = findRun(m_state->interrupted, nameOrId) != m_state->interrupted.end();
    return failure(ErrorCode::NotFound,
                   folder().string() + ": "
                       + (interrupted ? "run \"" + nameOrId
                                  + "\" is not finished; resume it with "
                                    "`prune --resume`"
                                      : "has no run \"" + nameOrId + "\"; " + knownNames()));
}

Result<std::unique_ptr<RunReader>> FolderStudy::read(const std::string &nameOrId) const
{
    SECATEUR_TRY(listed, find(nameOrId));
    const fs::path runFolder = m_state->runFolder(listed.id);
    const fs::path path = runFolder / manifestFileName;
    SECATEUR_TRY(document, readSealedJson(path));
    SECATEUR_TRY(manifest, manifestOf(document, path));
    const bool ours = writtenWith(document, m_state->key);
    return makeRunReader(runFolder, std::move(manifest), ours ? ProbeRunner() : m_state->probe);
}

std::string FolderStudy::uniqueName(const std::string &wanted) const
{
    std::string name = wanted;
    for (int i = 2; m_state->nameTaken(name); ++i)
        name = wanted + "-" + std::to_string(i);
    return name;
}

Result<void> FolderStudy::requireWriter() const
{
    if (!m_state->lock)
        return failure(ErrorCode::Internal, folder().string() + ": was opened for reading only");
    return {};
}

Result<std::unique_ptr<RunWriter>> FolderStudy::begin(const RunRecipe &recipe, std::size_t layers,
                                                      std::uint64_t layerBytes)
{
    SECATEUR_CHECK(requireWriter());
    SECATEUR_CHECK(checkRunName(recipe.name));
    if (layers == 0 || layers > mostLayers)
        return failure(ErrorCode::InvalidArgument, "a run of " + std::to_string(layers) + " layers is not possible");
    if (findRun(m_state->interrupted, recipe.name) != m_state->interrupted.end())
        return failure(ErrorCode::Conflict,
                       folder().string() + ": run \"" + recipe.name
                           + "\" was begun before and is not finished; add --resume, choose "
                             "another name, or delete it");
    if (m_state->nameTaken(recipe.name))
        return failure(ErrorCode::Conflict,
                       folder().string() + ": there is a run \"" + recipe.name
                           + "\" already; choose another name, or delete it");
    SECATEUR_TRY(free, freeSpace(folder()));
    if (layerBytes > free / layers)
        return failure(ErrorCode::OutOfDisk,
                       folder().string() + ": the run needs about " + bytesText(layerBytes) + " for each of "
                           + std::to_string(layers) + " layers, but only " + bytesText(free) + " are free");
    return startRun(m_state, recipe, layers);
}

Result<std::unique_ptr<RunWriter>> FolderStudy::resume(const RunRecipe &recipe, std::size_t layers)
{
    SECATEUR_CHECK(requireWriter());
    const auto found = findRun(m_state->interrupted, recipe.name);
    if (found == m_state->interrupted.end()) {
        const bool finished = findRun(m_state->runs, recipe.name) != m_state->runs.end();
        return failure(finished ? ErrorCode::Conflict : ErrorCode::NotFound,
                       folder().string()
                           + (finished ? ": run \"" + recipe.name + "\" is finished already"
                                       : ": no interrupted run is named \"" + recipe.name + "\""));
    }
    if (m_state->beingWritten.contains(found->id))
        return failure(ErrorCode::Conflict, folder().string() + ": run \"" + recipe.name + "\" is being written");
    return continueRun(m_state, std::string(found->id), recipe, layers);
}

Result<void> FolderStudy::moveToTrash(const fs::path &idFolder) const
{
    const std::string id = idFolder.filename().string();
    const fs::path trash = folder() / trashFolderName;
    std::error_code failed;
    fs::create_directories(trash, failed);
    if (failed)
        return tl::make_unexpected(errnoError(failed.value(), "create", trash));
    fs::path target = trash / id;
    for (int i = 2; fs::exists(target, failed); ++i)
        target = trash / (id + "-" + std::to_string(i));
    SECATEUR_CHECK(renameDurably(idFolder, target));
    return syncPath(idFolder.parent_path());
}

void FolderStudy::forgetDamaged(const fs::path &idFolder) const
{
    const std::string inFolder = idFolder.string() + "/";
    std::erase_if(m_state->damaged, [&](const Error &error) { return error.detail.starts_with(inFolder); });
}

Result<EvaluationItems> FolderStudy::evaluationItems(const std::string &id, const RunContext &context) const
{
    if (std::ranges::find(m_state->evaluations, id, &EvaluationManifest::id) == m_state->evaluations.end())
        return failure(ErrorCode::NotFound, folder().string() + ": has no evaluation " + id);
    return loadEvaluation(*m_state, id, context);
}

Result<EvaluationManifest> FolderStudy::addEvaluation(const EvaluationRecipe &recipe, const EvaluationResult &result)
{
    SECATEUR_CHECK(requireWriter());
    return writeEvaluation(*m_state, recipe, result);
}

Result<std::unique_ptr<EvaluationJournal>> FolderStudy::journal(const EvaluationRecipe &recipe)
{
    SECATEUR_CHECK(requireWriter());
    const std::string fingerprint = recipe.fingerprint();
    return EvaluationJournal::open(folder() / evaluationsFolderName / journalFileName(recipe.run, fingerprint),
                                   fingerprint);
}

Result<void> FolderStudy::removeEvaluation(const std::string &id)
{
    SECATEUR_CHECK(requireWriter());
    std::error_code failed;
    if (!isRunId(id) || !fs::is_directory(m_state->evaluationFolder(id), failed))
        return failure(ErrorCode::NotFound, folder().string() + ": has no evaluation " + id);
    SECATEUR_CHECK(moveToTrash(m_state->evaluationFolder(id)));
    std::erase_if(m_state->evaluations, [&id](const EvaluationManifest &found) { return found.id == id; });
    forgetDamaged(m_state->evaluationFolder(id));
    return {};
}

Result<void> FolderStudy::remove(const std::string &nameOrId)
{
    SECATEUR_CHECK(requireWriter());
    const auto finished = findRun(m_state->runs, nameOrId);
    const auto interrupted = findRun(m_state->interrupted, nameOrId);
    std::string id;
    if (finished != m_state->runs.end())
        id = finished->id;
    else if (interrupted != m_state->interrupted.end())
        id = interrupted->id;
    else if (std::error_code failed; isRunId(nameOrId) && fs::is_directory(m_state->runFolder(nameOrId), failed))
        id = nameOrId; // a damaged run, which only its folder names
    else
        return failure(ErrorCode::NotFound, folder().string() + ": has no run \"" + nameOrId + "\"; " + knownNames());
    if (m_state->beingWritten.contains(id))
        return failure(ErrorCode::Conflict, folder().string() + ": run \"" + nameOrId + "\" is being written");
    SECATEUR_CHECK(moveToTrash(m_state->runFolder(id)));
    std::erase_if(m_state->runs, [&id](const RunManifest &run) { return run.id == id; });
    std::erase_if(m_state->interrupted, [&id](const InterruptedRun &run) { return run.id == id; });
    forgetDamaged(m_state->runFolder(id));
    std::vector<std::string> measured;
    for (const EvaluationManifest &evaluation : m_state->evaluations)
        if (evaluation.recipe.run == id)
            measured.push_back(evaluation.id);
    for (const std::string &evaluation : measured)
        SECATEUR_CHECK(removeEvaluation(evaluation));
    removeJournals(folder() / evaluationsFolderName, id);
    return {};
}

Result<std::shared_ptr<StudyState>> prepareWriting(const fs::path &folder)
{
    auto state = std::make_shared<StudyState>();
    state->folder = folder;
    SECATEUR_TRY(lock, StudyLock::take(folder));
    state->lock = std::move(lock);
    state->key = ensureHostKey();
    return state;
}

Result<std::unique_ptr<Study>> load(std::shared_ptr<StudyState> state)
{
    SECATEUR_TRY(file, readStudyFile(state->folder));
    state->model = std::move(file.model);
    state->modelFingerprint = state->model.fingerprint();
    noteVersion(*state, file.minor, state->folder / studyFileName);
    SECATEUR_CHECK(scanRuns(*state));
    SECATEUR_CHECK(scanEvaluations(*state));
    if (state->lock && !state->newer.empty())
        return failure(ErrorCode::Unsupported, state->newer.front());
    if (state->lock) {
        tidyRuns(*state);
        tidyEvaluations(*state);
    }
    return std::make_unique<FolderStudy>(std::move(state));
}

/// Which part of two different models differs first.
std::string modelDifference(const architecture::ModelIdentity &before, const architecture::ModelIdentity &now)
{
    if (before.configSha256 != now.configSha256)
        return "the configuration differs (" + before.architecture + ", now " + now.architecture + ")";
    if (before.files.size() != now.files.size())
        return "it has " + std::to_string(now.files.size()) + " weight files instead of "
            + std::to_string(before.files.size());
    for (std::size_t i = 0; i < before.files.size(); ++i)
        if (before.files[i].sha256 != now.files[i].sha256)
            return "the weights in " + now.files[i].name + " differ";
    return "its fingerprint differs";
}

/// A new or empty folder, or one where creating a study was interrupted.
Result<void> checkMayCreate(const fs::path &folder)
{
    std::error_code failed;
    for (fs::directory_iterator entry(folder, failed), end; !failed && entry != end; entry.increment(failed)) {
        const std::string name = entry->path().filename().string();
        if (name != lockFileName && name != std::string(studyFileName) + ".part")
            return failure(ErrorCode::BadInput,
                           folder.string() + ": is no study and not empty (it has \"" + name
                               + "\"); choose a new folder");
    }
    if (failed)
        return tl::make_unexpected(errnoError(failed.value(), "list", folder));
    return {};
}

} // namespace

Result<std::unique_ptr<Study>> Study::open(const fs::path &folder, Access access)
{
    SECATEUR_CHECK(readStudyFile(folder));
    if (access == Access::Read) {
        auto state = std::make_shared<StudyState>();
        state->folder = folder;
        state->key = hostKey();
        return load(std::move(state));
    }
    SECATEUR_TRY(state, prepareWriting(folder));
    return load(std::move(state));
}

Result<VerifyReport> verifyFolder(const fs::path &folder, const RunContext &context)
{
    StudyState state;
    state.folder = folder;
    state.key = hostKey();
    const auto study = readStudyFile(folder);
    std::error_code failed;
    const bool isStudy =
        fs::exists(folder / studyFileName, failed) || fs::is_directory(folder / runsFolderName, failed);
    if (!study && (study.error().code != ErrorCode::BadInput || !isStudy))
        return tl::make_unexpected(study.error());
    return verifyStudy(state, context);
}

Result<std::unique_ptr<Study>> Study::openOrCreate(const fs::path &folder, const architecture::ModelIdentity &model)
{
    std::error_code failed;
    const bool existed = fs::exists(folder / studyFileName, failed);
    if (!existed) {
        fs::create_directories(folder, failed);
        if (failed)
            return tl::make_unexpected(errnoError(failed.value(), "create", folder));
        SECATEUR_CHECK(checkMayCreate(folder));
    }
    SECATEUR_TRY(state, prepareWriting(folder));
    // Another process may have created it between the look and the lock.
    if (!fs::exists(folder / studyFileName, failed))
        SECATEUR_CHECK(writeStudyFile(folder, {utcTimestamp(), model, formatMinor}, state->key));
    SECATEUR_TRY(recorded, readStudyFile(folder));
    if (recorded.model.fingerprint() != model.fingerprint())
        return failure(ErrorCode::Conflict,
                       folder.string() + ": is of another model (" + recorded.model.path
                           + "): " + modelDifference(recorded.model, model) + "; use another study folder");
    const bool moved = recorded.model.path != model.path;
    auto study = load(state);
    // Later commands look for the model where the study last saw it.
    if (study && moved) {
        SECATEUR_CHECK(writeStudyFile(folder, {recorded.createdUtc, model, formatMinor}, state->key));
        state->model.path = model.path;
    }
    return study;
}

} // namespace secateur::store
