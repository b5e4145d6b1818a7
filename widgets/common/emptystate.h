// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QWidget>

namespace secateur::widgets {

/// What stands where there is nothing to show yet: what belongs here, how to get it, and buttons for the next step.
class EmptyState : public QWidget
{
    Q_OBJECT

public:
    EmptyState(const QString &title, const QString &text, QWidget *parent = nullptr);

    void setText(const QString &title, const QString &text);
    /// The first one is the step most people want.
    QPushButton *addButton(const QString &text);

private:
    QLabel *m_title;
    QLabel *m_text;
    QHBoxLayout *m_buttons;
};

/// A label in a heading's size and weight, following the system's font.
[[nodiscard]] QLabel *makeHeading(const QString &text, QWidget *parent = nullptr);
/// A wrapping label whose text can be selected.
[[nodiscard]] QLabel *makeText(const QString &text, QWidget *parent = nullptr);

} // namespace secateur::widgets
