// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/pages/planbox.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QVBoxLayout>

#include "widgets/common/emptystate.h"
#include "widgets/figure/figurecommand.h"

namespace secateur::app {

PlanBox::PlanBox(const QString &startText, QWidget *parent)
    : QWidget(parent), m_command(new QPlainTextEdit), m_words(widgets::makeText({})),
      m_start(new QPushButton(startText))
{
    constexpr int commandLines = 4;
    m_command->setReadOnly(true);
    m_command->setTabChangesFocus(true);
    m_command->setAccessibleName(tr("Command line"));
    m_command->setFixedHeight(commandLines * m_command->fontMetrics().lineSpacing());
    m_start->setDefault(true);
    connect(m_start, &QPushButton::clicked, this, &PlanBox::startRequested);
    auto *const close = new QPushButton(tr("Close"));
    close->setAutoDefault(false);
    connect(close, &QPushButton::clicked, this, &PlanBox::closeRequested);
    auto *const last = new QHBoxLayout;
    last->addWidget(m_words, 1);
    last->addWidget(close);
    last->addWidget(m_start);
    auto *const column = new QVBoxLayout(this);
    column->setContentsMargins({});
    column->addWidget(new QLabel(tr("The command that will run")));
    column->addWidget(m_command);
    column->addLayout(last);
}

void PlanBox::setPlan(const QStringList &arguments, const QString &words, bool mayStart)
{
    m_start->setEnabled(mayStart);
    m_words->setText(words);
    m_command->setPlainText(arguments.isEmpty() ? QString()
                                                : widgets::shellLine(QStringLiteral("secateur-cli"), arguments));
}

} // namespace secateur::app
