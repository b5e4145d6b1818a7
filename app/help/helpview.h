// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <vector>

#include <QColor>
#include <QTextBlock>
#include <QTextBrowser>
#include <QTextCursor>

#include "app/help/helpbook.h"

namespace secateur::app {

/// Shows one page of the manual at a time, in the colours and at the text size of the program, and remembers where the
/// reader was. Links lead to other pages and to headings; there are none out of the manual.
class HelpView : public QTextBrowser
{
    Q_OBJECT

public:
    explicit HelpView(const HelpBook &book, QWidget *parent = nullptr);

    /// The page of this id, from its beginning or from a heading (HelpBook::anchorOf()). False: there is none.
    bool showPage(const QString &id, const QString &anchor = {});
    [[nodiscard]] QString currentPage() const { return m_places.empty() ? QString() : m_places[m_current].page; }
    /// Shows a page with these words marked everywhere, and this block in view; no words: no marks.
    void showHit(const HelpBook::Hit &hit, const QStringList &words);
    void clearMarks();
    /// Shows the page as the book has it now.
    void refresh();

    [[nodiscard]] bool canGoBack() const { return m_current > 0; }
    [[nodiscard]] bool canGoForward() const { return m_current + 1 < m_places.size(); }
    void goBack();
    void goForward();

    /// Nothing: a page names no other files, and one from elsewhere shall reach none.
    QVariant loadResource(int type, const QUrl &name) override;

Q_SIGNALS:
    void pageShown(const QString &id);

protected:
    void changeEvent(QEvent *event) override;
    void resizeEvent(QResizeEvent *event) override;

private:
    struct Place {
        QString page;
        int scroll = 0; ///< when it was left
    };

    void follow(const QUrl &link);
    void goTo(std::size_t place);
    bool visit(const QString &id);
    void render();
    struct Range {
        int position = 0;
        int length = 0;
        bool isBlock = false; ///< part of a block of code, not code within a sentence
    };
    void polishBlocks(QTextDocument &page) const;
    [[nodiscard]] QTextBlockFormat polished(const QTextBlock &block) const;
    [[nodiscard]] static QTextCursor cursorOf(QTextDocument &page, const Range &range);
    [[nodiscard]] QColor tint() const; ///< behind code and above tables
    void polishTables(QTextDocument &page) const;
    void fitWidth(QTextDocument &page) const;
    void scrollToBlock(int block);
    [[nodiscard]] std::optional<int> headingBlock(const QString &anchor) const;
    void mark(const QStringList &words, int block);

    const HelpBook &m_book;
    std::vector<Place> m_places;
    std::size_t m_current = 0;
    bool m_isRendering = false; ///< which changes fonts, which are events
};

} // namespace secateur::app
