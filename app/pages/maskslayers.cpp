// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/pages/maskslayers.h"

#include <QVBoxLayout>

#include "core/engine/sparsityprofile.h"

namespace secateur::app {
namespace {

constexpr QSize leastSize(150, 110);

} // namespace

MasksLayers::MasksLayers(QWidget *parent)
    : QGroupBox(tr("Pruned share per layer"), parent), m_chart(new widgets::LayerChart)
{
    m_chart->setAccessibleName(title());
    m_chart->setRange(widgets::ValueRange::Unit);
    m_chart->makeCompact();
    m_chart->setMinimumSize(leastSize);
    m_chart->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Ignored); // it is content with what the others leave
    auto *const column = new QVBoxLayout(this);
    column->setContentsMargins(4, 4, 4, 4);
    column->addWidget(m_chart);
    connect(m_chart, &widgets::LayerChart::chosen, this, [this](int row) { Q_EMIT layerChosen(std::uint32_t(row)); });
    connect(m_chart, &widgets::LayerChart::hovered, this, &MasksLayers::hovered);
}

void MasksLayers::setRuns(const store::RunManifest *a, const store::RunManifest *b)
{
    std::vector<const store::RunManifest *> chosen;
    std::vector<std::string> ids;
    for (const auto *const run : {a, b})
        if (run != nullptr && (ids.empty() || ids.front() != run->id)) {
            chosen.push_back(run);
            ids.push_back(run->id);
        }
    if (ids == m_ids)
        return;
    m_ids = std::move(ids);
    std::vector<store::RunManifest> runs;
    for (const auto *const run : chosen)
        runs.push_back(*run);
    widgets::LayerChartData shares;
    shares.valueTitle = tr("Pruned share");
    auto profile = engine::sparsityProfile(runs, {});
    for (auto &run : profile.runs)
        shares.series.push_back({QString::fromStdString(run.runs.front()), std::move(run.values),
                                 shares.series.empty() ? tr("A") : tr("B")});
    m_chart->setData(std::move(shares));
}

void MasksLayers::setLayer(std::uint32_t layer)
{
    const auto column = m_chart->current() ? m_chart->current()->column : 0; // where the keys have come to
    m_chart->setCurrent(widgets::PlotWidget::Cell{int(layer), column});
}

} // namespace secateur::app
