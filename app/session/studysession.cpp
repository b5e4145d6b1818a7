// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/session/studysession.h"

#include <algorithm>
#include <string>
#include <utility>

namespace secateur::app {
namespace {

/// A run is written as many files within moments; one look after the last of them is enough.
constexpr int reloadDelay = 150; // ms

QString text(const std::filesystem::path &path)
{
    return QString::fromStdString(path.string());
}

/// What runsChanged() tells apart: which runs there are, and how far the unfinished ones got.
std::vector<std::string> signature(const store::Study *study)
{
    std::vector<std::string> parts;
    if (study == nullptr)
        return parts;
    for (const auto &run : study->runs())
        parts.push_back(run.id);
    for (const auto &run : study->interrupted())
        parts.push_back(run.id + "+" + std::to_string(run.finishedLayers));
    return parts;
}

std::vector<std::string> evaluationIds(const store::Study *study)
{
    std::vector<std::string> ids;
    if (study != nullptr)
        for (const auto &evaluation : study->evaluations())
            ids.push_back(evaluation.id);
    return ids;
}

bool isThere(const std::filesystem::path &path)
{
    std::error_code ignored;
    return std::filesystem::exists(path, ignored);
}

} // namespace

StudySession::StudySession(QObject *parent) : QObject(parent)
{
    m_reloadSoon.setSingleShot(true);
    m_reloadSoon.setInterval(reloadDelay);
    connect(&m_watcher, &QFileSystemWatcher::directoryChanged, this, &StudySession::onFolderChanged);
    connect(&m_reloadSoon, &QTimer::timeout, this, [this] { static_cast<void>(reload()); });
}

Result<void> StudySession::open(const std::filesystem::path &folder)
{
    SECATEUR_TRY(study, store::Study::open(folder, store::Study::Access::Read));
    m_folder = folder;
    m_model = study->model().path;
    forgetEdits();
    adopt(std::move(study));
    Q_EMIT studyChanged();
    Q_EMIT runsChanged();
    Q_EMIT evaluationsChanged();
    return {};
}

void StudySession::openModel(const std::filesystem::path &model, const std::filesystem::path &folder)
{
    auto study = store::Study::open(folder, store::Study::Access::Read);
    m_folder = folder;
    m_model = model;
    forgetEdits();
    adopt(study ? std::move(*study) : nullptr);
    Q_EMIT studyChanged();
    Q_EMIT runsChanged();
    Q_EMIT evaluationsChanged();
}

void StudySession::close()
{
    if (!isOpen())
        return;
    m_folder.clear();
    m_model.clear();
    forgetEdits();
    adopt(nullptr);
    Q_EMIT studyChanged();
    Q_EMIT runsChanged();
    Q_EMIT evaluationsChanged();
}

Result<void> StudySession::reload()
{
    if (!isOpen() || (!m_study && !isThere(m_folder / "study.json"))) {
        watch();
        return {};
    }
    SECATEUR_TRY(study, store::Study::open(m_folder, store::Study::Access::Read));
    const bool isNew = !m_study;
    const auto before = signature(m_study.get());
    const auto measured = evaluationIds(m_study.get());
    adopt(std::move(study));
    if (isNew)
        Q_EMIT studyChanged();
    if (isNew || signature(m_study.get()) != before)
        Q_EMIT runsChanged();
    if (isNew || evaluationIds(m_study.get()) != measured)
        Q_EMIT evaluationsChanged();
    return {};
}

const std::vector<store::RunManifest> &StudySession::runs() const
{
    static const std::vector<store::RunManifest> none;
    return m_study ? m_study->runs() : none;
}

const std::vector<store::InterruptedRun> &StudySession::interrupted() const
{
    static const std::vector<store::InterruptedRun> none;
    return m_study ? m_study->interrupted() : none;
}

const std::vector<store::EvaluationManifest> &StudySession::evaluations() const
{
    static const std::vector<store::EvaluationManifest> none;
    return m_study ? m_study->evaluations() : none;
}

const store::RunManifest *StudySession::run(const QString &id) const
{
    const auto &all = runs();
    const auto found = std::ranges::find(all, id.toStdString(), &store::RunManifest::id);
    return found == all.end() ? nullptr : &*found;
}

void StudySession::setModelPath(const std::filesystem::path &model)
{
    if (model == m_model)
        return;
    m_model = model;
    Q_EMIT studyChanged();
}

void StudySession::forgetEdits()
{
    m_domains.reset({});
    m_undo.clear();
}

void StudySession::adopt(std::unique_ptr<store::Study> study)
{
    m_study = std::move(study);
    watch();
    repairSelection();
}

/// Watches the folder where run folders appear, and those of unfinished runs, where the manifest appears; before the
/// study exists, the folder that it will appear in.
void StudySession::watch()
{
    if (const auto watched = m_watcher.directories(); !watched.isEmpty())
        m_watcher.removePaths(watched);
    if (!isOpen())
        return;
    QStringList folders;
    const auto add = [&folders](const std::filesystem::path &folder) {
        if (isThere(folder))
            folders << text(folder);
    };
    add(m_study ? m_folder / "runs" : m_folder.parent_path());
    if (!m_study || !isThere(m_folder / "runs") || !isThere(m_folder / "evaluations"))
        add(m_folder);
    else
        add(m_folder / "evaluations");
    for (const auto &run : interrupted())
        add(m_folder / "runs" / run.id);
    if (!folders.isEmpty())
        m_watcher.addPaths(folders);
}

void StudySession::onFolderChanged()
{
    m_reloadSoon.start();
}

bool StudySession::isValid(const Selection::State &state) const
{
    const auto isThereOrNone = [this](const QString &id) { return id.isEmpty() || run(id) != nullptr; };
    return isThereOrNone(state.runA) && isThereOrNone(state.runB);
}

/// The run to compare with: the first of another domain, or else of the same one; empty without another run.
QString StudySession::partnerOf(const QString &id) const
{
    const auto &all = runs();
    const auto *const first = run(id);
    const auto isOther = [&](const store::RunManifest &other) { return first == nullptr || other.id != first->id; };
    auto found = std::ranges::find_if(all, [&](const auto &other) {
        return isOther(other) && (first == nullptr || other.recipe.domain != first->recipe.domain);
    });
    if (found == all.end())
        found = std::ranges::find_if(all, isOther);
    return found == all.end() ? QString() : QString::fromStdString(found->id);
}

/// Keeps the selection on runs that exist, and gives a study just opened one that shows something.
void StudySession::repairSelection()
{
    auto state = m_selection.state();
    const auto &all = runs();
    const auto idAt = [&all](std::size_t index) {
        return index < all.size() ? QString::fromStdString(all[index].id) : QString();
    };
    if (run(state.runA) == nullptr)
        state.runA = idAt(0);
    if (run(state.runB) == nullptr || (state.runB == state.runA && all.size() > 1))
        state.runB = partnerOf(state.runA);
    const auto *manifest = run(state.runA);
    if (manifest == nullptr)
        return navigate({});
    const auto names = manifest->sublayerNames();
    if (!state.sublayer.isEmpty() && std::ranges::find(names, state.sublayer.toStdString()) == names.end())
        state.sublayer.clear();
    if (state.layer >= manifest->layers())
        state.layer = 0;
    if (state.sublayer.isEmpty() && m_selection.runA().isEmpty() && !names.empty())
        state.sublayer = QString::fromStdString(names.front());
    if (state.layer != m_selection.layer() || state.sublayer != m_selection.sublayer())
        state.cell.reset();
    navigate(state);
}

} // namespace secateur::app
