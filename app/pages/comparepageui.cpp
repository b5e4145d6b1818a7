// SPDX-License-Identifier: GPL-3.0-or-later
#include <QComboBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QProgressBar>
#include <QPushButton>
#include <QStackedWidget>
#include <QTabWidget>
#include <QToolButton>
#include <QVBoxLayout>

#include "app/pages/comparepage.h"
#include "widgets/common/emptystate.h"
#include "widgets/common/menubutton.h"

/// What the Compare page is made of.
namespace secateur::app {

namespace {

QComboBox *labelledBox(const QString &label, const QStringList &items, const QString &tip, QHBoxLayout &row)
{
    auto *box = new QComboBox;
    auto *text = new QLabel(label);
    text->setBuddy(box);
    box->addItems(items);
    box->setAccessibleName(QString(label).remove(QLatin1Char('&')));
    box->setToolTip(tip);
    row.addWidget(text);
    row.addWidget(box);
    return box;
}

} // namespace

void ComparePage::setupActions()
{
    m_follow = makeToggle(QStringLiteral("compare.follow"), tr("Link Compare with the other pages"), true);
    m_showTable = makeToggle(QStringLiteral("compare.showTable"), tr("Show the data table"), true);
    m_showAccuracy = makeToggle(QStringLiteral("compare.showAccuracy"), tr("Show accuracy beside the distances"), true);
    connect(m_showAccuracy, &QAction::toggled, this, &ComparePage::showAccuracy);
    m_combine =
        makeAction(QStringLiteral("compare.combine"), tr("Make a Run of Masks\u2026"), [this] { makeRunOfMasks(); });
    makeAction(QStringLiteral("compare.openMasks"), tr("Open the selected matrix on the Masks page"),
               [this] { openMasks(); });
    const auto addCopy = [this](const QString &name, const QString &text,
                                QString (*format)(const widgets::PlotTable &)) {
        m_copyActions << makeAction(name, text,
                                    [this, format] { copyTable(currentTab().pane().plot().table(), format); });
    };
    addCopy(QStringLiteral("compare.copyCsv"), tr("Copy the numbers as CSV"), widgets::toCsv);
    addCopy(QStringLiteral("compare.copyLatex"), tr("Copy the numbers as LaTeX"), widgets::toLatex);
    addCopy(QStringLiteral("compare.copyMarkdown"), tr("Copy the numbers as Markdown"), widgets::toMarkdown);
    m_copyActions << makeAction(QStringLiteral("compare.copyImage"), tr("Copy the plot as an image"),
                                [this] { copyImage(); });
    makeAction(QStringLiteral("compare.again"), tr("Compute the distances again"), [this] { again(); });
    makeAction(QStringLiteral("compare.cancel"), tr("Stop computing distances"), [this] { cancel(); });
}

void ComparePage::setupUi()
{
    m_stack = new QStackedWidget(this);
    m_empty = new widgets::EmptyState({}, {}, m_stack);
    QPushButton *prune = m_empty->addButton(tr("Go to Prune"));
    prune->setObjectName(QStringLiteral("goToPrune"));
    connect(prune, &QPushButton::clicked, this, [this] { Q_EMIT openRequested(QStringLiteral("prune")); });
    QPushButton *retry = m_empty->addButton(tr("Try again"));
    retry->setObjectName(QStringLiteral("tryAgain"));
    connect(retry, &QPushButton::clicked, this, &ComparePage::again);

    m_tabs = new QTabWidget(m_stack);
    m_tabs->setDocumentMode(true);
    m_tabs->setAccessibleName(tr("Ways to compare"));
    m_sets = new CompareSetsTab;
    m_tabs->addTab(new CompareLayersTab, tr("Per layer"));
    m_sublayers = new CompareSublayersTab;
    m_tabs->addTab(m_sublayers, tr("Layer \u00d7 sublayer"));
    m_tabs->addTab(new CompareRunsTab, tr("All sub-models"));
    m_tabs->addTab(m_sets, tr("Sets"));
    auto *content = new QWidget(m_stack);
    auto *contentLayout = new QVBoxLayout(content);
    contentLayout->setContentsMargins({});
    contentLayout->addWidget(makeControls());
    contentLayout->addWidget(m_tabs, 1);
    contentLayout->addWidget(makeAccuracy());
    m_stack->addWidget(m_empty);
    m_stack->addWidget(content);

    m_notices = widgets::makeText({}, this);
    m_notices->hide();
    auto *layout = new QVBoxLayout(this);
    layout->addWidget(m_stack, 1);
    layout->addWidget(m_notices);
    layout->addWidget(makeProgress());
}

QWidget *ComparePage::makeControls()
{
    auto *bar = new QWidget;
    auto *row = new QHBoxLayout(bar);
    row->setContentsMargins({});
    m_set = labelledBox(tr("&Weights"), {tr("Pruned"), tr("Kept")},
                        tr("The paper's Figure 4 compares the pruned weights"), *row);
    m_measure = labelledBox(tr("&Distance"), {tr("Jaccard"), tr("Hamming")},
                            tr("Jaccard: of the weights in either set, the share that is not in both. Hamming: the "
                               "share of all weights on which the two masks differ"),
                            *row);
    m_scale = labelledBox(tr("&Scale"), {tr("Fits the data"), tr("0 to chance"), tr("0 to 1")},
                          tr("Where colours and axes end. The fixed ones make pictures comparable"), *row);
    row->addStretch(1);
    auto *link = new QToolButton;
    link->setDefaultAction(m_follow);
    link->setText(tr("Linked"));
    link->setToolTip(tr("Linked: what is chosen here is chosen on all pages, and the other way round"));
    link->setAccessibleName(m_follow->text());
    auto *table = new QToolButton;
    table->setDefaultAction(m_showTable);
    table->setText(tr("Table"));
    table->setAccessibleName(m_showTable->text());
    auto *accuracy = new QToolButton;
    accuracy->setDefaultAction(m_showAccuracy);
    accuracy->setText(tr("Accuracy"));
    accuracy->setAccessibleName(m_showAccuracy->text());
    auto *copy = widgets::makeMenuButton(tr("Copy as"), tr("Copy the plot or its numbers"), m_copyActions);
    auto *combine = new QToolButton;
    combine->setDefaultAction(m_combine);
    combine->setText(tr("Combine\u2026"));
    combine->setToolTip(
        tr("Make a run of the masks of others: a sub-model for two domains, what all keep, A without B"));
    combine->setAccessibleName(m_combine->text());
    for (QToolButton *button : {combine, link, table, accuracy, copy})
        row->addWidget(button);
    return bar;
}

QWidget *ComparePage::makeAccuracy()
{
    m_accuracyBox = new QWidget;
    m_accuracy = new AccuracyPanel(session(), AccuracyPanel::Size::Compact, m_accuracyBox);
    connect(m_accuracy, &AccuracyPanel::hovered, this, &ComparePage::statusChanged);
    connect(m_accuracy, &AccuracyPanel::changed, this, &ComparePage::showAccuracy);
    connect(&session(), &StudySession::evaluationsChanged, this, &ComparePage::showAccuracy);
    m_toAccuracy = new QPushButton(m_accuracyBox);
    connect(m_toAccuracy, &QPushButton::clicked, this, [this] { Q_EMIT openRequested(QStringLiteral("accuracy")); });
    auto *title = new QLabel(tr("Accuracy of the same runs"));
    QFont bold = title->font();
    bold.setWeight(QFont::DemiBold);
    title->setFont(bold);
    auto *head = new QHBoxLayout;
    head->addWidget(title);
    head->addStretch(1);
    head->addWidget(m_toAccuracy);
    auto *column = new QVBoxLayout(m_accuracyBox);
    column->setContentsMargins({});
    column->addLayout(head);
    column->addWidget(m_accuracy);
    showAccuracy();
    return m_accuracyBox;
}

/// Before anything was measured, only the way there.
void ComparePage::showAccuracy()
{
    m_accuracyBox->setVisible(m_showAccuracy->isChecked());
    m_accuracy->setVisible(m_accuracy->hasMeasurements());
    m_toAccuracy->setText(m_accuracy->hasMeasurements() ? tr("Open Accuracy") : tr("Measure perplexity\u2026"));
}

QWidget *ComparePage::makeProgress()
{
    m_progressBox = new QWidget(this);
    m_progressText = new QLabel(m_progressBox);
    m_progressBar = new QProgressBar(m_progressBox);
    m_progressBar->setAccessibleName(tr("Progress of the comparison"));
    auto *stop = new QPushButton(tr("Stop"), m_progressBox);
    stop->setAccessibleName(tr("Stop computing distances"));
    connect(stop, &QPushButton::clicked, this, &ComparePage::cancel);
    auto *row = new QHBoxLayout(m_progressBox);
    row->setContentsMargins({});
    row->addWidget(m_progressText);
    row->addWidget(m_progressBar, 1);
    row->addWidget(stop);
    m_progressBox->hide();
    return m_progressBox;
}

} // namespace secateur::app
