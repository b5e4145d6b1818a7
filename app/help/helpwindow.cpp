// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/help/helpwindow.h"

#include <QHBoxLayout>
#include <QKeyEvent>
#include <QShortcut>
#include <QSplitter>
#include <QTreeWidgetItemIterator>
#include <QVBoxLayout>

namespace secateur::app {
namespace {

const QString firstPage = QStringLiteral("index");
constexpr int sideWidth = 280;
constexpr qsizetype longestResult = 160; ///< letters of a line that was found

enum Side { ContentsSide, ResultsSide };

/// The part of a long line around the first of the words.
QString around(const QString &line, const QString &word)
{
    const QString text = line.simplified();
    if (text.size() <= longestResult)
        return text;
    const qsizetype at = std::max<qsizetype>(0, text.indexOf(word, 0, Qt::CaseInsensitive) - longestResult / 3);
    const QString part = text.mid(at, longestResult);
    return (at > 0 ? QStringLiteral("\u2026") : QString()) + part
        + (at + part.size() < text.size() ? QStringLiteral("\u2026") : QString());
}

} // namespace

HelpWindow::HelpWindow(QWidget *parent)
    : QWidget(parent, Qt::Window), m_view(new HelpView(m_book, this)), m_contents(new QTreeWidget(this)),
      m_results(new QListWidget(this))
{
    setObjectName(QStringLiteral("helpWindow"));
    setWindowTitle(tr("Manual - Secateur"));
    setAccessibleName(tr("Manual"));
    auto *const splitter = new QSplitter(Qt::Horizontal, this);
    splitter->addWidget(makeSide());
    splitter->addWidget(m_view);
    splitter->setStretchFactor(1, 1);
    splitter->setChildrenCollapsible(false);
    splitter->setSizes({sideWidth, 1000 - sideWidth});
    auto *const column = new QVBoxLayout(this);
    column->setContentsMargins(8, 8, 8, 8);
    column->addWidget(makeBar());
    column->addWidget(splitter, 1);
    resize(1000, 740);
    fillContents();
    makeShortcuts();
    connect(m_view, &HelpView::pageShown, this, &HelpWindow::onPageShown);
    m_view->showPage(firstPage);
}

QToolButton *HelpWindow::makeButton(const QString &text, const QString &name)
{
    auto *const button = new QToolButton(this);
    button->setText(text);
    button->setToolTip(name);
    button->setAccessibleName(name);
    button->setFocusPolicy(Qt::TabFocus);
    button->setAutoRaise(true);
    return button;
}

QWidget *HelpWindow::makeBar()
{
    auto *const bar = new QWidget(this);
    m_back = makeButton(tr("\u2190 Back"), tr("Back (Alt+Left)"));
    m_forward = makeButton(tr("Forward \u2192"), tr("Forward (Alt+Right)"));
    m_home = makeButton(tr("Contents"), tr("First page of the manual"));
    m_field = new QLineEdit(bar);
    m_field->setPlaceholderText(tr("Search the manual (Ctrl+F)"));
    m_field->setAccessibleName(tr("Search the manual"));
    m_field->setClearButtonEnabled(true);
    m_field->setMinimumWidth(260);
    if (auto *const clear = m_field->findChild<QToolButton *>())
        clear->setAccessibleName(tr("Clear the search"));
    connect(m_back, &QToolButton::clicked, m_view, &HelpView::goBack);
    connect(m_forward, &QToolButton::clicked, m_view, &HelpView::goForward);
    connect(m_home, &QToolButton::clicked, this, [this] { m_view->showPage(firstPage); });
    connect(m_field, &QLineEdit::textChanged, this, &HelpWindow::onSearch);
    connect(m_field, &QLineEdit::returnPressed, this, [this] {
        if (!m_hits.empty())
            m_results->setCurrentRow((m_results->currentRow() + 1) % m_results->count());
    });
    auto *const row = new QHBoxLayout(bar);
    row->setContentsMargins(0, 0, 0, 0);
    row->addWidget(m_back);
    row->addWidget(m_forward);
    row->addWidget(m_home);
    row->addStretch(1);
    row->addWidget(m_field, 1);
    return bar;
}

QWidget *HelpWindow::makeSide()
{
    m_contents->setHeaderHidden(true);
    m_contents->setAccessibleName(tr("Contents"));
    m_contents->setFrameShape(QFrame::NoFrame);
    m_results->setAccessibleName(tr("Places found"));
    m_results->setFrameShape(QFrame::NoFrame);
    m_results->setWordWrap(true);
    m_results->setSpacing(2);
    m_results->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    m_count = new QLabel(this);
    m_count->setContentsMargins(4, 2, 4, 2);
    m_count->setWordWrap(true);
    connect(m_results, &QListWidget::currentRowChanged, this, &HelpWindow::openResult);
    connect(m_contents, &QTreeWidget::currentItemChanged, this, [this](const QTreeWidgetItem *item) {
        if (item && item->data(0, Qt::UserRole).isValid())
            m_view->showPage(item->data(0, Qt::UserRole).toString());
    });
    auto *const found = new QWidget(this);
    auto *const column = new QVBoxLayout(found);
    column->setContentsMargins(0, 0, 0, 0);
    column->addWidget(m_count);
    column->addWidget(m_results, 1);
    m_side = new QStackedWidget(this);
    m_side->addWidget(m_contents);
    m_side->addWidget(found);
    m_side->setMinimumWidth(160);
    return m_side;
}

void HelpWindow::fillContents()
{
    const QSignalBlocker quiet(m_contents);
    m_contents->clear();
    const int height = fontMetrics().height() * 3 / 2;
    const auto add = [this, height](auto *parent, const QString &id) {
        const auto *const page = m_book.page(id);
        auto *const item = new QTreeWidgetItem(parent, {page ? page->title : id});
        item->setData(0, Qt::UserRole, id);
        item->setToolTip(0, item->text(0));
        item->setSizeHint(0, {0, height});
    };
    add(m_contents, firstPage);
    for (const auto &chapter : m_book.chapters()) {
        auto *const item = new QTreeWidgetItem(m_contents, {chapter.title});
        item->setFlags(Qt::ItemIsEnabled);
        QFont bold = item->font(0);
        bold.setWeight(QFont::DemiBold);
        item->setFont(0, bold);
        item->setSizeHint(0, {0, height});
        for (const auto &id : chapter.pages)
            add(item, id);
    }
    m_contents->expandAll();
}

void HelpWindow::makeShortcuts()
{
    const auto on = [this](const QKeySequence &keys, auto run) {
        connect(new QShortcut(keys, this), &QShortcut::activated, this, run);
    };
    on(QKeySequence::Find, [this] { startSearch(); });
    on(QKeySequence(Qt::ALT | Qt::Key_Left), [this] { m_view->goBack(); });
    on(QKeySequence(Qt::ALT | Qt::Key_Right), [this] { m_view->goForward(); });
}

void HelpWindow::showPage(const QString &id)
{
    const QString page = id.section(u'#', 0, 0);
    if (!m_view->showPage(page, id.section(u'#', 1)))
        m_view->showPage(firstPage);
}

void HelpWindow::showText(const HelpBook::Page &page, const QString &chapter)
{
    m_book.put(page, chapter);
    fillContents();
    if (m_view->currentPage() == page.id)
        m_view->refresh();
    m_view->showPage(page.id);
    onPageShown(page.id); // the contents are new
}

void HelpWindow::search(const QString &words)
{
    m_field->setText(words);
}

void HelpWindow::startSearch()
{
    m_field->setFocus(Qt::ShortcutFocusReason);
    m_field->selectAll();
}

void HelpWindow::onSearch(const QString &words)
{
    m_hits = m_book.search(words);
    const QStringList wanted = HelpBook::wordsOf(words);
    const QSignalBlocker quiet(m_results);
    m_results->clear();
    for (const auto &hit : m_hits) {
        const auto *const page = m_book.page(hit.page);
        auto *const item =
            new QListWidgetItem(page->title + QLatin1Char('\n') + around(hit.line, wanted.front()), m_results);
        item->setToolTip(hit.line);
    }
    m_side->setCurrentIndex(wanted.isEmpty() ? ContentsSide : ResultsSide);
    m_count->setText(m_hits.empty() ? tr("Nothing found. Try fewer or shorter words.")
                                    : tr("Places found: %1").arg(m_hits.size()));
    if (wanted.isEmpty())
        m_view->clearMarks();
}

void HelpWindow::openResult(int row)
{
    if (row >= 0 && std::size_t(row) < m_hits.size())
        m_view->showHit(m_hits[std::size_t(row)], HelpBook::wordsOf(m_field->text()));
}

void HelpWindow::onPageShown(const QString &id)
{
    m_back->setEnabled(m_view->canGoBack());
    m_forward->setEnabled(m_view->canGoForward());
    const QSignalBlocker quiet(m_contents);
    for (QTreeWidgetItemIterator item(m_contents); *item; ++item)
        if ((*item)->data(0, Qt::UserRole).toString() == id)
            m_contents->setCurrentItem(*item);
    const auto *const page = m_book.page(id);
    setWindowTitle(page ? tr("%1 - Manual - Secateur").arg(page->title) : tr("Manual - Secateur"));
    Q_EMIT navigationChanged();
}

void HelpWindow::keyPressEvent(QKeyEvent *event)
{
    if (event->key() != Qt::Key_Escape)
        return QWidget::keyPressEvent(event);
    if (m_field->text().isEmpty())
        close();
    else
        m_field->clear();
}

void HelpWindow::showEvent(QShowEvent *event)
{
    QWidget::showEvent(event);
    Q_EMIT navigationChanged();
}

void HelpWindow::hideEvent(QHideEvent *event)
{
    QWidget::hideEvent(event);
    Q_EMIT navigationChanged();
}

} // namespace secateur::app
