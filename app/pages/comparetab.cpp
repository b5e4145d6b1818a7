// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/pages/comparetab.h"

#include <cmath>

#include <QComboBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QSignalBlocker>
#include <QVBoxLayout>

namespace secateur::app {

using widgets::PlotPane;
using widgets::PlotWidget;

CompareTab::CompareTab(PlotWidget *plot, Qt::Orientation direction, QWidget *parent)
    : QWidget(parent), m_pane(new PlotPane(plot, direction, this)), m_choices(new QHBoxLayout), m_body(new QHBoxLayout)
{
    auto *layout = new QVBoxLayout(this);
    layout->addLayout(m_choices);
    layout->addLayout(m_body, 1);
    m_choices->setSpacing(8);
    m_body->setSpacing(8);
    m_body->addWidget(m_pane, 1);
    connect(plot, &PlotWidget::hovered, this, &CompareTab::hovered);
    connect(plot, &PlotWidget::chosen, this, [this](int row, int column) {
        if (m_state.data)
            announce(pick(m_selection, row, column));
    });
    connect(plot, &PlotWidget::activated, this, [this] {
        if (m_state.data)
            Q_EMIT opened();
    });
}

void CompareTab::setState(const CompareState &state)
{
    const bool other = state.data != m_state.data;
    m_state = state;
    if (other)
        refill();
    refresh();
}

void CompareTab::announce(const Selection::State &selection)
{
    m_selection = selection;
    Q_EMIT picked(selection);
}

ScopePicker::ScopePicker(QWidget *parent)
    : QWidget(parent), m_layer(new QComboBox(this)), m_sublayer(new QComboBox(this))
{
    auto *layout = new QHBoxLayout(this);
    layout->setContentsMargins({});
    auto *layerLabel = new QLabel(tr("&Layer"), this);
    auto *sublayerLabel = new QLabel(tr("S&ublayer"), this);
    layerLabel->setBuddy(m_layer);
    sublayerLabel->setBuddy(m_sublayer);
    m_layer->setAccessibleName(tr("Layer to compare"));
    m_sublayer->setAccessibleName(tr("Sublayer to compare"));
    for (QComboBox *box : {m_layer, m_sublayer}) {
        box->setSizeAdjustPolicy(QComboBox::AdjustToContents);
        connect(box, &QComboBox::currentIndexChanged, this, &ScopePicker::changed);
    }
    for (QWidget *part : {static_cast<QWidget *>(layerLabel), static_cast<QWidget *>(m_layer),
                          static_cast<QWidget *>(sublayerLabel), static_cast<QWidget *>(m_sublayer)})
        layout->addWidget(part);
}

void ScopePicker::fill(const CompareData *distances)
{
    const CompareScope before = scope();
    const QSignalBlocker quietLayer(m_layer);
    const QSignalBlocker quietSublayer(m_sublayer);
    m_layer->clear();
    m_sublayer->clear();
    m_layer->addItem(tr("All"));
    m_sublayer->addItem(tr("All"));
    if (distances) {
        for (std::size_t layer = 0; layer < distances->layers(); ++layer)
            m_layer->addItem(QString::number(layer), int(layer));
        for (const std::string &sublayer : distances->sublayers())
            m_sublayer->addItem(shortSublayer(sublayer), QString::fromStdString(sublayer));
    }
    setScope(before);
}

CompareScope ScopePicker::scope() const
{
    CompareScope scope;
    if (const QVariant layer = m_layer->currentData(); layer.isValid())
        scope.layer = std::uint32_t(layer.toInt());
    scope.sublayer = m_sublayer->currentData().toString().toStdString();
    return scope;
}

Selection::State ScopePicker::applied(Selection::State selection) const
{
    const CompareScope chosen = scope();
    if (chosen.layer)
        selection.layer = *chosen.layer;
    if (!chosen.sublayer.empty())
        selection.sublayer = QString::fromStdString(chosen.sublayer);
    return selection;
}

void ScopePicker::setScope(const CompareScope &scope)
{
    m_layer->setCurrentIndex(std::max(0, scope.layer ? m_layer->findData(int(*scope.layer)) : 0));
    m_sublayer->setCurrentIndex(
        std::max(0, scope.sublayer.empty() ? 0 : m_sublayer->findData(QString::fromStdString(scope.sublayer))));
}

QString baselineWords(double chance, const std::optional<double> &floor)
{
    QString text;
    if (!std::isnan(chance))
        text = CompareTab::tr("<b>By chance %1:</b> masks of these sparsities drawn at random would lie this far "
                              "apart. Less than that means that the sub-models share weights. ")
                   .arg(QString::number(chance, 'f', 3));
    if (floor)
        text += CompareTab::tr("<b>Same domain, other sample %1:</b> two samples of one domain lie this far apart, so "
                               "only more than this tells domains apart.")
                    .arg(QString::number(*floor, 'f', 3));
    else
        text += CompareTab::tr("<b>Same domain, other sample: not known.</b> Prune one domain again with another seed "
                               "to see how far apart two samples of it lie.");
    return text;
}

QString briefBaselineWords(double chance, const std::optional<double> &floor)
{
    QString text;
    if (!std::isnan(chance))
        text = CompareTab::tr("<b>By chance %1.</b> ").arg(QString::number(chance, 'f', 3));
    return text
        + (floor ? CompareTab::tr("<b>Same domain, other sample %1.</b>").arg(QString::number(*floor, 'f', 3))
                 : CompareTab::tr("<b>Same domain, other sample: not known.</b>"));
}

} // namespace secateur::app
