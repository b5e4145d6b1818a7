// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QtCore/QString>
#include <QtCore/QStringList>

#include "widgets/figure/figurespec.h"

namespace secateur::widgets {

/// The arguments of `secateur-cli` that draw this figure: every field is said, so that a later version with other
/// defaults draws the same. `model`: where the weights are, of figures that show them; empty: where the study knows.
[[nodiscard]] QStringList figureArguments(const FigureSpec &spec, const QString &study, const QString &output,
                                          const QString &model = {});

/// A program and its arguments as a POSIX shell reads them back.
[[nodiscard]] QString shellLine(const QString &program, const QStringList &arguments);

} // namespace secateur::widgets
