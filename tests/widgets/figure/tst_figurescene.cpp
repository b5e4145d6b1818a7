// SPDX-License-Identifier: GPL-3.0-or-later
#include <cmath>
#include <map>

#include "tests/support/testsupport.h"
#include "tests/widgets/figure/figuresamples.h"
#include "widgets/figure/colormap.h"
#include "widgets/figure/figuretable.h"
#include "widgets/figure/papertable.h"
#include "widgets/figure/scenebuilder.h"
#include "widgets/figure/scenepainter.h"
#include "widgets/figure/scenes.h"

using namespace secateur;
using namespace secateur::test;
using namespace secateur::widgets;

namespace {

constexpr double slack = 1e-6;

FigureScene sceneOf(const FigureSpec &spec, const analysis::FigureData &data)
{
    const auto scene = makeScene(spec, data);
    if (!scene)
        qWarning("%s", describe(scene.error()).c_str());
    return scene ? *scene : FigureScene();
}

} // namespace

/// What is drawn, as numbers: no pixels are compared here.
class TestFigureScene : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void everyKindFitsEveryColumn_data();
    void everyKindFitsEveryColumn();
    void barsAreTheValues();
    void linesAreTheValues();
    void manyPairsBecomeASpread();
    void baselinesAreDrawn();
    void cellsAreTheMatrix();
    void accuracyHasBarsAndIntervals();
    void sharesAreInPercent();
    void scatterHasMarksAndWhiskers();
    void colorsFitTheRange();
    void weightsHaveTheirColors();
    void smallMasksAreRectangles();
    void greyPrintKeepsClassesApart();
    void largeMasksArePictures();
    void hugeMasksBecomeDensities();
    void fittingHeightsLeaveNoBlankPaper();
    void tooSmallPagesAreRefused();
    void wrongDataIsRefused();
    void clipsLines();
    void ticksAreRound();
    void namesLoseACommonTail();
    void missingFontsAreSaid();
    void resamplingKeepsTheMean();
};

void TestFigureScene::everyKindFitsEveryColumn_data()
{
    QTest::addColumn<int>("kind");
    QTest::addColumn<double>("width");
    QTest::addColumn<double>("font");
    QTest::addColumn<int>("runs");
    for (const FigureKind kind : figureKinds())
        for (const auto &column : columnWidths())
            for (const double font : {6.0, 8.0, 9.0})
                for (const int runs : {2, 3, 5, 8})
                    QTest::addRow("%s %s %g pt %d runs", qPrintable(kindName(kind)), qPrintable(column.id), font, runs)
                        << int(kind) << column.widthMm << font << runs;
}

void TestFigureScene::everyKindFitsEveryColumn()
{
    QFETCH(int, kind);
    QFETCH(double, width);
    QFETCH(double, font);
    QFETCH(int, runs);
    FigureSpec spec = specOf(FigureKind(kind), width);
    spec.fontSizePt = font;
    const auto data = kind == int(FigureKind::Mask) ? maskSample(std::size_t(runs) * 40, 256)
        : kind == int(FigureKind::JaccardLayers)    ? layerSample(runs, 30)
        : kind == int(FigureKind::JaccardMatrix)    ? matrixSample(runs)
        : kind == int(FigureKind::Accuracy)         ? accuracySample(runs, 4)
        : kind == int(FigureKind::DistanceAccuracy) ? scatterSample(runs, std::min(runs, 5))
                                                    : profileSample(runs, 30);
    const auto scene = makeScene(spec, data);
    VERIFY_RESULT(scene);
    const QStringList problems = problemsOf(*scene);
    QVERIFY2(problems.isEmpty(), qPrintable(problems.join(QLatin1Char('\n'))));
    QCOMPARE(scene->widthMm, width);
    for (const auto &item : scene->items)
        if (const auto *const text = std::get_if<TextLabel>(&item.shape))
            QCOMPARE(text->sizePt, font);
    QVERIFY(!scene->title.isEmpty());
}

void TestFigureScene::barsAreTheValues()
{
    const auto data = layerSample(3, 6);
    const auto &content = std::get<analysis::LayerDistances>(data.content);
    const FigureScene scene = sceneOf(specOf(FigureKind::JaccardLayers, 181.9), data);
    const auto bars = shapesOf<FillRect>(scene, Role::Data);
    QCOMPARE(bars.size(), 18);
    const QRectF plot = scene.panels.at(0);
    // The axis ends at 0.8: the random baseline of 0.667 is the largest value.
    for (int pair = 0; pair < 3; ++pair)
        for (int layer = 0; layer < 6; ++layer) {
            const QRectF bar = bars[pair * 6 + layer].rect;
            const double value = content.pairs[std::size_t(pair)].values[std::size_t(layer)];
            QVERIFY(std::abs(bar.height() / plot.height() - value / 0.8) < slack);
            QVERIFY(std::abs(bar.bottom() - plot.bottom()) < slack);
            const double slot = plot.width() / 6;
            QVERIFY(bar.left() > plot.left() + slot * layer && bar.right() < plot.left() + slot * (layer + 1));
            for (const auto &other : bars)
                QVERIFY(other.rect == bar || !other.rect.adjusted(slack, 0, -slack, 0).intersects(bar));
        }
    QVERIFY(bars[0].color != bars[6].color && bars[6].color != bars[12].color);
}

void TestFigureScene::linesAreTheValues()
{
    const auto data = profileSample(2, 12);
    const auto &content = std::get<analysis::SparsityProfile>(data.content);
    const FigureScene scene = sceneOf(specOf(FigureKind::SparsityProfile), data);
    const auto lines = shapesOf<Stroke>(scene, Role::Data);
    QCOMPARE(lines.size(), 2);
    const QRectF plot = scene.panels.at(0);
    for (int run = 0; run < 2; ++run) {
        QCOMPARE(lines[run].points.size(), 12);
        // The axis ends at 0.6 for values up to 0.55.
        for (int layer = 0; layer < 12; ++layer) {
            const double shown = (plot.bottom() - lines[run].points[layer].y()) / plot.height() * 0.6;
            QVERIFY(std::abs(shown - content.runs[std::size_t(run)].values[std::size_t(layer)]) < slack);
        }
    }
    QVERIFY(lines[0].dashMm != lines[1].dashMm); // lines on top of each other can both be seen
}

void TestFigureScene::manyPairsBecomeASpread()
{
    const FigureScene scene = sceneOf(specOf(FigureKind::JaccardLayers), layerSample(6, 10));
    const auto lines = shapesOf<Stroke>(scene, Role::Data);
    QCOMPARE(lines.size(), 16); // 15 pairs and their mean, drawn last and widest
    for (int i = 0; i < 15; ++i)
        QVERIFY(lines[i].widthMm < lines[15].widthMm && lines[i].color == lines[0].color);
    double sum = 0.0;
    for (int i = 0; i < 15; ++i)
        sum += lines[i].points[4].y();
    QVERIFY(std::abs(sum / 15 - lines[15].points[4].y()) < slack);
}

void TestFigureScene::baselinesAreDrawn()
{
    const FigureScene scene = sceneOf(specOf(FigureKind::JaccardLayers), layerSample(2, 10));
    const auto lines = shapesOf<Stroke>(scene, Role::Baseline);
    QCOMPARE(lines.size(), 2);
    const QRectF plot = scene.panels.at(0);
    const auto value = [&](const Stroke &line) { return (plot.bottom() - line.points[0].y()) / plot.height() * 0.8; };
    QVERIFY(std::abs(value(lines[0]) - 0.05) < slack);
    QVERIFY(std::abs(value(lines[1]) - 2.0 / 3.0) < slack);
    for (const auto &line : lines)
        QVERIFY(std::abs(line.points.last().x() - line.points.first().x() - plot.width()) < slack);
    QStringList legend;
    for (const auto &text : shapesOf<TextLabel>(scene, Role::Legend))
        legend << text.text;
    QCOMPARE(legend,
             (QStringList{QStringLiteral("python – java"), QStringLiteral("same domain (python – python-again)"),
                          QStringLiteral("random masks")}));
}

void TestFigureScene::cellsAreTheMatrix()
{
    const auto data = matrixSample(5);
    const auto &content = std::get<analysis::DistanceMatrix>(data.content);
    FigureSpec spec = specOf(FigureKind::JaccardMatrix);
    spec.range = ColorRange{0.0, 1.0};
    const FigureScene scene = sceneOf(spec, data);
    const auto cells = shapesOf<FillRect>(scene, Role::Data);
    QCOMPARE(cells.size(), 25);
    const QRectF matrix = scene.panels.at(0);
    QVERIFY(std::abs(matrix.width() - matrix.height()) < slack);
    QStringList values;
    for (const auto &text : shapesOf<TextLabel>(scene, Role::Label))
        values << text.text;
    for (int row = 0; row < 5; ++row)
        for (int col = 0; col < 5; ++col) {
            const FillRect &cell = cells[row * 5 + col];
            const double value = content.values[std::size_t(row * 5 + col)];
            QCOMPARE(cell.color, ColorMap::named(spec.palette).at(value));
            const QPointF corner = matrix.topLeft() + QPointF(col, row) * matrix.width() / 5;
            QVERIFY(QLineF(corner, cell.rect.topLeft()).length() < slack);
            QVERIFY(values.contains(QString::number(value, 'f', 2)));
        }
}

void TestFigureScene::accuracyHasBarsAndIntervals()
{
    const auto data = accuracySample(3, 2);
    const auto &content = std::get<analysis::AccuracyTable>(data.content);
    const FigureScene scene = sceneOf(specOf(FigureKind::Accuracy, 139.7), data);
    const auto bars = shapesOf<FillRect>(scene, Role::Data);
    QCOMPARE(bars.size(), 7); // four models, two tasks, one was not measured
    const QRectF plot = scene.panels.at(0);
    const auto y = [&](double value) { return plot.bottom() - plot.height() * value / scene.valueEnd; };
    QList<Stroke> lines;
    for (const auto &stroke : shapesOf<Stroke>(scene, Role::Baseline))
        if (stroke.points[0].x() == stroke.points[1].x())
            lines << stroke;
    QCOMPARE(lines.size(), 7);
    qsizetype shown = 0;
    for (std::size_t task = 0; task < 2; ++task)
        for (std::size_t row = 0; row < 4; ++row) {
            const auto &cell = content.at(row, task);
            if (!cell)
                continue;
            const QRectF bar = bars[shown].rect;
            QVERIFY(std::abs(bar.top() - y(cell->measured.value)) < slack);
            QVERIFY(std::abs(bar.bottom() - plot.bottom()) < slack);
            QVERIFY(std::abs(lines[shown].points[0].x() - bar.center().x()) < slack);
            QVERIFY(std::abs(lines[shown].points[0].y() - y(cell->measured.interval.low)) < slack);
            QVERIFY(std::abs(lines[shown].points[1].y() - y(cell->measured.interval.high)) < slack);
            ++shown;
        }
    QVERIFY(scene.title.contains(QStringLiteral("heldout-perplexity-1")));
    QStringList names;
    for (const auto &text : shapesOf<TextLabel>(scene, Role::Legend))
        names << text.text;
    QCOMPARE(names,
             (QStringList{QStringLiteral("dense"), QStringLiteral("python"), QStringLiteral("java"),
                          QStringLiteral("math")}));
}

/// Marks and whiskers at the values in percent, the domain's own run filled, the correlation in words.
void TestFigureScene::scatterHasMarksAndWhiskers()
{
    const auto data = scatterSample(3, 2);
    const auto &content = std::get<analysis::DistanceAccuracy>(data.content);
    const FigureScene scene = sceneOf(specOf(FigureKind::DistanceAccuracy, 139.7), data);
    const auto axes = scatterAxes(content);
    const QRectF plot = scene.panels.at(0);
    const auto at = [&](double x, double y) {
        return QPointF(plot.left() + plot.width() * (x - axes.x.low) / (axes.x.high - axes.x.low),
                       plot.bottom() - plot.height() * (y - axes.y.low) / (axes.y.high - axes.y.low));
    };
    QList<Stroke> whiskers;
    for (const auto &stroke : shapesOf<Stroke>(scene, Role::Baseline))
        if (stroke.points[0].x() == stroke.points[1].x())
            whiskers << stroke;
    QCOMPARE(whiskers.size(), 6);
    const auto marks = shapesOf<Stroke>(scene, Role::Data);
    QCOMPARE(marks.size(), 6 + 2); // two of the points are filled
    qsizetype mark = 0;
    for (std::size_t i = 0; i < content.points.size(); ++i) {
        const auto &point = content.points[i];
        const auto &[low, high] = point.measured.interval;
        QVERIFY(QLineF(whiskers[qsizetype(i)].points[0], at(point.distance, 100.0 * low)).length() < slack);
        QVERIFY(QLineF(whiskers[qsizetype(i)].points[1], at(point.distance, 100.0 * high)).length() < slack);
        const QPointF centre = at(point.distance, 100.0 * point.measured.value);
        QVERIFY(marks[mark].points.boundingRect().contains(centre));
        mark += point.own ? 2 : 1;
    }
    QVERIFY(marks[0].color != marks.last().color);
    QStringList words;
    for (const auto &text : shapesOf<TextLabel>(scene, Role::Legend))
        words << text.text;
    QVERIFY2(words.contains(QStringLiteral("python")) && words.last().startsWith(QStringLiteral("Spearman \u22120.")),
             qPrintable(words.join(QLatin1Char('|'))));
    QVERIFY(words.last().endsWith(QStringLiteral("6 points")));
    QStringList labels;
    for (const auto &text : shapesOf<TextLabel>(scene, Role::Label))
        labels << text.text;
    QVERIFY(labels.contains(QStringLiteral("Accuracy (%)"))
            && labels.contains(QStringLiteral("Jaccard distance to the domain's mask (pruned)")));
    const FigureTable csv = tableOf(data);
    QCOMPARE(csv.rows.size(), std::size_t(6));
    QCOMPARE(csv.rows[0][6].toDouble(), content.points[0].measured.value); // a share
    QVERIFY(latexOf(paperTableOf(data)).contains(QLatin1String("Accuracy (\\%)")));
    auto none = data;
    std::get<analysis::DistanceAccuracy>(none.content).points.clear();
    VERIFY_ERROR(makeScene(specOf(FigureKind::DistanceAccuracy), none), ErrorCode::InvalidArgument);
}

/// As papers have them, whatever the files hold.
void TestFigureScene::sharesAreInPercent()
{
    const auto data = shareSample(3, 2);
    const FigureScene scene = sceneOf(specOf(FigureKind::Accuracy, 139.7), data);
    QVERIFY(scene.valueEnd > 30.0 && scene.valueEnd <= 100.0);
    QStringList labels;
    for (const auto &text : shapesOf<TextLabel>(scene, Role::Label))
        labels << text.text;
    QVERIFY2(labels.contains(QStringLiteral("Accuracy (%)")), qPrintable(labels.join(QLatin1Char('|'))));
    QVERIFY(labels.contains(QStringLiteral("ARC-A")) && labels.contains(QStringLiteral("Task")));
    const auto bars = shapesOf<FillRect>(scene, Role::Data);
    const QRectF plot = scene.panels.at(0);
    const double first = std::get<analysis::AccuracyTable>(data.content).at(0, 0)->measured.value;
    QVERIFY(std::abs(bars[0].rect.height() / plot.height() * scene.valueEnd - 100.0 * first) < slack);
    const FigureTable table = paperTableOf(data);
    QCOMPARE(table.header[1], QStringLiteral("ARC-A (%)"));
    QCOMPARE(table.rows[0][1], QStringLiteral("20.0 [16.3, 26.3]"));
    QVERIFY(latexOf(table).contains(QLatin1String("ARC-A (\\%)")));
    const FigureTable csv = tableOf(data);
    QCOMPARE(csv.rows[0][3], QStringLiteral("0.2")); // for programs: as it is

    auto perfect = data;
    auto &cells = std::get<analysis::AccuracyTable>(perfect.content).cells;
    cells[0]->measured = {1.0, {0.8, 1.0}};
    QCOMPARE(sceneOf(specOf(FigureKind::Accuracy, 139.7), perfect).valueEnd, 100.0); // no share is beyond
}

/// A scale that ends at a round number above the largest distance, or where the spec says.
void TestFigureScene::colorsFitTheRange()
{
    auto data = matrixSample(3);
    auto &values = std::get<analysis::DistanceMatrix>(data.content).values;
    for (double &value : values)
        value *= 0.25;
    values[1] = values[3] = 0.23;
    FigureSpec spec = specOf(FigureKind::JaccardMatrix);
    const auto legend = [](const FigureScene &scene) {
        QStringList texts;
        for (const auto &text : shapesOf<TextLabel>(scene, Role::Legend))
            texts << text.text;
        return texts;
    };
    const auto &map = ColorMap::named(spec.palette);
    const FigureScene fitting = sceneOf(spec, data);
    QCOMPARE(shapesOf<FillRect>(fitting, Role::Data)[1].color, map.at(0.23 / 0.25));
    QCOMPARE(legend(fitting).first(), QStringLiteral("0.00"));
    QCOMPARE(legend(fitting).last(), QStringLiteral("0.25"));
    spec.range = ColorRange{0.0, 1.0};
    const FigureScene whole = sceneOf(spec, data);
    QCOMPARE(shapesOf<FillRect>(whole, Role::Data)[1].color, map.at(0.23));
    QCOMPARE(legend(whole).last(), QStringLiteral("1.0"));
    spec.range = ColorRange{0.05, 0.15};
    const FigureScene part = sceneOf(spec, data);
    QCOMPARE(shapesOf<FillRect>(part, Role::Data)[1].color, map.at(1.0)); // beyond the end
    QCOMPARE(shapesOf<FillRect>(part, Role::Data)[0].color, map.at(0.0));
    QVERIFY2(problemsOf(part).isEmpty(), qPrintable(problemsOf(part).join(QLatin1Char('\n'))));
    std::ranges::fill(values, 0.0);
    spec.range.reset();
    QCOMPARE(legend(sceneOf(spec, data)).last(), QStringLiteral("1.0")); // equal runs have a scale, too
}

/// The paper's Figure 3: kept weights in colours about zero, pruned ones blank, the difference in red.
void TestFigureScene::weightsHaveTheirColors()
{
    const auto data = weightSample(20, 30);
    const auto &content = std::get<analysis::MaskPair>(data.content);
    FigureSpec spec = specOf(FigureKind::Mask, 139.7);
    spec.rendering = Rendering::Weights;
    spec.range = ColorRange{-0.8, 0.8};
    const FigureScene scene = sceneOf(spec, data);
    QVERIFY2(problemsOf(scene).isEmpty(), qPrintable(problemsOf(scene).join(QLatin1Char('\n'))));
    const QImage image = renderScene(scene, 600);
    const auto colorAt = [&](std::size_t panel, std::size_t row, std::size_t col) {
        const QRectF area = scene.panels[panel];
        const QPointF at =
            area.topLeft() + QPointF((double(col) + 0.5) * area.width() / 30, (double(row) + 0.5) * area.height() / 20);
        return image.pixel((at * 600 / 25.4).toPoint());
    };
    const auto &map = ColorMap::named(u"blue-orange"); // viridis has no middle
    for (std::size_t row = 0; row < 20; ++row)
        for (std::size_t col = 0; col < 30; ++col) {
            const QRgb weight = map.at((double(content.weights[row * 30 + col]) + 0.8) / 1.6);
            const bool a = content.kept[0].test(row, col);
            const bool b = content.kept[1].test(row, col);
            QCOMPARE(colorAt(0, row, col), a ? weight : 0xffffffff);
            QCOMPARE(colorAt(1, row, col), b ? weight : 0xffffffff);
            QCOMPARE(colorAt(2, row, col), a != b ? 0xffcc0000 : 0xffffffff);
        }
    spec.range.reset();
    QStringList legend;
    for (const auto &text : shapesOf<TextLabel>(sceneOf(spec, data), Role::Legend))
        legend << text.text;
    QVERIFY2(legend.contains(QStringLiteral("\u22121")) && legend.contains(QStringLiteral("1")),
             qPrintable(legend.join(QLatin1Char(' '))));
    VERIFY_ERROR(makeScene(spec, maskSample(20, 30)), ErrorCode::Internal); // the engine was not asked for weights
}

void TestFigureScene::smallMasksAreRectangles()
{
    const auto data = maskSample(20, 30);
    const auto &kept = std::get<analysis::MaskPair>(data.content).kept;
    const FigureScene scene = sceneOf(specOf(FigureKind::Mask, 139.7), data);
    QCOMPARE(scene.panels.size(), std::size_t(3));
    QVERIFY(shapesOf<Picture>(scene, Role::Data).isEmpty());
    // What is on top at the middle of each cell.
    const auto colorAt = [&](int panel, std::size_t row, std::size_t col) {
        const QRectF area = scene.panels[std::size_t(panel)];
        const QPointF at =
            area.topLeft() + QPointF((double(col) + 0.5) * area.width() / 30, (double(row) + 0.5) * area.height() / 20);
        QRgb color = 0;
        for (const auto &item : scene.items)
            if (const auto *const rect = std::get_if<FillRect>(&item.shape);
                rect && item.panel == panel && rect->rect.contains(at))
                color = rect->color;
        return color;
    };
    for (int panel = 0; panel < 2; ++panel)
        for (std::size_t row = 0; row < 20; ++row)
            for (std::size_t col = 0; col < 30; ++col) {
                const bool dark = ColorMap::lightness(colorAt(panel, row, col)) < 50;
                QCOMPARE(dark, kept[std::size_t(panel)].test(row, col));
            }
    for (std::size_t row = 0; row < 20; ++row)
        for (std::size_t col = 0; col < 30; ++col) {
            const QRgb color = colorAt(2, row, col);
            QCOMPARE(qRed(color) > 2 * qGreen(color), kept[0].test(row, col) != kept[1].test(row, col));
        }
}

/// In grey print only lightness is left: each two classes of a mask differ by L* 12 or more, kept and pruned by 50.
void TestFigureScene::greyPrintKeepsClassesApart()
{
    const auto data = maskSample(20, 30);
    const auto &content = std::get<analysis::MaskPair>(data.content);
    for (const QString &palette : ColorMap::ids()) {
        FigureSpec spec = specOf(FigureKind::Mask, 139.7);
        spec.palette = palette;
        const FigureScene scene = sceneOf(spec, data);
        const QImage image = renderScene(scene, 600);
        std::map<QString, double> found;
        for (std::size_t row = 0; row < 20; ++row)
            for (std::size_t col = 0; col < 30; ++col) {
                const auto lightnessAt = [&](std::size_t panel) {
                    const QRectF area = scene.panels[panel];
                    const QPointF at = area.topLeft()
                        + QPointF((double(col) + 0.5) * area.width() / 30, (double(row) + 0.5) * area.height() / 20);
                    return ColorMap::lightness(image.pixel((at * 600 / 25.4).toPoint()));
                };
                const bool a = content.kept[0].test(row, col);
                const bool b = content.kept[1].test(row, col);
                found[a ? QStringLiteral("kept") : QStringLiteral("pruned")] = lightnessAt(0);
                found[a != b       ? QStringLiteral("differs")
                          : a && b ? QStringLiteral("both")
                                   : QStringLiteral("neither")] = lightnessAt(2);
            }
        QCOMPARE(found.size(), std::size_t(5));
        const auto apart = [&found](const char *x, const char *y) {
            return std::abs(found[QString::fromLatin1(x)] - found[QString::fromLatin1(y)]);
        };
        QVERIFY(apart("kept", "pruned") >= 50.0);
        QVERIFY(apart("differs", "both") >= 12.0);
        QVERIFY(apart("differs", "neither") >= 12.0);
        QVERIFY2(apart("both", "neither") >= 12.0, qPrintable(QString::number(apart("both", "neither"))));
    }
}

void TestFigureScene::largeMasksArePictures()
{
    const auto data = maskSample(201, 64);
    const auto &kept = std::get<analysis::MaskPair>(data.content).kept;
    const FigureScene scene = sceneOf(specOf(FigureKind::Mask, 139.7), data);
    const auto pictures = shapesOf<Picture>(scene, Role::Data);
    QCOMPARE(pictures.size(), 3);
    QVERIFY(shapesOf<FillRect>(scene, Role::Data).isEmpty());
    for (const auto &picture : pictures)
        QCOMPARE(picture.image.size(), QSize(64, 201)); // a pixel per cell
    for (int row = 0; row < 201; ++row)
        for (int col = 0; col < 64; ++col)
            QCOMPARE(ColorMap::lightness(pictures[1].image.pixel(col, row)) < 50,
                     kept[1].test(std::size_t(row), std::size_t(col)));
}

void TestFigureScene::hugeMasksBecomeDensities()
{
    FigureSpec spec = specOf(FigureKind::Mask, 88.9);
    spec.imageDpi = 72;
    const auto data = maskSample(600, 600);
    const FigureScene scene = sceneOf(spec, data);
    const auto pictures = shapesOf<Picture>(scene, Role::Data);
    QCOMPARE(pictures.size(), 3);
    const QImage &image = pictures[0].image;
    const double pixelsPerMm = image.width() / pictures[0].rect.width();
    QVERIFY2(pixelsPerMm <= 72 / 25.4 && pixelsPerMm > 36 / 25.4, qPrintable(QString::number(pixelsPerMm)));
    // Two cells of five are kept everywhere, so every pixel is about the same mixture.
    for (int y = 0; y + 1 < image.height(); ++y)
        for (int x = 0; x + 1 < image.width(); ++x)
            QVERIFY(std::abs(qRed(image.pixel(x, y)) - qRed(image.pixel(0, 0))) < 24);
}

void TestFigureScene::fittingHeightsLeaveNoBlankPaper()
{
    for (const auto &[rows, cols] : {std::pair(40, 40), std::pair(24, 120), std::pair(90, 60)}) {
        const auto data = maskSample(std::size_t(rows), std::size_t(cols));
        FigureSpec spec = specOf(FigureKind::Mask, 139.7);
        spec.heightMm = fittingHeight(spec, data);
        const FigureScene scene = sceneOf(spec, data);
        QCOMPARE(problemsOf(scene), QStringList());
        double lowest = 0.0;
        for (const auto &text : shapesOf<TextLabel>(scene, Role::Legend))
            lowest = std::max(lowest, text.box.bottom());
        QVERIFY2(spec.heightMm - lowest < 1.5, qPrintable(QString::number(spec.heightMm - lowest)));
        QVERIFY(std::abs(scene.panels[0].width() * rows - scene.panels[0].height() * cols) < 0.15 * rows * cols);
    }
    // More room where the usual height has none for eight named pairs.
    FigureSpec spec = specOf(FigureKind::JaccardLayers, 44);
    const auto data = layerSample(4, 30);
    VERIFY_ERROR(makeScene(spec, data), ErrorCode::InvalidArgument);
    spec.heightMm = fittingHeight(spec, data);
    VERIFY_RESULT(makeScene(spec, data));
}

void TestFigureScene::tooSmallPagesAreRefused()
{
    for (const FigureKind kind : figureKinds()) {
        FigureSpec spec = specOf(kind, 22);
        spec.heightMm = 22;
        spec.fontSizePt = 14;
        const auto data = kind == FigureKind::Mask ? maskSample(40, 40)
            : kind == FigureKind::JaccardLayers    ? layerSample(4, 30)
            : kind == FigureKind::JaccardMatrix    ? matrixSample(8)
                                                   : profileSample(4, 30);
        const auto scene = makeScene(spec, data);
        VERIFY_ERROR(scene, ErrorCode::InvalidArgument);
        QVERIFY2(scene.error().detail.find("22 x 22 mm") != std::string::npos, scene.error().detail.c_str());
    }
}

void TestFigureScene::wrongDataIsRefused()
{
    auto data = layerSample(2, 10);
    std::get<analysis::LayerDistances>(data.content).sameDomain.clear();
    VERIFY_RESULT(makeScene(specOf(FigureKind::JaccardLayers), data));
    std::get<analysis::LayerDistances>(data.content).pairs.push_back({{"a", "b"}, {0.5}});
    VERIFY_ERROR(makeScene(specOf(FigureKind::JaccardLayers), data), ErrorCode::Internal);
    std::get<analysis::LayerDistances>(data.content).pairs.clear();
    VERIFY_ERROR(makeScene(specOf(FigureKind::JaccardLayers), data), ErrorCode::InvalidArgument);
    auto masks = maskSample(5, 5);
    std::get<analysis::MaskPair>(masks.content).kept[1] = mask::BitMatrix(5, 6);
    VERIFY_ERROR(makeScene(specOf(FigureKind::Mask, 139.7), masks), ErrorCode::Internal);
    auto matrix = matrixSample(3);
    std::get<analysis::DistanceMatrix>(matrix.content).values.pop_back();
    VERIFY_ERROR(makeScene(specOf(FigureKind::JaccardMatrix), matrix), ErrorCode::Internal);
}

void TestFigureScene::clipsLines()
{
    const QRectF box(0, 0, 10, 10);
    const auto through = clipped({{-5, 5}, {15, 5}}, box);
    QCOMPARE(through.size(), std::size_t(1));
    QCOMPARE(through[0], (QPolygonF{{0, 5}, {10, 5}}));
    QVERIFY(clipped({{-5, -5}, {15, -5}}, box).empty());
    const auto twice = clipped({{5, 5}, {5, 20}, {8, 20}, {8, 5}}, box);
    QCOMPARE(twice.size(), std::size_t(2));
    QCOMPARE(twice[0], (QPolygonF{{5, 5}, {5, 10}}));
    QCOMPARE(twice[1], (QPolygonF{{8, 10}, {8, 5}}));
    const auto inner = clipped({{1, 1}, {2, 2}, {3, 1}}, box);
    QCOMPARE(inner.size(), std::size_t(1));
    QCOMPARE(inner[0].size(), 3);
}

void TestFigureScene::ticksAreRound()
{
    QCOMPARE(ticksFor(0.667, 5).step, 0.2);
    QVERIFY(std::abs(ticksFor(0.667, 5).end - 0.8) < slack);
    QCOMPARE(ticksFor(0.667, 5).text(0.4), QStringLiteral("0.4"));
    QCOMPARE(ticksFor(0.03, 5).text(0.01), QStringLiteral("0.01"));
    QVERIFY(ticksFor(0.5, 5).end > 0.55); // a value at the very top would lie on the frame
    QCOMPARE(ticksFor(40, 4).text(10), QStringLiteral("10"));
    for (const double largest : {1e-6, 0.1, 0.99, 3.0, 1e7})
        for (int wanted = 1; wanted < 7; ++wanted) {
            const Ticks ticks = ticksFor(largest, wanted);
            QVERIFY(ticks.end >= largest && ticks.values().size() <= wanted + 3);
        }
}

void TestFigureScene::namesLoseACommonTail()
{
    const auto cut = [](const char *names) { return shortNames(QString::fromLatin1(names).split(QLatin1Char(' '))); };
    QCOMPARE(cut("python-wanda-0.5 math-wanda-0.5").join(QLatin1Char(' ')), QStringLiteral("python math"));
    QCOMPARE(cut("python-wanda-0.5 python-wanda-0.6").join(QLatin1Char(' ')),
             QStringLiteral("python-wanda-0.5 python-wanda-0.6"));
    QCOMPARE(cut("a-x -x").join(QLatin1Char(' ')), QStringLiteral("a-x -x")); // never to nothing
    QCOMPARE(cut("python-wanda").join(QLatin1Char(' ')), QStringLiteral("python-wanda"));
}

void TestFigureScene::missingFontsAreSaid()
{
    FigureSpec spec = specOf(FigureKind::JaccardMatrix);
    spec.fontFamily = QStringLiteral("No Such Face");
    const FigureScene scene = sceneOf(spec, matrixSample(3));
    QCOMPARE(scene.notices.size(), 1);
    QVERIFY(scene.notices[0].contains(QLatin1String("No Such Face")));
    QVERIFY(!scene.fontFamily.isEmpty() && scene.fontFamily != spec.fontFamily);
}

void TestFigureScene::resamplingKeepsTheMean()
{
    QImage image(7, 5, QImage::Format_RGB32);
    for (int y = 0; y < 5; ++y)
        for (int x = 0; x < 7; ++x)
            image.setPixel(x, y, (x * 3 + y) % 4 == 0 ? 0xff000000 : 0xffffffff);
    const auto mean = [](const QImage &picture) {
        double sum = 0.0;
        for (int y = 0; y < picture.height(); ++y)
            for (int x = 0; x < picture.width(); ++x)
                sum += qRed(picture.pixel(x, y));
        return sum / (double(picture.width()) * picture.height());
    };
    for (const QSize size : {QSize(3, 2), QSize(7, 5), QSize(20, 11), QSize(70, 50)})
        QVERIFY(std::abs(mean(resampled(image, size)) - mean(image)) < 1.0);
    const QImage larger = resampled(image, QSize(70, 50)); // whole multiples stay sharp
    for (int y = 0; y < 50; ++y)
        for (int x = 0; x < 70; ++x)
            QCOMPARE(larger.pixel(x, y), image.pixel(x / 10, y / 10));
}

QTEST_MAIN(TestFigureScene)
#include "tst_figurescene.moc"
