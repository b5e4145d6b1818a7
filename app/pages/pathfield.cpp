// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/pages/pathfield.h"

#include <QDir>
#include <QFileInfo>
#include <QHBoxLayout>
#include <QPushButton>
#include <QVBoxLayout>

namespace secateur::app {
namespace {

constexpr int buttonCharacters = 16;

} // namespace

PathField::PathField(const QString &placeholder, QWidget *parent)
    : QWidget(parent), m_row(new QHBoxLayout), m_edit(new QLineEdit), m_problem(new widgets::SignalLabel)
{
    m_edit->setPlaceholderText(placeholder);
    m_problem->hide();
    m_row->addWidget(m_edit, 1);
    auto *const column = new QVBoxLayout(this);
    column->setContentsMargins({});
    column->setSpacing(2);
    column->addLayout(m_row);
    column->addWidget(m_problem);
    setFocusPolicy(Qt::StrongFocus); // for the key of its label
    setFocusProxy(m_edit);
}

QPushButton *PathField::addButton(const QString &text)
{
    auto *const button = new QPushButton(text);
    button->setAutoDefault(false);
    button->setMinimumWidth(buttonCharacters * fontMetrics().averageCharWidth()); // those below each other alike
    m_row->addWidget(button);
    return button;
}

void PathField::setProblem(const QString &problem)
{
    m_problem->say(problem, widgets::SignalLabel::Signal::Bad);
    m_problem->setVisible(!problem.isEmpty());
    m_edit->setAccessibleDescription(problem);
}

QString relativeProblem(const QString &path)
{
    return !path.isEmpty() && QFileInfo(path).isRelative() ? PathField::tr("Give the whole path, from / on.")
                                                           : QString();
}

QString placeProblem(const QString &path, bool isFolder)
{
    const QString problem = relativeProblem(path);
    if (path.isEmpty() || !problem.isEmpty())
        return problem;
    const QFileInfo place(path);
    if (!QFileInfo(place.absolutePath()).isDir())
        return PathField::tr("There is no folder %1.").arg(place.absolutePath());
    const bool isUsable = isFolder && place.isDir() && QDir(path).isEmpty();
    return place.exists() && !isUsable ? PathField::tr("This is there already; choose a new name.") : QString();
}

} // namespace secateur::app
