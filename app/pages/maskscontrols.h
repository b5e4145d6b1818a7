// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QComboBox>
#include <QSpinBox>
#include <QToolButton>
#include <QWidget>

#include "app/session/studysession.h"

namespace secateur::app {

/// Chooses the two runs and the matrix, in a selection that may be the shared one, and the rendering.
class MasksControls : public QWidget
{
    Q_OBJECT

public:
    MasksControls(StudySession &session, Selection &selection, const QList<QAction *> &buttons,
                  QWidget *parent = nullptr);

    [[nodiscard]] bool showsWeights() const { return m_rendering->currentIndex() == 1; }
    void setShowsWeights(bool weights) { m_rendering->setCurrentIndex(weights ? 1 : 0); }

    /// The selection's matrix, or the first sublayer where none is chosen; nothing without runs.
    [[nodiscard]] std::optional<MatrixId> matrix() const;
    void changeLayer(int by);
    void swapRuns();

Q_SIGNALS:
    void renderingChanged();

private:
    void setupUi(const QList<QAction *> &buttons);
    void connectSignals();
    void listRuns();
    void showSelection();
    [[nodiscard]] const store::RunManifest *anyRun() const;

    StudySession &m_session;
    Selection &m_selection;
    QComboBox *m_runA;
    QComboBox *m_runB;
    QSpinBox *m_layer;
    QComboBox *m_sublayer;
    QComboBox *m_rendering;
};

} // namespace secateur::app
