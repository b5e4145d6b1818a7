// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/pages/masksreadout.h"

#include <cmath>

#include <QVBoxLayout>

namespace secateur::app {

namespace {

QString number(double value)
{
    return QString::number(value, 'g', 5).replace(QLatin1Char('-'), QChar(0x2212)); // a minus, not a hyphen
}

QString percent(double share)
{
    return MasksReadout::tr("%1 %").arg(100.0 * share, 0, 'f', 1);
}

QLabel *valueLabel(QWidget *parent, const QString &name)
{
    auto *const label = new QLabel(parent);
    label->setTextInteractionFlags(Qt::TextSelectableByMouse);
    label->setAccessibleName(name);
    return label;
}

} // namespace

MasksReadout::MasksReadout(QWidget *parent) : QGroupBox(tr("Cell"), parent)
{
    m_place = valueLabel(this, tr("Place of the cell"));
    m_weight = valueLabel(this, tr("Weight"));
    auto *const grid = new QGridLayout;
    grid->setHorizontalSpacing(18);
    grid->setVerticalSpacing(3);
    const auto heading = [this](const QString &text) {
        auto *const label = new QLabel(text, this);
        QFont bold = label->font();
        bold.setBold(true);
        label->setFont(bold);
        return label;
    };
    grid->addWidget(heading(tr("A")), 0, 1);
    grid->addWidget(heading(tr("B")), 0, 2);
    m_kept = addRow(*grid, 1, tr("State"));
    m_norm = addRow(*grid, 2, tr("Input norm"));
    m_score = addRow(*grid, 3, tr("Score"));
    m_rowShare = addRow(*grid, 4, tr("Kept in row"));
    grid->setColumnStretch(2, 1);
    auto *const column = new QVBoxLayout(this);
    column->setSpacing(4);
    column->addWidget(m_place);
    column->addWidget(m_weight);
    column->addLayout(grid);
    column->addStretch(1);
    clear();
}

MasksReadout::Row MasksReadout::addRow(QGridLayout &grid, int row, const QString &name)
{
    auto *const title = new QLabel(name, this);
    title->setForegroundRole(QPalette::PlaceholderText);
    grid.addWidget(title, row, 0);
    const Row labels{valueLabel(this, tr("%1, A").arg(name)), valueLabel(this, tr("%1, B").arg(name))};
    grid.addWidget(labels.a, row, 1);
    grid.addWidget(labels.b, row, 2);
    return labels;
}

void MasksReadout::clear()
{
    m_sentence.clear();
    m_place->setText(tr("Click a cell or walk with the arrow keys."));
    m_weight->setText(QStringLiteral(" "));
    for (const Row &row : {m_kept, m_norm, m_score, m_rowShare})
        for (QLabel *const label : {row.a, row.b})
            label->setText(QStringLiteral("–"));
}

void MasksReadout::show(const MaskPair &pair, const MatrixWeights *weights,
                        const std::optional<widgets::MatrixViewport::Cell> &cell)
{
    clear();
    if (!cell)
        return;
    QString place = tr("Layer %1, %2, row %3, column %4")
                        .arg(pair.id.layer.value)
                        .arg(QString::fromStdString(pair.id.sublayer))
                        .arg(cell->row)
                        .arg(cell->column);
    if (weights && weights->headCells > 0)
        place += tr(", head %1").arg((weights->headsAlongRows ? cell->row : cell->column) / weights->headCells);
    m_place->setText(place);
    if (weights) {
        const auto &matrix = *weights->weights;
        const float weight = matrix.values[std::size_t(cell->row) * matrix.cols + std::size_t(cell->column)];
        m_weight->setText(tr("Weight %1").arg(number(double(weight))));
        m_sentence = m_weight->text();
    } else {
        m_weight->setText(tr("Reading the weight…"));
    }
    showSide(pair.a, weights, *cell, true);
    showSide(pair.b, weights, *cell, false);
}

void MasksReadout::showSide(const MaskSide &side, const MatrixWeights *weights,
                            const widgets::MatrixViewport::Cell &cell, bool isA)
{
    if (!side.mask)
        return;
    const auto row = std::size_t(cell.row);
    const auto column = std::size_t(cell.column);
    const auto set = [isA](const Row &labels, const QString &text) { (isA ? labels.a : labels.b)->setText(text); };
    set(m_kept, side.mask->bits().test(row, column) ? tr("kept") : tr("pruned"));
    set(m_rowShare, percent(double(side.mask->margins().rows[row])));
    m_sentence += isA ? tr("; A") : tr("; B");
    if (side.norms) {
        const QString norm = number(std::sqrt(double((*side.norms)[column])));
        set(m_norm, norm);
        m_sentence += tr(" norm %1").arg(norm);
    }
    if (weights) {
        const auto &matrix = *weights->weights;
        const QString score =
            number(double(scoreOf(matrix.values[row * matrix.cols + column], side.norms.get(), column)));
        set(m_score, score);
        m_sentence += tr(" score %1").arg(score);
    }
}

} // namespace secateur::app
