// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/window/messagebar.h"

#include <utility>

#include <QHBoxLayout>

namespace secateur::app {

MessageBar::MessageBar(QWidget *parent) : QFrame(parent), m_text(new widgets::SignalLabel), m_action(new QPushButton)
{
    auto *const dismiss = new QPushButton(tr("Dismiss"));
    dismiss->setAccessibleName(tr("Dismiss the message"));
    m_action->setAccessibleName(tr("Do what the message offers"));
    setAutoFillBackground(true);
    setBackgroundRole(QPalette::AlternateBase);
    setFrameShape(QFrame::StyledPanel);
    auto *const row = new QHBoxLayout(this);
    row->setContentsMargins(12, 6, 8, 6);
    row->addWidget(m_text, 1);
    row->addWidget(m_action);
    row->addWidget(dismiss);
    connect(dismiss, &QPushButton::clicked, this, &QWidget::hide);
    connect(m_action, &QPushButton::clicked, this, [this] {
        hide();
        if (const auto action = std::exchange(m_do, nullptr))
            action();
    });
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
    showText(text, false);
    m_do = std::move(action);
    m_action->setText(button);
    m_action->setAccessibleName(button);
    m_action->show();
}

void MessageBar::showText(const QString &text, bool isWarning)
{
    m_do = nullptr;
    m_action->hide();
    m_text->say(text, isWarning ? widgets::SignalLabel::Signal::Bad : widgets::SignalLabel::Signal::Plain);
    show();
}

} // namespace secateur::app
