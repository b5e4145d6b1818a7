// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/window/commandpalette.h"

#include <algorithm>
#include <vector>

#include <QKeyEvent>
#include <QVBoxLayout>

#include "app/window/fuzzymatch.h"

namespace secateur::app {
namespace {

constexpr int wholeName = 1000; ///< more than any habit: who types a whole name means it
constexpr int paletteWidth = 560;
constexpr int paletteHeight = 380;
constexpr std::size_t mostListed = 200;

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
        ids << m_listed[std::size_t(row)].id;
    return ids;
}

void CommandPalette::addSource(QChar prefix, const QString &what, std::function<std::vector<Entry>()> entries)
{
    m_sources.push_back({prefix, std::move(entries)});
    m_hints << tr("%1 %2").arg(prefix).arg(what);
    m_input->setPlaceholderText(tr("What do you want to do?   %1").arg(m_hints.join(QStringLiteral("   "))));
}

std::vector<CommandPalette::Entry> CommandPalette::actionEntries() const
{
    std::vector<Entry> entries;
    const auto actions = m_registry.all();
    for (auto *const action : actions)
        if (action->isEnabled())
            entries.push_back({action->objectName(), lineFor(*action), [action] { action->trigger(); }});
    return entries;
}

void CommandPalette::refill()
{
    const QString text = m_input->text();
    const auto source =
        std::ranges::find_if(m_sources, [&](const Source &candidate) { return text.startsWith(candidate.prefix); });
    if (source == m_sources.end())
        list(actionEntries(), text);
    else
        list(source->entries(), text.mid(1));
}

void CommandPalette::list(const std::vector<Entry> &entries, const QString &pattern)
{
    struct Candidate {
        const Entry *entry;
        int score;
    };
    std::vector<Candidate> candidates;
    for (const auto &entry : entries) {
        const QString name = entry.text.section(QStringLiteral("   "), 0, 0); // without the keys
        const auto score = fuzzyScore(pattern, name);
        if (!score)
            continue;
        const auto recency = m_recent.indexOf(entry.id);
        int bonus = recency < 0 ? 0 : std::max(0, 12 - int(recency));
        if (name.compare(pattern, Qt::CaseInsensitive) == 0)
            bonus += wholeName;
        candidates.push_back({&entry, (pattern.isEmpty() ? 0 : *score) + bonus});
    }
    std::ranges::stable_sort(candidates, std::ranges::greater(), &Candidate::score);
    if (candidates.size() > mostListed)
        candidates.resize(mostListed);
    m_list->clear();
    m_listed.clear();
    for (const auto &candidate : candidates) {
        m_list->addItem(candidate.entry->text);
        m_listed.push_back(*candidate.entry);
    }
    m_list->setCurrentRow(0);
}

void CommandPalette::runCurrent()
{
    const int row = m_list->currentRow();
    if (row < 0 || std::size_t(row) >= m_listed.size())
        return;
    const Entry entry = m_listed[std::size_t(row)]; // running it may list others
    m_recent.removeAll(entry.id);
    m_recent.prepend(entry.id);
    accept();
    entry.run();
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
