// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QLabel>

namespace secateur::widgets {

/// A wrapping, selectable text that can be good or bad news, in the theme's colour for that (theme.h), whichever theme
/// is on.
class SignalLabel : public QLabel
{
    Q_OBJECT

public:
    enum class Signal { Plain, Good, Bad };

    explicit SignalLabel(QWidget *parent = nullptr);

    void say(const QString &text, Signal signal);

protected:
    void changeEvent(QEvent *event) override;

private:
    void colour();

    Signal m_signal = Signal::Plain;
    bool m_isColouring = false;
};

} // namespace secateur::widgets
