// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

class QLabel;
class QPlainTextEdit;
class QPushButton;

namespace secateur::app {

/// The foot of a dialog that makes a job: the command that will run, a line of words, and buttons to close and start.
class PlanBox : public QWidget
{
    Q_OBJECT

public:
    explicit PlanBox(const QString &startText, QWidget *parent = nullptr);

    /// `arguments` of secateur-cli, empty where there are none yet.
    void setPlan(const QStringList &arguments, const QString &words, bool mayStart);
    [[nodiscard]] QPushButton &startButton() const { return *m_start; }

Q_SIGNALS:
    void closeRequested();
    void startRequested();

private:
    QPlainTextEdit *m_command;
    QLabel *m_words;
    QPushButton *m_start;
};

} // namespace secateur::app
