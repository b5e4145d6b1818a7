// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

#include <QtCore/QByteArray>
#include <QtCore/QStringList>

#include "core/analysis/figuredata.h"

namespace secateur::widgets {

/// The numbers of a figure as a table: what CSV files hold, and what the window shows and copies beside a figure.
struct FigureTable {
    QStringList header;
    std::vector<QStringList> rows; ///< numbers in full precision, dot as decimal sign

    /// RFC 4180, with \n at line ends.
    [[nodiscard]] QByteArray csv() const;
};

/// A mask of more than 200 x 200 cells becomes shares in blocks, at most 200 along each side.
[[nodiscard]] FigureTable tableOf(const analysis::FigureData &data);

} // namespace secateur::widgets
