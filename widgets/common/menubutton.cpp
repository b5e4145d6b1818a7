// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/common/menubutton.h"

#include <QMenu>

namespace secateur::widgets {

QToolButton *makeMenuButton(const QString &text, const QString &name, const QList<QAction *> &actions)
{
    auto *const button = new QToolButton;
    button->setText(text);
    button->setAccessibleName(name);
    button->setPopupMode(QToolButton::InstantPopup);
    auto *const menu = new QMenu(button);
    menu->addActions(actions);
    button->setMenu(menu);
    return button;
}

} // namespace secateur::widgets
