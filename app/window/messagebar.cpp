// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/window/messagebar.h"

#include <utility>

#include <QHBoxLayout>

namespace secateur::app {

MessageBar::MessageBar(QWidget *parent) : QFrame(parent), m_text(new widgets::SignalLabel), m_row(new QHBoxLayout(this))
{
    auto *const dismiss = new QPushButton(tr("Dismiss"));
    dismiss->setAccessibleName(tr("Dismiss the message"));
    setAutoFillBackground(true);
    setBackgroundRole(QPalette::AlternateBase);
    setFrameShape(QFrame::StyledPanel);
    m_row->setContentsMargins(12, 6, 8, 6);
    m_row->addWidget(m_text, 1);
    m_row->addWidget(dismiss);
    connect(dismiss, &QPushButton::clicked, this, &QWidget::hide);
    hide();
}

void MessageBar::tell(const QString &text)
{
    showText(text, false);
}

void MessageBar::warn(const QString &text)
{
    showText(text, true);
}

void MessageBar::offer(const QString &text, const QString &button, std::function<void()> action)
{
    offer(text, {{button, std::move(action)}});
}

void MessageBar::offer(const QString &text, const std::vector<Choice> &choices)
{
    showText(text, false);
    for (const auto &choice : choices)
        addButton(choice);
}

void MessageBar::addButton(const Choice &choice)
{
    auto *const button = new QPushButton(choice.button);
    button->setAccessibleName(choice.button);
    connect(button, &QPushButton::clicked, this, [this, action = choice.action] {
        hide();
        action();
    });
    m_row->insertWidget(m_row->count() - 1, button);
    button->show(); // the layout would do it only later
    m_buttons.push_back(button);
}

void MessageBar::showText(const QString &text, bool isWarning)
{
    for (auto *const button : std::exchange(m_buttons, {})) {
        button->hide();
        button->deleteLater();
    }
    m_text->say(text, isWarning ? widgets::SignalLabel::Signal::Bad : widgets::SignalLabel::Signal::Plain);
    show();
}

} // namespace secateur::app
