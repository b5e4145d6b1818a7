// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QDialog>
#include <QLineEdit>
#include <QListWidget>

#include "app/window/actionregistry.h"

namespace secateur::app {

/// Type a few letters of what you want to do, press Return. Lists the enabled actions of the registry, the best match
/// first; with nothing typed, those used last come first.
class CommandPalette : public QDialog
{
    Q_OBJECT

public:
    explicit CommandPalette(ActionRegistry &registry, QWidget *parent = nullptr);

    /// Fills the list anew and shows it below the top edge of the parent.
    void popUp();
    [[nodiscard]] QLineEdit &input() { return *m_input; }
    /// Ids as listed.
    [[nodiscard]] QStringList listed() const;

protected:
    bool eventFilter(QObject *watched, QEvent *event) override;

private:
    void refill();
    void runCurrent();

    ActionRegistry &m_registry;
    QLineEdit *m_input;
    QListWidget *m_list;
    QStringList m_recent;
};

} // namespace secateur::app
