// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

#include <QAbstractTableModel>
#include <QTableView>

namespace secateur::widgets {

/// A table's content. Numbers as double or integer keep their precision in copies; text is text.
struct TableData {
    QStringList columns;
    std::vector<std::vector<QVariant>> rows; ///< each as long as `columns`; shorter ones end in empty cells
};

/// RFC 4180 with a header row; numbers with as many digits as it takes to read them back.
[[nodiscard]] QString toCsv(const TableData &data);

class TableModel : public QAbstractTableModel
{
    Q_OBJECT

public:
    using QAbstractTableModel::QAbstractTableModel;

    void setTable(TableData data);
    [[nodiscard]] const TableData &table() const { return m_data; }

    [[nodiscard]] int rowCount(const QModelIndex &parent = {}) const override;
    [[nodiscard]] int columnCount(const QModelIndex &parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex &index, int role) const override;
    [[nodiscard]] QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

private:
    TableData m_data;
};

/// The numbers behind a plot, for keyboard, screen reader and clipboard: Ctrl+C copies the selected rows, or all, as
/// CSV.
class DataTable : public QTableView
{
    Q_OBJECT

public:
    explicit DataTable(const QString &accessibleName, QWidget *parent = nullptr);

    void setTable(TableData content);
    [[nodiscard]] const TableData &table() const { return m_model.table(); }
    /// Selects a row without rowActivated().
    void showRow(int row);
    void copy() const;
    /// Pixels that the table takes for all texts of all columns to be read, whatever its columns are set to.
    [[nodiscard]] int fullWidth() const;

Q_SIGNALS:
    void rowActivated(int row); ///< the user moved to this row

protected:
    void keyPressEvent(QKeyEvent *event) override;

private:
    void fitColumns();

    TableModel m_model;
    bool m_quiet = false;
};

} // namespace secateur::widgets
