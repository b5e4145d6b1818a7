// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QDoubleSpinBox>
#include <QGroupBox>
#include <QLabel>
#include <QMenu>
#include <QSlider>
#include <QToolButton>

#include "app/pages/maskswork.h"

namespace secateur::app {

/// The sparsity that the shown masks are selected at: the runs' own, or what the slider says.
class MasksSparsity : public QGroupBox
{
    Q_OBJECT

public:
    explicit MasksSparsity(QWidget *parent = nullptr);

    /// Other masks: the slider goes to their own sparsity.
    void setPair(const MaskPair &pair);
    void clear();
    [[nodiscard]] double ratio() const { return m_spin->value() / 100.0; }
    /// Whether the slider was moved away from what the runs were pruned to.
    [[nodiscard]] bool isChanged() const { return m_changed; }
    /// Why the slider does nothing, e.g. because the model is gone; empty: it works.
    void setProblem(const QString &text);
    [[nodiscard]] QString note() const { return m_note->text(); }

public Q_SLOTS:
    void reset();

Q_SIGNALS:
    void ratioChanged(double ratio); ///< by the user, or by reset()
    void makeRunRequested(bool fromA, bool fromB);

private:
    void setupUi();
    void setRatioSilently(double ratio);
    void onMoved(double percent);
    void updateNote();

    QSlider *m_slider;
    QDoubleSpinBox *m_spin;
    QLabel *m_note;
    QToolButton *m_reset;
    QToolButton *m_makeRun;
    QAction *m_makeA;
    QAction *m_makeB;
    QAction *m_makeBoth;
    MaskPair m_pair;
    QString m_problem;
    bool m_changed = false;
};

} // namespace secateur::app
