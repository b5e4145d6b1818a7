// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/pages/combinedialog.h"

#include <algorithm>

#include <QComboBox>
#include <QFormLayout>
#include <QHeaderView>
#include <QLineEdit>
#include <QLocale>
#include <QSignalBlocker>
#include <QTableView>
#include <QVBoxLayout>

#include "widgets/common/emptystate.h"
#include "widgets/common/formrow.h"

namespace secateur::app {

using mask::CombineRule;

namespace {

QString titleOf(CombineRule rule)
{
    switch (rule) {
    case CombineRule::Union: return CombineDialog::tr("Any of them keeps it (union)");
    case CombineRule::Intersection: return CombineDialog::tr("All of them keep it (intersection)");
    case CombineRule::Majority: return CombineDialog::tr("More than half keep it (majority)");
    case CombineRule::Difference: return CombineDialog::tr("One keeps it, no other does (difference)");
    case CombineRule::Scores: return CombineDialog::tr("Their scores together are high (scores)");
    }
    return {};
}

QString meaningOf(CombineRule rule)
{
    switch (rule) {
    case CombineRule::Union:
        return CombineDialog::tr("One sub-model for all their domains; it keeps more weights than each of them.");
    case CombineRule::Intersection:
        return CombineDialog::tr("The core of the domains; it keeps fewer weights than each of them.");
    case CombineRule::Majority: return CombineDialog::tr("Of two runs, the same as what all of them keep.");
    case CombineRule::Difference:
        return CombineDialog::tr("What is one domain's own: good for looking at, too sparse to work with.");
    case CombineRule::Scores:
        return CombineDialog::tr("One sub-model for all their domains at the sparsity you state: each row is selected "
                                 "anew by the weighted mean of the domains' scores, in units of each domain's own.");
    }
    return {};
}

QString percent(double share)
{
    return QLocale().toString(100.0 * share, 'f', 1);
}

} // namespace

CombineDialog::CombineDialog(StudySession &session, QWidget *parent)
    : QDialog(parent), m_session(session), m_model(new CombineModel(this)), m_planBox(new PlanBox(tr("Make the run")))
{
    setWindowTitle(tr("Make a Run of Masks"));
    auto *const column = new QVBoxLayout(this);
    column->addWidget(makeRuns(), 1);
    column->addWidget(makeForm());
    column->addWidget(m_planBox);
    connect(m_planBox, &PlanBox::closeRequested, this, &QDialog::close);
    connect(m_planBox, &PlanBox::startRequested, this, &CombineDialog::start);
    resize(720, 620);
    connect(m_model, &CombineModel::choiceChanged, this, &CombineDialog::update);
    connect(m_rule, &QComboBox::currentIndexChanged, this, &CombineDialog::update);
    connect(m_first, &QComboBox::currentIndexChanged, this, &CombineDialog::update);
    for (QLineEdit *const edit : {m_target, m_name})
        connect(edit, &QLineEdit::textChanged, this, &CombineDialog::update);
    const auto refill = [this] {
        m_model->setRuns(m_session.runs());
        m_runs->resizeColumnsToContents();
        update(); // names are taken or free again
    };
    connect(&session, &StudySession::studyChanged, this, refill);
    connect(&session, &StudySession::runsChanged, this, refill);
    refill();
}

QWidget *CombineDialog::makeRuns()
{
    m_runs = new QTableView;
    m_runs->setModel(m_model);
    m_runs->setAccessibleName(tr("Runs to combine"));
    m_runs->setSelectionBehavior(QAbstractItemView::SelectRows);
    m_runs->setSelectionMode(QAbstractItemView::SingleSelection);
    m_runs->setEditTriggers(QAbstractItemView::AllEditTriggers);
    m_runs->setTabKeyNavigation(false);
    m_runs->setShowGrid(false);
    m_runs->verticalHeader()->hide();
    m_runs->verticalHeader()->setDefaultSectionSize(m_runs->fontMetrics().height() + 8);
    m_runs->horizontalHeader()->setHighlightSections(false);
    m_runs->horizontalHeader()->setStretchLastSection(true);
    return m_runs;
}

QWidget *CombineDialog::makeForm()
{
    auto *const widget = new QWidget;
    auto *const form = new QFormLayout(widget);
    form->setContentsMargins({});
    m_rule = new QComboBox;
    for (const CombineRule one : mask::allCombineRules)
        m_rule->addItem(titleOf(one), int(one));
    widgets::addFormRow(*form, tr("Keep a weight &if"), m_rule, tr("How the masks of the ticked runs become one"));
    m_meaning = widgets::makeText({});
    m_meaning->setMinimumHeight(2 * m_meaning->fontMetrics().lineSpacing()); // so that nothing moves with the rule
    m_meaning->setAlignment(Qt::AlignLeft | Qt::AlignTop);
    m_meaning->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    form->addRow(QString(), m_meaning);
    m_first = new QComboBox;
    widgets::addFormRow(*form, tr("Kept &by"), m_first, tr("The run whose own weights stay; of a difference only"));
    m_target = new QLineEdit;
    m_target->setPlaceholderText(tr("as the runs"));
    widgets::addFormRow(*form, tr("&Sparsity"), m_target,
                        tr("Share of each row's weights to prune, like 0.5, or a pattern like 2:4; of scores only"));
    m_name = new QLineEdit;
    widgets::addFormRow(*form, tr("&Name"), m_name, tr("Of the new run"));
    return widget;
}

void CombineDialog::setDistances(std::shared_ptr<const CompareData> distances)
{
    m_distances = std::move(distances);
    update();
}

void CombineDialog::propose(const QString &runA, const QString &runB)
{
    if (!m_model->chosenRuns().empty())
        return;
    m_model->setChosen(runA, true);
    m_model->setChosen(runB, true);
}

mask::CombineRule CombineDialog::rule() const
{
    return CombineRule(m_rule->currentData().toInt());
}

/// Of a difference the run of "Kept by" comes first; else the order is that of the study.
CombineChoice CombineDialog::choice() const
{
    CombineChoice choice;
    choice.rule = rule();
    choice.runs = m_model->chosenRuns();
    if (choice.rule == CombineRule::Difference)
        std::ranges::stable_partition(choice.runs, [this](const store::RunManifest &run) {
            return QString::fromStdString(run.id) == m_first->currentData().toString();
        });
    for (const auto &run : choice.runs)
        choice.weights.push_back(m_model->weightOf(run.id));
    choice.target = m_target->text();
    choice.name = m_name->text();
    return choice;
}

void CombineDialog::refillFirst()
{
    const QSignalBlocker quiet(m_first);
    const QString before = m_first->currentData().toString();
    m_first->clear();
    for (const auto &run : m_model->chosenRuns())
        m_first->addItem(QString::fromStdString(run.recipe.name), QString::fromStdString(run.id));
    m_first->setCurrentIndex(std::max(0, m_first->findData(before)));
}

void CombineDialog::update()
{
    refillFirst();
    m_meaning->setText(meaningOf(rule()));
    m_first->setEnabled(rule() == CombineRule::Difference);
    m_target->setEnabled(rule() == CombineRule::Scores);
    m_model->setWeighted(rule() == CombineRule::Scores);
    m_plan = planCombination(m_session, choice(), m_distances.get());
    m_name->setPlaceholderText(m_plan.name);
    m_planBox->setPlan(m_plan.arguments, forecast(), m_plan.problem.isEmpty());
}

QString CombineDialog::forecast() const
{
    if (!m_plan.problem.isEmpty() || !m_plan.kept)
        return m_plan.problem;
    if (m_plan.kept->isKnown())
        return tr("Keeps %1 % of the weights.").arg(percent(m_plan.kept->low));
    return tr("Keeps between %1 % and %2 % of the weights; how many, the masks will show.")
        .arg(percent(m_plan.kept->low), percent(m_plan.kept->high));
}

void CombineDialog::start()
{
    if (!m_plan.problem.isEmpty())
        return;
    Q_EMIT jobRequested(m_plan.arguments, m_plan.title);
    m_name->clear();
    close();
}

} // namespace secateur::app
