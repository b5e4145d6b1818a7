// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

#include <QString>
#include <QStringList>

class QTextDocument;

namespace secateur::app {

/// The user manual: Markdown files, one a topic, with links between each other. Reading it takes milliseconds; what a
/// search needs is made at the first one.
class HelpBook
{
public:
    struct Page {
        QString id; ///< the file's name without ".md": "masks"
        QString title; ///< its first heading
        QString markdown;
    };
    struct Chapter {
        QString title;
        QStringList pages; ///< ids, in the order of index.md
    };
    /// A line in which something was found: a heading, a paragraph, a row of a table, a line of code.
    struct Hit {
        QString page;
        int block = 0; ///< number of the text block in fill()'s document
        QString line;
    };

    /// Of a folder with index.md, whose second-level headings are the chapters and whose links are their pages. The
    /// manual is compiled in as ":/help".
    explicit HelpBook(const QString &folder = QStringLiteral(":/help"));

    [[nodiscard]] const std::vector<Page> &pages() const { return m_pages; } ///< index.md first, then by name
    [[nodiscard]] const std::vector<Chapter> &chapters() const { return m_chapters; }
    [[nodiscard]] const Page *page(const QString &id) const; ///< null: none

    /// A page that is not of the manual, in a chapter of its own behind the others; takes the place of an earlier one.
    void put(const Page &page, const QString &chapter);

    /// Lines that have all of these words, or parts of words, in any case; of a page without such a line, but with all
    /// words, the first line that has the first word. Headings first, otherwise in the order of the contents.
    [[nodiscard]] std::vector<Hit> search(const QString &words);

    /// The document of a page, as search() numbers its blocks.
    static void fill(QTextDocument &document, const Page &page);
    /// What a link says behind "#" to lead to this heading: as GitHub has it, so that links work there, too.
    [[nodiscard]] static QString anchorOf(const QString &heading);
    [[nodiscard]] static QStringList wordsOf(const QString &text);

private:
    struct Passage {
        int block = 0;
        bool isHeading = false;
        QString text;
    };

    void readChapters();
    void readPassages();
    [[nodiscard]] static std::vector<Passage> passagesOf(const Page &page);

    std::vector<Page> m_pages;
    std::vector<Chapter> m_chapters;
    std::vector<std::vector<Passage>> m_passages; ///< one list per page; empty until the first search
};

} // namespace secateur::app
