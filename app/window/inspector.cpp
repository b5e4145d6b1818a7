// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/window/inspector.h"

#include <algorithm>
#include <functional>

#include <QDateTime>
#include <QHeaderView>
#include <QLocale>
#include <QVBoxLayout>

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

QString calibration(const RunManifest &run)
{
    if (run.recipe.calibrationTokens == 0)
        return Inspector::tr("none");
    return Inspector::tr("%1 tokens, %2 texts")
        .arg(widgets::groupedNumber(qlonglong(run.recipe.calibrationTokens)),
             widgets::groupedNumber(qlonglong(run.recipe.calibrationSequences)));
}

QString duration(const RunManifest &run)
{
    const auto total = run.outcome.seconds.find("total");
    return total == run.outcome.seconds.end() ? QString()
                                              : Inspector::tr("%1 s").arg(QLocale().toString(total->second, 'f', 1));
}

/// Of "2026-11-24T13:54:29Z"; the whole of it where it is not such a time.
QString day(const std::string &utc)
{
    const auto time = QDateTime::fromString(fromStd(utc), Qt::ISODate).toLocalTime();
    return time.isValid() ? time.toString(QStringLiteral("d MMM yyyy HH:mm")) : fromStd(utc);
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
            {Inspector::tr("Pruned"), [](const auto &run) { return percent(run.sparsity()); }},
            {Inspector::tr("Statistics"), [=](const auto &run) { return text(statisticsName(run.recipe.statistics)); }},
            {Inspector::tr("Calibration"), calibration},
            {Inspector::tr("Seed"), [](const auto &run) { return QString::number(run.recipe.calibration.seed); }},
            {Inspector::tr("Time"), duration},
            {Inspector::tr("Made"), [](const auto &run) { return day(run.createdUtc); }}};
}

/// "49.98 % of 331 776" of the selected matrix.
QString matrixCell(const RunManifest &run, const MatrixId &id)
{
    const auto found = std::ranges::find(run.sublayers, id, &store::SublayerInfo::id);
    if (found == run.sublayers.end() || found->rows == 0 || found->cols == 0)
        return {};
    const auto cells = found->rows * found->cols;
    return Inspector::tr("%1 of %2")
        .arg(percent(double(found->pruned) / double(cells)), widgets::groupedNumber(qlonglong(cells)));
}

} // namespace

Inspector::Inspector(StudySession &session, QWidget *parent)
    : QWidget(parent), m_session(session), m_table(new widgets::DataTable(tr("Properties of the selected runs")))
{
    auto *const column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    m_table->setFrameShape(QFrame::NoFrame);
    m_table->verticalHeader()->setSectionResizeMode(QHeaderView::ResizeToContents); // long values wrap
    m_table->verticalHeader()->setMinimumSectionSize(fontMetrics().height() + 8);
    m_table->setTextElideMode(Qt::ElideNone);
    column->addWidget(m_table);
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
            content.rows.push_back(std::move(cells));
        };
        for (const auto &property : properties())
            row(property.label, property.value);
        if (const auto matrix = selection.matrix()) {
            const auto sublayer = fromStd(matrix->sublayer).section(u'.', -1);
            const auto name = tr("%1, layer %2").arg(sublayer).arg(matrix->layer.value);
            row(name, [&](const RunManifest &run) { return matrixCell(run, *matrix); });
        }
    }
    m_table->setTable(std::move(content));
    for (int column = 1; column < m_table->horizontalHeader()->count(); ++column)
        m_table->horizontalHeader()->setSectionResizeMode(column, QHeaderView::Stretch);
}

} // namespace secateur::app
