// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <utility>

#include <QComboBox>
#include <QObject>
#include <QUndoStack>

#include "app/session/selection.h"

/// Undo for what is shown. Study and view edits share one stack; Back and Forward are something else and not on it.
namespace secateur::app {

/// Edits of one kind that follow each other are one step. Far from the numbers that DomainPlans gives its own.
enum ViewEditKind { SingleEdit = -1, LayerEdit = 1 << 20, CellEdit, OwnLayerEdit, OwnCellEdit, ZoomEdit };

/// A value that was changed by the user just now, and how to show another one.
template <typename T>
class ViewEdit : public QUndoCommand
{
public:
    ViewEdit(const QString &text, int kind, T before, T after, std::function<void(const T &)> show)
        : QUndoCommand(text), m_kind(kind), m_before(std::move(before)), m_after(std::move(after)),
          m_show(std::move(show))
    {
    }
    void undo() override { m_show(m_before); }
    void redo() override
    {
        if (!std::exchange(m_isDone, false)) // the stack begins with a redo of what is done already
            m_show(m_after);
    }
    int id() const override { return m_kind; }
    bool mergeWith(const QUndoCommand *other) override
    {
        m_after = static_cast<const ViewEdit *>(other)->m_after;
        setText(other->text());
        setObsolete(m_after == m_before);
        return true;
    }

private:
    int m_kind;
    T m_before;
    T m_after;
    std::function<void(const T &)> m_show;
    bool m_isDone = true;
};

/// Puts every change of a selection on the undo stack.
class SelectionRecorder : public QObject
{
    Q_OBJECT

public:
    using State = Selection::State;
    /// A state that is not `valid`, say of a run that is gone, is skipped by undo. Kinds are for merging.
    SelectionRecorder(Selection &selection, QUndoStack &undo, ViewEditKind layerKind, ViewEditKind cellKind,
                      std::function<bool(const State &)> valid);

    /// Shows a state without recording it: for navigation, restoring and repair.
    void show(const State &state);
    [[nodiscard]] bool isQuiet() const { return m_quiet; }
    void setActive(bool active) { m_active = active; }

private:
    void onChanged();
    [[nodiscard]] static QString describe(const State &before, const State &after);

    Selection &m_selection;
    QUndoStack &m_undo;
    ViewEditKind m_layerKind;
    ViewEditKind m_cellKind;
    std::function<bool(const State &)> m_valid;
    State m_last;
    bool m_quiet = false;
    bool m_active = true;
};

/// Puts every choice made in a box on the undo stack, those made by code with signals included.
void recordChoices(QComboBox &box, QUndoStack &undo);

} // namespace secateur::app
