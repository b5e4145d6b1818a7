// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/session/selection.h"

namespace secateur::app {

std::optional<MatrixId> Selection::matrix() const
{
    if (m_state.sublayer.isEmpty())
        return std::nullopt;
    return MatrixId{LayerIndex{m_state.layer}, m_state.sublayer.toStdString()};
}

void Selection::setRunA(const QString &id)
{
    setRuns(id, m_state.runB);
}

void Selection::setRunB(const QString &id)
{
    setRuns(m_state.runA, id);
}

void Selection::setRuns(const QString &idA, const QString &idB)
{
    State next = m_state;
    next.runA = idA;
    next.runB = idB;
    setState(next);
}

void Selection::setLayer(std::uint32_t layer)
{
    setMatrix(layer, m_state.sublayer);
}

void Selection::setSublayer(const QString &sublayer)
{
    setMatrix(m_state.layer, sublayer);
}

void Selection::setMatrix(std::uint32_t layer, const QString &sublayer)
{
    State next = m_state;
    if (next.layer != layer || next.sublayer != sublayer)
        next.cell.reset();
    next.layer = layer;
    next.sublayer = sublayer;
    setState(next);
}

void Selection::setCell(const std::optional<Cell> &cell)
{
    State next = m_state;
    next.cell = cell;
    setState(next);
}

void Selection::setState(const State &state)
{
    if (state == m_state)
        return;
    m_state = state;
    Q_EMIT changed();
}

} // namespace secateur::app
