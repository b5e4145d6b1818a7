// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <vector>

#include <QDialog>
#include <QLineEdit>
#include <QListWidget>

#include "app/window/actionregistry.h"

namespace secateur::app {

/// Type a few letters of what you want to do, press Return. Lists the enabled actions of the registry, the best match
/// first; with nothing typed, those used last come first. A text that begins with the character of a source searches
/// that instead: settings, layers.
class CommandPalette : public QDialog
{
    Q_OBJECT

public:
    struct Entry {
        QString id;
        QString text;
        std::function<void()> run;
    };

    explicit CommandPalette(ActionRegistry &registry, QWidget *parent = nullptr);

    /// `entries` is asked each time the prefix is typed; `what` is named in the hint of the input.
    void addSource(QChar prefix, const QString &what, std::function<std::vector<Entry>()> entries);

    /// Fills the list anew and shows it below the top edge of the parent.
    void popUp();
    [[nodiscard]] QLineEdit &input() { return *m_input; }
    /// Ids as listed.
    [[nodiscard]] QStringList listed() const;

protected:
    bool eventFilter(QObject *watched, QEvent *event) override;

private:
    struct Source {
        QChar prefix;
        std::function<std::vector<Entry>()> entries;
    };

    void refill();
    [[nodiscard]] std::vector<Entry> actionEntries() const;
    void list(const std::vector<Entry> &entries, const QString &pattern);
    void runCurrent();

    ActionRegistry &m_registry;
    QLineEdit *m_input;
    QListWidget *m_list;
    QStringList m_recent;
    std::vector<Source> m_sources;
    std::vector<Entry> m_listed; ///< row by row
    QStringList m_hints;
};

} // namespace secateur::app
