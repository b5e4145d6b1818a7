// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>

#include <QObject>
#include <QString>

#include "core/base/types.h"

namespace secateur::app {

/// What the user looks at: two sub-models, one weight matrix, and perhaps one weight of it. All pages and views of a
/// window share one; a view that changes it does so through here, so that all others follow.
class Selection : public QObject
{
    Q_OBJECT

public:
    /// Row and column of one weight.
    struct Cell {
        std::uint64_t row = 0;
        std::uint64_t column = 0;
        friend bool operator==(const Cell &, const Cell &) = default;
    };
    struct State {
        QString runA; ///< run id; empty: none
        QString runB;
        std::uint32_t layer = 0;
        QString sublayer; ///< "self_attn.q_proj"; empty: the layer, or the model, as a whole
        std::optional<Cell> cell;
        friend bool operator==(const State &, const State &) = default;
    };

    using QObject::QObject;

    [[nodiscard]] const State &state() const { return m_state; }
    [[nodiscard]] const QString &runA() const { return m_state.runA; }
    [[nodiscard]] const QString &runB() const { return m_state.runB; }
    [[nodiscard]] std::uint32_t layer() const { return m_state.layer; }
    [[nodiscard]] const QString &sublayer() const { return m_state.sublayer; }
    [[nodiscard]] const std::optional<Cell> &cell() const { return m_state.cell; }
    /// Layer and sublayer; nothing when no sublayer is chosen.
    [[nodiscard]] std::optional<MatrixId> matrix() const;

    void setRunA(const QString &id);
    void setRunB(const QString &id);
    void setRuns(const QString &idA, const QString &idB);
    /// Another matrix forgets the cell.
    void setLayer(std::uint32_t layer);
    void setSublayer(const QString &sublayer);
    void setMatrix(std::uint32_t layer, const QString &sublayer);
    void setCell(const std::optional<Cell> &cell);
    /// All at once, with one signal.
    void setState(const State &state);

Q_SIGNALS:
    /// Something differs from before. Never emitted for a setter that changed nothing.
    void changed();

private:
    State m_state;
};

} // namespace secateur::app
