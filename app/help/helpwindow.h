// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QLabel>
#include <QLineEdit>
#include <QListWidget>
#include <QStackedWidget>
#include <QToolButton>
#include <QTreeWidget>

#include "app/help/helpbook.h"
#include "app/help/helpview.h"

namespace secateur::app {

/// The manual in a window of its own, which may stay open beside the program: contents and search at the left, the page
/// at the right. Reads the manual when it is made; nothing of it has to be there before.
///
/// Keys: Ctrl+F to search, Return for the first place found, Escape back to the contents, and from there closes;
/// Alt+Left and Alt+Right as in a browser.
class HelpWindow : public QWidget
{
    Q_OBJECT

public:
    explicit HelpWindow(QWidget *parent = nullptr);

    /// A page by its id, or the first one where there is none of it; an id may have "#" and a heading's anchor behind.
    void showPage(const QString &id);
    /// A page from elsewhere in the manual's clothes, and in its contents from now on (HelpBook::put()).
    void showText(const HelpBook::Page &page, const QString &chapter);
    /// With the words in the search field.
    void search(const QString &words);
    void startSearch(); ///< the field gets the keyboard

    [[nodiscard]] HelpView &view() { return *m_view; }
    [[nodiscard]] HelpBook &book() { return m_book; }
    [[nodiscard]] QListWidget &results() { return *m_results; }
    [[nodiscard]] QTreeWidget &contents() { return *m_contents; }
    [[nodiscard]] QLineEdit &field() { return *m_field; }

Q_SIGNALS:
    void navigationChanged(); ///< of what HelpView::canGoBack() and canGoForward() say, or of being visible

protected:
    void keyPressEvent(QKeyEvent *event) override;
    void showEvent(QShowEvent *event) override;
    void hideEvent(QHideEvent *event) override;

private:
    QWidget *makeBar();
    QWidget *makeSide();
    QToolButton *makeButton(const QString &text, const QString &name);
    void fillContents();
    void makeShortcuts();
    void onSearch(const QString &words);
    void openResult(int row);
    void onPageShown(const QString &id);

    HelpBook m_book;
    HelpView *m_view;
    QTreeWidget *m_contents;
    QStackedWidget *m_side = nullptr;
    QLineEdit *m_field = nullptr;
    QLabel *m_count = nullptr;
    QListWidget *m_results;
    QToolButton *m_back = nullptr;
    QToolButton *m_forward = nullptr;
    QToolButton *m_home = nullptr;
    std::vector<HelpBook::Hit> m_hits;
};

} // namespace secateur::app
