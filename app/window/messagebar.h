// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>

#include <QFrame>
#include <QPushButton>

#include "widgets/common/signallabel.h"

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
    [[nodiscard]] QString text() const { return m_text->text(); }

private:
    void showText(const QString &text, bool isWarning);

    widgets::SignalLabel *m_text;
    QPushButton *m_action;
    std::function<void()> m_do;
};

} // namespace secateur::app
