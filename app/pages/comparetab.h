// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <optional>

#include <QWidget>

#include "app/pages/comparedata.h"
#include "app/session/selection.h"
#include "widgets/plots/plotpane.h"

class QComboBox;
class QHBoxLayout;

namespace secateur::app {

/// What all tabs of the Compare page show alike.
struct CompareState {
    std::shared_ptr<const CompareData> data; ///< null: nothing to show yet
    CompareView view;
    widgets::HeatScale scale = widgets::HeatScale::Data;
};

/// One way to look at the distances: a row of choices above a plot with its table and its words.
class CompareTab : public QWidget
{
    Q_OBJECT

public:
    [[nodiscard]] widgets::PlotPane &pane() const { return *m_pane; }
    [[nodiscard]] const CompareState &state() const { return m_state; }
    void setState(const CompareState &state);
    /// Shows what the rest of the window looks at, as far as this plot can. Emits nothing.
    virtual void follow(const Selection::State &selection) = 0;

Q_SIGNALS:
    /// The user chose a part of the plot, or runs above it. What does not apply is as in `m_selection`.
    void picked(const secateur::app::Selection::State &selection);
    void opened(); ///< after picked(): show it on the Masks page
    void hovered(const QString &text);

protected:
    /// Owns `plot`. `direction`: see PlotPane.
    CompareTab(widgets::PlotWidget *plot, Qt::Orientation direction, QWidget *parent);

    [[nodiscard]] QHBoxLayout &choices() const { return *m_choices; }
    [[nodiscard]] QHBoxLayout &body() const { return *m_body; }
    /// Draws state(). The data may be null.
    virtual void refresh() = 0;
    /// The data is another: choices that list its runs or layers are to be filled again.
    virtual void refill() = 0;
    /// `selection` with what a cell of the plot's table stands for.
    [[nodiscard]] virtual Selection::State pick(Selection::State selection, int row, int column) const = 0;

    [[nodiscard]] const Selection::State &selection() const { return m_selection; }
    void remember(const Selection::State &selection) { m_selection = selection; }
    void announce(const Selection::State &selection);

private:
    CompareState m_state;
    Selection::State m_selection; ///< as last followed or picked
    widgets::PlotPane *m_pane;
    QHBoxLayout *m_choices;
    QHBoxLayout *m_body;
};

/// Two lists: of layers and of sublayers, each with "all".
class ScopePicker : public QWidget
{
    Q_OBJECT

public:
    explicit ScopePicker(QWidget *parent = nullptr);
    void fill(const CompareData *distances); ///< keeps the choice where it still exists; emits nothing
    [[nodiscard]] CompareScope scope() const;
    /// The selection with the layer and the sublayer that are chosen; "all" changes nothing.
    [[nodiscard]] Selection::State applied(Selection::State selection) const;
    void setScope(const CompareScope &scope);

Q_SIGNALS:
    void changed();

private:
    QComboBox *m_layer;
    QComboBox *m_sublayer;
};

/// "By chance 0.667: …" and, where it is known, "Same domain, other sample 0.018: …", as plain sentences.
[[nodiscard]] QString baselineWords(double chance, const std::optional<double> &floor);
/// The same without what it means.
[[nodiscard]] QString briefBaselineWords(double chance, const std::optional<double> &floor);

} // namespace secateur::app
