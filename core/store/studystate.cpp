// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/store/studystate.h"

#include <algorithm>

#include "core/base/file.h"
#include "core/store/jsonfields.h"
#include "core/store/names.h"

namespace secateur::store {

namespace {

namespace fs = std::filesystem;

Result<RunDraft> readDraft(const fs::path &runFolder)
{
    const fs::path path = runFolder / draftFileName;
    SECATEUR_TRY(document, readSealedJson(path));
    SECATEUR_TRY(draft, draftFromJson(document.value, path.string()));
    if (draft.id != runFolder.filename())
        return failure(ErrorCode::BadInput, path.string() + ": is of run " + draft.id);
    return std::move(draft);
}

void scanRun(StudyState &state, const fs::path &folder)
{
    const fs::path path = folder / manifestFileName;
    auto document = readSealedJson(path);
    if (document) {
        auto manifest = manifestOf(*document, path);
        if (manifest)
            state.runs.push_back(std::move(*manifest));
        else
            state.damaged.push_back(std::move(manifest).error());
        return;
    }
    if (document.error().code != ErrorCode::NotFound) {
        state.damaged.push_back(std::move(document).error());
        return;
    }
    auto draft = readDraft(folder);
    if (draft) {
        const std::size_t finished = readReceipts(folder, draft->layers).size();
        state.interrupted.push_back({draft->id, std::move(draft->recipe), finished});
    } else if (draft.error().code != ErrorCode::NotFound) {
        state.damaged.push_back(std::move(draft).error());
    }
}

/// Regular files of a folder; nothing when it cannot be listed.
std::vector<fs::path> filesOf(const fs::path &folder)
{
    std::vector<fs::path> files;
    std::error_code failed;
    for (fs::directory_iterator entry(folder, failed), end; !failed && entry != end; entry.increment(failed))
        if (entry->symlink_status(failed).type() == fs::file_type::regular)
            files.push_back(entry->path());
    return files;
}

} // namespace

fs::path StudyState::runFolder(const std::string &id) const
{
    return folder / runsFolderName / id;
}

bool StudyState::nameTaken(const std::string &name) const
{
    const auto has = [&name](const auto &run) { return run.recipe.name == name || run.id == name; };
    return std::any_of(runs.begin(), runs.end(), has) || std::any_of(interrupted.begin(), interrupted.end(), has);
}

Result<std::vector<std::string>> runFolders(const fs::path &study)
{
    std::vector<std::string> names;
    std::error_code failed;
    const fs::path folder = study / runsFolderName;
    for (fs::directory_iterator entry(folder, failed), end; !failed && entry != end; entry.increment(failed))
        if (entry->symlink_status(failed).type() == fs::file_type::directory
            && isRunId(entry->path().filename().string()))
            names.push_back(entry->path().filename().string());
    // A copy made by a tool that leaves out empty folders has no runs/, and no runs.
    if (failed && failed != std::errc::no_such_file_or_directory)
        return tl::make_unexpected(errnoError(failed.value(), "list", folder));
    std::sort(names.begin(), names.end());
    return names;
}

Result<RunManifest> manifestOf(const SealedJson &document, const fs::path &path)
{
    SECATEUR_TRY(manifest, manifestFromJson(document.value, path.string()));
    if (manifest.id != path.parent_path().filename())
        return failure(ErrorCode::BadInput,
                       path.string() + ": is of run " + manifest.id + "; give the folder its old name again");
    return std::move(manifest);
}

Result<void> scanRuns(StudyState &state)
{
    SECATEUR_TRY(ids, runFolders(state.folder));
    for (const std::string &id : ids)
        scanRun(state, state.runFolder(id));
    return {};
}

void tidyRuns(const StudyState &state)
{
    std::error_code ignored;
    fs::remove(state.folder / (std::string(studyFileName) + ".part"), ignored);
    const auto ids = runFolders(state.folder);
    if (!ids)
        return;
    for (const std::string &id : *ids) {
        const auto sameId = [&id](const RunManifest &run) { return run.id == id; };
        const bool finished = std::any_of(state.runs.begin(), state.runs.end(), sameId);
        for (const fs::path &file : filesOf(state.runFolder(id)))
            if (file.extension() == ".part"
                || (finished && file.extension() == ".json" && file.filename() != manifestFileName))
                fs::remove(file, ignored);
        // Only succeeds when nothing is in it: a run that was killed before it had a draft.
        fs::remove(state.runFolder(id), ignored);
    }
}

std::vector<LayerReceipt> readReceipts(const fs::path &runFolder, std::size_t layers)
{
    std::vector<LayerReceipt> receipts;
    for (std::size_t i = 0; i < layers; ++i) {
        const LayerIndex layer{std::uint32_t(i)};
        const fs::path path = runFolder / layerReceiptName(layer);
        const auto document = readSealedJson(path);
        if (!document)
            break;
        auto receipt = receiptFromJson(document->value, layer, path.string());
        std::error_code failed;
        if (!receipt || fs::file_size(runFolder / receipt->file.name, failed) != receipt->file.bytes || failed)
            break;
        receipts.push_back(std::move(*receipt));
    }
    return receipts;
}

Result<StudyFile> readStudyFile(const fs::path &study)
{
    std::error_code failed;
    if (!fs::exists(study, failed))
        return failure(ErrorCode::NotFound, study.string() + ": there is no such study; the first `prune` creates it");
    const fs::path path = study / studyFileName;
    auto document = readSealedJson(path);
    if (!document && document.error().code == ErrorCode::NotFound)
        return failure(ErrorCode::BadInput,
                       study.string() + ": is no study: it has no " + studyFileName + "; name a folder *.secateur");
    if (!document)
        return tl::make_unexpected(std::move(document).error());
    SECATEUR_CHECK(checkSchema(document->value, "secateur-study", path.string()));
    JsonFields fields(document->value, path.string());
    StudyFile file;
    file.createdUtc = fields.text("created_utc", 64);
    file.model = fields.take(identityFromJson(fields.object("model"), path.string() + ": model"));
    SECATEUR_CHECK(fields.status());
    return file;
}

Result<void> writeStudyFile(const fs::path &study, const StudyFile &file, const std::string &key)
{
    return writeFileAtomically(study / studyFileName,
                               sealJson({{"schema", "secateur-study"},
                                         {"version", formatVersion},
                                         {"created_utc", file.createdUtc},
                                         {"model", toJson(file.model)}},
                                        key));
}

} // namespace secateur::store
