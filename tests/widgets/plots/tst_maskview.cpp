// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <cmath>

#include <QAccessible>
#include <QSignalSpy>
#include <QWheelEvent>
#include <QtTest/QtTest>

#include "tests/support/tinymodel.h"
#include "widgets/plots/maskoverview.h"
#include "widgets/plots/maskview.h"

using namespace secateur;
using namespace secateur::widgets;
using Cell = MatrixViewport::Cell;

namespace {

std::shared_ptr<const MaskData> randomMask(std::size_t rows, std::size_t cols, std::uint64_t seed)
{
    test::TinyRandom random(seed);
    mask::BitMatrix bits(rows, cols);
    for (std::size_t row = 0; row < rows; ++row)
        for (std::size_t col = 0; col < cols; ++col)
            bits.set(row, col, random.below(2) == 1);
    return std::make_shared<const MaskData>(std::move(bits));
}

void turnWheel(QWidget &widget, const QPointF &position, int delta)
{
    QWheelEvent event(position, widget.mapToGlobal(position), QPoint(), QPoint(0, delta), Qt::NoButton, Qt::NoModifier,
                      Qt::NoScrollPhase, false);
    QCoreApplication::sendEvent(&widget, &event);
}

void drag(QWidget &widget, const QPoint &from, const QPoint &to)
{
    QTest::mousePress(&widget, Qt::LeftButton, {}, from);
    for (const QPoint &at : {(from + to) / 2, to}) {
        QMouseEvent move(QEvent::MouseMove, at, widget.mapToGlobal(at), Qt::NoButton, Qt::LeftButton, {});
        QCoreApplication::sendEvent(&widget, &move);
    }
    QTest::mouseRelease(&widget, Qt::LeftButton, {}, to);
}

/// Two views of a pair of masks that share a viewport.
struct Views {
    std::shared_ptr<const MaskData> a = randomMask(300, 500, 1);
    std::shared_ptr<const MaskData> b = randomMask(300, 500, 2);
    MatrixViewport viewport;
    MaskView left{viewport};
    MaskView right{viewport};

    Views()
    {
        for (MaskView *view : {&left, &right}) {
            view->resize(460, 380);
            view->show();
        }
        viewport.setMatrix(300, 500);
        left.setContent(MaskContent(a));
        right.setContent(MaskContent(MaskDifference::make(a, b).value()));
    }
};

} // namespace

class TestMaskView : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void fitsAndClamps();
    void zoomKeepsThePointFixed();
    void sameShapeKeepsTheView();
    void viewsMoveTogether();
    void wheelZoomsAroundThePointer();
    void dragPansAndClickChooses();
    void arrowKeysWalkCells();
    void movingRevealsTheCell();
    void keysZoomAndActivate();
    void saysTheCurrentCell();
    void hoverTellsTheCell();
    void settlesOnTheExactPicture();
    void outdatedPicturesAreDropped();
    void followsTheTheme();
    void highResolution();
    void drawsHeadsAndMargins();
    void overviewFrameMovesTheViews();
    void emptyViewSaysWhy();
};

void TestMaskView::fitsAndClamps()
{
    MatrixViewport viewport;
    viewport.setViewSize({400, 300});
    viewport.setMatrix(1000, 2000);
    QVERIFY(viewport.isFitted());
    QCOMPARE(viewport.pixelsPerCell(), 0.2);
    QCOMPARE(viewport.visibleCells().center(), QPointF(1000, 500));
    viewport.zoomAtCentre(0.01); // no smaller than the whole
    QCOMPARE(viewport.pixelsPerCell(), 0.2);
    viewport.zoomAtCentre(1e9);
    QCOMPARE(viewport.pixelsPerCell(), MatrixViewport::maximumScale);
    viewport.panBy({1e9, 1e9});
    QCOMPARE(viewport.visibleCells().topLeft(), QPointF(0, 0));
    viewport.panBy({-1e9, -1e9});
    QCOMPARE(viewport.visibleCells().bottomRight(), QPointF(2000, 1000));
    viewport.fit();
    QVERIFY(viewport.isFitted());
    viewport.setViewSize({200, 300}); // stays the whole matrix
    QCOMPARE(viewport.pixelsPerCell(), 0.1);
}

void TestMaskView::zoomKeepsThePointFixed()
{
    MatrixViewport viewport;
    viewport.setViewSize({400, 400});
    viewport.setMatrix(800, 800);
    const QPointF cell(300.25, 411.5);
    const auto screen = [&] { return (cell - viewport.visibleCells().topLeft()) * viewport.pixelsPerCell(); };
    viewport.zoom(4.0, {400, 400});
    const QPointF before = screen();
    viewport.zoom(3.0, cell);
    QVERIFY((screen() - before).manhattanLength() < 1e-6);
    QSignalSpy changed(&viewport, &MatrixViewport::changed);
    viewport.zoom(0.0, cell);
    viewport.zoom(std::nan(""), cell);
    QCOMPARE(changed.count(), 0);
}

void TestMaskView::sameShapeKeepsTheView()
{
    MatrixViewport viewport;
    viewport.setViewSize({400, 400});
    viewport.setMatrix(800, 800);
    viewport.zoom(8.0, {100, 100});
    viewport.setCurrentCell(Cell{5, 6});
    const QRectF seen = viewport.visibleCells();
    viewport.setMatrix(800, 800);
    QCOMPARE(viewport.visibleCells(), seen);
    QVERIFY(viewport.currentCell().has_value());
    viewport.setMatrix(800, 1600);
    QVERIFY(viewport.isFitted());
    QVERIFY(!viewport.currentCell());
}

void TestMaskView::viewsMoveTogether()
{
    Views views;
    views.viewport.zoom(20.0, {250, 150});
    const QImage first = views.left.grab().toImage();
    QTest::keyClick(&views.right, Qt::Key_Plus);
    QVERIFY(views.left.grab().toImage() != first);
    QCOMPARE(views.left.cellAt(views.right.positionOf({150, 250})), std::optional(Cell{150, 250}));
}

void TestMaskView::wheelZoomsAroundThePointer()
{
    Views views;
    views.viewport.zoom(3.0, {100, 200}); // so that the matrix fills the view in both directions
    const QPointF at = views.left.positionOf({200, 100});
    for (int notch = 0; notch < 12; ++notch)
        turnWheel(views.left, at, 120);
    QVERIFY(views.viewport.pixelsPerCell() > 5.0);
    QCOMPARE(views.left.cellAt(at), std::optional(Cell{200, 100}));
    turnWheel(views.left, at, -120 * 40);
    QVERIFY(views.viewport.isFitted());
}

void TestMaskView::dragPansAndClickChooses()
{
    Views views;
    views.viewport.zoom(16.0, {250, 150});
    const QPoint from = views.left.pictureRect().center();
    const Cell held = views.left.cellAt(from).value();
    drag(views.left, from, from + QPoint(70, -45));
    QCOMPARE(views.left.cellAt(from + QPoint(70, -45)), std::optional(held));
    QVERIFY(!views.viewport.currentCell()); // a drag is not a click
    QTest::mouseClick(&views.left, Qt::LeftButton, {}, from);
    QCOMPARE(views.viewport.currentCell(), views.left.cellAt(from));
}

void TestMaskView::arrowKeysWalkCells()
{
    Views views;
    views.viewport.setCurrentCell(Cell{10, 10});
    QTest::keyClick(&views.left, Qt::Key_Right);
    QTest::keyClick(&views.left, Qt::Key_Down, Qt::ShiftModifier);
    QCOMPARE(*views.viewport.currentCell(), (Cell{20, 11}));
    QTest::keyClick(&views.left, Qt::Key_Home);
    QTest::keyClick(&views.left, Qt::Key_Left); // stays inside
    QCOMPARE(*views.viewport.currentCell(), (Cell{20, 0}));
    QTest::keyClick(&views.left, Qt::Key_End, Qt::ControlModifier);
    QCOMPARE(*views.viewport.currentCell(), (Cell{299, 499}));
    QTest::keyClick(&views.left, Qt::Key_Escape);
    QVERIFY(!views.viewport.currentCell());
    QTest::keyClick(&views.left, Qt::Key_Up); // from nothing: the middle of what is seen
    QCOMPARE(*views.viewport.currentCell(), (Cell{150, 250}));
}

void TestMaskView::movingRevealsTheCell()
{
    Views views;
    views.viewport.zoom(40.0, {250, 150});
    for (const Cell &cell : {Cell{0, 0}, Cell{299, 499}, Cell{7, 450}}) {
        views.viewport.setCurrentCell(cell);
        QVERIFY(QRectF(views.left.pictureRect()).contains(views.left.positionOf(cell)));
    }
}

void TestMaskView::keysZoomAndActivate()
{
    Views views;
    QSignalSpy activated(&views.left, &MaskView::cellActivated);
    QTest::keyClick(&views.left, Qt::Key_Return);
    QCOMPARE(activated.count(), 0); // no cell yet
    QTest::keyClick(&views.left, Qt::Key_1);
    QCOMPARE(views.viewport.pixelsPerCell(), 1.0);
    QTest::keyClick(&views.left, Qt::Key_0);
    QVERIFY(views.viewport.isFitted());
    QTest::keyClick(&views.left, Qt::Key_Down);
    QTest::keyClick(&views.left, Qt::Key_Return);
    QCOMPARE(activated.count(), 1);
}

void TestMaskView::saysTheCurrentCell()
{
    Views views;
    views.left.setTitle(QStringLiteral("Sub-model A"));
    auto *const interface = QAccessible::queryAccessibleInterface(&views.left);
    QVERIFY(interface);
    QCOMPARE(interface->text(QAccessible::Name), QStringLiteral("Sub-model A"));
    QVERIFY(interface->text(QAccessible::Description).contains(QStringLiteral("300 rows")));
    Cell pruned{3, 0};
    while (views.a->bits().test(3, std::size_t(pruned.column)))
        ++pruned.column;
    views.viewport.setCurrentCell(pruned);
    views.left.setCellNote(QStringLiteral("weight 0.5"));
    QCOMPARE(interface->text(QAccessible::Description),
             QStringLiteral("Row 3, column %1: pruned. weight 0.5").arg(pruned.column));
    const bool inB = views.b->bits().test(3, std::size_t(pruned.column));
    QVERIFY(views.right.accessibleDescription().endsWith(inB ? QStringLiteral("kept in B only")
                                                             : QStringLiteral("pruned in both")));
}

void TestMaskView::hoverTellsTheCell()
{
    Views views;
    std::optional<Cell> seen;
    connect(&views.left, &MaskView::hovered, this, [&](const std::optional<Cell> &cell) { seen = cell; });
    const auto moveTo = [&](const QPoint &at) {
        QMouseEvent move(QEvent::MouseMove, at, views.left.mapToGlobal(at), Qt::NoButton, Qt::NoButton, {});
        QCoreApplication::sendEvent(&views.left, &move);
    };
    moveTo(views.left.positionOf({42, 99}).toPoint());
    QVERIFY(seen && std::abs(seen->row - 42) <= 1 && std::abs(seen->column - 99) <= 1);
    moveTo(QPoint(2, 2)); // on the ruler
    QVERIFY(!seen);
}

void TestMaskView::settlesOnTheExactPicture()
{
    Views views;
    QSignalSpy settled(&views.left, &MaskView::settled);
    static_cast<void>(views.left.grab());
    QVERIFY(!views.left.isSettled());
    QTRY_COMPARE(settled.count(), 1);
    const QRect picture = views.left.pictureRect();
    const QRectF cells = views.viewport.visibleCells(picture.size());
    const CellWindow window{cells.left(), cells.top(), views.viewport.pixelsPerCell(), picture.size()};
    QCOMPARE(views.left.frame(),
             MaskContent(views.a).draw(window, MaskPalette::forPalette(views.left.palette()), MaskQuality::Settled));
}

void TestMaskView::outdatedPicturesAreDropped()
{
    Views views;
    QSignalSpy settled(&views.left, &MaskView::settled);
    static_cast<void>(views.left.grab());
    QTRY_COMPARE(settled.count(), 1);
    // A new mask while the old one's exact picture may still be on its way.
    views.left.setContent(MaskContent(views.b));
    static_cast<void>(views.left.grab());
    QVERIFY(!views.left.isSettled());
    QTRY_VERIFY(views.left.isSettled());
    const QRect picture = views.left.pictureRect();
    const QRectF cells = views.viewport.visibleCells(picture.size());
    const CellWindow window{cells.left(), cells.top(), views.viewport.pixelsPerCell(), picture.size()};
    QCOMPARE(views.left.frame(),
             MaskContent(views.b).draw(window, MaskPalette::forPalette(views.left.palette()), MaskQuality::Settled));
}

void TestMaskView::followsTheTheme()
{
    Views views;
    const auto cornerColour = [&] { // beside the matrix, which is wider than high
        return views.left.grab().toImage().pixel(views.left.pictureRect().topLeft() + QPoint(3, 3));
    };
    QPalette dark = views.left.palette();
    dark.setColor(QPalette::Window, QColor(30, 30, 30));
    QPalette light = views.left.palette();
    light.setColor(QPalette::Window, QColor(240, 240, 240));
    views.left.setPalette(dark);
    QCOMPARE(cornerColour(), MaskPalette::dark().outside);
    views.left.setPalette(light);
    QCOMPARE(cornerColour(), MaskPalette::light().outside);
}

void TestMaskView::highResolution()
{
    Views views;
    QImage image(views.left.size() * 2, QImage::Format_RGB32);
    image.setDevicePixelRatio(2.0);
    views.left.render(&image);
    // The widget draws for its own screen; what must hold on any is that the picture has a device pixel each.
    QCOMPARE(views.left.frame().size(), views.left.pictureRect().size() * views.left.devicePixelRatioF());
}

void TestMaskView::drawsHeadsAndMargins()
{
    Views views;
    QTRY_VERIFY((static_cast<void>(views.left.grab()), views.left.isSettled()));
    const QImage without = views.left.grab().toImage();
    views.left.setHeads({64, true});
    const QImage with = views.left.grab().toImage();
    const int at = int(std::round(views.left.positionOf({64, 0}).y() - 0.5 * views.viewport.pixelsPerCell()));
    const QRect picture = views.left.pictureRect();
    int changed = 0;
    for (int x = picture.left(); x <= picture.right(); ++x)
        changed += with.pixel(x, at) != without.pixel(x, at) || with.pixel(x, at - 1) != without.pixel(x, at - 1);
    QVERIFY2(changed > picture.width() * 9 / 10, qPrintable(QString::number(changed)));
    // A margin of bars: half of each row is kept, so the strip right of the picture is not empty.
    const QRgb background = without.pixel(2, 2);
    QVERIFY(without.pixel(picture.right() + 6, picture.center().y()) != background);
}

void TestMaskView::overviewFrameMovesTheViews()
{
    Views views;
    MaskOverview overview(views.viewport);
    overview.resize(210, 150);
    overview.setContent(views.left.content());
    overview.show();
    views.viewport.zoom(10.0, {250, 150});
    static_cast<void>(overview.grab());
    const QPointF middle = overview.frameRect().center();
    drag(overview, middle.toPoint(), middle.toPoint() + QPoint(40, 20));
    const QPointF moved = overview.frameRect().center() - middle;
    QVERIFY2((moved - QPointF(40, 20)).manhattanLength() < 1.5, qPrintable(QString::number(moved.x())));
    // Beside the frame: it jumps there.
    const QPoint corner = overview.matrixRect().topLeft().toPoint() + QPoint(20, 20);
    QTest::mouseClick(&overview, Qt::LeftButton, {}, corner);
    QVERIFY((overview.frameRect().center() - QPointF(corner)).manhattanLength() < 2.0);
    const double left = views.viewport.visibleCells().left();
    QTest::keyClick(&overview, Qt::Key_Right);
    QVERIFY(views.viewport.visibleCells().left() > left);
    QVERIFY(overview.accessibleDescription().contains(QStringLiteral("Shown: rows")));
}

void TestMaskView::emptyViewSaysWhy()
{
    MatrixViewport viewport;
    MaskView view(viewport);
    view.resize(300, 200);
    view.setMessage(QStringLiteral("Choose a second sub-model"));
    QVERIFY(!view.grab().isNull());
    QCOMPARE(view.accessibleDescription(), QStringLiteral("Choose a second sub-model"));
    for (const int key : {Qt::Key_Left, Qt::Key_Plus, Qt::Key_Return, Qt::Key_0})
        QTest::keyClick(&view, Qt::Key(key));
    turnWheel(view, {100, 100}, 120);
    QTest::mouseClick(&view, Qt::LeftButton, {}, QPoint(100, 100));
    QVERIFY(!viewport.currentCell());
}

/// Median of 60 frames while panning and zooming a pair of 4096 x 11008 at 1200 x 800. The budget is 8 ms; three times
/// that still passes here, for a test machine may be busy. The benchmark measures it.
QTEST_MAIN(TestMaskView)
#include "tst_maskview.moc"
