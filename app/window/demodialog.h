// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>

#include <QDialog>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>

#include "app/session/studysession.h"
#include "widgets/common/signallabel.h"

namespace secateur::app {

/// Before the demo study is made: what will happen, where it goes, and whether programs may be run. Nothing is written
/// before it is accepted.
class DemoDialog : public QDialog
{
    Q_OBJECT

public:
    explicit DemoDialog(StudySession &session, QWidget *parent = nullptr);

    /// Why programs would be run, for the question that is asked once.
    [[nodiscard]] static QString whyPrograms();
    void setFolder(const QString &folder);
    [[nodiscard]] std::filesystem::path folder() const;
    [[nodiscard]] QString state() const { return m_state->text(); }
    /// Why it cannot be made; the dialog stays.
    void refuse(const QString &problem);

Q_SIGNALS:
    /// Make the study, or go on with it, in this folder, which is there and can be written to.
    void requested(const std::filesystem::path &folder, bool withPrograms);

private:
    void setupUi();
    void chooseFolder();
    void update();
    void start();
    void finish(bool withPrograms);

    StudySession &m_session;
    QLineEdit *m_folder;
    widgets::SignalLabel *m_state; ///< what is in the folder, or what is wrong with it
    QPushButton *m_start;
    bool m_isComplete = false;
};

} // namespace secateur::app
