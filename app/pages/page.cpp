// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/pages/page.h"

#include <QClipboard>
#include <QGuiApplication>

namespace secateur::app {

QAction *Page::makeAction(const QString &name, const QString &text)
{
    auto *const action = new QAction(text, this);
    action->setObjectName(name);
    m_actions << action;
    return action;
}

QAction *Page::makeToggle(const QString &name, const QString &text, bool on)
{
    auto *const action = makeAction(name, text);
    action->setCheckable(true);
    action->setChecked(on);
    return action;
}

void Page::copyTable(const widgets::PlotTable &table, QString (*format)(const widgets::PlotTable &))
{
    if (table.rowCount() == 0) {
        Q_EMIT statusChanged(tr("There is nothing to copy yet"));
        return;
    }
    QGuiApplication::clipboard()->setText(format(table));
    Q_EMIT statusChanged(tr("Copied %n row(s)", nullptr, table.rowCount()));
}

} // namespace secateur::app
