// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QList>
#include <QString>
#include <QToolButton>

namespace secateur::widgets {

/// A button that opens a menu of these actions; `name` is for assistive technology.
[[nodiscard]] QToolButton *makeMenuButton(const QString &text, const QString &name, const QList<QAction *> &actions);

} // namespace secateur::widgets
