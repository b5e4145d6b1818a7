// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/store/verify.h"

#include <algorithm>

#include "core/store/evaluationfolder.h"
#include "core/store/layeraccess.h"
#include "core/store/names.h"

namespace secateur::store {

namespace {

namespace fs = std::filesystem;

struct PlannedFile {
    std::string run;
    LayerIndex layer;
    RunFile recorded;
    std::vector<SublayerInfo> sublayers;
    bool foreign = false;
};

class Verifier
{
public:
    Verifier(const StudyState &state, const RunContext &context) : m_state(state), m_context(context) { }

    Result<VerifyReport> run()
    {
        keep(studyFileName, readStudyFile(m_state.folder));
        SECATEUR_TRY(ids, runFolders(m_state.folder));
        for (const std::string &id : ids)
            planRun(id);
        SECATEUR_TRY(evaluations, evaluationFolders(m_state.folder));
        const std::uint64_t total = m_report.files + m_planned.size() + 2 * evaluations.size();
        for (const PlannedFile &file : m_planned) {
            m_context.report({"verify", m_report.files, total, "files"});
            auto checked = checkLayer(file);
            if (!checked && checked.error().code == ErrorCode::Cancelled)
                return tl::make_unexpected(std::move(checked).error());
            keep(fs::path(runsFolderName) / file.run / file.recorded.name, checked);
        }
        for (const std::string &id : evaluations) {
            m_context.report({"verify", m_report.files, total, "files"});
            SECATEUR_CHECK(checkEvaluation(id));
        }
        m_context.report({"verify", total, total, "files"});
        return std::move(m_report);
    }

private:
    template <typename T>
    void keep(const fs::path &file, const Result<T> &result)
    {
        ++m_report.files;
        if (!result)
            m_report.bad.push_back({file.string(), result.error().detail});
    }

    void planRun(const std::string &id)
    {
        const fs::path path = m_state.runFolder(id) / manifestFileName;
        auto document = readSealedJson(path);
        if (!document && document.error().code == ErrorCode::NotFound) {
            const VerifyReport report = m_report;
            const std::size_t planned = m_planned.size();
            planInterrupted(id);
            document = readSealedJson(path);
            if (!document && document.error().code == ErrorCode::NotFound)
                return;
            // A writer finished the run in between, and draft and receipts went.
            m_report = report;
            m_planned.resize(planned);
        }
        const auto manifest = document.and_then([&path](const SealedJson &found) { return manifestOf(found, path); });
        keep(fs::path(runsFolderName) / id / manifestFileName, manifest);
        if (!manifest)
            return;
        const bool foreign = !writtenWith(*document, m_state.key);
        for (std::size_t i = 0; i < manifest->files.size(); ++i) {
            const LayerIndex layer{std::uint32_t(i)};
            PlannedFile file{id, layer, manifest->files[i], {}, foreign};
            std::copy_if(manifest->sublayers.begin(), manifest->sublayers.end(), std::back_inserter(file.sublayers),
                         [layer](const SublayerInfo &sublayer) { return sublayer.id.layer == layer; });
            m_planned.push_back(std::move(file));
        }
    }

    /// Manifest and items count as two files; an error only when cancelled.
    Result<void> checkEvaluation(const std::string &id)
    {
        const fs::path folder = fs::path(evaluationsFolderName) / id;
        const auto manifest = readEvaluation(m_state, id);
        if (!manifest && manifest.error().code == ErrorCode::NotFound)
            return {}; // a writer is at work, or was killed: nothing is lost that was ever there
        keep(folder / manifestFileName, manifest);
        if (!manifest)
            return {};
        const auto items = loadEvaluation(m_state, id, m_context);
        if (!items && items.error().code == ErrorCode::Cancelled)
            return tl::make_unexpected(items.error());
        keep(folder / itemsFileName, items);
        return {};
    }

    /// A run without manifest: its draft, and what was acknowledged so far.
    void planInterrupted(const std::string &id)
    {
        const fs::path folder = m_state.runFolder(id);
        const auto draft = readDraft(folder);
        if (!draft && draft.error().code == ErrorCode::NotFound) {
            if (!isBare(folder))
                keep(fs::path(runsFolderName) / id,
                     Result<void>(failure(ErrorCode::BadInput,
                                          std::string("has files of a run, but neither ") + manifestFileName + " nor "
                                              + draftFileName + "; restore them from a copy, or delete the folder")));
            return;
        }
        keep(fs::path(runsFolderName) / id / draftFileName, draft);
        if (draft)
            planReceipts(id, draft->layers);
    }

    /// From the last down: when one was there, all before it have to be, though a writer be at work.
    void planReceipts(const std::string &id, std::size_t layers)
    {
        bool laterFound = false;
        for (std::size_t i = layers; i-- > 0;) {
            const LayerIndex layer{std::uint32_t(i)};
            auto receipt = readReceipt(m_state.runFolder(id), layer, m_state.key);
            if (!receipt && receipt.error().code == ErrorCode::NotFound && !laterFound)
                continue;
            laterFound = true;
            keep(fs::path(runsFolderName) / id / layerReceiptName(layer), receipt);
            if (receipt)
                m_planned.push_back(
                    {id, layer, std::move(receipt->file), std::move(receipt->sublayers), !receipt->ours});
        }
    }

    /// Whether nothing is in the folder but what a writer leaves that has just made it, or was killed then.
    static bool isBare(const fs::path &folder)
    {
        std::error_code failed;
        for (fs::directory_iterator entry(folder, failed), end; !failed && entry != end; entry.increment(failed))
            if (entry->path().extension() != ".part")
                return false;
        return !failed;
    }

    Result<void> checkLayer(const PlannedFile &file)
    {
        const fs::path path = m_state.runFolder(file.run) / file.recorded.name;
        SECATEUR_CHECK(checkFile(path, file.recorded, m_context));
        SECATEUR_TRY(layer, openLayer(path, file.layer, file.foreign ? m_state.probe : ProbeRunner()));
        SECATEUR_CHECK(checkComplete(layer, file.sublayers));
        for (const SublayerInfo &sublayer : file.sublayers) {
            SECATEUR_CHECK(m_context.checkpoint());
            SECATEUR_CHECK(checkMatrix(layer, sublayer));
        }
        return {};
    }

    static Result<void> checkMatrix(const LayerFile &layer, const SublayerInfo &sublayer)
    {
        SECATEUR_TRY(kept, readMask(layer, sublayer));
        SECATEUR_CHECK(layer.norm(sublayer.id.sublayer, sublayer.cols));
        SECATEUR_TRY(density, layer.density(sublayer.id.sublayer, sublayer.rows, sublayer.cols));
        if (density && density->values != mask::DensityPyramid::build(kept).levels().front().values)
            return failure(ErrorCode::BadInput, tensorName(sublayer.id) + ": its density is not that of its mask");
        return {};
    }

    const StudyState &m_state;
    const RunContext &m_context;
    std::vector<PlannedFile> m_planned;
    VerifyReport m_report;
};

} // namespace

Result<VerifyReport> verifyStudy(const StudyState &state, const RunContext &context)
{
    return Verifier(state, context).run();
}

} // namespace secateur::store
