// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <vector>

#include <QFrame>
#include <QPushButton>

#include "widgets/common/signallabel.h"

class QHBoxLayout;

namespace secateur::app {

/// A line across the window that says what happened and what to do next, in the place of a dialog: nothing waits for
/// it. One message at a time; the latest counts.
class MessageBar : public QFrame
{
    Q_OBJECT

public:
    explicit MessageBar(QWidget *parent = nullptr);

    void tell(const QString &text);
    /// Red, for what did not succeed.
    void warn(const QString &text);
    /// With a button beside it.
    void offer(const QString &text, const QString &button, std::function<void()> action);
    struct Choice {
        QString button;
        std::function<void()> action;
    };
    /// With several; any of them takes the message away.
    void offer(const QString &text, const std::vector<Choice> &choices);
    [[nodiscard]] QString text() const { return m_text->text(); }

private:
    void showText(const QString &text, bool isWarning);
    void addButton(const Choice &choice);

    widgets::SignalLabel *m_text;
    QHBoxLayout *m_row;
    std::vector<QPushButton *> m_buttons; ///< of the present message, before "Dismiss"
};

} // namespace secateur::app
