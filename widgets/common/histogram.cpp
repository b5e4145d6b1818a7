// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/common/histogram.h"

#include <algorithm>
#include <utility>

#include <QPainter>
#include <QStringList>

namespace secateur::widgets {

Histogram::Histogram(const QString &accessibleName, QWidget *parent) : QWidget(parent)
{
    setAccessibleName(accessibleName);
}

void Histogram::setCounts(std::vector<int> counts, const QString &lowest, const QString &highest)
{
    m_counts = std::move(counts);
    m_lowest = lowest;
    m_highest = highest;
    QStringList words;
    for (const int count : m_counts)
        words << QString::number(count);
    setAccessibleDescription(tr("From %1 to %2: %3").arg(lowest, highest, words.join(QStringLiteral(", "))));
    update();
}

void Histogram::paintEvent(QPaintEvent *)
{
    if (m_counts.empty())
        return;
    QPainter painter(this);
    const int labels = fontMetrics().height() + 2;
    const QRect area = rect().adjusted(0, 2, 0, -labels);
    const int most = std::max(1, *std::max_element(m_counts.begin(), m_counts.end()));
    const double step = double(area.width()) / double(m_counts.size());
    for (std::size_t bin = 0; bin < m_counts.size(); ++bin) {
        const double height = area.height() * double(m_counts[bin]) / most;
        painter.fillRect(
            QRectF(area.left() + double(bin) * step, area.bottom() + 1 - height, std::max(1.0, step - 1), height),
            palette().color(QPalette::Highlight));
    }
    painter.setPen(palette().color(QPalette::Mid));
    painter.drawLine(area.left(), area.bottom() + 1, area.right(), area.bottom() + 1);
    painter.setPen(palette().color(QPalette::WindowText));
    const QRect line(area.left(), area.bottom() + 2, area.width(), labels);
    painter.drawText(line, Qt::AlignLeft | Qt::AlignVCenter, m_lowest);
    painter.drawText(line, Qt::AlignRight | Qt::AlignVCenter, m_highest);
}

} // namespace secateur::widgets
