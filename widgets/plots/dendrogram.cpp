// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/plots/dendrogram.h"

#include <limits>

#include "widgets/plots/qcustomplot.h"

namespace secateur::widgets {

Dendrogram::Dendrogram(QCustomPlot &plot, int row) : m_rect(new QCPAxisRect(&plot))
{
    plot.plotLayout()->addElement(row, 0, m_rect);
    plot.plotLayout()->setRowStretchFactor(row, 0.001);
    m_rect->setSizeConstraintRect(QCPLayoutElement::scrInnerRect);
    m_rect->setAutoMargins(QCP::msLeft | QCP::msRight);
    setShown(true);
    m_rect->axis(QCPAxis::atBottom)->setVisible(false);
    m_rect->axis(QCPAxis::atTop)->setVisible(false);
    QCPAxis *left = m_rect->axis(QCPAxis::atLeft);
    left->ticker()->setTickCount(2);
    left->setSubTicks(false);
    left->grid()->setVisible(false);
    left->setLabel(QObject::tr("joined at"));
    m_curve = new QCPCurve(m_rect->axis(QCPAxis::atBottom), left);
    m_curve->setSelectable(QCP::stNone);
    m_curve->removeFromLegend();
}

void Dendrogram::setClustering(const analysis::Clustering &clustering)
{
    constexpr double gap = std::numeric_limits<double>::quiet_NaN();
    struct Node {
        double x = 0.0;
        double y = 0.0;
    };
    const std::size_t leaves = clustering.order.size();
    std::vector<Node> nodes(leaves);
    for (std::size_t position = 0; position < leaves; ++position)
        nodes[clustering.order[position]] = {double(position), 0.0};
    QVector<double> t;
    QVector<double> x;
    QVector<double> y;
    for (const analysis::Merge &merge : clustering.merges) {
        const Node left = nodes[merge.left];
        const Node right = nodes[merge.right];
        x << left.x << left.x << right.x << right.x << gap;
        y << left.y << merge.height << merge.height << right.y << gap;
        nodes.push_back({(left.x + right.x) / 2.0, merge.height});
    }
    for (int i = 0; i < x.size(); ++i)
        t << double(i);
    m_curve->setData(t, x, y, true);
    m_rect->axis(QCPAxis::atBottom)->setRange(-0.5, double(leaves) - 0.5);
    const double top = clustering.merges.empty() ? 1.0 : clustering.merges.back().height;
    m_rect->axis(QCPAxis::atLeft)->setRange(0.0, top > 0.0 ? top * 1.08 : 1.0);
}

void Dendrogram::restyle(const PlotStyle &style, const QFont &font)
{
    style.apply(*m_rect, font);
    m_curve->setPen(QPen(style.text, 1.2));
}

void Dendrogram::setWidth(int width)
{
    m_rect->setMaximumSize(width, m_shownHeight);
}

void Dendrogram::setShown(bool shown)
{
    m_shownHeight = shown ? height : 0;
    m_rect->setVisible(shown);
    m_rect->setMargins({0, shown ? 10 : 0, 0, 0});
    m_rect->setMinimumSize(0, m_shownHeight);
    m_rect->setMaximumSize(QWIDGETSIZE_MAX, m_shownHeight);
}

} // namespace secateur::widgets
