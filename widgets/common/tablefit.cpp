// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/common/tablefit.h"

#include <algorithm>

#include <QHeaderView>
#include <QScrollBar>
#include <QTableView>

namespace secateur::widgets {

namespace {

/// Headers and frame.
QSize around(const QTableView &view)
{
    const int frame = 2 * view.frameWidth();
    const auto *const rows = view.verticalHeader();
    const auto *const columns = view.horizontalHeader();
    const int names = std::clamp(rows->sizeHint().width(), rows->minimumWidth(), rows->maximumWidth());
    return {frame + (rows->isHidden() ? 0 : names), frame + (columns->isHidden() ? 0 : columns->sizeHint().height())};
}

} // namespace

QSize contentSize(const QTableView &view)
{
    return around(view) + QSize(view.horizontalHeader()->length(), view.verticalHeader()->length());
}

int heightOfWholeRows(const QTableView &view, int most, int width)
{
    int height = around(view).height();
    if (contentSize(view).width() > width)
        height += view.horizontalScrollBar()->sizeHint().height();
    const auto *const header = view.verticalHeader();
    for (int row = 0; row < header->count(); ++row) {
        if (row > 0 && height + header->sectionSize(row) > most)
            break;
        height += header->sectionSize(row);
    }
    return height;
}

QStringList withoutSharedParts(const QStringList &names)
{
    const QChar hyphen = QLatin1Char('-');
    if (names.size() < 2)
        return names;
    QStringList shared = names.front().split(hyphen);
    for (const QString &name : names) {
        QStringList parts = name.split(hyphen);
        const auto missing = [&parts](const QString &part) { return !parts.removeOne(part); };
        shared.erase(std::remove_if(shared.begin(), shared.end(), missing), shared.end());
    }
    QStringList left;
    for (const QString &name : names) {
        QStringList parts = name.split(hyphen);
        for (const QString &part : shared)
            parts.removeOne(part);
        left << parts.join(hyphen);
    }
    QStringList distinct = left;
    return distinct.removeDuplicates() > 0 || left.contains(QString()) ? names : left;
}

} // namespace secateur::widgets
