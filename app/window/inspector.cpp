// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/window/inspector.h"

#include <algorithm>
#include <functional>

#include <QDateTime>
#include <QHeaderView>
#include <QLocale>
#include <QStyledItemDelegate>
#include <QVBoxLayout>

#include "widgets/common/emptystate.h"
#include "widgets/common/numbertext.h"

namespace secateur::app {
namespace {

using store::RunManifest;

QString fromStd(const std::string &text)
{
    return QString::fromStdString(text);
}

QString percent(double share)
{
    return QLocale().toString(100.0 * share, 'f', 2) + QStringLiteral(" %");
}

QString count(std::uint64_t number)
{
    return number == 0 ? Inspector::tr("none") : widgets::groupedNumber(qlonglong(number));
}

QString duration(const RunManifest &run)
{
    const auto total = run.outcome.seconds.find("total");
    return total == run.outcome.seconds.end() ? QString()
                                              : Inspector::tr("%1 s").arg(QLocale().toString(total->second, 'f', 1));
}

/// Which records of the files were drawn from, where not from all.
QString recordsOf(const RunManifest &run)
{
    const auto outcome = data::filterOutcome(run.recipe.calibration);
    return outcome ? Inspector::tr("%1 of %2 where %3")
                         .arg(count(outcome->taken), count(outcome->records), fromStd(outcome->filter))
                   : QString();
}

/// How far the norms of half the calibration texts are from those of all.
QString halfNorms(const RunManifest &run)
{
    const auto &known = run.outcome.normConvergence;
    return known.empty() ? QString()
                         : Inspector::tr("%1 % off").arg(QLocale().toString(100.0 * known.rbegin()->second, 'f', 1));
}

/// "5 of 64": experts pruned by statistics of few tokens.
QString expertUse(const RunManifest &run)
{
    const auto &use = run.outcome.experts;
    return use ? Inspector::tr("%1 of %2").arg(use->seldom.size()).arg(use->experts) : QString();
}

/// The day or the hour, as `format` says, of "2026-11-24T13:54:29Z"; the whole of it where it is not such a time.
QString localTime(const std::string &utc, const char *format)
{
    const auto time = QDateTime::fromString(fromStd(utc), Qt::ISODate).toLocalTime();
    return time.isValid() ? time.toString(QLatin1String(format)) : fromStd(utc);
}

/// "union of code, math"; nothing for a run that was pruned.
QString madeOf(const RunManifest &run)
{
    if (!run.recipe.combination)
        return {};
    QStringList parts;
    const auto &runs = run.recipe.combination->runs;
    const bool weighted = std::ranges::any_of(runs, [&](const auto &one) { return one.weight != runs.front().weight; });
    for (const auto &one : runs)
        parts << fromStd(one.name)
                + (weighted ? Inspector::tr(" (weight %1)").arg(QString::number(one.weight, 'g', 4)) : QString());
    return Inspector::tr("%1 of %2")
        .arg(fromStd(mask::ruleName(run.recipe.combination->rule)), parts.join(QStringLiteral(", ")));
}

struct Property {
    QString label;
    std::function<QString(const RunManifest &)> value;
};

std::vector<Property> properties()
{
    const auto text = [](auto value) { return fromStd(value); };
    return {{Inspector::tr("Run"), [=](const auto &run) { return text(run.recipe.name); }},
            {Inspector::tr("Domain"), [=](const auto &run) { return text(run.recipe.domain); }},
            {Inspector::tr("Method"), [=](const auto &run) { return text(methodName(run.recipe.method)); }},
            {Inspector::tr("Target"), [=](const auto &run) { return text(run.recipe.target); }},
            {Inspector::tr("Made of"), madeOf},
            {Inspector::tr("Pruned"), [](const auto &run) { return percent(run.sparsity()); }},
            {Inspector::tr("Statistics"), [=](const auto &run) { return text(statisticsName(run.recipe.statistics)); }},
            {Inspector::tr("Records"), recordsOf},
            {Inspector::tr("Texts"), [](const auto &run) { return count(run.recipe.calibrationSequences); }},
            {Inspector::tr("Tokens"), [](const auto &run) { return count(run.recipe.calibrationTokens); }},
            {Inspector::tr("Norms of half"), halfNorms},
            {Inspector::tr("Rare experts"), expertUse},
            {Inspector::tr("Seed"), [](const auto &run) { return QString::number(run.recipe.calibration.seed); }},
            {Inspector::tr("Time"), duration},
            {Inspector::tr("Made on"), [](const auto &run) { return localTime(run.createdUtc, "d MMM yyyy"); }},
            {Inspector::tr("Made at"), [](const auto &run) { return localTime(run.createdUtc, "HH:mm"); }}};
}

const store::SublayerInfo *matrixOf(const RunManifest &run, const MatrixId &id)
{
    const auto found = std::ranges::find(run.sublayers, id, &store::SublayerInfo::id);
    return found == run.sublayers.end() || found->rows == 0 || found->cols == 0 ? nullptr : &*found;
}

QString prunedOf(const RunManifest &run, const MatrixId &id)
{
    const auto *const matrix = matrixOf(run, id);
    return matrix ? percent(double(matrix->pruned) / double(matrix->rows * matrix->cols)) : QString();
}

QString weightsOf(const RunManifest &run, const MatrixId &id)
{
    const auto *const matrix = matrixOf(run, id);
    return matrix ? count(matrix->rows * matrix->cols) : QString();
}

/// A cell across several columns is as high as its text at the width of them all.
class SpanDelegate : public QStyledItemDelegate
{
public:
    using QStyledItemDelegate::QStyledItemDelegate;
    QSize sizeHint(const QStyleOptionViewItem &option, const QModelIndex &index) const override
    {
        QStyleOptionViewItem whole = option;
        if (const auto *const table = qobject_cast<const QTableView *>(option.widget))
            whole.rect.setWidth(table->visualRect(index).width());
        return QStyledItemDelegate::sizeHint(whole, index);
    }
};

} // namespace

Inspector::Inspector(StudySession &session, QWidget *parent)
    : QWidget(parent), m_session(session), m_table(new widgets::DataTable(tr("Properties of the selected runs"))),
      m_hint(widgets::makeText(tr("Sub-models chosen as A and B are described here, side by side."), this))
{
    auto *const column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    m_table->setFrameShape(QFrame::NoFrame);
    m_table->verticalHeader()->setSectionResizeMode(QHeaderView::ResizeToContents); // long values wrap
    m_table->verticalHeader()->setMinimumSectionSize(fontMetrics().height() + 8);
    m_table->setTextElideMode(Qt::ElideNone);
    m_table->setItemDelegate(new SpanDelegate(m_table));
    column->addWidget(m_table, 1);
    m_hint->setContentsMargins(8, 6, 8, 6);
    column->addWidget(m_hint);
    column->addStretch();
    connect(&session, &StudySession::runsChanged, this, &Inspector::refill);
    connect(&session.selection(), &Selection::changed, this, &Inspector::refill);
    refill();
}

void Inspector::refill()
{
    auto &selection = m_session.selection();
    const auto *const a = m_session.run(selection.runA());
    const auto *const b = selection.runB() == selection.runA() ? nullptr : m_session.run(selection.runB());
    widgets::TableData content;
    if (a != nullptr) {
        content.columns = {tr("Property"), tr("A")};
        if (b != nullptr)
            content.columns << tr("B");
        const auto row = [&](const QString &label, const auto &value) {
            std::vector<QVariant> cells = {label, value(*a)};
            if (b != nullptr)
                cells.push_back(value(*b));
            const auto isEmpty = [](const QVariant &cell) { return cell.toString().isEmpty(); };
            if (std::all_of(cells.begin() + 1, cells.end(), isEmpty))
                return;
            content.rows.push_back(std::move(cells));
        };
        for (const auto &property : properties())
            row(property.label, property.value);
        if (const auto matrix = selection.matrix()) {
            const auto sublayer = fromStd(matrix->sublayer).section(u'.', 1);
            row(tr("Matrix"),
                [&](const RunManifest &) { return tr("%1 of layer %2").arg(sublayer).arg(matrix->layer.value); });
            row(tr("Its weights"), [&](const RunManifest &run) { return weightsOf(run, *matrix); });
            row(tr("Pruned of it"), [&](const RunManifest &run) { return prunedOf(run, *matrix); });
        }
    }
    m_table->clearSpans();
    m_table->setVisible(a != nullptr);
    m_hint->setVisible(a == nullptr);
    m_table->setTable(std::move(content));
    // What both runs have alike is written once across: the panel is narrow.
    for (int row = 0; b != nullptr && row < int(m_table->table().rows.size()); ++row)
        if (const auto &cells = m_table->table().rows[std::size_t(row)]; cells[1] == cells[2])
            m_table->setSpan(row, 1, 1, 2);
    for (int column = 1; column < m_table->horizontalHeader()->count(); ++column)
        m_table->horizontalHeader()->setSectionResizeMode(column, QHeaderView::Stretch);
    m_table->resizeRowsToContents(); // by the spans, which are new
}

} // namespace secateur::app
