// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QDialog>

#include "app/pages/pathfield.h"
#include "app/session/studysession.h"

class QComboBox;
class QLabel;
class QPushButton;

namespace secateur::app {

/// Which run, as what, and where to: the job that writes a sub-model with zeros in place.
class ExportDialog : public QDialog
{
    Q_OBJECT

public:
    explicit ExportDialog(StudySession &session, QWidget *parent = nullptr);

    /// Chooses the run, where there is one of that id.
    void propose(const QString &runId);

    [[nodiscard]] QComboBox &runBox() const { return *m_run; }
    [[nodiscard]] QComboBox &formatBox() const { return *m_format; }
    [[nodiscard]] QLineEdit &pathEdit() const { return m_path->edit(); }
    [[nodiscard]] QPushButton &exportButton() const { return *m_export; }
    [[nodiscard]] QString advice() const; ///< what gets smaller by it, and what does not
    [[nodiscard]] QString state() const; ///< why it cannot be done; empty: it can
    /// Of `secateur-cli`; empty where it cannot be done.
    [[nodiscard]] QStringList arguments() const;

Q_SIGNALS:
    void jobRequested(const QStringList &arguments, const QString &title);

private:
    void refill();
    void update();
    void choosePath();
    void start();
    [[nodiscard]] QString type() const; ///< of a GGUF file, or "masks"; empty: a folder
    [[nodiscard]] QString problem() const;

    StudySession &m_session;
    QComboBox *m_run;
    QComboBox *m_format;
    PathField *m_path;
    QLabel *m_advice;
    QLabel *m_state;
    QPushButton *m_export;
};

} // namespace secateur::app
