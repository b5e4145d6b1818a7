// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/store/runwriter.h"

#include <algorithm>
#include <chrono>
#include <span>

#include "core/base/file.h"
#include "core/base/sha256.h"
#include "core/base/system.h"
#include "core/store/layeraccess.h"
#include "core/store/layerwriter.h"
#include "core/store/names.h"

namespace secateur::store {

namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

InterruptedRun *findInterrupted(StudyState &state, const std::string &id)
{
    const auto found = std::find_if(state.interrupted.begin(), state.interrupted.end(),
                                    [&id](const InterruptedRun &run) { return run.id == id; });
    return found == state.interrupted.end() ? nullptr : &*found;
}

class FolderRunWriter final : public RunWriter
{
public:
    FolderRunWriter(std::shared_ptr<StudyState> state, RunDraft draft, std::vector<LayerReceipt> receipts)
        : m_state(std::move(state)), m_draft(std::move(draft)), m_receipts(std::move(receipts)),
          m_folder(m_state->runFolder(m_draft.id))
    {
        for (const LayerReceipt &receipt : m_receipts)
            m_earlierSeconds += receipt.seconds;
        m_state->beingWritten.insert(m_draft.id);
    }
    ~FolderRunWriter() override { m_state->beingWritten.erase(m_draft.id); }

    const std::string &id() const override { return m_draft.id; }
    const RunRecipe &recipe() const override { return m_draft.recipe; }
    std::size_t finishedLayers() const override { return m_receipts.size(); }
    double earlierSeconds() const override { return m_earlierSeconds; }
    Result<LayerResult> readLayer(LayerIndex layer) const override;
    Result<void> writeLayer(LayerIndex layer, const LayerResult &result) override;
    Result<RunManifest> finish(const RunOutcome &outcome) override;

private:
    [[nodiscard]] LayerHeader headerOf(LayerIndex layer) const;
    [[nodiscard]] Result<RunFile> writeImage(LayerIndex layer, const LayerResult &result) const;
    [[nodiscard]] Result<void> commit(const RunManifest &manifest);

    std::shared_ptr<StudyState> m_state;
    RunDraft m_draft;
    std::vector<LayerReceipt> m_receipts;
    fs::path m_folder;
    Clock::time_point m_lastLayer = Clock::now();
    double m_earlierSeconds = 0.0;
    bool m_finished = false;
};

std::vector<SublayerInfo> describe(LayerIndex layer, const LayerResult &result)
{
    std::vector<SublayerInfo> sublayers;
    for (const LayerResult::Matrix &matrix : result.matrices)
        sublayers.push_back({{layer, matrix.sublayer},
                             matrix.kept.rows(),
                             matrix.kept.cols(),
                             matrix.kept.size() - matrix.kept.count(),
                             matrix.alpha});
    return sublayers;
}

/// Names of the calibration files; what decides the tokens is the fingerprint.
std::string calibrationName(const RunRecipe &recipe)
{
    std::string names;
    for (const auto &file : recipe.calibration.files)
        names += (names.empty() ? "" : ", ") + fs::path(file.name).filename().string();
    return names;
}

LayerHeader FolderRunWriter::headerOf(LayerIndex layer) const
{
    const RunRecipe &recipe = m_draft.recipe;
    LayerHeader header;
    header.run = m_draft.id;
    header.createdUtc = utcTimestamp();
    header.sourceModel = m_state->modelFingerprint;
    header.method = methodName(recipe.method);
    header.target = recipe.target;
    header.statistics = statisticsName(recipe.statistics);
    header.calibration = recipe.calibrationFingerprint;
    header.layer = layer.value;
    header.creatorVersion = SECATEUR_VERSION;
    header.sourceModelName = fs::path(m_state->model.path).filename().string();
    header.sourceModelConfig = m_state->model.configSha256;
    header.compute = recipe.compute;
    header.calibrationName = calibrationName(recipe);
    header.calibrationSeed = recipe.calibration.seed;
    header.calibrationSamples = recipe.calibrationSequences;
    header.calibrationLength = recipe.calibration.length;
    const auto libtorch = recipe.versions.find("libtorch");
    header.libtorch = libtorch == recipe.versions.end() ? "" : libtorch->second;
    header.host = hostName();
    return header;
}

Result<RunFile> FolderRunWriter::writeImage(LayerIndex layer, const LayerResult &result) const
{
    SECATEUR_TRY(image, layerImage(headerOf(layer), result));
    const RunFile recorded{layerFileName(layer), image.size(), sha256Hex(image)};
    SECATEUR_TRY(file, AtomicFile::create(m_folder / recorded.name));
    SECATEUR_CHECK(file.write(image));
    SECATEUR_CHECK(file.commit());
    return recorded;
}

Result<void> FolderRunWriter::writeLayer(LayerIndex layer, const LayerResult &result)
{
    if (m_finished || layer.value != m_receipts.size() || layer.value >= m_draft.layers)
        return failure(ErrorCode::InvalidArgument,
                       m_folder.string() + ": layer " + std::to_string(layer.value) + " cannot be written after "
                           + std::to_string(m_receipts.size()) + " of " + std::to_string(m_draft.layers));
    SECATEUR_TRY(recorded, writeImage(layer, result));
    const Clock::time_point now = Clock::now();
    LayerReceipt receipt{recorded, describe(layer, result), std::chrono::duration<double>(now - m_lastLayer).count(),
                         true};
    auto acknowledged =
        writeFileAtomically(m_folder / layerReceiptName(layer), sealJson(toJson(receipt), m_state->key));
    if (!acknowledged) {
        std::error_code ignored;
        fs::remove(m_folder / recorded.name, ignored);
        return acknowledged;
    }
    m_lastLayer = now;
    m_receipts.push_back(std::move(receipt));
    if (InterruptedRun *const run = findInterrupted(*m_state, m_draft.id))
        run->finishedLayers = m_receipts.size();
    return {};
}

Result<LayerResult> FolderRunWriter::readLayer(LayerIndex layer) const
{
    if (layer.value >= m_receipts.size())
        return failure(ErrorCode::NotFound,
                       m_folder.string() + ": layer " + std::to_string(layer.value) + " is not finished yet");
    const LayerReceipt &receipt = m_receipts[layer.value];
    const fs::path path = m_folder / receipt.file.name;
    SECATEUR_CHECK(checkFile(path, receipt.file, RunContext()));
    SECATEUR_TRY(file, openLayer(path, layer, ProbeRunner()));
    return readLayerResult(file, receipt.sublayers);
}

Result<RunManifest> FolderRunWriter::finish(const RunOutcome &outcome)
{
    if (m_finished || m_receipts.size() != m_draft.layers)
        return failure(ErrorCode::InvalidArgument,
                       m_folder.string() + ": cannot be finished with " + std::to_string(m_receipts.size()) + " of "
                           + std::to_string(m_draft.layers) + " layers");
    RunManifest manifest{m_draft.id, m_draft.createdUtc, m_draft.recipe, outcome, {}, {}};
    // What the caller measured began with this session.
    if (const auto total = manifest.outcome.seconds.find("total"); total != manifest.outcome.seconds.end())
        total->second += m_earlierSeconds;
    if (manifest.outcome.host.empty())
        manifest.outcome.host = hostName();
    for (const LayerReceipt &receipt : m_receipts) {
        manifest.sublayers.insert(manifest.sublayers.end(), receipt.sublayers.begin(), receipt.sublayers.end());
        manifest.files.push_back(receipt.file);
    }
    SECATEUR_CHECK(commit(manifest));
    return manifest;
}

Result<void> FolderRunWriter::commit(const RunManifest &manifest)
{
    SECATEUR_CHECK(writeFileAtomically(m_folder / manifestFileName, sealJson(toJson(manifest), m_state->key)));
    m_finished = true;
    std::erase_if(m_state->interrupted, [this](const InterruptedRun &run) { return run.id == m_draft.id; });
    m_state->runs.push_back(manifest);
    // The manifest has it all; should these stay, the next writer removes them.
    std::error_code ignored;
    fs::remove(m_folder / draftFileName, ignored);
    for (std::size_t i = 0; i < m_receipts.size(); ++i)
        fs::remove(m_folder / layerReceiptName(LayerIndex{std::uint32_t(i)}), ignored);
    return {};
}

/// Says which parts of two recipes differ, with both values; empty when none does.
std::string differences(const RunDraft &draft, const RunRecipe &recipe, std::size_t layers)
{
    std::string text;
    const auto add = [&text](const std::string &part, const std::string &before, const std::string &now) {
        if (before != now)
            text += (text.empty() ? "" : "; ") + part + " was \"" + before + "\" and is now \"" + now + "\"";
    };
    const auto now = recipe.fingerprintParts();
    for (const auto &[part, before] : draft.recipe.fingerprintParts())
        add(part, before, now.at(part));
    // Decides no bit of the result, but whoever names another domain would later read the masks as that one's.
    add("domain", draft.recipe.domain, recipe.domain);
    add("layers", std::to_string(draft.layers), std::to_string(layers));
    return text;
}

/// Whether the layer is as its receipt says; an error when that cannot be found out.
Result<bool> isSound(const fs::path &folder, const LayerReceipt &receipt, LayerIndex layer, const ProbeRunner &probe)
{
    const fs::path path = folder / receipt.file.name;
    const auto checked = checkFile(path, receipt.file, RunContext())
                             .and_then([&] { return openLayer(path, layer, receipt.ours ? ProbeRunner() : probe); })
                             .and_then([&](const LayerFile &file) { return readLayerResult(file, receipt.sublayers); });
    if (checked)
        return true;
    if (saysUnsound(checked.error()))
        return false;
    return tl::make_unexpected(checked.error());
}

/// Removes the files of layers `from` and after, receipts first: a receipt without its file would be a lie. From the
/// last down, so that a kill in between leaves no gap.
Result<void> discardLayers(const fs::path &folder, std::size_t from, std::size_t layers)
{
    std::error_code failed;
    for (const auto &nameOf : {layerReceiptName, layerFileName})
        for (std::size_t i = layers; i-- > from;)
            if (fs::remove(folder / nameOf(LayerIndex{std::uint32_t(i)}), failed); failed)
                return tl::make_unexpected(errnoError(failed.value(), "remove an unfinished layer", folder));
    return syncPath(folder);
}

} // namespace

Result<std::unique_ptr<RunWriter>> startRun(const std::shared_ptr<StudyState> &state, const RunRecipe &recipe,
                                            std::size_t layers)
{
    RunDraft draft{newRunId(), utcTimestamp(), layers, recipe};
    const fs::path folder = state->runFolder(draft.id);
    std::error_code failed;
    fs::create_directories(folder, failed);
    if (failed)
        return tl::make_unexpected(errnoError(failed.value(), "create", folder));
    auto written = syncPath(folder.parent_path()).and_then([&] {
        return writeFileAtomically(folder / draftFileName, sealJson(toJson(draft), state->key));
    });
    if (!written) {
        fs::remove(folder, failed);
        return tl::make_unexpected(std::move(written).error());
    }
    state->interrupted.push_back({draft.id, recipe, 0});
    return std::make_unique<FolderRunWriter>(state, std::move(draft), std::vector<LayerReceipt>());
}

Result<std::unique_ptr<RunWriter>> continueRun(const std::shared_ptr<StudyState> &state, const std::string &id,
                                               const RunRecipe &recipe, std::size_t layers)
{
    const fs::path folder = state->runFolder(id);
    SECATEUR_TRY(draft, readDraft(folder));
    if (const std::string text = differences(draft, recipe, layers); !text.empty())
        return failure(ErrorCode::Conflict,
                       "run \"" + draft.recipe.name + "\" was begun differently: " + text
                           + "; resume it with its old settings, or choose another run name");
    Receipts recorded = readReceipts(folder, layers, state->key);
    if (recorded.unreadable)
        return tl::make_unexpected(std::move(*recorded.unreadable));
    std::vector<LayerReceipt> receipts = std::move(recorded.found);
    std::size_t sound = 0;
    while (sound < receipts.size()) {
        SECATEUR_TRY(isThis, isSound(folder, receipts[sound], LayerIndex{std::uint32_t(sound)}, state->probe));
        if (!isThis)
            break;
        ++sound;
    }
    receipts.resize(sound);
    draft.recipe.versions = recipe.versions;
    SECATEUR_CHECK(discardLayers(folder, sound, layers));
    if (InterruptedRun *const run = findInterrupted(*state, id))
        run->finishedLayers = sound;
    return std::make_unique<FolderRunWriter>(state, std::move(draft), std::move(receipts));
}

} // namespace secateur::store
