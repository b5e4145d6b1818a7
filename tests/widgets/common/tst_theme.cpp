// SPDX-License-Identifier: GPL-3.0-or-later
#include <QApplication>
#include <QCheckBox>
#include <QPushButton>
#include <QStyle>
#include <QStyleOptionButton>
#include <QWidget>
#include <QtTest/QTest>

#include "widgets/common/emptystate.h"
#include "widgets/common/signallabel.h"
#include "widgets/common/theme.h"
#include "widgets/common/workbenchstyle.h"

using namespace secateur::widgets;

class TestTheme : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void names()
    {
        for (const auto theme : {Theme::System, Theme::Light, Theme::Dark})
            QCOMPARE(themeFromName(themeName(theme)), theme);
        QCOMPARE(themeFromName(QStringLiteral("pink")), Theme::System);
    }

    void applies()
    {
        applyTheme(Theme::Dark);
        QVERIFY(isDark(QApplication::palette()));
        QVERIFY(qobject_cast<WorkbenchStyle *>(QApplication::style()));
        applyTheme(Theme::Light);
        QVERIFY(!isDark(QApplication::palette()));
    }

    void signalsFollowTheTheme()
    {
        applyTheme(Theme::Light);
        QWidget page;
        auto &label = *new SignalLabel(&page);
        label.say(QStringLiteral("Ready"), SignalLabel::Signal::Good);
        page.show();
        const auto shown = [&label] { return label.palette().color(QPalette::WindowText); };
        QCOMPARE(shown(), signalColors(lightPalette()).good);
        applyTheme(Theme::Dark);
        QTRY_COMPARE(shown(), signalColors(darkPalette()).good);
        label.say(QStringLiteral("Cannot"), SignalLabel::Signal::Bad);
        QCOMPARE(shown(), signalColors(darkPalette()).bad);
        label.say(QStringLiteral("Reading"), SignalLabel::Signal::Plain);
        applyTheme(Theme::Light);
        QTRY_COMPARE(shown(), lightPalette().color(QPalette::WindowText));
    }

    void textCanBeRead_data()
    {
        QTest::addColumn<QPalette>("palette");
        QTest::newRow("light") << lightPalette();
        QTest::newRow("dark") << darkPalette();
    }
    void textCanBeRead()
    {
        QFETCH(const QPalette, palette);
        constexpr double readable = 4.5; // WCAG 2.1, 1.4.3
        const auto check = [&palette](QPalette::ColorRole text, QPalette::ColorRole ground) {
            return contrast(palette.color(text), palette.color(ground));
        };
        QVERIFY(check(QPalette::WindowText, QPalette::Window) >= 7.0);
        QVERIFY(check(QPalette::Text, QPalette::Base) >= 7.0);
        QVERIFY(check(QPalette::Text, QPalette::AlternateBase) >= 7.0);
        QVERIFY(check(QPalette::ButtonText, QPalette::Button) >= 7.0);
        QVERIFY(check(QPalette::HighlightedText, QPalette::Highlight) >= readable);
        QVERIFY(check(QPalette::Link, QPalette::Base) >= readable);
        QVERIFY(check(QPalette::PlaceholderText, QPalette::Base) >= readable);
        const auto colors = signalColors(palette);
        for (const auto &color : {colors.good, colors.warning, colors.bad})
            for (const auto ground : {QPalette::Base, QPalette::Window})
                QVERIFY(contrast(color, palette.color(ground)) >= readable);
    }

    void uncheckedBoxesAreSeen_data()
    {
        QTest::addColumn<int>("theme");
        QTest::newRow("light") << int(Theme::Light);
        QTest::newRow("dark") << int(Theme::Dark);
    }
    void uncheckedBoxesAreSeen()
    {
        QFETCH(const int, theme);
        applyTheme(Theme(theme));
        QCheckBox box(QStringLiteral("Wanda"));
        box.resize(box.sizeHint());
        const QImage image = box.grab().toImage();
        QStyleOptionButton option;
        option.initFrom(&box);
        const QRect edge = box.style()->subElementRect(QStyle::SE_CheckBoxIndicator, &option, &box);
        const QColor window = box.palette().color(QPalette::Window);
        for (const QPoint at : {QPoint(edge.left(), edge.center().y()), QPoint(edge.center().x(), edge.bottom())})
            QVERIFY(contrast(image.pixelColor(at), window) >= 3.0); // WCAG 2.1, 1.4.11
    }

    void checkedButtonsAreSeen_data() { uncheckedBoxesAreSeen_data(); }
    void checkedButtonsAreSeen()
    {
        QFETCH(const int, theme);
        applyTheme(Theme(theme));
        QPushButton button(QStringLiteral("Linked"));
        button.setCheckable(true);
        button.resize(80, 26);
        const auto line = [&button] { return button.grab().toImage().pixelColor(40, 26 - 4); };
        const QColor off = line();
        button.setChecked(true);
        QCOMPARE(line(), QApplication::palette().color(QPalette::Link));
        QVERIFY(contrast(line(), off) >= 3.0); // WCAG 2.1, 1.4.11
    }

    void emptyStateSpeaks()
    {
        EmptyState state(QStringLiteral("No runs yet"), QStringLiteral("Prune a model first."));
        QCOMPARE(state.accessibleName(), QStringLiteral("No runs yet"));
        auto *const first = state.addButton(QStringLiteral("Prune"));
        auto *const second = state.addButton(QStringLiteral("Help"));
        state.resize(800, 600);
        state.show();
        QVERIFY(QTest::qWaitForWindowExposed(&state));
        QVERIFY(first->x() < second->x());
        QCOMPARE(first->y(), second->y());
    }
};

QTEST_MAIN(TestTheme)
#include "tst_theme.moc"
