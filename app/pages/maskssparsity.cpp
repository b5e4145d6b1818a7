// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/pages/maskssparsity.h"

#include <cmath>

#include <QHBoxLayout>
#include <QSignalBlocker>
#include <QVBoxLayout>

namespace secateur::app {

namespace {

constexpr int stepsPerPercent = 2;
constexpr double largestPercent = 99.0;

} // namespace

MasksSparsity::MasksSparsity(QWidget *parent)
    : QGroupBox(tr("Sparsity"), parent), m_slider(new QSlider(Qt::Horizontal, this)), m_spin(new QDoubleSpinBox(this)),
      m_note(new QLabel(this)), m_reset(new QToolButton(this)), m_makeRun(new QToolButton(this))
{
    setupUi();
    auto *const menu = new QMenu(m_makeRun);
    m_makeA = menu->addAction(QString(), this, [this] { Q_EMIT makeRunRequested(true, false); });
    m_makeB = menu->addAction(QString(), this, [this] { Q_EMIT makeRunRequested(false, true); });
    m_makeBoth = menu->addAction(tr("Both"), this, [this] { Q_EMIT makeRunRequested(true, true); });
    m_makeRun->setMenu(menu);
    m_makeRun->setPopupMode(QToolButton::InstantPopup);
    connect(m_reset, &QToolButton::clicked, this, &MasksSparsity::reset);
    connect(m_slider, &QSlider::valueChanged, this,
            [this](int value) { m_spin->setValue(double(value) / stepsPerPercent); });
    connect(m_spin, &QDoubleSpinBox::valueChanged, this, &MasksSparsity::onMoved);
    clear();
}

void MasksSparsity::setupUi()
{
    m_slider->setRange(0, int(largestPercent * stepsPerPercent));
    m_slider->setPageStep(5 * stepsPerPercent);
    m_slider->setTickInterval(10 * stepsPerPercent);
    m_slider->setTickPosition(QSlider::TicksBelow);
    m_slider->setAccessibleName(tr("Sparsity of the shown masks"));
    m_spin->setRange(0.0, largestPercent);
    m_spin->setDecimals(1);
    m_spin->setSingleStep(0.5);
    m_spin->setSuffix(tr(" %"));
    m_spin->setAccessibleName(tr("Sparsity in per cent"));
    m_note->setWordWrap(true);
    m_note->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_note->setMinimumHeight(3 * fontMetrics().height());
    m_note->setAlignment(Qt::AlignTop | Qt::AlignLeft);
    m_reset->setText(tr("As pruned"));
    m_reset->setAccessibleName(tr("Back to the runs' own sparsity"));
    m_makeRun->setText(tr("Make it a run"));
    m_makeRun->setAccessibleName(tr("Make runs of this sparsity"));

    auto *const sliderRow = new QHBoxLayout;
    sliderRow->addWidget(m_slider, 1);
    sliderRow->addWidget(m_spin);
    auto *const buttons = new QHBoxLayout;
    buttons->addWidget(m_reset);
    buttons->addWidget(m_makeRun);
    buttons->addStretch(1);
    auto *const column = new QVBoxLayout(this);
    column->addLayout(sliderRow);
    column->addWidget(m_note, 1);
    column->addLayout(buttons);
}

void MasksSparsity::setPair(const MaskPair &pair)
{
    m_pair = pair;
    m_problem.clear();
    m_changed = false;
    setRatioSilently(pair.a.mask ? pair.a.ratio : pair.b.ratio);
    m_makeA->setText(tr("Of A: %1").arg(QString::fromStdString(pair.a.runName)));
    m_makeA->setVisible(pair.a.mask != nullptr);
    m_makeB->setText(tr("Of B: %1").arg(QString::fromStdString(pair.b.runName)));
    m_makeB->setVisible(pair.b.mask != nullptr);
    m_makeBoth->setVisible(pair.a.mask && pair.b.mask && pair.a.runId != pair.b.runId);
    setEnabled((pair.a.mask || pair.b.mask) && !pair.a.madeOfMasks && !pair.b.madeOfMasks);
    updateNote();
}

void MasksSparsity::clear()
{
    setPair({});
}

void MasksSparsity::setProblem(const QString &text)
{
    m_problem = text;
    updateNote();
}

void MasksSparsity::reset()
{
    if (!m_changed)
        return;
    setRatioSilently(m_pair.a.mask ? m_pair.a.ratio : m_pair.b.ratio);
    m_changed = false;
    updateNote();
    Q_EMIT ratioChanged(ratio());
}

void MasksSparsity::setRatioSilently(double ratio)
{
    const QSignalBlocker quietSpin(m_spin);
    const QSignalBlocker quietSlider(m_slider);
    m_spin->setValue(100.0 * ratio);
    m_slider->setValue(int(std::lround(100.0 * ratio * stepsPerPercent)));
}

void MasksSparsity::onMoved(double percent)
{
    const QSignalBlocker quiet(m_slider);
    m_slider->setValue(int(std::lround(percent * stepsPerPercent)));
    m_changed = true;
    updateNote();
    Q_EMIT ratioChanged(ratio());
}

void MasksSparsity::updateNote()
{
    m_reset->setEnabled(m_changed);
    m_makeRun->setEnabled(m_changed && m_problem.isEmpty());
    if (!m_problem.isEmpty())
        return m_note->setText(m_problem);
    if (!m_pair.a.mask && !m_pair.b.mask)
        return m_note->setText({});
    for (const MaskSide *const side : {&m_pair.a, &m_pair.b})
        if (side->madeOfMasks)
            return m_note->setText(
                tr("%1 was made of the masks of other runs (%2); there are no scores to select "
                   "another sparsity by.")
                    .arg(QString::fromStdString(side->runName), QString::fromStdString(side->target)));
    if (!m_changed) {
        const auto target = [](const MaskSide &side) { return QString::fromStdString(side.target); };
        const bool same = !m_pair.a.mask || !m_pair.b.mask || m_pair.a.target == m_pair.b.target;
        return m_note->setText(
            same ? tr("As pruned: %1. Drag to see other sparsities.").arg(target(m_pair.a.mask ? m_pair.a : m_pair.b))
                 : tr("As pruned: A %1, B %2. Drag to see other sparsities.").arg(target(m_pair.a), target(m_pair.b)));
    }
    const bool approximate =
        m_pair.a.isApproximateAt(ratio(), m_pair.id.layer) || m_pair.b.isApproximateAt(ratio(), m_pair.id.layer);
    m_note->setText(approximate ? tr("Approximate: the stored norms come from earlier layers pruned to another "
                                     "sparsity. Only pruning anew is exact.")
                                : tr("Exact: pruning to this sparsity gives these very masks."));
}

} // namespace secateur::app
