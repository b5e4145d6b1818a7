// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/pages/distancedialog.h"

#include <algorithm>
#include <utility>

#include <QAction>
#include <QApplication>
#include <QClipboard>
#include <QComboBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QThread>
#include <QToolButton>
#include <QVBoxLayout>

#include "app/pages/accuracymeasure.h"
#include "widgets/common/emptystate.h"
#include "widgets/common/menubutton.h"

namespace secateur::app {
namespace {

QString setName(analysis::SetKind set)
{
    return set == analysis::SetKind::Kept ? DistanceDialog::tr("kept") : DistanceDialog::tr("pruned");
}

/// A point has its task in its name where a domain has several.
bool hasSeveralTasks(const analysis::DistanceAccuracy &data, const std::string &domain)
{
    const auto first = std::ranges::find(data.points, domain, &analysis::DistancePoint::domain);
    return std::ranges::any_of(data.points, [&](const analysis::DistancePoint &point) {
        return point.domain == domain && point.task != first->task;
    });
}

QString explanationOf(const engine::DistanceAccuracyReport &report)
{
    QStringList words;
    words << DistanceDialog::tr("%1. Each point is a run on one domain: how far its mask lies from that of the run "
                                "calibrated on the domain, and how well it does there. Filled: on its own domain.")
                 .arg(QString::fromStdString(analysis::correlationText(report.data)));
    if (report.data.correlation)
        words << DistanceDialog::tr(
            "Points of one run or one domain depend on each other and domains differ in how hard "
            "they are, so the interval tells less than it seems to.");
    for (const auto &notice : report.notices)
        words << QString::fromStdString(notice);
    return words.join(QLatin1Char('\n'));
}

} // namespace

widgets::ScatterData scatterDataOf(const analysis::DistanceAccuracy &data)
{
    const auto format = formatOf(data.measure.metric);
    widgets::ScatterData scatter;
    scatter.xTitle = DistanceDialog::tr("Jaccard distance to the domain's mask (%1)").arg(setName(data.set));
    scatter.xName = DistanceDialog::tr("Distance");
    scatter.yTitle = measureTitle(data.measure);
    scatter.yName = QString::fromStdString(data.measure.metric);
    scatter.unit = format.unit;
    scatter.scale = format.scale;
    scatter.decimals = format.decimals;
    scatter.mayBeLogarithmic = !format.isShare();
    for (const auto &domain : data.domains)
        scatter.series << QString::fromStdString(domain);
    for (const auto &point : data.points) {
        QString name =
            DistanceDialog::tr("%1 on %2").arg(QString::fromStdString(point.run), QString::fromStdString(point.domain));
        if (hasSeveralTasks(data, point.domain))
            name += QStringLiteral(" (%1)").arg(QString::fromStdString(point.task));
        const auto series = std::ranges::find(data.domains, point.domain) - data.domains.begin();
        scatter.points.push_back({name, point.distance, point.measured.value, point.measured.interval.low,
                                  point.measured.interval.high, int(series), point.own});
    }
    return scatter;
}

DistanceDialog::DistanceDialog(StudySession &session, QWidget *parent)
    : QDialog(parent), m_session(session), m_chart(new widgets::ScatterChart),
      m_pane(new widgets::PlotPane(m_chart, Qt::Horizontal, this)), m_reading(widgets::makeText({}, this))
{
    setWindowTitle(tr("Accuracy Against Mask Distance"));
    auto *const column = new QVBoxLayout(this);
    column->addWidget(makeControls());
    m_reading->setAlignment(Qt::AlignCenter);
    column->addWidget(m_reading, 1);
    column->addWidget(m_pane, 1);
    m_reading->hide();
    resize(1000, 620);
    connect(m_chart, &widgets::PlotWidget::chosen, this, [this](int row) {
        if (std::size_t(row) < m_shown.points.size())
            Q_EMIT runChosen(QString::fromStdString(m_shown.points[std::size_t(row)].runId));
    });
}

QWidget *DistanceDialog::makeControls()
{
    auto *const controls = new QWidget(this);
    m_sets = new QComboBox;
    m_sets->addItems({tr("pruned weights"), tr("kept weights")});
    m_sets->setAccessibleName(tr("Distances of"));
    m_sets->setToolTip(tr("Of which weights the sets are that the distance compares"));
    connect(m_sets, &QComboBox::currentIndexChanged, this, &DistanceDialog::load);
    auto *const label = new QLabel(tr("&Distances of"));
    label->setBuddy(m_sets);
    QList<QAction *> copies;
    const auto add = [&](const QString &text, auto action) {
        copies << new QAction(text, this);
        connect(copies.last(), &QAction::triggered, this, action);
    };
    add(tr("Copy the Points as CSV"), [this] { copy(widgets::toCsv); });
    add(tr("Copy the Points as LaTeX"), [this] { copy(widgets::toLatex); });
    add(tr("Copy the Points as Markdown"), [this] { copy(widgets::toMarkdown); });
    add(tr("Copy the Plot as an Image"), [this] { QApplication::clipboard()->setImage(m_chart->image()); });
    auto *const row = new QHBoxLayout(controls);
    row->setContentsMargins({});
    row->addWidget(label);
    row->addWidget(m_sets);
    row->addStretch(1);
    row->addWidget(widgets::makeMenuButton(tr("Copy as"), tr("Copy the points or their plot"), copies));
    return controls;
}

void DistanceDialog::copy(QString (*format)(const widgets::PlotTable &))
{
    QApplication::clipboard()->setText(format(m_chart->table()));
}

void DistanceDialog::showTable(analysis::AccuracyTable table)
{
    m_table = std::move(table);
    load();
}

void DistanceDialog::showReading()
{
    beginLoading(tr("Reading what was measured\u2026"));
}

void DistanceDialog::beginLoading(const QString &what)
{
    m_loading = true;
    m_reading->setText(what);
    m_reading->setVisible(m_shown.points.empty());
    m_pane->setVisible(!m_shown.points.empty());
    m_pane->setExplanation(what);
}

void DistanceDialog::load()
{
    beginLoading(tr("Comparing the masks\u2026"));
    const auto set = m_sets->currentIndex() == 1 ? analysis::SetKind::Kept : analysis::SetKind::Pruned;
    m_task.start(
        [folder = m_session.folder(), table = m_table, set](const std::stop_token &stop) {
            return engine::distanceAccuracy(folder, table, set, std::max(1, QThread::idealThreadCount() / 2),
                                            RunContext(stop, {}));
        },
        [this](const auto &result) { present(*result); });
}

void DistanceDialog::present(const Result<engine::DistanceAccuracyReport> &result)
{
    m_loading = false;
    m_reading->hide();
    m_pane->show();
    m_shown = result ? result->data : analysis::DistanceAccuracy();
    m_chart->setData(result ? scatterDataOf(m_shown) : widgets::ScatterData());
    m_pane->setExplanation(result ? explanationOf(*result) : QString::fromStdString(result.error().detail),
                           result ? QString::fromStdString(analysis::correlationText(m_shown)) : QString());
}

} // namespace secateur::app
