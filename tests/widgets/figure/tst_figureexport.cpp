// SPDX-License-Identifier: GPL-3.0-or-later
#include <cmath>

#include <QtCore/QBuffer>
#include <QtCore/QProcess>
#include <QtCore/QRegularExpression>
#include <QtCore/QStandardPaths>
#include <QtCore/QXmlStreamReader>
#include <QtGui/QImageReader>

#include "tests/support/testsupport.h"
#include "tests/widgets/figure/figuresamples.h"
#include "widgets/figure/exporter.h"
#include "widgets/figure/figuretable.h"
#include "widgets/figure/manifest.h"
#include "widgets/figure/papertable.h"
#include "widgets/figure/scenepainter.h"

using namespace secateur;
using namespace secateur::test;
using namespace secateur::widgets;

namespace {

analysis::FigureData dataFor(FigureKind kind)
{
    switch (kind) {
    case FigureKind::Mask: return maskSample(40, 60);
    case FigureKind::JaccardLayers: return layerSample(3, 20);
    case FigureKind::JaccardMatrix: return matrixSample(5);
    case FigureKind::Accuracy: return accuracySample(3, 4);
    case FigureKind::DistanceAccuracy: return scatterSample(3, 3);
    case FigureKind::SparsityProfile: break;
    }
    return profileSample(3, 20);
}

/// A mask figure that shows weights counts as a kind of its own here.
constexpr int weightsCase = 100;

FigureSpec specFor(int kind, double widthMm = 139.7)
{
    FigureSpec spec = specOf(kind == weightsCase ? FigureKind::Mask : FigureKind(kind), widthMm);
    spec.rendering = kind == weightsCase ? Rendering::Weights : Rendering::Mask;
    return spec;
}

analysis::FigureData dataFor(int kind)
{
    return kind == weightsCase ? weightSample(40, 60) : dataFor(FigureKind(kind));
}

QList<int> cases()
{
    QList<int> all = {weightsCase};
    for (const FigureKind kind : figureKinds())
        all << int(kind);
    return all;
}

QString caseName(int kind)
{
    return kind == weightsCase ? QStringLiteral("weights") : kindName(FigureKind(kind));
}

QByteArray exported(const FigureSpec &spec, const analysis::FigureData &data, FigureFormat format, const char *name)
{
    const auto made = exportFigure(spec, data, format, QString::fromLatin1(name));
    if (!made)
        qWarning("%s", describe(made.error()).c_str());
    return made ? made->files.front().bytes : QByteArray();
}

/// What a program prints; null when it is not installed.
QByteArray printed(const QString &program, const QStringList &arguments)
{
    if (QStandardPaths::findExecutable(program).isEmpty())
        return {};
    QProcess process;
    process.start(program, arguments);
    process.waitForFinished();
    return process.readAllStandardOutput() + process.readAllStandardError() + ' ';
}

QString latexProgram()
{
    for (const char *program : {"pdflatex", "lualatex"})
        if (const QString found = QStandardPaths::findExecutable(QLatin1String(program)); !found.isEmpty())
            return found;
    return {};
}

/// A name with all that TeX takes for something else, wherever names are.
void nameAll(analysis::FigureData &data, const std::string &name)
{
    if (auto *const matrix = std::get_if<analysis::DistanceMatrix>(&data.content))
        matrix->names.front() = name;
    if (auto *const layers = std::get_if<analysis::LayerDistances>(&data.content))
        layers->pairs.front().runs.front() = name;
    if (auto *const profile = std::get_if<analysis::SparsityProfile>(&data.content))
        profile->runs.front().runs.front() = name;
    if (auto *const masks = std::get_if<analysis::MaskPair>(&data.content))
        masks->names.front() = name;
    if (auto *const table = std::get_if<analysis::AccuracyTable>(&data.content)) {
        table->rows.back().run = name;
        table->columns.front().label = name;
        table->columns.back().label = "\u00c9l\u00e8ve \u2013 \u00df"; // which every TeX has
    }
    if (auto *const scatter = std::get_if<analysis::DistanceAccuracy>(&data.content)) {
        for (auto &point : scatter->points)
            if (point.domain == scatter->domains.front())
                point.domain = name;
        scatter->domains.front() = name;
        scatter->points.front().run = name;
    }
}

QByteArray withoutDate(const QByteArray &pdf)
{
    return QString::fromLatin1(pdf).remove(QRegularExpression(QStringLiteral("/CreationDate \\([^)]*\\)"))).toLatin1();
}

QRectF rectOf(const QXmlStreamAttributes &attributes)
{
    const auto number = [&](const char *key) { return attributes.value(QLatin1String(key)).toDouble(); };
    return {number("x"), number("y"), number("width"), number("height")};
}

} // namespace

#define NEEDS_POPPLER(output)                                                                                          \
    do {                                                                                                               \
        if ((output).isNull())                                                                                         \
            QSKIP("needs poppler-utils, which are not installed");                                                     \
    } while (false)

class TestFigureExport : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void twoExportsAreEqual_data();
    void twoExportsAreEqual();
    void pdfEmbedsItsFont_data();
    void pdfEmbedsItsFont();
    void pdfHasNoRasterInVectorFigures_data() { pdfEmbedsItsFont_data(); }
    void pdfHasNoRasterInVectorFigures();
    void pdfPicturesAreLossless();
    void pdfSizesOfAllKinds_data() { pdfEmbedsItsFont_data(); }
    void pdfSizesOfAllKinds();
    void pdfSizesAreExact();
    void pdfCarriesTheManifest();
    void svgStaysInsideItsAxes_data() { pdfEmbedsItsFont_data(); }
    void svgStaysInsideItsAxes();
    void pngHasResolutionAndManifest();
    void previewShowsTheBars();
    void csvHoldsTheNumbers();
    void maskTablesStaySmall();
    void texNamesItsFiles();
    void texCompiles_data() { pdfEmbedsItsFont_data(); }
    void texCompiles();
    void texTablesCompile_data() { pdfEmbedsItsFont_data(); }
    void texTablesCompile();
    void manifestsAreFoundInEveryFormat_data();
    void manifestsAreFoundInEveryFormat();
    void manifestsKeepTheFigure();
    void manifestsNameNobody();
    void badManifestsAreRefused_data();
    void badManifestsAreRefused();
    void writesWholeFilesOnly();

private:
    /// Whether TeX makes a document of it in our folder.
    [[nodiscard]] bool compiles(const QString &latex, const QByteArray &head, const QByteArray &body, QByteArray &log)
    {
        writeFile(
            m_folder.path() / "paper.tex",
            ("\\documentclass{article}\n" + head + "\\begin{document}\n" + body + "\\end{document}\n").toStdString());
        QProcess process;
        process.setWorkingDirectory(QString::fromStdString(m_folder.path().string()));
        process.start(latex,
                      {QStringLiteral("-interaction=nonstopmode"), QStringLiteral("-halt-on-error"),
                       QStringLiteral("paper.tex")});
        const bool ended = process.waitForFinished(120'000);
        log = process.readAllStandardOutput();
        return ended && process.exitCode() == 0;
    }

    [[nodiscard]] QString pathOf(const char *name) const
    {
        return QString::fromStdString((m_folder.path() / name).string());
    }
    TemporaryFolder m_folder;
};

void TestFigureExport::twoExportsAreEqual_data()
{
    QTest::addColumn<int>("kind");
    QTest::addColumn<QString>("name");
    for (const int kind : cases())
        for (const char *name : {"f.pdf", "f.svg", "f.png", "f.tex", "f.csv", "f.json"})
            QTest::addRow("%s %s", qPrintable(caseName(kind)), name) << kind << QString::fromLatin1(name);
}

void TestFigureExport::twoExportsAreEqual()
{
    QFETCH(int, kind);
    QFETCH(QString, name);
    FigureSpec spec = specFor(kind);
    spec.imageDpi = 150;
    const auto format = formatFromPath(name.toStdString());
    VERIFY_RESULT(format);
    const auto first = exportFigure(spec, dataFor(kind), *format, name);
    const auto second = exportFigure(spec, dataFor(kind), *format, name);
    VERIFY_RESULT(first);
    VERIFY_RESULT(second);
    QVERIFY(!first->files.empty());
    QCOMPARE(first->files.front().name, name);
    QCOMPARE(first->files.size(), second->files.size());
    for (std::size_t i = 0; i < first->files.size(); ++i) {
        QVERIFY(first->files[i].bytes.size() > 20);
        QCOMPARE(withoutDate(first->files[i].bytes), withoutDate(second->files[i].bytes));
    }
}

void TestFigureExport::pdfEmbedsItsFont_data()
{
    QTest::addColumn<int>("kind");
    for (const int kind : cases())
        QTest::newRow(qPrintable(caseName(kind))) << kind;
}

void TestFigureExport::pdfEmbedsItsFont()
{
    QFETCH(int, kind);
    const auto path = writeFile(m_folder.path() / "font.pdf",
                                exported(specFor(kind), dataFor(kind), FigureFormat::Pdf, "font.pdf").toStdString());
    const QByteArray fonts = printed(QStringLiteral("pdffonts"), {QString::fromStdString(path.string())});
    NEEDS_POPPLER(fonts);
    const auto lines = fonts.trimmed().split('\n');
    QCOMPARE(lines.size(), 3); // two of heading, one font
    QVERIFY2(lines[2].contains("TrueType"), lines[2]);
    QVERIFY2(lines[2].contains(" yes "), lines[2]);
    QVERIFY2(!fonts.contains("Type 3"), fonts);
}

void TestFigureExport::pdfHasNoRasterInVectorFigures()
{
    QFETCH(int, kind);
    const auto pdf = exported(specFor(kind), dataFor(kind), FigureFormat::Pdf, "vector.pdf");
    const auto path = writeFile(m_folder.path() / "vector.pdf", pdf.toStdString());
    const QByteArray images =
        printed(QStringLiteral("pdfimages"), {QStringLiteral("-list"), QString::fromStdString(path.string())});
    NEEDS_POPPLER(images);
    QCOMPARE(images.trimmed().split('\n').size(), 2); // the heading alone
}

void TestFigureExport::pdfPicturesAreLossless()
{
    const auto pdf = exported(specOf(FigureKind::Mask, 139.7), maskSample(300, 250), FigureFormat::Pdf, "m.pdf");
    const auto path = writeFile(m_folder.path() / "m.pdf", pdf.toStdString());
    QVERIFY(!pdf.contains("DCTDecode"));
    const QByteArray images =
        printed(QStringLiteral("pdfimages"), {QStringLiteral("-list"), QString::fromStdString(path.string())});
    NEEDS_POPPLER(images);
    const auto lines = images.trimmed().split('\n');
    QCOMPARE(lines.size(), 5);
    for (qsizetype i = 2; i < 5; ++i) {
        const auto words = lines[i].simplified().split(' ');
        QVERIFY2(words[3] == "250" && words[4] == "300", lines[i]); // a pixel per cell
        QVERIFY2(words[8] == "image" && words[9] == "no", lines[i]); // not JPEG, not interpolated
    }
}

/// Page and every label of every kind: within 0.2 mm and at the size that was asked for.
void TestFigureExport::pdfSizesOfAllKinds()
{
    QFETCH(int, kind);
    FigureSpec spec = specFor(kind, 123.4);
    spec.heightMm = 77.7;
    spec.fontSizePt = 7.0;
    const auto scene = makeScene(spec, dataFor(kind));
    VERIFY_RESULT(scene);
    const auto path = writeFile(m_folder.path() / "kind.pdf",
                                exported(spec, dataFor(kind), FigureFormat::Pdf, "kind.pdf").toStdString());
    const QByteArray words =
        printed(QStringLiteral("pdftotext"),
                {QStringLiteral("-bbox"), QString::fromStdString(path.string()), QStringLiteral("-")});
    NEEDS_POPPLER(words);
    const QString text = QString::fromUtf8(words);
    const auto page = QRegularExpression(QStringLiteral("<page width=\"([0-9.]+)\" height=\"([0-9.]+)\">")).match(text);
    QVERIFY2(page.hasMatch(), words);
    QVERIFY(std::abs(page.captured(1).toDouble() * 25.4 / 72 - 123.4) < 0.2);
    QVERIFY(std::abs(page.captured(2).toDouble() * 25.4 / 72 - 77.7) < 0.2);
    static const QRegularExpression word(
        QStringLiteral("xMin=\"([-0-9.]+)\" yMin=\"([-0-9.]+)\" xMax=\"([-0-9.]+)\" yMax=\"([-0-9.]+)\">([^<]*)<"));
    int labels = 0;
    for (auto found = word.globalMatch(text); found.hasNext(); ++labels) {
        const auto match = found.next();
        const double width = match.captured(3).toDouble() - match.captured(1).toDouble();
        const double height = match.captured(4).toDouble() - match.captured(2).toDouble();
        // Across its direction of reading, DejaVu Sans is 1.164 times as high as its size.
        const bool exact = std::abs(height / 1.164 - 7.0) < 0.02 || std::abs(width / 1.164 - 7.0) < 0.02;
        QVERIFY2(exact, qPrintable(match.captured(0)));
    }
    qsizetype expected = 0;
    for (const auto &item : scene->items)
        if (const auto *const label = std::get_if<TextLabel>(&item.shape))
            expected += label->text.split(QLatin1Char(' '), Qt::SkipEmptyParts).size();
    QCOMPARE(labels, expected); // nothing is missing, nothing twice
}

void TestFigureExport::pdfSizesAreExact()
{
    for (const auto &column : columnWidths()) {
        FigureSpec spec = specOf(FigureKind::SparsityProfile, column.widthMm);
        spec.heightMm = 61.37;
        spec.fontSizePt = 7.5;
        const auto pdf = exported(spec, dataFor(spec.kind), FigureFormat::Pdf, "size.pdf");
        const auto path = writeFile(m_folder.path() / "size.pdf", pdf.toStdString());
        const QByteArray info = printed(QStringLiteral("pdfinfo"), {QString::fromStdString(path.string())});
        NEEDS_POPPLER(info);
        const auto size = QRegularExpression(QStringLiteral("Page size:\\s+([0-9.]+) x ([0-9.]+) pts"))
                              .match(QString::fromLatin1(info));
        QVERIFY2(size.hasMatch(), info);
        QVERIFY(std::abs(size.captured(1).toDouble() * 25.4 / 72 - column.widthMm) < 0.01);
        QVERIFY(std::abs(size.captured(2).toDouble() * 25.4 / 72 - 61.37) < 0.01);

        const QByteArray words =
            printed(QStringLiteral("pdftotext"),
                    {QStringLiteral("-bbox"), QString::fromStdString(path.string()), QStringLiteral("-")});
        const auto word =
            QRegularExpression(QStringLiteral("yMin=\"([-0-9.]+)\" xMax=\"[-0-9.]+\" yMax=\"([-0-9.]+)\">Layer<"))
                .match(QString::fromUtf8(words));
        QVERIFY2(word.hasMatch(), words);
        // From ascent to descent, DejaVu Sans is 1.164 times as high as its size.
        const double height = word.captured(2).toDouble() - word.captured(1).toDouble();
        QVERIFY2(std::abs(height / 1.164 - 7.5) < 0.02, qPrintable(QString::number(height / 1.164)));
    }
}

void TestFigureExport::pdfCarriesTheManifest()
{
    const FigureSpec spec = specOf(FigureKind::JaccardMatrix);
    const auto data = dataFor(spec.kind);
    const auto pdf = exported(spec, data, FigureFormat::Pdf, "a.pdf");
    const auto path = writeFile(m_folder.path() / "a.pdf", pdf.toStdString());
    const QByteArray list = printed(QStringLiteral("pdfdetach"),
                                    {QStringLiteral("-save"), QStringLiteral("1"), QStringLiteral("-o"),
                                     pathOf("detached.json"), QString::fromStdString(path.string())});
    NEEDS_POPPLER(list);
    QFile file(pathOf("detached.json"));
    QVERIFY2(file.open(QIODevice::ReadOnly), list);
    QCOMPARE(file.readAll().trimmed().toStdString(), manifestText(spec, data));
}

void TestFigureExport::svgStaysInsideItsAxes()
{
    QFETCH(int, kind);
    const FigureSpec spec = specFor(kind);
    const auto scene = makeScene(spec, dataFor(kind));
    VERIFY_RESULT(scene);
    QXmlStreamReader xml(exported(spec, dataFor(kind), FigureFormat::Svg, "f.svg"));
    std::size_t item = 0;
    bool background = true;
    const auto slack = [](const QRectF &rect) { return rect.adjusted(-0.001, -0.001, 0.001, 0.001); };
    while (!xml.atEnd()) {
        if (xml.readNext() != QXmlStreamReader::StartElement)
            continue;
        const auto name = xml.name();
        if (name == QLatin1String("svg")) {
            QCOMPARE(xml.attributes().value(QLatin1String("width")).toString(), QStringLiteral("139.7mm"));
            QCOMPARE(xml.attributes().value(QLatin1String("viewBox")).toString(),
                     QStringLiteral("0 0 139.7 %1").arg(spec.heightMm));
        }
        if (name != QLatin1String("rect") && name != QLatin1String("polyline") && name != QLatin1String("text"))
            continue;
        if (std::exchange(background, false))
            continue;
        QVERIFY(item < scene->items.size());
        const SceneItem &drawn = scene->items[item++];
        const QRectF limits =
            drawn.panel < 0 ? QRectF(0, 0, spec.widthMm, spec.heightMm) : scene->panels[std::size_t(drawn.panel)];
        if (name == QLatin1String("rect"))
            QVERIFY(slack(limits).contains(rectOf(xml.attributes())));
        if (name == QLatin1String("polyline"))
            for (const QString &point :
                 xml.attributes().value(QLatin1String("points")).toString().split(QLatin1Char(' ')))
                QVERIFY2(slack(limits).contains({point.section(QLatin1Char(','), 0, 0).toDouble(),
                                                 point.section(QLatin1Char(','), 1, 1).toDouble()}),
                         qPrintable(point));
        if (name == QLatin1String("text")) {
            QCOMPARE(xml.attributes().value(QLatin1String("font-size")).toString(), QStringLiteral("2.8222")); // 8 pt
            QCOMPARE(xml.readElementText(), std::get<TextLabel>(drawn.shape).text);
        }
    }
    QVERIFY2(!xml.hasError(), qPrintable(xml.errorString()));
    QCOMPARE(item, scene->items.size());
}

void TestFigureExport::pngHasResolutionAndManifest()
{
    FigureSpec spec = specOf(FigureKind::JaccardLayers, 88.9);
    spec.imageDpi = 300;
    const auto data = dataFor(spec.kind);
    QByteArray bytes = exported(spec, data, FigureFormat::Png, "f.png");
    QCOMPARE(bytes.count("iTXt"), 1);
    QBuffer buffer(&bytes);
    QImageReader reader(&buffer, "png");
    const QImage image = reader.read();
    QCOMPARE(image.width(), 1050); // 3.5 inches
    QCOMPARE(image.dotsPerMeterX(), 11811);
    QCOMPARE(image.text(QString::fromLatin1(manifestKey)).toStdString(), manifestText(spec, data));
    spec.widthMm = spec.heightMm = 1000;
    spec.imageDpi = 2400;
    VERIFY_ERROR(exportFigure(spec, data, FigureFormat::Png, QStringLiteral("f.png")), ErrorCode::InvalidArgument);
}

/// The one look at pixels: the middle of every bar has the bar's colour, and the corners are paper.
void TestFigureExport::previewShowsTheBars()
{
    const auto scene = makeScene(specOf(FigureKind::JaccardLayers, 181.9), layerSample(3, 6));
    VERIFY_RESULT(scene);
    const QImage image = renderScene(*scene, 254);
    for (const auto &bar : shapesOf<FillRect>(*scene, Role::Data)) {
        // A quarter up: clear of the floor and the baseline.
        const QPointF at(bar.rect.center().x(), bar.rect.bottom() - bar.rect.height() * 0.6);
        QCOMPARE(image.pixel((at * 10).toPoint()), bar.color);
    }
    QCOMPARE(image.pixel(0, image.height() - 1), 0xffffffff);
    QCOMPARE(image.pixel(image.width() - 1, image.height() - 1), 0xffffffff);
}

void TestFigureExport::csvHoldsTheNumbers()
{
    auto data = layerSample(2, 3);
    auto &content = std::get<analysis::LayerDistances>(data.content);
    content.pairs[0] = {{"py,thon", "say \"hi\""}, {0.1, 1.0 / 3.0, 0.25}};
    const auto lines = csvBytes(data, "{}").split('\n');
    QCOMPARE(lines.size(), 6);
    QCOMPARE(lines[0], QByteArray("# secateur-manifest: {}"));
    QCOMPARE(lines[1],
             QByteArray("layer,\"py,thon vs say \"\"hi\"\"\",python-wanda-0.5 vs python-again-wanda-0.5,random masks"));
    QCOMPARE(lines[2], QByteArray("0,0.1,0.05,0.6666666666666666"));
    QCOMPARE(lines[3], QByteArray("1,0.3333333333333333,0.05,0.6666666666666666"));
    QCOMPARE(tableOf(matrixSample(3)).rows.size(), std::size_t(9));
}

void TestFigureExport::maskTablesStaySmall()
{
    QCOMPARE(tableOf(maskSample(40, 60)).rows.size(), std::size_t(2400)); // cell by cell
    const FigureTable large = tableOf(maskSample(401, 500));
    QCOMPARE(large.rows.size(), std::size_t(134 * 167)); // blocks of 3 x 3
    QCOMPARE(large.rows.back(),
             (QStringList{QStringLiteral("399"), QStringLiteral("401"), QStringLiteral("498"), QStringLiteral("500"),
                          large.rows.back()[4], large.rows.back()[5], large.rows.back()[6]}));
    double kept = 0.0;
    double cells = 0.0;
    for (const auto &row : large.rows) {
        const double size = (row[1].toDouble() - row[0].toDouble()) * (row[3].toDouble() - row[2].toDouble());
        cells += size;
        kept += size * row[4].toDouble();
    }
    const auto sample = maskSample(401, 500);
    QCOMPARE(cells, 401.0 * 500.0);
    QVERIFY(std::abs(kept - double(std::get<analysis::MaskPair>(sample.content).kept[0].count())) < 1e-3);
}

void TestFigureExport::texNamesItsFiles()
{
    for (const FigureKind kind : figureKinds()) {
        const auto made =
            exportFigure(specOf(kind, 139.7), dataFor(kind), FigureFormat::Tex, QStringLiteral("fig.tex"));
        VERIFY_RESULT(made);
        const QByteArray tex = made->files.front().bytes;
        QCOMPARE(made->files.size(), std::size_t(kind == FigureKind::Mask ? 4 : 2));
        for (std::size_t i = 1; i < made->files.size(); ++i)
            QVERIFY2(tex.contains('{' + made->files[i].name.toUtf8() + '}'), tex);
        QCOMPARE(tex.count("\\begin{axis}"), tex.count("\\end{axis}"));
        QCOMPARE(tex.count('{'), tex.count('}'));
        QCOMPARE(tex.count('['), tex.count(']'));
        QVERIFY2(tex.contains("(139.7mm,"), tex);
    }
    VERIFY_ERROR(exportFigure(specOf(FigureKind::Mask), dataFor(FigureKind::Mask), FigureFormat::Tex,
                              QStringLiteral("a fig.tex")),
                 ErrorCode::InvalidArgument);
}

/// The table of each kind, as it is copied.
void TestFigureExport::texTablesCompile()
{
    QFETCH(int, kind);
    const QString latex = latexProgram();
    if (latex.isEmpty())
        QSKIP("NOT CHECKED: whether LaTeX tables compile; needs pdflatex with booktabs (texlive-latex-extra)");
    auto data = dataFor(kind);
    nameAll(data, "a_b & 50 % #1 {x} ~^");
    QByteArray log;
    QVERIFY2(compiles(latex, "\\usepackage[margin=10mm]{geometry}\n\\usepackage{booktabs}\n",
                      latexOf(paperTableOf(data)).toUtf8(), log)
                 || log.contains("booktabs.sty' not found"),
             log.right(1500));
    if (log.contains("booktabs.sty' not found"))
        QSKIP("NOT CHECKED: whether LaTeX tables compile; booktabs is not installed (texlive-latex-extra)");
    QVERIFY2(!log.contains("Missing character"), log.right(1500));
}

/// The written files in a document, as a paper includes them.
void TestFigureExport::texCompiles()
{
    QFETCH(int, kind);
    const QString latex = latexProgram();
    if (latex.isEmpty())
        QSKIP("NOT CHECKED: whether LaTeX figures compile; needs pdflatex with pgfplots (texlive-pictures)");
    auto data = dataFor(kind);
    data.sources.front().run = "a_b & 50 % #1 {x} ~^";
    nameAll(data, data.sources.front().run);
    const FigureSpec spec = specFor(kind);
    VERIFY_RESULT(writeFigure(spec, data, m_folder.path() / "figure.tex"));
    QByteArray log;
    QVERIFY2(compiles(latex,
                      "\\usepackage[paperwidth=250mm,paperheight=250mm,margin=10mm]{geometry}\n"
                      "\\usepackage{pgfplots}\n\\pgfplotsset{compat=1.16}\n",
                      "\\setbox0=\\hbox{\\input{figure.tex}}\n\\typeout{WIDTH \\the\\wd0}\\box0\n", log)
                 || log.contains("pgfplots.sty' not found"),
             log.right(1500));
    if (log.contains("pgfplots.sty' not found"))
        QSKIP("NOT CHECKED: whether LaTeX figures compile; pgfplots is not installed (texlive-pictures)");
    QVERIFY2(!log.contains("Missing character"), log.right(1500));
    // The box is as wide as the figure: 72.27 points of TeX an inch.
    const auto width = QRegularExpression(QStringLiteral("WIDTH ([0-9.]+)pt")).match(QString::fromLatin1(log));
    QVERIFY2(width.hasMatch(), log.right(1500));
    QVERIFY(std::abs(width.captured(1).toDouble() * 25.4 / 72.27 - spec.widthMm) < 0.2);
}

void TestFigureExport::manifestsAreFoundInEveryFormat_data()
{
    QTest::addColumn<QByteArray>("name");
    for (const char *name : {"f.pdf", "f.svg", "f.png", "f.tex", "f.csv", "f.json"})
        QTest::newRow(name) << QByteArray(name);
}

void TestFigureExport::manifestsAreFoundInEveryFormat()
{
    QFETCH(QByteArray, name);
    FigureSpec spec = specOf(FigureKind::JaccardLayers);
    auto data = layerSample(2, 8);
    data.sources[1].run = "<r&d> 100% \"–\"";
    const auto format = formatFromPath(name.toStdString());
    VERIFY_RESULT(format);
    const auto path = writeFile(m_folder.path() / ("found-" + name.toStdString()),
                                exported(spec, data, *format, name.constData()).toStdString());
    const auto read = readManifest(path);
    VERIFY_RESULT(read);
    QVERIFY(*read == resolved(spec, data));
    QCOMPARE(read->runs.last(), QStringLiteral("<r&d> 100% \"–\""));
}

/// A figure of "all runs" stays one of the runs there were.
void TestFigureExport::manifestsKeepTheFigure()
{
    FigureSpec spec = specOf(FigureKind::Mask, 139.7);
    const auto data = maskSample(10, 10);
    const FigureSpec exact = resolved(spec, data);
    QCOMPARE(exact.runs, (QStringList{QStringLiteral("python-wanda-0.5"), QStringLiteral("java-wanda-0.5")}));
    QVERIFY(exact.layer == 3U);
    QCOMPARE(exact.sublayer, QStringLiteral("self_attn.q_proj"));
    QCOMPARE(exported(spec, data, FigureFormat::Svg, "a.svg"), exported(exact, data, FigureFormat::Svg, "b.svg"));
}

void TestFigureExport::manifestsNameNobody()
{
    const FigureSpec spec = specOf(FigureKind::JaccardMatrix);
    const auto data = dataFor(spec.kind);
    for (const char *name : {"f.pdf", "f.svg", "f.png", "f.tex", "f.csv"}) {
        const auto format = formatFromPath(name);
        VERIFY_RESULT(format);
        const QByteArray bytes = exported(spec, data, *format, name);
        for (const QByteArray &private_ :
             {QSysInfo::machineHostName().toUtf8(), qgetenv("USER"), qgetenv("HOME") + "/"})
            if (private_.size() > 4)
                QVERIFY2(!bytes.contains(private_), private_);
    }
}

void TestFigureExport::badManifestsAreRefused_data()
{
    QTest::addColumn<QByteArray>("content");
    QTest::newRow("empty") << QByteArray();
    QTest::newRow("text") << QByteArray("hello\n");
    QTest::newRow("other json") << QByteArray("{\"a\": 1}");
    QTest::newRow("broken json") << QByteArray("{\"secateur_figure\": 1, ");
    QTest::newRow("no figure") << QByteArray("{\"secateur_figure\": 1, \"figure\": 3}");
    QTest::newRow("negative version") << QByteArray("{\"secateur_figure\": -1, \"figure\": {}}");
    QTest::newRow("pdf without") << QByteArray("%PDF-1.4\n");
    QTest::newRow("pdf cut") << QByteArray("%PDF-1.4\n<secateur:manifest>{\"secateur");
    QTest::newRow("png cut") << QByteArray("\x89PNG\r\n\x1a\n");
    QTest::newRow("deep") << QByteArray("{\"secateur_figure\": 1, \"figure\": ") + QByteArray(100, '[');
}

void TestFigureExport::badManifestsAreRefused()
{
    QFETCH(QByteArray, content);
    const auto path = writeFile(m_folder.path() / "bad.json", content.toStdString());
    const auto read = readManifest(path);
    QVERIFY(!read);
    QVERIFY2(read.error().code == ErrorCode::BadInput || read.error().code == ErrorCode::Unsupported,
             describe(read.error()).c_str());
    QVERIFY2(read.error().detail.find("bad.json") != std::string::npos, read.error().detail.c_str());
    VERIFY_ERROR(readManifest(m_folder.path() / "absent.json"), ErrorCode::NotFound);
}

void TestFigureExport::writesWholeFilesOnly()
{
    const FigureSpec spec = specOf(FigureKind::JaccardMatrix);
    const auto data = dataFor(spec.kind);
    const auto target = m_folder.path() / "paper" / "matrix.tex";
    VERIFY_ERROR(writeFigure(spec, data, target), ErrorCode::NotFound); // no such folder
    std::filesystem::create_directory(target.parent_path());
    const auto mine = writeFile(m_folder.path() / "paper" / "matrix-data.csv", "my,own,table\n");
    VERIFY_ERROR(writeFigure(spec, data, target), ErrorCode::Conflict);
    QVERIFY(!std::filesystem::exists(target));
    QVERIFY(!std::filesystem::exists(target.string() + ".part"));
    std::filesystem::remove(mine);
    for (int again = 0; again < 2; ++again) { // our own files may be replaced
        const auto written = writeFigure(spec, data, target);
        VERIFY_RESULT(written);
        QCOMPARE(written->files.size(), std::size_t(2));
        QVERIFY(written->files[0] == target);
    }
    VERIFY_ERROR(writeFigure(spec, data, m_folder.path() / "matrix.docx"), ErrorCode::InvalidArgument);
    VERIFY_ERROR(writeFigure(spec, data, m_folder.path() / "matrix"), ErrorCode::InvalidArgument);
}

QTEST_MAIN(TestFigureExport)
#include "tst_figureexport.moc"
