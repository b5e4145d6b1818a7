// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/window/studytree.h"

#include <map>
#include <set>

#include <QHeaderView>
#include <QLocale>
#include <QMenu>

namespace secateur::app {
namespace {

QString fromStd(const std::string &text)
{
    return QString::fromStdString(text);
}

QStandardItem *makeItem(const QString &text, StudyTreeModel::Kind kind, const QString &id, const QString &tip)
{
    auto *const item = new QStandardItem(text);
    item->setEditable(false);
    item->setData(kind, StudyTreeModel::KindRole);
    item->setData(id, StudyTreeModel::IdRole);
    item->setToolTip(tip.isEmpty() ? text : text + QLatin1Char('\n') + tip); // a name may be cut in a narrow window
    return item;
}

} // namespace

StudyTreeModel::StudyTreeModel(StudySession &session, QObject *parent) : QStandardItemModel(parent), m_session(session)
{
    connect(&session, &StudySession::studyChanged, this, &StudyTreeModel::refill);
    connect(&session, &StudySession::runsChanged, this, &StudyTreeModel::refill);
    connect(&session, &StudySession::evaluationsChanged, this, &StudyTreeModel::refill);
    connect(&session.domains(), &DomainPlans::changed, this, &StudyTreeModel::refill);
    refill();
}

QStandardItem *StudyTreeModel::addSection(const QString &text)
{
    auto *const item = makeItem(text, Section, {}, {});
    QFont font;
    font.setWeight(QFont::DemiBold);
    item->setFont(font);
    appendRow(item);
    return item;
}

void StudyTreeModel::refill()
{
    clear();
    if (!m_session.isOpen())
        return;
    auto *const model = addSection(tr("Model"));
    const auto &path = m_session.modelPath();
    model->appendRow(makeItem(fromStd(path.filename().string()), Model, {}, fromStd(path.string())));
    auto *const domains = addSection(tr("Domains"));
    for (const auto &plan : m_session.domains().plans())
        domains->appendRow(
            makeItem(plan.name, Domain, plan.name, tr("Files to calibrate on: %1").arg(plan.data.files.size())));
    addRuns();
    addEvaluations();
}

void StudyTreeModel::addRuns()
{
    auto *const runs = addSection(tr("Runs"));
    std::map<std::string, QStandardItem *> byDomain;
    for (const auto &run : m_session.runs()) {
        auto *&domain = byDomain[run.recipe.domain];
        if (domain == nullptr) {
            domain = makeItem(fromStd(run.recipe.domain), Section, {}, tr("Runs of this domain"));
            runs->appendRow(domain);
        }
        const QString tip =
            tr("%1, %2 pruned, made %3")
                .arg(fromStd(methodName(run.recipe.method)), QLocale().toString(100.0 * run.sparsity(), 'f', 1) + u'%',
                     fromStd(run.createdUtc));
        domain->appendRow(makeItem(fromStd(run.recipe.name), Run, fromStd(run.id), tip));
    }
    if (m_session.interrupted().empty())
        return;
    auto *const unfinished = addSection(tr("Interrupted"));
    for (const auto &run : m_session.interrupted())
        unfinished->appendRow(makeItem(tr("%1 (%2 layers)").arg(fromStd(run.recipe.name)).arg(run.finishedLayers),
                                       Interrupted, fromStd(run.id), tr("Finished layers are kept; it can go on.")));
}

/// One item per task; its numbers are a click away.
void StudyTreeModel::addEvaluations()
{
    std::map<std::string, std::set<std::string>> models;
    for (const auto &evaluation : m_session.evaluations())
        models[evaluation.recipe.task].insert(evaluation.recipe.run);
    if (models.empty())
        return;
    auto *const section = addSection(tr("Evaluations"));
    for (const auto &[task, runs] : models)
        section->appendRow(
            makeItem(fromStd(task), Evaluation, {},
                     tr("Models measured on this task: %1. Click to see the numbers.").arg(runs.size())));
}

QModelIndex StudyTreeModel::runIndex(const QString &id) const
{
    const auto found = match(index(0, 0), IdRole, id, 1, Qt::MatchExactly | Qt::MatchRecursive);
    return found.isEmpty() ? QModelIndex() : found.first();
}

StudyTree::StudyTree(StudySession &session, QWidget *parent) : QTreeView(parent), m_session(session), m_model(session)
{
    setModel(&m_model);
    setHeaderHidden(true);
    setAccessibleName(tr("Study"));
    setAccessibleDescription(tr("The model, domains and runs of the open study"));
    setContextMenuPolicy(Qt::CustomContextMenu);
    setFrameShape(QFrame::NoFrame);
    setIndentation(fontMetrics().averageCharWidth() * 2); // names are longer than the tree is deep
    expandAll();
    connect(&m_model, &QAbstractItemModel::rowsInserted, this, [this] { expandAll(); });
    connect(this, &QTreeView::clicked, this, &StudyTree::onActivated);
    connect(this, &QTreeView::activated, this, &StudyTree::onActivated);
    connect(this, &QWidget::customContextMenuRequested, this, &StudyTree::showMenu);
    connect(&session.selection(), &Selection::changed, this, &StudyTree::followSelection);
}

void StudyTree::onActivated(const QModelIndex &index)
{
    switch (index.data(StudyTreeModel::KindRole).toInt()) {
    case StudyTreeModel::Model: Q_EMIT openRequested(QStringLiteral("model")); break;
    case StudyTreeModel::Domain: Q_EMIT openRequested(QStringLiteral("calibrate")); break;
    case StudyTreeModel::Evaluation: Q_EMIT openRequested(QStringLiteral("accuracy")); break;
    case StudyTreeModel::Run: m_session.selection().setRunA(index.data(StudyTreeModel::IdRole).toString()); break;
    default: break;
    }
}

void StudyTree::showMenu(const QPoint &position)
{
    const auto index = indexAt(position);
    const int kind = index.data(StudyTreeModel::KindRole).toInt();
    const QString id = index.data(StudyTreeModel::IdRole).toString();
    auto *const menu = new QMenu(this);
    menu->setAttribute(Qt::WA_DeleteOnClose);
    if (kind == StudyTreeModel::Run) {
        connect(menu->addAction(tr("Show as sub-model A")), &QAction::triggered, this,
                [this, id] { m_session.selection().setRunA(id); });
        connect(menu->addAction(tr("Show as sub-model B")), &QAction::triggered, this,
                [this, id] { m_session.selection().setRunB(id); });
    } else if (kind == StudyTreeModel::Interrupted) {
        connect(menu->addAction(tr("Resume")), &QAction::triggered, this, [this, id] { Q_EMIT resumeRequested(id); });
    }
    if (!menu->isEmpty())
        menu->popup(viewport()->mapToGlobal(position));
    else
        delete menu;
}

void StudyTree::followSelection()
{
    if (const auto index = m_model.runIndex(m_session.selection().runA()); index.isValid())
        setCurrentIndex(index);
}

} // namespace secateur::app
