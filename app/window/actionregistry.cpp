// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/window/actionregistry.h"

#include <algorithm>

#include <QIcon>

namespace secateur::app {

QAction *ActionRegistry::add(const ActionSpec &spec)
{
    auto *const action = new QAction(spec.text, this);
    action->setObjectName(spec.id);
    action->setShortcut(spec.shortcut);
    if (!spec.icon.isEmpty())
        action->setIcon(QIcon::fromTheme(spec.icon));
    if (!adopt(action, spec.menu)) {
        delete action;
        return nullptr;
    }
    if (spec.handler)
        connect(action, &QAction::triggered, this, [handler = spec.handler] { handler(); });
    return action;
}

bool ActionRegistry::adopt(QAction *action, const QString &menu)
{
    if (action->objectName().isEmpty() || find(action->objectName()) != nullptr)
        return false;
    m_entries.push_back({action, menu});
    return true;
}

QAction *ActionRegistry::find(const QString &id) const
{
    const auto found =
        std::ranges::find_if(m_entries, [&](const auto &entry) { return entry.action->objectName() == id; });
    return found == m_entries.end() ? nullptr : found->action;
}

QList<QAction *> ActionRegistry::all() const
{
    QList<QAction *> actions;
    for (const auto &entry : m_entries)
        actions << entry.action;
    return actions;
}

QList<QAction *> ActionRegistry::inMenu(const QString &menu) const
{
    QList<QAction *> actions;
    for (const auto &entry : m_entries)
        if (entry.menu == menu)
            actions << entry.action;
    return actions;
}

QString ActionRegistry::menuOf(const QAction *action) const
{
    const auto found = std::ranges::find(m_entries, action, &Entry::action);
    return found == m_entries.end() ? QString() : found->menu;
}

} // namespace secateur::app
