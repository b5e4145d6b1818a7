// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/help/helpview.h"

#include <algorithm>
#include <utility>

#include <QAbstractTextDocumentLayout>
#include <QFontDatabase>
#include <QScopedValueRollback>
#include <QScrollBar>
#include <QTextBlock>
#include <QTextCursor>
#include <QTextFrame>
#include <QTextList>
#include <QTextTable>

#include "widgets/common/theme.h"

namespace secateur::app {
namespace {

constexpr double margin = 24.0; ///< around a page, pixels
constexpr int longestLine = 104; ///< letters; longer ones are hard to follow
constexpr std::size_t mostPlaces = 100;
constexpr double lineHeight = 128.0; ///< percent

bool isCode(const QTextBlock &block)
{
    return block.blockFormat().hasProperty(QTextFormat::BlockCodeFence)
        || block.blockFormat().hasProperty(QTextFormat::BlockCodeLanguage);
}

QColor mixed(const QColor &a, const QColor &b, double share)
{
    const auto mix = [share](int from, int to) { return int(from + (to - from) * share); };
    return {mix(a.red(), b.red()), mix(a.green(), b.green()), mix(a.blue(), b.blue())};
}

} // namespace

HelpView::HelpView(const HelpBook &book, QWidget *parent) : QTextBrowser(parent), m_book(book)
{
    setAccessibleName(tr("Page of the manual"));
    setOpenLinks(false); // they are ours to follow
    setFrameShape(QFrame::NoFrame);
    setWordWrapMode(QTextOption::WordWrap); // a narrow column shall not break its words
    connect(this, &QTextBrowser::anchorClicked, this, &HelpView::follow);
}

bool HelpView::showPage(const QString &id, const QString &anchor)
{
    if (!visit(id))
        return false;
    if (const auto block = anchor.isEmpty() ? std::nullopt : headingBlock(anchor))
        scrollToBlock(*block);
    else
        verticalScrollBar()->setValue(0);
    return true;
}

/// A new place, unless it is the one that is shown.
bool HelpView::visit(const QString &id)
{
    if (!m_book.page(id))
        return false;
    clearMarks();
    if (id == currentPage())
        return true;
    if (!m_places.empty()) {
        m_places[m_current].scroll = verticalScrollBar()->value();
        m_places.resize(m_current + 1);
    }
    m_places.push_back({id, 0});
    if (m_places.size() > mostPlaces)
        m_places.erase(m_places.begin());
    m_current = m_places.size() - 1;
    render();
    Q_EMIT pageShown(id);
    return true;
}

void HelpView::goBack()
{
    if (canGoBack())
        goTo(m_current - 1);
}

void HelpView::goForward()
{
    if (canGoForward())
        goTo(m_current + 1);
}

void HelpView::goTo(std::size_t place)
{
    m_places[m_current].scroll = verticalScrollBar()->value();
    m_current = place;
    render();
    verticalScrollBar()->setValue(m_places[m_current].scroll);
    Q_EMIT pageShown(currentPage());
}

void HelpView::follow(const QUrl &link)
{
    const QString file = link.path();
    showPage(file.isEmpty() ? currentPage() : file.chopped(file.endsWith(QStringLiteral(".md")) ? 3 : 0),
             link.fragment());
}

void HelpView::showHit(const HelpBook::Hit &hit, const QStringList &words)
{
    if (!visit(hit.page))
        return;
    mark(words, hit.block);
    scrollToBlock(hit.block);
}

void HelpView::clearMarks()
{
    setExtraSelections({});
}

/// Every place of the words, those in the block of the hit more strongly.
void HelpView::mark(const QStringList &words, int block)
{
    const QColor strong = palette().color(QPalette::Highlight);
    const QColor weak = mixed(palette().color(QPalette::Base), strong, 0.3);
    QList<ExtraSelection> marks;
    for (const auto &word : words) {
        for (auto found = document()->find(word); !found.isNull(); found = document()->find(word, found)) {
            ExtraSelection one;
            const bool here = found.block().blockNumber() == block;
            one.cursor = found;
            one.format.setBackground(here ? strong : weak);
            one.format.setForeground(palette().color(here ? QPalette::HighlightedText : QPalette::Text));
            marks << one;
        }
    }
    setExtraSelections(marks);
}

std::optional<int> HelpView::headingBlock(const QString &anchor) const
{
    for (auto block = document()->begin(); block.isValid(); block = block.next())
        if (block.blockFormat().headingLevel() > 0 && HelpBook::anchorOf(block.text()) == anchor)
            return block.blockNumber();
    return std::nullopt;
}

/// To the upper part of the view, where the eye is.
void HelpView::scrollToBlock(int block)
{
    const auto found = document()->findBlockByNumber(block);
    const double top = document()->documentLayout()->blockBoundingRect(found).top();
    verticalScrollBar()->setValue(int(top) - viewport()->height() / 8);
    QTextCursor cursor(found); // so that the keyboard goes on from there
    setTextCursor(cursor);
    verticalScrollBar()->setValue(int(top) - viewport()->height() / 8);
}

/// In a document that no view has yet, so that nothing is laid out before all of it is as it should be.
void HelpView::render()
{
    const auto *const page = m_book.page(currentPage());
    if (!page)
        return;
    const QScopedValueRollback rendering(m_isRendering, true);
    auto *const fresh = new QTextDocument(this);
    fresh->setUndoRedoEnabled(false);
    fresh->setDefaultFont(font());
    HelpBook::fill(*fresh, *page);
    polishTables(*fresh);
    polishBlocks(*fresh);
    fitWidth(*fresh);
    setDocument(fresh); // deletes the one before
    setAccessibleDescription(page->title);
}

void HelpView::polishBlocks(QTextDocument &page) const
{
    std::vector<Range> links;
    std::vector<Range> fixed;
    for (auto block = page.begin(); block.isValid(); block = block.next()) {
        QTextCursor(block).setBlockFormat(polished(block));
        for (auto part = block.begin(); !part.atEnd(); ++part) {
            const auto fragment = part.fragment();
            const auto format = fragment.charFormat();
            if (format.isAnchor())
                links.push_back({fragment.position(), fragment.length(), false});
            else if (isCode(block) || format.fontFixedPitch())
                fixed.push_back({fragment.position(), fragment.length(), isCode(block)});
        }
    }
    // Not before all are known: a change of format may join fragments.
    QTextCharFormat link;
    link.setForeground(palette().color(QPalette::Link));
    for (const Range &range : links)
        cursorOf(page, range).mergeCharFormat(link);
    QTextCharFormat code;
    code.setFontFamilies({QFontDatabase::systemFont(QFontDatabase::FixedFont).family()});
    code.setFontFixedPitch(true);
    for (const Range &range : fixed) {
        if (range.isBlock)
            code.clearBackground();
        else
            code.setBackground(tint());
        cursorOf(page, range).mergeCharFormat(code);
    }
}

QTextCursor HelpView::cursorOf(QTextDocument &page, const Range &range)
{
    QTextCursor cursor(&page);
    cursor.setPosition(range.position);
    cursor.setPosition(range.position + range.length, QTextCursor::KeepAnchor);
    return cursor;
}

QColor HelpView::tint() const
{
    return mixed(palette().color(QPalette::Base), palette().color(QPalette::Text), 0.07);
}

/// With room between paragraphs, and code on a ground of its own.
QTextBlockFormat HelpView::polished(const QTextBlock &block) const
{
    const double line = fontMetrics().height();
    QTextBlockFormat format = block.blockFormat();
    const bool code = isCode(block);
    if (code) {
        format.setBackground(tint());
        format.setTopMargin(isCode(block.previous()) ? 0 : line * 0.3);
        format.setBottomMargin(isCode(block.next()) ? 0 : line * 0.7);
        format.setLeftMargin(line * 0.5);
        format.setNonBreakableLines(false); // rather than a page that is wider than the window
    } else if (format.headingLevel() > 0) {
        format.setTopMargin(format.headingLevel() == 1 ? 0 : line * 1.1);
        format.setBottomMargin(line * 0.4);
    } else if (!QTextCursor(block).currentTable()) {
        format.setBottomMargin(block.textList() ? line * 0.25 : line * 0.6);
        format.setTopMargin(0);
    }
    if (!code) // whose ground would show gaps between lines
        format.setLineHeight(lineHeight, QTextBlockFormat::ProportionalHeight);
    return format;
}

void HelpView::polishTables(QTextDocument &page) const
{
    const QColor edge = mixed(palette().color(QPalette::Base), palette().color(QPalette::Text), 0.2);
    const auto frames = page.rootFrame()->childFrames();
    for (auto *const frame : frames) {
        auto *const table = qobject_cast<QTextTable *>(frame);
        if (!table)
            continue;
        QTextTableFormat format = table->format();
        format.setBorder(1.0);
        format.setBorderBrush(edge);
        format.setBorderStyle(QTextFrameFormat::BorderStyle_Solid);
        format.setBorderCollapse(true);
        format.setCellPadding(5.0);
        format.setCellSpacing(0.0);
        format.setTopMargin(fontMetrics().height() * 0.3);
        format.setBottomMargin(fontMetrics().height() * 0.5);
        table->setFormat(format);
        for (int column = 0; column < table->columns(); ++column) {
            auto cell = table->cellAt(0, column);
            QTextCharFormat heading = cell.format();
            heading.setBackground(tint());
            heading.setFontWeight(QFont::DemiBold);
            cell.setFormat(heading);
        }
    }
}

/// Leaves the right of a wide window empty.
void HelpView::fitWidth(QTextDocument &page) const
{
    auto format = page.rootFrame()->frameFormat();
    const double wanted = fontMetrics().averageCharWidth() * longestLine;
    const double right = std::max(margin, viewport()->width() - margin - wanted);
    if (format.rightMargin() == right && format.leftMargin() == margin)
        return;
    format.setMargin(0);
    format.setLeftMargin(margin);
    format.setTopMargin(margin);
    format.setBottomMargin(margin);
    format.setRightMargin(right);
    page.rootFrame()->setFrameFormat(format);
}

void HelpView::changeEvent(QEvent *event)
{
    QTextBrowser::changeEvent(event);
    const bool other = event->type() == QEvent::PaletteChange || event->type() == QEvent::FontChange
        || event->type() == QEvent::StyleChange;
    if (!other || m_isRendering || m_places.empty())
        return;
    refresh();
}

void HelpView::refresh()
{
    const int scroll = verticalScrollBar()->value();
    clearMarks(); // they have the colours of before
    render();
    verticalScrollBar()->setValue(scroll);
}

QVariant HelpView::loadResource(int, const QUrl &)
{
    return {};
}

void HelpView::resizeEvent(QResizeEvent *event)
{
    QTextBrowser::resizeEvent(event);
    fitWidth(*document());
}

} // namespace secateur::app
