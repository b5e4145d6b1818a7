// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/help/helpbook.h"

#include <algorithm>

#include <QDir>
#include <QFile>
#include <QRegularExpression>
#include <QTextBlock>
#include <QTextCursor>
#include <QTextDocument>
#include <QTextTable>

namespace secateur::app {
namespace {

const QString indexId = QStringLiteral("index");

QString readText(const QString &path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? QString::fromUtf8(file.readAll()) : QString();
}

QString titleOf(const QString &markdown)
{
    static const QRegularExpression heading(QStringLiteral("^# (.+)$"), QRegularExpression::MultilineOption);
    return heading.match(markdown).captured(1).trimmed();
}

bool hasAll(const QString &text, const QStringList &words)
{
    return std::ranges::all_of(words,
                               [&text](const QString &word) { return text.contains(word, Qt::CaseInsensitive); });
}

/// The cells of a row beside each other.
QString rowText(const QTextTable &table, int row)
{
    QStringList cells;
    for (int column = 0; column < table.columns(); ++column)
        cells << table.cellAt(row, column).firstCursorPosition().block().text();
    cells.removeAll(QString());
    return cells.join(QStringLiteral(" \u00b7 "));
}

} // namespace

HelpBook::HelpBook(const QString &folder)
{
    const QDir directory(folder);
    for (const auto &file : directory.entryList({QStringLiteral("*.md")}, QDir::Files, QDir::Name)) {
        const QString markdown = readText(directory.filePath(file));
        m_pages.push_back({file.chopped(3), titleOf(markdown), markdown});
    }
    std::ranges::stable_partition(m_pages, [](const Page &page) { return page.id == indexId; });
    readChapters();
}

void HelpBook::readChapters()
{
    static const QRegularExpression link(QStringLiteral("\\]\\(([a-z0-9-]+)\\.md\\)"));
    const Page *const index = page(indexId);
    const QStringList lines = index ? index->markdown.split(u'\n') : QStringList();
    for (const auto &line : lines) {
        if (line.startsWith(QStringLiteral("## ")))
            m_chapters.push_back({line.mid(3).trimmed(), {}});
        for (auto found = link.globalMatch(line); found.hasNext() && !m_chapters.empty();)
            if (const QString id = found.next().captured(1); page(id) && !m_chapters.back().pages.contains(id))
                m_chapters.back().pages << id;
    }
}

const HelpBook::Page *HelpBook::page(const QString &id) const
{
    const auto found = std::ranges::find(m_pages, id, &Page::id);
    return found == m_pages.end() ? nullptr : &*found;
}

void HelpBook::put(const Page &page, const QString &chapter)
{
    m_passages.clear();
    if (const auto found = std::ranges::find(m_pages, page.id, &Page::id); found != m_pages.end()) {
        *found = page;
        return;
    }
    m_pages.push_back(page);
    if (m_chapters.empty() || m_chapters.back().title != chapter)
        m_chapters.push_back({chapter, {}});
    m_chapters.back().pages << page.id;
}

void HelpBook::fill(QTextDocument &document, const Page &page)
{
    document.setMarkdown(page.markdown, QTextDocument::MarkdownDialectGitHub);
}

QString HelpBook::anchorOf(const QString &heading)
{
    QString anchor;
    for (const QChar letter : heading.toLower())
        if (letter.isLetterOrNumber() || letter == u'-' || letter == u'_')
            anchor += letter;
        else if (letter == u' ')
            anchor += u'-';
    return anchor;
}

QStringList HelpBook::wordsOf(const QString &text)
{
    return text.simplified().split(u' ', Qt::SkipEmptyParts);
}

std::vector<HelpBook::Passage> HelpBook::passagesOf(const Page &page)
{
    QTextDocument document;
    fill(document, page);
    std::vector<Passage> passages;
    const QTextTable *table = nullptr;
    int row = -1;
    for (auto block = document.begin(); block.isValid(); block = block.next()) {
        QTextCursor cursor(block);
        const QTextTable *const here = cursor.currentTable();
        const int hereRow = here ? here->cellAt(cursor).row() : -1;
        if (here && here == table && hereRow == row)
            continue; // another cell of the same row
        table = here;
        row = hereRow;
        const QString text = here ? rowText(*here, hereRow) : block.text();
        if (!text.trimmed().isEmpty())
            passages.push_back({block.blockNumber(), block.blockFormat().headingLevel() > 0, text});
    }
    return passages;
}

void HelpBook::readPassages()
{
    for (std::size_t i = m_passages.size(); i < m_pages.size(); ++i)
        m_passages.push_back(passagesOf(m_pages[i]));
}

std::vector<HelpBook::Hit> HelpBook::search(const QString &words)
{
    const QStringList wanted = wordsOf(words);
    if (wanted.isEmpty())
        return {};
    readPassages();
    QStringList order = {indexId};
    for (const auto &chapter : m_chapters)
        order += chapter.pages;
    order.removeDuplicates();
    std::vector<Hit> headings;
    std::vector<Hit> lines;
    for (const auto &id : order) {
        const auto number = std::size_t(std::ranges::find(m_pages, id, &Page::id) - m_pages.begin());
        const auto before = headings.size() + lines.size();
        if (number >= m_pages.size())
            continue;
        for (const auto &passage : m_passages[number])
            if (hasAll(passage.text, wanted))
                (passage.isHeading ? headings : lines).push_back({id, passage.block, passage.text});
        if (headings.size() + lines.size() > before || !hasAll(m_pages[number].markdown, wanted))
            continue;
        for (const auto &passage : m_passages[number])
            if (passage.text.contains(wanted.front(), Qt::CaseInsensitive)) {
                lines.push_back({id, passage.block, passage.text});
                break;
            }
    }
    headings.insert(headings.end(), lines.begin(), lines.end());
    return headings;
}

} // namespace secateur::app
