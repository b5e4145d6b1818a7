// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/store/studystate.h"

#include <algorithm>

#include "core/base/file.h"
#include "core/store/names.h"

namespace secateur::store {

namespace {

namespace fs = std::filesystem;

void scanRun(StudyState &state, const fs::path &folder)
{
    const fs::path path = folder / manifestFileName;
    auto document = readSealedJson(path);
    if (document) {
        auto manifest = manifestOf(*document, path);
        if (manifest) {
            noteVersion(state, checkSchema(document->value, "secateur-run", path.string()).value_or(0), path);
            state.runs.push_back(std::move(*manifest));
        } else {
            state.damaged.push_back(std::move(manifest).error());
        }
        return;
    }
    if (document.error().code != ErrorCode::NotFound) {
        state.damaged.push_back(std::move(document).error());
        return;
    }
    auto draft = readDraft(folder);
    if (draft) {
        noteVersion(state, draft->minor, folder / draftFileName);
        Receipts receipts = readReceipts(folder, draft->layers, state.key);
        state.interrupted.push_back({draft->id, std::move(draft->recipe), receipts.found.size()});
        if (receipts.unreadable)
            state.damaged.push_back(std::move(*receipts.unreadable));
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

fs::path StudyState::evaluationFolder(const std::string &id) const
{
    return folder / evaluationsFolderName / id;
}

bool StudyState::nameTaken(const std::string &name) const
{
    const auto has = [&name](const auto &run) { return run.recipe.name == name || run.id == name; };
    return std::any_of(runs.begin(), runs.end(), has) || std::any_of(interrupted.begin(), interrupted.end(), has);
}

void noteVersion(StudyState &state, unsigned minor, const fs::path &file)
{
    if (minor > formatMinor)
        state.newer.push_back(file.string() + ": was made by a newer Secateur (format 1." + std::to_string(minor)
                              + "; this one knows 1." + std::to_string(formatMinor)
                              + "): what is new in it does not show; update Secateur to change the study");
}

Result<std::vector<std::string>> idFolders(const fs::path &folder)
{
    std::vector<std::string> names;
    std::error_code failed;
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

Result<std::vector<std::string>> runFolders(const fs::path &study)
{
    return idFolders(study / runsFolderName);
}

Result<RunManifest> manifestOf(const SealedJson &document, const fs::path &path)
{
    SECATEUR_TRY(manifest, manifestFromJson(document.value, path.string()));
    if (manifest.id != path.parent_path().filename())
        return failure(ErrorCode::BadInput,
                       path.string() + ": is of run " + manifest.id + "; give the folder its old name again");
    return std::move(manifest);
}

Result<RunDraft> readDraft(const fs::path &runFolder)
{
    const fs::path path = runFolder / draftFileName;
    SECATEUR_TRY(document, readSealedJson(path));
    SECATEUR_TRY(draft, draftFromJson(document.value, path.string()));
    if (draft.id != runFolder.filename())
        return failure(ErrorCode::BadInput, path.string() + ": is of run " + draft.id);
    return std::move(draft);
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

bool saysUnsound(const Error &error)
{
    return error.code == ErrorCode::BadInput || error.code == ErrorCode::NotFound;
}

Result<LayerReceipt> readReceipt(const fs::path &runFolder, LayerIndex layer, const std::string &key)
{
    const fs::path path = runFolder / layerReceiptName(layer);
    SECATEUR_TRY(document, readSealedJson(path));
    SECATEUR_TRY(receipt, receiptFromJson(document.value, layer, path.string()));
    receipt.ours = writtenWith(document, key);
    return std::move(receipt);
}

Receipts readReceipts(const fs::path &runFolder, std::size_t layers, const std::string &key)
{
    Receipts receipts;
    while (receipts.found.size() < layers) {
        auto receipt = readReceipt(runFolder, LayerIndex{std::uint32_t(receipts.found.size())}, key);
        const auto file =
            receipt.and_then([&](const LayerReceipt &read) { return ReadFile::open(runFolder / read.file.name); });
        if (file && file->size() == receipt->file.bytes) {
            receipts.found.push_back(std::move(*receipt));
            continue;
        }
        if (!file && !saysUnsound(file.error()))
            receipts.unreadable = file.error();
        break;
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
    SECATEUR_TRY(minor, checkSchema(document->value, "secateur-study", path.string()));
    JsonFields fields(document->value, path.string());
    StudyFile file;
    file.minor = minor;
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
