// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QStandardItemModel>
#include <QTreeView>

#include "app/session/studysession.h"

namespace secateur::app {

/// The open study as a tree: its model, the domains with what to calibrate on, the finished runs by domain, those
/// that were interrupted, and what was measured. An adapter: it is filled anew when the session says that something changed.
class StudyTreeModel : public QStandardItemModel
{
    Q_OBJECT

public:
    enum Role { KindRole = Qt::UserRole, IdRole };
    enum Kind { Section, Model, Domain, Run, Interrupted, Evaluation };

    explicit StudyTreeModel(StudySession &session, QObject *parent = nullptr);
    [[nodiscard]] QModelIndex runIndex(const QString &id) const;

private:
    void refill();
    QStandardItem *addSection(const QString &text);
    void addRuns();
    void addEvaluations();
    StudySession &m_session;
};

/// Click a run to look at it; with B held as the other one by the context menu.
class StudyTree : public QTreeView
{
    Q_OBJECT

public:
    explicit StudyTree(StudySession &session, QWidget *parent = nullptr);

Q_SIGNALS:
    void openRequested(const QString &pageId);
    /// An interrupted run shall go on.
    void resumeRequested(const QString &runId);

private:
    void onActivated(const QModelIndex &index);
    void showMenu(const QPoint &position);
    void followSelection();

    StudySession &m_session;
    StudyTreeModel m_model;
};

} // namespace secateur::app
