// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/pages/comparetab.h"
#include "core/engine/domainparts.h"

class QButtonGroup;
class QCheckBox;
class QListWidget;

namespace secateur::app {

/// (a) One distance per layer, for chosen pairs.
class CompareLayersTab : public CompareTab
{
    Q_OBJECT

public:
    explicit CompareLayersTab(QWidget *parent = nullptr);
    void follow(const Selection::State &selection) override;
    [[nodiscard]] widgets::LayerChart &chart() const;
    [[nodiscard]] QListWidget &pairList() const { return *m_pairs; }
    [[nodiscard]] std::vector<std::size_t> chosenPairs() const;

protected:
    void refresh() override;
    void refill() override;
    [[nodiscard]] Selection::State pick(Selection::State selection, int row, int column) const override;

private:
    void setupPairs();
    void setupMode();

    QListWidget *m_pairs;
    QButtonGroup *m_mode;
};

/// (b) Layers by sublayers, for the pair of runs A and B.
class CompareSublayersTab : public CompareTab
{
    Q_OBJECT

public:
    explicit CompareSublayersTab(QWidget *parent = nullptr);
    void follow(const Selection::State &selection) override;
    [[nodiscard]] widgets::HeatMap &map() const;
    [[nodiscard]] QComboBox &runBox(int side) const { return *m_runs[side]; }
    /// Emits columnsWanted() unless they are known, or no pair is shown.
    void askForColumns();
    /// Of the pair that is shown; of another one it is forgotten.
    void setColumns(const QString &runA, const QString &runB, std::shared_ptr<const engine::ColumnShares> columns);

Q_SIGNALS:
    void columnsWanted(const QString &runA, const QString &runB); ///< of the pair that is shown now

protected:
    void refresh() override;
    void refill() override;
    [[nodiscard]] Selection::State pick(Selection::State selection, int row, int column) const override;

private:
    [[nodiscard]] Selection::State withRuns(Selection::State selection) const;
    void setRuns(int a, int b);
    void explain();
    [[nodiscard]] QString columnWords() const;

    QComboBox *m_runs[2];
    std::shared_ptr<const engine::ColumnShares> m_columns; ///< null while they are not known
};

/// (c) All runs against all, in the order of their likeness.
class CompareRunsTab : public CompareTab
{
    Q_OBJECT

public:
    explicit CompareRunsTab(QWidget *parent = nullptr);
    void follow(const Selection::State &selection) override;
    [[nodiscard]] widgets::HeatMap &map() const;
    [[nodiscard]] ScopePicker &scopePicker() const { return *m_scope; }

protected:
    void refresh() override;
    void refill() override;
    [[nodiscard]] Selection::State pick(Selection::State selection, int row, int column) const override;

private:
    ScopePicker *m_scope;
    QCheckBox *m_clustered;
    std::vector<std::size_t> m_order; ///< run index by row and column
};

/// (d) Which weights belong to all, to one, to each combination of runs.
class CompareSetsTab : public CompareTab
{
    Q_OBJECT

public:
    explicit CompareSetsTab(QWidget *parent = nullptr);
    void follow(const Selection::State &selection) override;
    [[nodiscard]] widgets::SetChart &chart() const;
    [[nodiscard]] ScopePicker &scopePicker() const { return *m_scope; }
    [[nodiscard]] QListWidget &runList() const { return *m_runs; }
    /// Ids of the chosen runs, at most as many as can be counted.
    [[nodiscard]] std::vector<std::string> chosenRuns() const;
    /// Of chosenRuns(); null while it is not known.
    void setCombinations(std::shared_ptr<const analysis::CombinationTable> table);

Q_SIGNALS:
    void runsChanged(); ///< other combinations are wanted

protected:
    void refresh() override;
    void refill() override;
    [[nodiscard]] Selection::State pick(Selection::State selection, int row, int column) const override;

private:
    void explain();
    [[nodiscard]] QString ownWords(const analysis::CombinationCounts &counts) const;
    [[nodiscard]] QStringList chosenNames() const;

    ScopePicker *m_scope;
    QListWidget *m_runs;
    std::shared_ptr<const analysis::CombinationTable> m_table;
};

} // namespace secateur::app
