// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/pages/measuredialog.h"

#include <algorithm>
#include <limits>

#include <QFileDialog>
#include <QFileInfo>
#include <QFormLayout>
#include <QGroupBox>
#include <QHeaderView>
#include <QJsonDocument>
#include <QJsonObject>
#include <QListWidget>
#include <QPushButton>
#include <QScopedValueRollback>
#include <QSpinBox>
#include <QTableWidget>
#include <QVBoxLayout>

#include "app/pages/programconsent.h"
#include "widgets/common/emptystate.h"
#include "widgets/common/formrow.h"

namespace secateur::app {
namespace {

enum Column { TaskColumn, DomainColumn, FileColumn, ColumnCount };
constexpr int usualLimit = 100;

QGroupBox *boxAround(const QString &title, QWidget *content)
{
    auto *const box = new QGroupBox(title);
    (new QVBoxLayout(box))->addWidget(content);
    return box;
}

} // namespace

MeasureDialog::MeasureDialog(StudySession &session, Setting<QString> *files, QWidget *parent)
    : QDialog(parent), m_session(session), m_files(files), m_planBox(new PlanBox(tr("Start measuring")))
{
    setWindowTitle(tr("Measure on Tasks"));
    auto *const right = new QVBoxLayout;
    right->addWidget(makeModels(), 1);
    right->addWidget(makeNumbers());
    auto *const both = new QHBoxLayout;
    both->addWidget(makeTasks(), 3);
    both->addLayout(right, 2);
    auto *const column = new QVBoxLayout(this);
    column->addLayout(both, 1);
    column->addWidget(m_planBox);
    connect(m_planBox, &PlanBox::closeRequested, this, &QDialog::close);
    connect(m_planBox, &PlanBox::startRequested, this, &MeasureDialog::start);
    resize(900, 600);
    connect(&session, &StudySession::studyChanged, this, &MeasureDialog::refillTasks);
    connect(&session, &StudySession::runsChanged, this, &MeasureDialog::refillModels);
    connect(&session, &StudySession::evaluationsChanged, this, &MeasureDialog::update);
    refillTasks();
    refillModels();
}

QWidget *MeasureDialog::makeTasks()
{
    m_tasks = new QTableWidget(0, ColumnCount);
    m_tasks->setHorizontalHeaderLabels({tr("Task"), tr("Domain"), tr("File with its items")});
    m_tasks->setAccessibleName(tr("Tasks"));
    m_tasks->setEditTriggers(QAbstractItemView::NoEditTriggers);
    m_tasks->setSelectionBehavior(QAbstractItemView::SelectRows);
    m_tasks->setSelectionMode(QAbstractItemView::SingleSelection);
    m_tasks->setTabKeyNavigation(false);
    m_tasks->setShowGrid(false);
    m_tasks->verticalHeader()->hide();
    m_tasks->horizontalHeader()->setHighlightSections(false);
    m_tasks->horizontalHeader()->setStretchLastSection(true);
    connect(m_tasks, &QTableWidget::itemChanged, this,
            [this](const QTableWidgetItem *item) { onItemChanged(item->row()); });
    return boxAround(tr("Tasks"), m_tasks);
}

QWidget *MeasureDialog::makeModels()
{
    m_models = new QListWidget;
    m_models->setAccessibleName(tr("Models"));
    connect(m_models, &QListWidget::itemChanged, this, &MeasureDialog::update);
    return boxAround(tr("Models"), m_models);
}

QWidget *MeasureDialog::makeNumbers()
{
    auto *const widget = new QWidget;
    auto *const form = new QFormLayout(widget);
    form->setContentsMargins({});
    m_limit = new QSpinBox;
    m_limit->setRange(0, 1000000);
    m_limit->setSpecialValueText(tr("all"));
    m_limit->setValue(usualLimit);
    widgets::addFormRow(*form, tr("&Items per task"), m_limit,
                        tr("The first of the file. More items give narrower intervals and take longer; compare only "
                           "numbers of the same items"));
    m_seed = new QSpinBox;
    m_seed->setRange(0, std::numeric_limits<int>::max());
    widgets::addFormRow(*form, tr("See&d"), m_seed, tr("Of sampling, and of the choice of held-out texts"));
    connect(m_limit, &QSpinBox::valueChanged, this, &MeasureDialog::update);
    connect(m_seed, &QSpinBox::valueChanged, this, &MeasureDialog::update);
    return widget;
}

void MeasureDialog::refillTasks()
{
    const QScopedValueRollback filling(m_filling, true);
    auto tasks = measureTasks(m_session);
    for (auto &task : tasks) {
        if (task.file.isEmpty())
            task.file = remembered(task.name);
        const auto before = std::ranges::find(m_request.tasks, task.name, &MeasureTask::name);
        task.chosen = before != m_request.tasks.end() && before->chosen;
    }
    m_request.tasks = std::move(tasks);
    m_tasks->setRowCount(0);
    m_tasks->setRowCount(int(m_request.tasks.size()));
    for (int row = 0; row < m_tasks->rowCount(); ++row) {
        const auto &task = m_request.tasks[std::size_t(row)];
        auto *const item = new QTableWidgetItem(task.title);
        item->setFlags(Qt::ItemIsEnabled | Qt::ItemIsSelectable | Qt::ItemIsUserCheckable);
        m_tasks->setItem(row, TaskColumn, item);
        m_tasks->setItem(row, DomainColumn, new QTableWidgetItem(task.domain));
        if (!task.fileHint.isEmpty()) {
            auto *const button = new QPushButton;
            button->setAutoDefault(false);
            connect(button, &QPushButton::clicked, this, [this, row] { chooseFile(row); });
            m_tasks->setCellWidget(row, FileColumn, button);
        }
        updateRow(row);
    }
    m_tasks->resizeColumnToContents(TaskColumn);
    m_tasks->resizeColumnToContents(DomainColumn);
    m_tasks->resizeRowsToContents();
    update();
}

void MeasureDialog::updateRow(int row)
{
    const QScopedValueRollback filling(m_filling, true);
    const auto &task = m_request.tasks[std::size_t(row)];
    m_tasks->item(row, TaskColumn)->setCheckState(task.chosen ? Qt::Checked : Qt::Unchecked);
    auto *const button = qobject_cast<QPushButton *>(m_tasks->cellWidget(row, FileColumn));
    if (!button)
        return;
    button->setText(task.file.isEmpty() ? tr("Choose\u2026") : QFileInfo(task.file).fileName());
    button->setToolTip(task.file.isEmpty() ? task.fileHint : tr("%1\nnow %2").arg(task.fileHint, task.file));
    button->setAccessibleName(tr("File of %1").arg(task.title));
    button->setAccessibleDescription(button->toolTip());
}

/// Those unchecked stay so; a new run is checked.
void MeasureDialog::refillModels()
{
    const QScopedValueRollback filling(m_filling, true);
    QStringList unchecked;
    for (int row = 0; row < m_models->count(); ++row)
        if (m_models->item(row)->checkState() == Qt::Unchecked)
            unchecked << m_models->item(row)->data(Qt::UserRole).toString();
    m_models->clear();
    const auto add = [&](const QString &id, const QString &name) {
        auto *const item = new QListWidgetItem(name, m_models);
        item->setData(Qt::UserRole, id);
        item->setFlags(item->flags() | Qt::ItemIsUserCheckable);
        item->setCheckState(unchecked.contains(id) ? Qt::Unchecked : Qt::Checked);
    };
    add(QString::fromLatin1(store::denseRun), tr("dense"));
    for (const auto &run : m_session.runs())
        add(QString::fromStdString(run.id), QString::fromStdString(run.recipe.name));
    update();
}

void MeasureDialog::onItemChanged(int row)
{
    if (!m_filling)
        setChosen(m_request.tasks[std::size_t(row)].name, m_tasks->item(row, TaskColumn)->checkState() == Qt::Checked);
}

void MeasureDialog::setChosen(const QString &task, bool chosen)
{
    const auto found = std::ranges::find(m_request.tasks, task, &MeasureTask::name);
    if (found == m_request.tasks.end())
        return;
    found->chosen = chosen;
    updateRow(int(found - m_request.tasks.begin()));
    update();
}

void MeasureDialog::setFile(const QString &task, const QString &file)
{
    const auto found = std::ranges::find(m_request.tasks, task, &MeasureTask::name);
    if (found == m_request.tasks.end())
        return;
    found->file = file;
    found->chosen = true; // whoever names its file means to measure it
    updateRow(int(found - m_request.tasks.begin()));
    remember();
    update();
}

void MeasureDialog::chooseFile(int row)
{
    const auto task = m_request.tasks[std::size_t(row)];
    const QString file =
        QFileDialog::getOpenFileName(this, tr("File of %1: %2").arg(task.title, task.fileHint), task.file);
    if (!file.isEmpty())
        setFile(task.name, file);
}

void MeasureDialog::remember() const
{
    if (!m_files)
        return;
    QJsonObject files;
    for (const auto &task : m_request.tasks)
        if (!task.file.isEmpty())
            files[task.name] = task.file;
    m_files->setValue(QString::fromUtf8(QJsonDocument(files).toJson(QJsonDocument::Compact)));
}

QString MeasureDialog::remembered(const QString &task) const
{
    if (!m_files)
        return {};
    return QJsonDocument::fromJson(m_files->value().toUtf8()).object().value(task).toString();
}

QString MeasureDialog::forecast() const
{
    if (!m_plan.problem.isEmpty())
        return m_plan.problem;
    QString text = tr("%1 measurements").arg(m_plan.pairs);
    text += m_plan.seconds ? tr(", %1 by earlier ones").arg(roughTime(*m_plan.seconds))
                           : tr("; how long they take is known once each task was measured here");
    text += tr(". Those already made are not made again.");
    if (m_request.wantsCode() && !m_request.mayRunCode)
        text += tr(" You will be asked whether programs may be run.");
    return text;
}

void MeasureDialog::update()
{
    m_request.mayRunCode = m_session.mayRunPrograms();
    m_request.runs.clear();
    for (int row = 0; row < m_models->count(); ++row)
        if (m_models->item(row)->checkState() == Qt::Checked)
            m_request.runs << m_models->item(row)->data(Qt::UserRole).toString();
    m_request.limit = std::uint64_t(m_limit->value());
    m_request.seed = std::uint64_t(m_seed->value());
    m_plan = planMeasure(m_session, m_request);
    m_planBox->setPlan(m_plan.arguments, forecast(), m_plan.problem.isEmpty());
}

void MeasureDialog::start()
{
    if (!m_request.wantsCode())
        return requestJob();
    askToRunPrograms(m_session, this,
                     {.what = tr("These tasks run programs that the models will write on this computer."),
                      .onAllowed =
                          [this] {
                              update();
                              requestJob();
                          },
                      .without = {},
                      .onWithout = {}});
}

void MeasureDialog::requestJob()
{
    QStringList titles;
    for (const auto &task : m_request.tasks)
        if (task.chosen)
            titles << task.title;
    if (m_plan.problem.isEmpty())
        Q_EMIT jobRequested(m_plan.arguments, tr("Measure %1").arg(titles.join(QStringLiteral(", "))));
    close();
}

} // namespace secateur::app
