// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/pages/combinemodel.h"

#include <algorithm>

#include <QLocale>

namespace secateur::app {

namespace {

constexpr double largestWeight = 1e6;

QString fromStd(const std::string &text)
{
    return QString::fromStdString(text);
}

} // namespace

void CombineModel::setRuns(const std::vector<store::RunManifest> &runs)
{
    beginResetModel();
    std::vector<Row> rows;
    for (const store::RunManifest &run : runs) {
        const auto before = std::ranges::find_if(m_rows, [&run](const Row &row) { return row.run.id == run.id; });
        rows.push_back(before == m_rows.end() ? Row{run} : *before);
    }
    m_rows = std::move(rows);
    endResetModel();
    Q_EMIT choiceChanged();
}

void CombineModel::setChosen(const QString &id, bool chosen)
{
    for (std::size_t row = 0; row < m_rows.size(); ++row)
        if (fromStd(m_rows[row].run.id) == id)
            setData(index(int(row), RunColumn), chosen ? Qt::Checked : Qt::Unchecked, Qt::CheckStateRole);
}

void CombineModel::setWeighted(bool weighted)
{
    if (m_weighted == weighted)
        return;
    m_weighted = weighted;
    if (!m_rows.empty())
        Q_EMIT dataChanged(index(0, WeightColumn), index(int(m_rows.size()) - 1, WeightColumn));
}

std::vector<store::RunManifest> CombineModel::chosenRuns() const
{
    std::vector<store::RunManifest> runs;
    for (const Row &row : m_rows)
        if (row.chosen)
            runs.push_back(row.run);
    return runs;
}

double CombineModel::weightOf(const std::string &id) const
{
    const auto found = std::ranges::find_if(m_rows, [&id](const Row &row) { return row.run.id == id; });
    return found == m_rows.end() ? 1.0 : found->weight;
}

int CombineModel::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : int(m_rows.size());
}

int CombineModel::columnCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : int(ColumnCount);
}

QString CombineModel::textOf(const Row &row, int column) const
{
    const auto &recipe = row.run.recipe;
    switch (column) {
    case RunColumn: return fromStd(recipe.name);
    case DomainColumn: return fromStd(recipe.domain);
    case MethodColumn: return QStringLiteral("%1 %2").arg(fromStd(methodName(recipe.method)), fromStd(recipe.target));
    case KeptColumn: return tr("%1 %").arg(QLocale().toString(100.0 * (1.0 - row.run.sparsity()), 'f', 1));
    case WeightColumn: return m_weighted && row.chosen ? QLocale().toString(row.weight, 'g', 6) : QString();
    default: return {};
    }
}

QVariant CombineModel::data(const QModelIndex &index, int role) const
{
    if (!index.isValid() || index.row() >= int(m_rows.size()))
        return {};
    const Row &row = m_rows[std::size_t(index.row())];
    switch (role) {
    case Qt::DisplayRole: return textOf(row, index.column());
    case Qt::EditRole: return index.column() == WeightColumn ? QVariant(row.weight) : textOf(row, index.column());
    case Qt::CheckStateRole:
        return index.column() == RunColumn ? QVariant(row.chosen ? Qt::Checked : Qt::Unchecked) : QVariant();
    case Qt::TextAlignmentRole:
        return index.column() >= KeptColumn ? QVariant(Qt::AlignRight | Qt::AlignVCenter) : QVariant();
    default: return {};
    }
}

QVariant CombineModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal || role != Qt::DisplayRole)
        return {};
    switch (section) {
    case RunColumn: return tr("Run");
    case DomainColumn: return tr("Domain");
    case MethodColumn: return tr("Pruned by");
    case KeptColumn: return tr("Keeps");
    case WeightColumn: return tr("Weight");
    default: return {};
    }
}

Qt::ItemFlags CombineModel::flags(const QModelIndex &index) const
{
    auto flags = QAbstractTableModel::flags(index);
    if (!index.isValid() || index.row() >= int(m_rows.size()))
        return flags;
    if (index.column() == RunColumn)
        flags |= Qt::ItemIsUserCheckable;
    if (index.column() == WeightColumn && m_weighted && m_rows[std::size_t(index.row())].chosen)
        flags |= Qt::ItemIsEditable;
    return flags;
}

bool CombineModel::setData(const QModelIndex &index, const QVariant &value, int role)
{
    if (!index.isValid() || index.row() >= int(m_rows.size()))
        return false;
    Row &row = m_rows[std::size_t(index.row())];
    if (index.column() == RunColumn && role == Qt::CheckStateRole) {
        row.chosen = value.toInt() == Qt::Checked;
    } else if (index.column() == WeightColumn && role == Qt::EditRole) {
        const double weight = value.toDouble();
        if (!(weight > 0.0 && weight <= largestWeight))
            return false;
        row.weight = weight;
    } else {
        return false;
    }
    Q_EMIT dataChanged(this->index(index.row(), 0), this->index(index.row(), ColumnCount - 1));
    Q_EMIT choiceChanged();
    return true;
}

} // namespace secateur::app
