// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/window/jobsdock.h"

#include <algorithm>

#include <QApplication>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QPainter>
#include <QSplitter>
#include <QStyledItemDelegate>
#include <QVBoxLayout>

namespace secateur::app {
namespace {

/// A thin bar under the words of a running job's progress.
class ProgressDelegate : public QStyledItemDelegate
{
public:
    using QStyledItemDelegate::QStyledItemDelegate;
    void paint(QPainter *painter, const QStyleOptionViewItem &option, const QModelIndex &index) const override
    {
        QStyledItemDelegate::paint(painter, option, index);
        const int percent = index.data(JobsModel::PercentRole).toInt();
        if (percent <= 0 || index.data().toString().isEmpty())
            return;
        constexpr int thickness = 3;
        QRect bar = option.rect.adjusted(4, 0, -4, 0);
        bar.setTop(bar.bottom() - thickness);
        painter->fillRect(bar, option.palette.mid());
        bar.setWidth(bar.width() * percent / 100);
        painter->fillRect(bar, option.palette.highlight());
    }
};

} // namespace

JobsDock::JobsDock(JobQueue &queue, QWidget *parent)
    : QWidget(parent), m_queue(queue), m_model(queue), m_table(new QTableView), m_list(nullptr),
      m_details(new QPlainTextEdit), m_summary(new QLabel)
{
    m_table->setModel(&m_model);
    m_table->setAccessibleName(tr("Jobs"));
    m_table->setSelectionBehavior(QAbstractItemView::SelectRows);
    m_table->setSelectionMode(QAbstractItemView::SingleSelection);
    m_table->setShowGrid(false);
    m_table->setTabKeyNavigation(false);
    m_table->setWordWrap(false); // titles are cut with dots; the tooltip has them whole
    m_table->verticalHeader()->hide();
    m_table->setItemDelegateForColumn(JobsModel::Progress, new ProgressDelegate(m_table));
    m_table->horizontalHeader()->setSectionResizeMode(JobsModel::Progress, QHeaderView::Stretch);
    m_table->horizontalHeader()->resizeSection(JobsModel::Title, 240);
    m_details->setReadOnly(true);
    m_details->setAccessibleName(tr("Details of the selected job"));
    m_details->setPlaceholderText(tr("Select a job to see its command line and what it says."));
    auto *const buttons = new QHBoxLayout;
    buttons->addWidget(m_summary, 1);
    auto *const column = new QVBoxLayout(this);
    column->setContentsMargins(6, 4, 6, 6);
    column->addLayout(buttons);
    m_pause = addButton(tr("Pause"), tr("Stop the running job and start no other; finished layers are kept"),
                        &JobsDock::togglePause);
    m_cancel =
        addButton(tr("Cancel"), tr("Stop the selected job; finished layers are kept"), &JobsDock::cancelSelected);
    m_again = addButton(tr("Start again"), tr("Start the selected job again, from where it was interrupted"),
                        &JobsDock::againSelected);
    m_clear = addButton(tr("Clear"), tr("Take finished jobs off the list"), &JobsDock::clearFinished);
    auto *const splitter = new QSplitter(Qt::Horizontal);
    splitter->addWidget(m_table);
    splitter->addWidget(m_details);
    splitter->setStretchFactor(0, 3);
    splitter->setStretchFactor(1, 2);
    column->addWidget(splitter, 1);
    m_list = splitter;
    connect(&queue, &JobQueue::stateChanged, this, &JobsDock::refresh);
    connect(&m_model, &QAbstractItemModel::dataChanged, this, &JobsDock::refresh);
    connect(&m_model, &QAbstractItemModel::rowsInserted, this, &JobsDock::refresh);
    connect(&m_model, &QAbstractItemModel::rowsRemoved, this, &JobsDock::refresh);
    connect(m_table->selectionModel(), &QItemSelectionModel::currentRowChanged, this, &JobsDock::refresh);
    refresh();
}

QToolButton *JobsDock::addButton(const QString &text, const QString &description, void (JobsDock::*handler)())
{
    auto *const button = new QToolButton;
    button->setText(text);
    button->setToolTip(description);
    button->setAccessibleName(text);
    button->setAccessibleDescription(description);
    button->setMinimumHeight(24);
    button->setFocusPolicy(Qt::StrongFocus);
    connect(button, &QToolButton::clicked, this, handler);
    static_cast<QHBoxLayout *>(layout()->itemAt(0)->layout())->addWidget(button);
    return button;
}

Job *JobsDock::selected() const
{
    auto *const chosen = m_model.job(m_table->currentIndex());
    return chosen != nullptr ? chosen : m_queue.running();
}

void JobsDock::cancelSelected()
{
    if (auto *const job = selected())
        job->cancel();
}

void JobsDock::againSelected()
{
    if (const auto *const job = selected(); job != nullptr && job->isFinished())
        m_queue.addAgain(*job);
}

void JobsDock::togglePause()
{
    if (m_queue.isPaused())
        m_queue.resume();
    else
        m_queue.pause();
}

QString JobsDock::describe(const Job &job)
{
    QStringList lines = {job.commandLine()};
    if (job.state() == Job::State::Failed)
        lines << QString() << job.error().detail << job.advice();
    for (const auto &notice : job.notices())
        lines << tr("Note: %1").arg(notice);
    if (!job.errorTail().isEmpty())
        lines << QString() << job.errorTail();
    return lines.join(u'\n');
}

void JobsDock::fitHeight()
{
    constexpr int listHeight = 130;
    const bool any = !m_queue.jobs().empty();
    m_list->setVisible(any);
    setMinimumHeight(any ? listHeight : 0);
    setMaximumHeight(any ? QWIDGETSIZE_MAX : layout()->itemAt(0)->sizeHint().height() + 10);
}

void JobsDock::refresh()
{
    fitHeight();
    const auto *const job = selected();
    m_cancel->setEnabled(job != nullptr && !job->isFinished() && job->state() != Job::State::Stopping);
    m_again->setEnabled(job != nullptr && job->isFinished());
    m_clear->setEnabled(m_queue.unfinished() < m_queue.jobs().size());
    m_pause->setText(m_queue.isPaused() ? tr("Resume") : tr("Pause"));
    m_pause->setAccessibleName(m_pause->text());
    m_pause->setEnabled(m_queue.isPaused() || m_queue.unfinished() > 0);
    const auto count = int(m_queue.unfinished());
    if (m_queue.isPaused())
        m_summary->setText(tr("Paused; jobs to do: %1").arg(count));
    else
        m_summary->setText(count == 0 ? tr("No jobs to do") : tr("Jobs to do: %1").arg(count));
    const QString text = job != nullptr ? describe(*job) : QString();
    if (m_details->toPlainText() != text)
        m_details->setPlainText(text);
}

} // namespace secateur::app
