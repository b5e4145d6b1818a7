// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <vector>

#include <QAction>
#include <QKeySequence>
#include <QObject>
#include <QString>

namespace secateur::app {

/// One thing a user can do.
struct ActionSpec {
    QString id; ///< "file.openStudy": stable; also the action's objectName
    QString text; ///< translated, with the mnemonic
    QString menu; ///< "file", "edit", "view", "go", "jobs", "help", or a page's id; empty: palette only
    QKeySequence shortcut;
    QString icon; ///< freedesktop name
    std::function<void()> handler;
};

/// All actions of a window, each registered once: menus, tool bar, shortcuts, command palette and tests take them from
/// here, so that none can be reached in one way and not in another.
class ActionRegistry : public QObject
{
    Q_OBJECT

public:
    using QObject::QObject;

    /// The registry owns the action. An id that is taken is a defect of the program: the second one is refused (null).
    QAction *add(const ActionSpec &spec);
    /// Takes in an action owned by somebody else (a page), whose objectName is the id.
    bool adopt(QAction *action, const QString &menu);

    [[nodiscard]] QAction *find(const QString &id) const; ///< null: none
    /// In the order of registration.
    [[nodiscard]] QList<QAction *> all() const;
    [[nodiscard]] QList<QAction *> inMenu(const QString &menu) const;
    [[nodiscard]] QString menuOf(const QAction *action) const;

private:
    struct Entry {
        QAction *action;
        QString menu;
    };
    std::vector<Entry> m_entries;
};

} // namespace secateur::app
