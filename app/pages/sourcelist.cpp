// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/pages/sourcelist.h"

#include <algorithm>

#include <QDoubleValidator>
#include <QHeaderView>
#include <QLineEdit>
#include <QLocale>
#include <QStyledItemDelegate>

namespace secateur::app {
namespace {

constexpr double highestWeight = 1e6;
constexpr int weightDecimals = 6;

/// Edits a weight: a number from 0 up, or nothing.
class WeightDelegate : public QStyledItemDelegate
{
public:
    using QStyledItemDelegate::QStyledItemDelegate;
    QWidget *createEditor(QWidget *parent, const QStyleOptionViewItem &, const QModelIndex &index) const override
    {
        auto *const edit = new QLineEdit(parent);
        auto *const validator = new QDoubleValidator(0, highestWeight, weightDecimals, edit);
        validator->setNotation(QDoubleValidator::StandardNotation);
        edit->setValidator(validator);
        edit->setFrame(false);
        edit->setAccessibleName(SourceList::tr("Weight of %1").arg(index.siblingAtColumn(0).data().toString()));
        return edit;
    }
};

} // namespace

SourceList::SourceList(QWidget *parent) : QTableWidget(0, 2, parent)
{
    setAccessibleName(tr("Files to calibrate on"));
    setHorizontalHeaderLabels({tr("File"), tr("Weight")});
    horizontalHeaderItem(Weight)->setToolTip(tr(
        "Shares of the files in the samples, in any unit: 3 and 1 make three quarters and one. All empty: the records "
        "of all files are drawn alike, so a larger file gives more. Emptying one empties all."));
    horizontalHeader()->setSectionResizeMode(File, QHeaderView::Stretch);
    horizontalHeader()->setSectionResizeMode(Weight, QHeaderView::ResizeToContents);
    horizontalHeader()->setHighlightSections(false);
    verticalHeader()->hide();
    setShowGrid(false);
    setTabKeyNavigation(false);
    setSelectionBehavior(SelectRows);
    setSelectionMode(ExtendedSelection);
    setTextElideMode(Qt::ElideLeft);
    setWordWrap(false);
    setEditTriggers(DoubleClicked | EditKeyPressed | AnyKeyPressed);
    setItemDelegateForColumn(Weight, new WeightDelegate(this));
    connect(this, &QTableWidget::itemChanged, this, &SourceList::onItemChanged);
    showWeights();
}

void SourceList::addRow(const QString &file, const QString &weight)
{
    const int row = rowCount();
    insertRow(row);
    auto *const name = new QTableWidgetItem(file);
    name->setToolTip(file);
    name->setFlags(Qt::ItemIsSelectable | Qt::ItemIsEnabled);
    setItem(row, File, name);
    auto *const share = new QTableWidgetItem(weight);
    share->setTextAlignment(Qt::AlignRight | Qt::AlignVCenter);
    setItem(row, Weight, share);
}

/// One file has nothing to be weighed against.
void SourceList::showWeights()
{
    setColumnHidden(Weight, rowCount() < 2);
    horizontalHeader()->setVisible(rowCount() >= 2);
}

void SourceList::setSources(const std::vector<std::filesystem::path> &files, const std::vector<double> &weights)
{
    m_isFilling = true;
    setRowCount(0);
    for (std::size_t i = 0; i < files.size(); ++i)
        addRow(QString::fromStdString(files[i].string()),
               i < weights.size() ? QLocale().toString(weights[i], 'g', QLocale::FloatingPointShortest) : QString());
    showWeights();
    m_isFilling = false;
}

std::vector<std::filesystem::path> SourceList::files() const
{
    std::vector<std::filesystem::path> all;
    for (int row = 0; row < rowCount(); ++row)
        all.emplace_back(item(row, File)->text().toStdString());
    return all;
}

std::vector<double> SourceList::weights() const
{
    std::vector<double> all;
    bool any = false;
    for (int row = 0; row < rowCount(); ++row) {
        const QString text = item(row, Weight)->text().trimmed();
        bool isNumber = false;
        const double value = QLocale().toDouble(text, &isNumber);
        any = any || isNumber;
        all.push_back(isNumber ? value : 1);
    }
    // Nothing of everything is no mixture.
    const bool usable = any && rowCount() > 1 && std::ranges::any_of(all, [](double weight) { return weight > 0; });
    return usable ? all : std::vector<double>();
}

void SourceList::addFiles(const QStringList &files)
{
    m_isFilling = true;
    for (const auto &file : files)
        if (findItems(file, Qt::MatchExactly).isEmpty())
            addRow(file, {});
    showWeights();
    m_isFilling = false;
}

void SourceList::removeSelected()
{
    auto rows = selectionModel()->selectedRows();
    std::ranges::sort(rows, [](const QModelIndex &a, const QModelIndex &b) { return a.row() > b.row(); });
    for (const auto &row : rows)
        removeRow(row.row());
    showWeights();
}

/// Emptying one weight empties all: the way back to drawing from all records alike.
void SourceList::onItemChanged(QTableWidgetItem *changed)
{
    if (m_isFilling)
        return;
    if (changed->column() == Weight && changed->text().trimmed().isEmpty()) {
        m_isFilling = true;
        for (int row = 0; row < rowCount(); ++row)
            item(row, Weight)->setText({});
        m_isFilling = false;
    }
    Q_EMIT edited();
}

} // namespace secateur::app
