// SPDX-License-Identifier: GPL-3.0-or-later
#include <limits>

#include "tests/support/testsupport.h"
#include "widgets/figure/figurecommand.h"
#include "widgets/figure/figurespec.h"

using namespace secateur;
using namespace secateur::widgets;

class TestFigureSpec : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void kindsHaveNames();
    void survivesJson();
    void readsOlderManifests();
    void rangesAsText();
    void shellsReadBackWhatIsQuoted();
    void jsonProblemsAreNamed_data();
    void jsonProblemsAreNamed();
    void rangesAreChecked();
    void columnsAreThoseOfThePublishers();
};

namespace {

FigureSpec sample()
{
    FigureSpec spec;
    spec.kind = FigureKind::JaccardMatrix;
    spec.runs = {QStringLiteral("python"), QStringLiteral("Mathé-½")};
    spec.layer = 7;
    spec.sublayer = QStringLiteral("self_attn.q_proj");
    spec.set = analysis::SetKind::Kept;
    spec.widthMm = 139.7;
    spec.heightMm = 51.25;
    spec.fontSizePt = 7.5;
    spec.palette = QStringLiteral("magma");
    spec.range = ColorRange{0.0, 0.4};
    spec.imageDpi = 300;
    return spec;
}

} // namespace

void TestFigureSpec::kindsHaveNames()
{
    QCOMPARE(figureKinds().size(), 6);
    for (const FigureKind kind : figureKinds()) {
        const auto back = kindFromName(kindName(kind));
        VERIFY_RESULT(back);
        QVERIFY(*back == kind);
        QVERIFY(suggestedHeight(kind, 88.9) >= 40.0);
    }
    const auto unknown = kindFromName(QStringLiteral("pie"));
    VERIFY_ERROR(unknown, ErrorCode::InvalidArgument);
    QVERIFY(unknown.error().detail.find("sparsity-profile") != std::string::npos);
}

void TestFigureSpec::survivesJson()
{
    for (const FigureSpec &spec : {sample(), FigureSpec()}) {
        const auto text = toJson(spec).dump();
        const auto back = specFromJson(nlohmann::json::parse(text), "x.json");
        VERIFY_RESULT(back);
        QVERIFY(*back == spec);
        QCOMPARE(toJson(*back).dump(), text);
    }
}

/// Manifests of before there was a range: the scale ended at 0 and 1, and masks had one rendering.
void TestFigureSpec::readsOlderManifests()
{
    nlohmann::json value = nlohmann::json::parse(toJson(sample()).dump());
    value.erase("range");
    value.erase("rendering");
    value.erase("tasks");
    const auto back = specFromJson(value, "x.json");
    VERIFY_RESULT(back);
    QVERIFY(back->range == std::optional(ColorRange{0.0, 1.0}));
    QVERIFY(back->rendering == Rendering::Mask);
}

void TestFigureSpec::rangesAsText()
{
    for (const char *text : {"auto", "0,0.5", "-0.2,0.2", "0.1,1"}) {
        const auto range = rangeFromText(QString::fromLatin1(text));
        VERIFY_RESULT(range);
        QCOMPARE(rangeText(*range), QString::fromLatin1(text));
    }
    for (const char *text : {"", "1", "a,b", "0,1,2", "0;1", "0,"})
        VERIFY_ERROR(rangeFromText(QString::fromLatin1(text)), ErrorCode::InvalidArgument);
}

void TestFigureSpec::shellsReadBackWhatIsQuoted()
{
    QCOMPARE(shellLine(QStringLiteral("a"), {QStringLiteral("b-c"), QStringLiteral("it's $5"), QString()}),
             QStringLiteral("a b-c 'it'\\''s $5' ''"));
}

void TestFigureSpec::jsonProblemsAreNamed_data()
{
    QTest::addColumn<QByteArray>("patch");
    QTest::addColumn<QByteArray>("named");
    const auto add = [](const char *patch, const char *named) {
        QTest::newRow(patch) << QByteArray(patch) << QByteArray(named);
    };
    add(R"({"kind": null})", "kind");
    add(R"({"kind": "pie"})", "pie");
    add(R"({"kind": 3})", "kind");
    add(R"({"runs": "python"})", "runs");
    add(R"({"runs": [1]})", "runs");
    add(R"({"runs": [""]})", "run");
    add(R"({"layer": -1})", "layer");
    add(R"({"layer": 5000000000})", "layer");
    add(R"({"layer": 1.5})", "layer");
    add(R"({"set": "both"})", "set");
    add(R"({"tasks": "all"})", "tasks");
    add(R"({"tasks": ["perplexity"]})", "tasks"); // which only accuracy has
    add(R"({"rendering": "photo"})", "rendering");
    add(R"({"rendering": "weights"})", "weights"); // which only a mask figure shows
    add(R"({"range": "wide"})", "range");
    add(R"({"range": [0]})", "range");
    add(R"({"range": [0, "1"]})", "range");
    add(R"({"range": [0.5, 0.5]})", "range");
    add(R"({"range": [-0.5, 0.5]})", "between 0 and 1");
    add(R"({"kind": "jaccard-layers", "layer": null, "range": [0, 0.5]})", "no range");
    add(R"({"kind": "mask", "rendering": "weights", "range": [0, 0.5]})", "zero in its middle");
    add(R"({"width_mm": "88"})", "width_mm");
    add(R"({"width_mm": 1e9})", "width");
    add(R"({"height_mm": 0})", "height");
    add(R"({"font_size_pt": -8})", "font size");
    add(R"({"font": ""})", "font");
    add(R"({"font": "a\u0000b"})", "font");
    add(R"({"palette": "jet"})", "jet");
    add(R"({"image_dpi": 1e300})", "dpi");
}

void TestFigureSpec::jsonProblemsAreNamed()
{
    QFETCH(QByteArray, patch);
    QFETCH(QByteArray, named);
    nlohmann::json value = nlohmann::json::parse(toJson(sample()).dump());
    const auto change = nlohmann::json::parse(patch.toStdString());
    value.update(change);
    if (change.begin()->is_null())
        value.erase(change.begin().key());
    const auto spec = specFromJson(value, "saved.json");
    VERIFY_ERROR(spec, ErrorCode::BadInput);
    QVERIFY2(spec.error().detail.rfind("saved.json: ", 0) == 0, spec.error().detail.c_str());
    QVERIFY2(spec.error().detail.find(named.toStdString()) != std::string::npos, spec.error().detail.c_str());
}

void TestFigureSpec::rangesAreChecked()
{
    VERIFY_RESULT(sample().validate());
    FigureSpec spec = sample();
    spec.widthMm = std::numeric_limits<double>::quiet_NaN();
    VERIFY_ERROR(spec.validate(), ErrorCode::InvalidArgument);
    spec = sample();
    for (int i = 0; i < 65; ++i)
        spec.runs << QString::number(i);
    VERIFY_ERROR(spec.validate(), ErrorCode::InvalidArgument);
    VERIFY_ERROR(specFromJson(nlohmann::json::array(), "x"), ErrorCode::BadInput);
}

void TestFigureSpec::columnsAreThoseOfThePublishers()
{
    QCOMPARE(columnWidth(u"ieee-column").value_or(0), 88.9);
    QCOMPARE(columnWidth(u"acm-page").value_or(0), 177.8);
    QCOMPARE(columnWidth(u"neurips").value_or(0), 139.7);
    QVERIFY(!columnWidth(u"nature"));
    for (const auto &column : columnWidths()) {
        FigureSpec spec;
        spec.widthMm = column.widthMm;
        VERIFY_RESULT(spec.validate());
    }
}

QTEST_APPLESS_MAIN(TestFigureSpec)
#include "tst_figurespec.moc"
