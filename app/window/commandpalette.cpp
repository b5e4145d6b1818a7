// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/window/commandpalette.h"

#include <algorithm>
#include <vector>

#include <QKeyEvent>
#include <QVBoxLayout>

#include "app/window/fuzzymatch.h"

namespace secateur::app {
namespace {

constexpr int paletteWidth = 560;
constexpr int paletteHeight = 380;
constexpr int idRole = Qt::UserRole;

QString plainText(const QAction &action)
{
    QString text = action.text();
    return text.remove(u'&').remove(QStringLiteral("…"));
}

QString lineFor(const QAction &action)
{
    const QString keys = action.shortcut().toString(QKeySequence::NativeText);
    return keys.isEmpty() ? plainText(action) : QStringLiteral("%1   (%2)").arg(plainText(action), keys);
}

} // namespace

CommandPalette::CommandPalette(ActionRegistry &registry, QWidget *parent)
    : QDialog(parent, Qt::Popup), m_registry(registry), m_input(new QLineEdit), m_list(new QListWidget)
{
    setObjectName(QStringLiteral("commandPalette"));
    setAccessibleName(tr("Command palette"));
    m_input->setPlaceholderText(tr("What do you want to do?"));
    m_input->setAccessibleName(tr("Command to search for"));
    m_input->setClearButtonEnabled(false);
    m_input->installEventFilter(this);
    m_list->setAccessibleName(tr("Commands"));
    m_list->setFocusPolicy(Qt::NoFocus);
    m_list->setFrameShape(QFrame::NoFrame);
    m_list->setUniformItemSizes(true);
    auto *const column = new QVBoxLayout(this);
    column->setContentsMargins(8, 8, 8, 8);
    column->addWidget(m_input);
    column->addWidget(m_list);
    connect(m_input, &QLineEdit::textChanged, this, &CommandPalette::refill);
    connect(m_input, &QLineEdit::returnPressed, this, &CommandPalette::runCurrent);
    connect(m_list, &QListWidget::itemClicked, this, &CommandPalette::runCurrent);
}

void CommandPalette::popUp()
{
    m_input->clear();
    refill();
    if (const auto *const window = parentWidget()) {
        const int width = std::min(paletteWidth, window->width() - 40);
        resize(width, std::min(paletteHeight, window->height() - 80));
        move(window->mapToGlobal(QPoint((window->width() - width) / 2, 56)));
    }
    show();
    m_input->setFocus();
}

QStringList CommandPalette::listed() const
{
    QStringList ids;
    for (int row = 0; row < m_list->count(); ++row)
        ids << m_list->item(row)->data(idRole).toString();
    return ids;
}

void CommandPalette::refill()
{
    struct Candidate {
        QAction *action;
        int score;
    };
    std::vector<Candidate> candidates;
    const QString pattern = m_input->text();
    const auto actions = m_registry.all();
    for (auto *const action : actions) {
        const auto score = fuzzyScore(pattern, plainText(*action));
        if (!action->isEnabled() || !score)
            continue;
        const auto recency = m_recent.indexOf(action->objectName());
        const int bonus = recency < 0 ? 0 : std::max(0, 12 - int(recency));
        candidates.push_back({action, (pattern.isEmpty() ? 0 : *score) + bonus});
    }
    std::ranges::stable_sort(candidates, std::ranges::greater(), &Candidate::score);
    m_list->clear();
    for (const auto &candidate : candidates) {
        auto *const item = new QListWidgetItem(candidate.action->icon(), lineFor(*candidate.action), m_list);
        item->setData(idRole, candidate.action->objectName());
    }
    m_list->setCurrentRow(0);
}

void CommandPalette::runCurrent()
{
    const auto *const item = m_list->currentItem();
    if (item == nullptr)
        return;
    const QString id = item->data(idRole).toString();
    m_recent.removeAll(id);
    m_recent.prepend(id);
    accept();
    if (auto *const action = m_registry.find(id))
        action->trigger();
}

/// The list is walked without leaving the input.
bool CommandPalette::eventFilter(QObject *watched, QEvent *event)
{
    if (watched != m_input || event->type() != QEvent::KeyPress)
        return QDialog::eventFilter(watched, event);
    const int key = static_cast<QKeyEvent *>(event)->key();
    const int step = key == Qt::Key_Down ? 1 : key == Qt::Key_Up ? -1 : 0;
    if (step == 0 || m_list->count() == 0)
        return QDialog::eventFilter(watched, event);
    m_list->setCurrentRow((m_list->currentRow() + step + m_list->count()) % m_list->count());
    return true;
}

} // namespace secateur::app
