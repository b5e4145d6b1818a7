// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/pages/layersdialog.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>

#include <QAction>
#include <QComboBox>
#include <QDialogButtonBox>
#include <QDoubleSpinBox>
#include <QFormLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QSignalBlocker>
#include <QUndoCommand>
#include <QUndoStack>
#include <QVBoxLayout>

#include "core/selection/layersparsity.h"
#include "widgets/common/emptystate.h"
#include "widgets/common/formrow.h"

namespace secateur::app {

namespace {

constexpr double percent = 100.0;
constexpr int mostRounds = 1000; ///< of making up for layers that came to an end
constexpr double negligible = 1e-9;

double meanOf(const std::vector<double> &shares)
{
    return std::accumulate(shares.begin(), shares.end(), 0.0) / double(shares.size());
}

/// One step between two settings of all shares.
class SharesStep : public QUndoCommand
{
public:
    using Show = std::function<void(const std::vector<double> &)>;

    SharesStep(const QString &what, std::vector<double> before, std::vector<double> after, Show show)
        : QUndoCommand(what), m_before(std::move(before)), m_after(std::move(after)), m_show(std::move(show))
    {
    }
    void undo() override { m_show(m_before); }
    void redo() override { m_show(m_after); }

private:
    std::vector<double> m_before;
    std::vector<double> m_after;
    Show m_show;
};

} // namespace

LayersDialog::LayersDialog(std::vector<double> shares, const std::vector<store::RunManifest> &runs, QWidget *parent)
    : QDialog(parent), m_shares(std::move(shares)), m_settled(m_shares), m_plot(new widgets::SharesPlot),
      m_total(new QDoubleSpinBox), m_runs(new QComboBox), m_says(new QLabel), m_undo(new QUndoStack(this))
{
    setWindowTitle(tr("Sparsity of Each Layer"));
    setupUi(runs);
    setShares(m_shares);
    connect(m_plot, &widgets::SharesPlot::shareWanted, this, &LayersDialog::moveLayer);
    connect(m_plot, &widgets::SharesPlot::settled, this, [this] { settle(tr("Move a layer")); });
    connect(m_plot, &widgets::SharesPlot::hovered, m_says, &QLabel::setText);
    connect(m_total, &QDoubleSpinBox::valueChanged, this, &LayersDialog::changeTotal);
    connect(m_runs, &QComboBox::activated, this, [this](int row) {
        const QVariantList ofRun = m_runs->itemData(row).toList();
        if (ofRun.isEmpty())
            return;
        std::vector<double> taken;
        for (const QVariant &share : ofRun)
            taken.push_back(share.toDouble());
        setShares(taken);
        settle(tr("Take over the layers of a run"));
    });
}

void LayersDialog::setupUi(const std::vector<store::RunManifest> &runs)
{
    auto *const column = new QVBoxLayout(this);
    column->addWidget(
        widgets::makeText(tr("Drag a bar, or choose it with the left and right keys and move it with up and down. The "
                             "other layers give way, so that the total stays as it is.")));
    column->addWidget(m_plot, 1);
    column->addWidget(m_says);
    column->addWidget(makeFields(runs));
    column->addWidget(makeButtons());
    m_says->setMinimumHeight(m_says->fontMetrics().height());
}

QWidget *LayersDialog::makeFields(const std::vector<store::RunManifest> &runs)
{
    auto *const widget = new QWidget;
    auto *const form = new QFormLayout(widget);
    form->setContentsMargins({});
    m_total->setRange(0.0, selection::mostPruned * percent);
    m_total->setDecimals(2);
    m_total->setSuffix(QStringLiteral(" %"));
    m_total->setKeyboardTracking(false);
    widgets::addFormRow(*form, tr("&Total"), m_total,
                        tr("Share of all prunable weights; changing it moves all layers"));
    m_runs->addItem({});
    for (const auto &run : runs) {
        QVariantList shares;
        for (const double share : run.recipe.layerSparsity)
            shares << share;
        if (run.recipe.layerSparsity.size() == m_shares.size())
            m_runs->addItem(QString::fromStdString(run.recipe.name), shares);
    }
    m_runs->setEnabled(m_runs->count() > 1);
    m_runs->setItemText(0, m_runs->isEnabled() ? tr("choose a run\u2026") : tr("no run has layers that differ"));
    widgets::addFormRow(*form, tr("&As in"), m_runs,
                        tr("A run whose layers were pruned differently, for example by OWL, to start from"));
    return widget;
}

QWidget *LayersDialog::makeButtons()
{
    auto *const box = new QDialogButtonBox(QDialogButtonBox::Ok | QDialogButtonBox::Cancel);
    auto *const alike = box->addButton(tr("All A&like"), QDialogButtonBox::ResetRole);
    auto *const undo = m_undo->createUndoAction(this, tr("&Undo"));
    auto *const redo = m_undo->createRedoAction(this, tr("&Redo"));
    undo->setShortcuts(QKeySequence::Undo);
    redo->setShortcuts(QKeySequence::Redo);
    for (QAction *const action : {undo, redo}) {
        addAction(action);
        auto *const button = box->addButton(action->text(), QDialogButtonBox::ResetRole);
        button->setEnabled(action->isEnabled());
        connect(button, &QPushButton::clicked, action, &QAction::trigger);
        connect(action, &QAction::enabledChanged, button, &QPushButton::setEnabled);
    }
    for (QAbstractButton *const button : box->buttons())
        if (auto *const push = qobject_cast<QPushButton *>(button)) {
            push->setAutoDefault(push == box->button(QDialogButtonBox::Ok));
            push->setIcon({}); // no other dialog here has any
        }
    connect(alike, &QPushButton::clicked, this, [this] {
        setShares(std::vector<double>(m_shares.size(), meanOf(m_shares)));
        settle(tr("Make all layers alike"));
    });
    connect(box, &QDialogButtonBox::accepted, this, &QDialog::accept);
    connect(box, &QDialogButtonBox::rejected, this, &QDialog::reject);
    return box;
}

void LayersDialog::setShares(const std::vector<double> &shares)
{
    m_shares = shares;
    m_plot->setShares(shares);
    const QSignalBlocker quiet(m_total);
    m_total->setValue(meanOf(shares) * percent);
}

void LayersDialog::moveLayer(int layer, double share)
{
    setShares(selection::moveShare(m_shares, std::size_t(layer), share));
    m_plot->setCurrent(widgets::PlotWidget::Cell{layer, 0});
    m_says->setText(m_plot->describe({layer, 0}));
}

/// All layers move alike; those that come to an end stay there, and the others make up for them.
void LayersDialog::changeTotal(double total)
{
    const double wanted = total / percent;
    std::vector<double> shares = m_shares;
    for (int round = 0; round < mostRounds && std::abs(wanted - meanOf(shares)) > negligible; ++round) {
        const double missing = wanted - meanOf(shares);
        for (double &share : shares)
            share = std::clamp(share + missing, 0.0, selection::mostPruned);
    }
    setShares(shares);
    settle(tr("Change the total"));
}

void LayersDialog::settle(const QString &what)
{
    if (m_shares == m_settled)
        return;
    m_undo->push(new SharesStep(what, m_settled, m_shares, [this](const std::vector<double> &shares) {
        setShares(shares);
        m_settled = shares;
    }));
}

} // namespace secateur::app
