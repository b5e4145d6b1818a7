// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

#include <QDialog>

#include "core/store/study.h"
#include "widgets/plots/sharesplot.h"

class QComboBox;
class QDoubleSpinBox;
class QLabel;
class QUndoStack;

namespace secateur::app {

/// How much of each layer to prune, drawn in a plot. Dragging one layer moves the others the other way, so that the
/// total stays; the total is changed in a field of its own.
class LayersDialog : public QDialog
{
    Q_OBJECT

public:
    /// `shares`: one per layer, at least one. `runs`: whose shares may be taken over.
    LayersDialog(std::vector<double> shares, const std::vector<store::RunManifest> &runs, QWidget *parent = nullptr);

    [[nodiscard]] const std::vector<double> &shares() const { return m_shares; }
    [[nodiscard]] widgets::SharesPlot &plot() const { return *m_plot; }
    [[nodiscard]] QDoubleSpinBox &totalBox() const { return *m_total; }
    [[nodiscard]] QComboBox &runBox() const { return *m_runs; }
    [[nodiscard]] QUndoStack &undoStack() const { return *m_undo; }

private:
    void setupUi(const std::vector<store::RunManifest> &runs);
    QWidget *makeFields(const std::vector<store::RunManifest> &runs);
    QWidget *makeButtons();
    void setShares(const std::vector<double> &shares);
    void moveLayer(int layer, double share);
    void changeTotal(double total);
    /// Makes what is shown a step that can be undone.
    void settle(const QString &what);

    std::vector<double> m_shares;
    std::vector<double> m_settled; ///< what the last step left
    widgets::SharesPlot *m_plot;
    QDoubleSpinBox *m_total;
    QComboBox *m_runs;
    QLabel *m_says;
    QUndoStack *m_undo;
};

} // namespace secateur::app
