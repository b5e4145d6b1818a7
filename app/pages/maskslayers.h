// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QGroupBox>

#include "core/store/runinfo.h"
#include "widgets/plots/layerchart.h"

namespace secateur::app {

/// How much of each layer the two runs prune, with a band on the layer that is shown; a click shows another one.
class MasksLayers : public QGroupBox
{
    Q_OBJECT

public:
    explicit MasksLayers(QWidget *parent = nullptr);

    /// Null: there is none. The same run twice is drawn once.
    void setRuns(const store::RunManifest *a, const store::RunManifest *b);
    void setLayer(std::uint32_t layer);
    [[nodiscard]] widgets::LayerChart &chart() const { return *m_chart; }

Q_SIGNALS:
    void layerChosen(std::uint32_t layer);
    void hovered(const QString &text);

private:
    widgets::LayerChart *m_chart;
    std::vector<std::string> m_ids; ///< of the runs that are drawn
};

} // namespace secateur::app
