// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/session/viewedits.h"

#include <memory>

#include <QPointer>
#include <QScopedValueRollback>

namespace secateur::app {

SelectionRecorder::SelectionRecorder(Selection &selection, QUndoStack &undo, ViewEditKind layerKind,
                                     ViewEditKind cellKind, std::function<bool(const State &)> valid)
    : m_selection(selection), m_undo(undo), m_layerKind(layerKind), m_cellKind(cellKind), m_valid(std::move(valid)),
      m_last(selection.state())
{
    connect(&selection, &Selection::changed, this, &SelectionRecorder::onChanged);
}

void SelectionRecorder::show(const State &state)
{
    const QScopedValueRollback quiet(m_quiet, true);
    m_selection.setState(state);
}

QString SelectionRecorder::describe(const State &before, const State &after)
{
    if (before.runA != after.runA || before.runB != after.runB)
        return before.runA == after.runB && before.runB == after.runA ? tr("swap A and B")
            : before.runB == after.runB                               ? tr("choose sub-model A")
            : before.runA == after.runA                               ? tr("choose sub-model B")
                                                                      : tr("choose sub-models");
    if (before.layer != after.layer)
        return tr("show layer %1").arg(after.layer);
    if (before.sublayer != after.sublayer)
        return after.sublayer.isEmpty() ? tr("show all sublayers") : tr("show %1").arg(after.sublayer.section(u'.', 1));
    return after.cell ? tr("choose a weight") : tr("choose no weight");
}

void SelectionRecorder::onChanged()
{
    const State before = std::exchange(m_last, m_selection.state());
    if (m_quiet || !m_active || before == m_last)
        return;
    const bool sameRuns = before.runA == m_last.runA && before.runB == m_last.runB;
    const bool sameSublayer = sameRuns && before.sublayer == m_last.sublayer;
    const int kind = !sameSublayer ? SingleEdit : before.layer == m_last.layer ? m_cellKind : m_layerKind;
    m_undo.push(new ViewEdit<State>(describe(before, m_last), kind, before, m_last,
                                    [self = QPointer(this)](const State &state) {
                                        if (self && self->m_valid(state))
                                            self->show(state);
                                    }));
}

void recordChoices(QComboBox &box, QUndoStack &undo)
{
    struct Memory {
        int index;
        bool quiet = false;
    };
    const auto memory = std::make_shared<Memory>(Memory{box.currentIndex()});
    QObject::connect(&box, &QComboBox::currentIndexChanged, &box, [&box, &undo, memory](int index) {
        const int before = std::exchange(memory->index, index);
        if (memory->quiet || before == index)
            return;
        const auto show = [target = QPointer(&box), memory](int shown) {
            const QScopedValueRollback quiet(memory->quiet, true);
            if (target)
                target->setCurrentIndex(shown);
        };
        undo.push(new ViewEdit<int>(SelectionRecorder::tr("show %1").arg(box.itemText(index)), SingleEdit, before,
                                    index, show));
    });
}

} // namespace secateur::app
