// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/common/signallabel.h"

#include <QEvent>

#include "widgets/common/theme.h"

namespace secateur::widgets {

SignalLabel::SignalLabel(QWidget *parent) : QLabel(parent)
{
    setWordWrap(true);
    setTextFormat(Qt::PlainText); // much of what is said comes from files
    setTextInteractionFlags(Qt::TextSelectableByMouse);
}

void SignalLabel::say(const QString &text, Signal signal)
{
    m_signal = signal;
    colour();
    setText(text);
}

void SignalLabel::changeEvent(QEvent *event)
{
    QLabel::changeEvent(event);
    if (event->type() == QEvent::PaletteChange && !m_isColouring)
        colour();
}

/// Setting a palette is itself a change of palette.
void SignalLabel::colour()
{
    m_isColouring = true;
    const QPalette theme = QApplication::palette();
    QPalette own;
    if (m_signal != Signal::Plain) {
        const auto colours = signalColors(theme);
        own.setColor(QPalette::WindowText, m_signal == Signal::Good ? colours.good : colours.bad);
    }
    setPalette(own);
    m_isColouring = false;
}

} // namespace secateur::widgets
