// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/window/messagebar.h"

#include <utility>

#include <QHBoxLayout>

#include "widgets/common/theme.h"

namespace secateur::app {

MessageBar::MessageBar(QWidget *parent) : QFrame(parent), m_text(new QLabel), m_action(new QPushButton)
{
    auto *const dismiss = new QPushButton(tr("Dismiss"));
    dismiss->setAccessibleName(tr("Dismiss the message"));
    m_action->setAccessibleName(tr("Do what the message offers"));
    m_text->setWordWrap(true);
    m_text->setTextInteractionFlags(Qt::TextSelectableByMouse);
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
    QPalette colors = palette();
    colors.setColor(QPalette::WindowText,
                    isWarning            ? widgets::signalColors(colors).bad
                        : parentWidget() ? parentWidget()->palette().color(QPalette::WindowText)
                                         : colors.color(QPalette::Text));
    m_text->setPalette(colors);
    m_text->setText(text);
    show();
}

} // namespace secateur::app
