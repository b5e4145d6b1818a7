// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QLineEdit>
#include <QWidget>

#include "widgets/common/signallabel.h"

class QHBoxLayout;
class QPushButton;

namespace secateur::app {

/// A path to be typed or chosen, and below it what is wrong with it. Focus goes to the line.
class PathField : public QWidget
{
    Q_OBJECT

public:
    explicit PathField(const QString &placeholder, QWidget *parent = nullptr);

    /// Beside the line.
    QPushButton *addButton(const QString &text);

    [[nodiscard]] QLineEdit &edit() const { return *m_edit; }
    [[nodiscard]] QString path() const { return m_edit->text().trimmed(); }
    [[nodiscard]] QString problem() const { return m_problem->text(); }
    void setProblem(const QString &problem); ///< empty: there is none

private:
    QHBoxLayout *m_row;
    QLineEdit *m_edit;
    widgets::SignalLabel *m_problem;
};

/// Why a path that was typed means nothing to a job, which starts in a folder of its own; empty: it does.
[[nodiscard]] QString relativeProblem(const QString &path);
/// Why nothing can be written to a path that was typed; empty: it can, or there is no path yet. An empty folder may
/// become a folder.
[[nodiscard]] QString placeProblem(const QString &path, bool isFolder);

} // namespace secateur::app
