// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <memory>
#include <vector>

#include <QFileSystemWatcher>
#include <QObject>
#include <QString>
#include <QTimer>
#include <QUndoStack>

#include "app/session/domainplans.h"
#include "app/session/selection.h"
#include "app/session/viewedits.h"
#include "core/base/result.h"
#include "core/store/study.h"

namespace secateur::app {

/// What a window has open: a model, and the study of it (which may not exist before its first run). Reads the study
/// only; all that changes it is done by secateur-cli, whose results are seen here as soon as a run's manifest appears.
/// Lives on the window's thread, as the Study it hands out does: a worker thread opens its own Study from folder().
class StudySession : public QObject
{
    Q_OBJECT

public:
    explicit StudySession(QObject *parent = nullptr);

    /// Opens a study folder in place of what was open. On an error all stays as it was.
    [[nodiscard]] Result<void> open(const std::filesystem::path &folder);
    /// A model to work on. The study is the one at `folder` if it exists, and else is made there by the first run.
    void openModel(const std::filesystem::path &model, const std::filesystem::path &folder);
    void close();
    /// Reads the study again; emits runsChanged() and evaluationsChanged() when these differ from before.
    Result<void> reload();

    /// Null when there is none (yet). Replaced by reload(): keep it no longer than you need it.
    [[nodiscard]] std::shared_ptr<store::Study> study() const { return m_study; }
    /// The study's folder, also of one that does not exist yet; empty when nothing is open.
    [[nodiscard]] const std::filesystem::path &folder() const { return m_folder; }
    [[nodiscard]] bool isOpen() const { return !m_folder.empty(); }
    /// Finished runs, oldest first; empty without a study.
    [[nodiscard]] const std::vector<store::RunManifest> &runs() const;
    [[nodiscard]] const std::vector<store::InterruptedRun> &interrupted() const;
    /// Finished ones, oldest first; empty without a study.
    [[nodiscard]] const std::vector<store::EvaluationManifest> &evaluations() const;
    /// Null when no finished run has this id.
    [[nodiscard]] const store::RunManifest *run(const QString &id) const;

    /// The model's folder or file: what was opened, or where the study last saw it; empty without either.
    [[nodiscard]] const std::filesystem::path &modelPath() const { return m_model; }
    void setModelPath(const std::filesystem::path &model);

    [[nodiscard]] Selection &selection() { return m_selection; }
    /// Selects without a step of undo: for navigation and restoring.
    void navigate(const Selection::State &state) { m_recorder.show(state); }
    /// Whether the runs of a selection are there.
    [[nodiscard]] bool isValid(const Selection::State &state) const;
    [[nodiscard]] QUndoStack &undoStack() { return m_undo; }
    /// What to calibrate on; forgotten when another study is opened.
    [[nodiscard]] DomainPlans &domains() { return m_domains; }

    /// Whether the user agreed to running programs that models write (pages/programconsent.h); in force for as long as
    /// this lives, and written down nowhere.
    [[nodiscard]] bool mayRunPrograms() const { return m_mayRunPrograms; }
    void allowPrograms() { m_mayRunPrograms = true; }

Q_SIGNALS:
    /// Another study or model is open, or none.
    void studyChanged();
    /// Runs came or went, in the same study or with another one.
    void runsChanged();
    /// Evaluations came or went, with the study or in it.
    void evaluationsChanged();

private:
    void forgetEdits();
    void adopt(std::unique_ptr<store::Study> study);
    void watch();
    void onFolderChanged();
    void repairSelection();
    [[nodiscard]] QString partnerOf(const QString &id) const;

    std::filesystem::path m_folder;
    std::filesystem::path m_model;
    std::shared_ptr<store::Study> m_study;
    Selection m_selection;
    QUndoStack m_undo;
    SelectionRecorder m_recorder{m_selection, m_undo, LayerEdit, CellEdit,
                                 [this](const Selection::State &state) { return isValid(state); }};
    DomainPlans m_domains{m_undo};
    QFileSystemWatcher m_watcher;
    QTimer m_reloadSoon;
    bool m_mayRunPrograms = false;
};

} // namespace secateur::app
