// SPDX-License-Identifier: GPL-3.0-or-later
#include <QAccessible>
#include <QApplication>
#include <QScrollBar>
#include <QSignalSpy>
#include <QSplitter>
#include <QtTest/QTest>

#include "app/help/helpwindow.h"
#include "widgets/common/theme.h"

using namespace secateur;
using namespace secateur::app;

/// The window with the manual that is compiled in.
class TestHelpWindow : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init()
    {
        widgets::applyTheme(widgets::Theme::Light);
        m_window = std::make_unique<HelpWindow>();
        m_window->show();
        QVERIFY(QTest::qWaitForWindowActive(m_window.get())); // for its shortcuts
    }
    void cleanup() { m_window.reset(); }

    void beginsWithTheContents()
    {
        QCOMPARE(view().currentPage(), QStringLiteral("index"));
        QVERIFY(!view().canGoBack());
        int pages = 0;
        for (const auto &chapter : m_window->book().chapters())
            pages += int(chapter.pages.size());
        QVERIFY(pages > 10);
        int listed = 0;
        auto &contents = m_window->contents();
        for (int i = 0; i < contents.topLevelItemCount(); ++i)
            listed += contents.topLevelItem(i)->childCount();
        QCOMPARE(listed, pages);
    }

    void contentsOpenPages()
    {
        auto *const chapter = m_window->contents().topLevelItem(1);
        auto *const item = chapter->child(0);
        m_window->contents().setCurrentItem(item);
        QCOMPARE(view().currentPage(), item->data(0, Qt::UserRole).toString());
        QVERIFY(m_window->windowTitle().startsWith(item->text(0)));
    }

    void followsLinksAndGoesBack()
    {
        m_window->showPage(QStringLiteral("first-study"));
        Q_EMIT view().anchorClicked(QUrl(QStringLiteral("plots.md#sets")));
        QCOMPARE(view().currentPage(), QStringLiteral("plots"));
        QVERIFY(view().verticalScrollBar()->value() > 0); // at the heading
        const int there = view().verticalScrollBar()->value();
        QCOMPARE(m_window->contents().currentItem()->data(0, Qt::UserRole).toString(), QStringLiteral("plots"));
        QTest::keyClick(m_window.get(), Qt::Key_Left, Qt::AltModifier);
        QCOMPARE(view().currentPage(), QStringLiteral("first-study"));
        QTest::keyClick(m_window.get(), Qt::Key_Right, Qt::AltModifier);
        QCOMPARE(view().currentPage(), QStringLiteral("plots"));
        QCOMPARE(view().verticalScrollBar()->value(), there);
        QVERIFY(!view().canGoForward());
    }

    void aNewPageEndsTheWayForward()
    {
        m_window->showPage(QStringLiteral("masks"));
        m_window->showPage(QStringLiteral("compare"));
        view().goBack();
        QVERIFY(view().canGoForward());
        m_window->showPage(QStringLiteral("safety"));
        QVERIFY(!view().canGoForward());
        view().goBack();
        QCOMPARE(view().currentPage(), QStringLiteral("masks"));
    }

    void showsTextsFromElsewhere()
    {
        const QString chapter = QStringLiteral("From your studies");
        const auto before = m_window->book().pages().size();
        m_window->showText(
            {QStringLiteral("file:/a"), QStringLiteral("Findings"), QStringLiteral("# First\n\n![](/etc/x)")}, chapter);
        QVERIFY(view().toPlainText().startsWith(QStringLiteral("First")));
        QVERIFY(view().loadResource(QTextDocument::ImageResource, QUrl(QStringLiteral("/etc/hostname"))).isNull());
        m_window->showText({QStringLiteral("file:/a"), QStringLiteral("Findings"), QStringLiteral("# Second")},
                           chapter);
        QCOMPARE(view().toPlainText(), QStringLiteral("Second")); // in the place of what it was
        QCOMPARE(m_window->book().pages().size(), before + 1);
        QCOMPARE(m_window->contents().currentItem()->text(0), QStringLiteral("Findings"));
        m_window->search(QStringLiteral("Second"));
        QVERIFY(m_window->results().count() > 0);
        m_window->search({});
    }

    void unknownPagesLeadToTheFirst()
    {
        m_window->showPage(QStringLiteral("masks"));
        m_window->showPage(QStringLiteral("nothing-of-this-name"));
        QCOMPARE(view().currentPage(), QStringLiteral("index"));
    }

    void opensAtAHeading()
    {
        m_window->showPage(QStringLiteral("mask-numbers#random-baseline"));
        QCOMPARE(view().currentPage(), QStringLiteral("mask-numbers"));
        QCOMPARE(view().textCursor().block().text(), QStringLiteral("Random baseline"));
    }

    void searchListsAndMarks()
    {
        QTest::keyClick(m_window.get(), Qt::Key_F, Qt::ControlModifier);
        QTRY_VERIFY(m_window->field().hasFocus());
        QTest::keyClicks(&m_window->field(), QStringLiteral("scaler_row"));
        auto &results = m_window->results();
        QVERIFY(results.isVisible());
        QVERIFY(results.count() > 0);
        QVERIFY(view().extraSelections().isEmpty());
        QTest::keyClick(&m_window->field(), Qt::Key_Return);
        QCOMPARE(results.currentRow(), 0);
        const auto *const page = m_window->book().page(view().currentPage());
        QVERIFY(page && page->markdown.contains(QStringLiteral("scaler_row")));
        const auto marks = view().extraSelections();
        QVERIFY(!marks.isEmpty());
        for (const auto &mark : marks)
            QCOMPARE(mark.cursor.selectedText().toLower(), QStringLiteral("scaler_row"));
        // The place itself is in view.
        QVERIFY(view().viewport()->rect().contains(view().cursorRect(view().textCursor()).topLeft()));
        QTest::keyClick(&m_window->field(), Qt::Key_Return);
        QCOMPARE(results.currentRow(), results.count() > 1 ? 1 : 0);
        QTest::keyClick(&m_window->field(), Qt::Key_Escape);
        QVERIFY(m_window->contents().isVisible());
        QVERIFY(view().extraSelections().isEmpty());
        QTest::keyClick(&m_window->field(), Qt::Key_Escape);
        QVERIFY(!m_window->isVisible());
    }

    void everyResultIsWhereItSays()
    {
        m_window->search(QStringLiteral("sparsity"));
        auto &results = m_window->results();
        QVERIFY(results.count() > 5);
        for (int row = 0; row < results.count(); ++row) {
            results.setCurrentRow(row);
            const auto block = view().textCursor().block();
            QVERIFY2(view().document()->find(QStringLiteral("sparsity"), block.position()).block().isValid(),
                     qPrintable(results.item(row)->text()));
            QVERIFY(results.item(row)->toolTip().contains(block.text()));
        }
    }

    void saysWhenNothingIsFound()
    {
        m_window->search(QStringLiteral("xyzzy-nowhere"));
        QCOMPARE(m_window->results().count(), 0);
        bool said = false;
        for (const auto *const label : m_window->findChildren<QLabel *>())
            said = said || label->text().startsWith(QStringLiteral("Nothing found"));
        QVERIFY(said);
    }

    void followsTheThemeAndTheFont()
    {
        m_window->showPage(QStringLiteral("mask-numbers"));
        const double size = view().document()->size().height();
        const auto linkColour = [this] {
            for (auto block = view().document()->begin(); block.isValid(); block = block.next())
                for (auto part = block.begin(); !part.atEnd(); ++part)
                    if (part.fragment().charFormat().isAnchor())
                        return part.fragment().charFormat().foreground().color();
            return QColor();
        };
        m_window->showPage(QStringLiteral("index"));
        QCOMPARE(linkColour(), view().palette().color(QPalette::Link));
        const QColor light = linkColour();
        widgets::applyTheme(widgets::Theme::Dark);
        QTRY_VERIFY(linkColour() != light);
        QCOMPARE(linkColour(), view().palette().color(QPalette::Link));
        m_window->showPage(QStringLiteral("mask-numbers"));
        QFont large = view().font();
        large.setPointSizeF(large.pointSizeF() * 1.6);
        view().setFont(large);
        QTRY_VERIFY(view().document()->size().height() > size * 1.3);
        QCOMPARE(view().currentPage(), QStringLiteral("mask-numbers"));
    }

    void everythingHasAName()
    {
        m_window->search(QStringLiteral("mask"));
        for (const auto *const widget : m_window->findChildren<QWidget *>()) {
            if (!widget->isVisible() || widget->focusPolicy() == Qt::NoFocus)
                continue;
            auto *const interface = QAccessible::queryAccessibleInterface(const_cast<QWidget *>(widget));
            QVERIFY2(interface && !interface->text(QAccessible::Name).isEmpty(), widget->metaObject()->className());
        }
    }

private:
    [[nodiscard]] HelpView &view() const { return m_window->view(); }

    std::unique_ptr<HelpWindow> m_window;
};

QTEST_MAIN(TestHelpWindow)
#include "tst_helpwindow.moc"
