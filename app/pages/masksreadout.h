// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>

#include <QGridLayout>
#include <QGroupBox>
#include <QLabel>

#include "app/pages/maskswork.h"
#include "widgets/plots/matrixviewport.h"

namespace secateur::app {

/// Everything there is to know about the current cell.
class MasksReadout : public QGroupBox
{
    Q_OBJECT

public:
    explicit MasksReadout(QWidget *parent = nullptr);

    /// `weights` may be null while they are read.
    void show(const MaskPair &pair, const MatrixWeights *weights,
              const std::optional<widgets::MatrixViewport::Cell> &cell);
    void clear();
    /// "weight -0.0123; A: norm 3.1, score 0.038; B: …", for assistive technology.
    [[nodiscard]] const QString &note() const { return m_sentence; }

private:
    struct Row {
        QLabel *a;
        QLabel *b;
    };
    [[nodiscard]] Row addRow(QGridLayout &grid, int row, const QString &name);
    void showSide(const MaskSide &side, const MatrixWeights *weights, const widgets::MatrixViewport::Cell &cell,
                  bool isA);

    QLabel *m_place;
    QLabel *m_weight;
    Row m_kept;
    Row m_norm;
    Row m_score;
    Row m_rowShare;
    QString m_sentence;
};

} // namespace secateur::app
