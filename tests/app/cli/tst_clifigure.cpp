// SPDX-License-Identifier: GPL-3.0-or-later
#include <cmath>

#include <QtCore/QFile>
#include <QtCore/QRegularExpression>

#include "tests/app/cli/clirunner.h"
#include "tests/app/cli/tinystudy.h"
#include "tests/support/tinymodel.h"

using namespace secateur::test;

/// `secateur-cli figure` from outside, on a study of a tiny model.
class TestCliFigure : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void drawsEveryKindInEveryFormat_data();
    void drawsEveryKindInEveryFormat();
    void numbersAreThoseOfCompare();
    void floorComesFromOtherRuns();
    void choosesMatrices();
    void drawsAgainFromAFigure_data();
    void drawsAgainFromAFigure();
    void staysTheSameWhenTheStudyGrows();
    void obeysLooks();
    void drawsWeights();
    void obeysRanges();
    void wrongUsageGivesTwo_data();
    void wrongUsageGivesTwo();
    void badInputGivesThree_data();
    void badInputGivesThree();
    void neverWritesOverAnInput();
    void printsOnlyJson();

private:
    [[nodiscard]] CliResult figure(std::vector<std::string> words, const std::string &output) const
    {
        words.insert(words.begin(), {"figure", m_study});
        words.insert(words.end(), {"-o", path(output), "--json"});
        return m_cli.run(words);
    }
    [[nodiscard]] std::string path(const std::string &name) const { return (m_folder.path() / name).string(); }
    [[nodiscard]] QByteArray content(const std::string &name) const
    {
        QFile file(QString::fromStdString(path(name)));
        return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
    }
    /// The cells of a CSV file of ours, without the manifest.
    [[nodiscard]] QList<QByteArrayList> table(const std::string &name) const
    {
        QList<QByteArrayList> rows;
        for (const auto &line : content(name).trimmed().split('\n'))
            if (!line.startsWith('#'))
                rows << line.split(',');
        return rows;
    }

    CliRunner m_cli;
    TemporaryFolder m_folder;
    std::string m_study;
};

void TestCliFigure::initTestCase()
{
    const auto model = writeTinyModel(m_folder.path() / "model").string();
    m_study = path("roses.secateur");
    writeTinyStudy(m_study, model, {{"python", "python", 1}, {"python-again", "python", 2}, {"math", "math", 3}});
}

void TestCliFigure::drawsEveryKindInEveryFormat_data()
{
    QTest::addColumn<QString>("kind");
    QTest::addColumn<QString>("ending");
    QTest::addColumn<QByteArray>("start");
    for (const char *kind : {"mask", "jaccard-layers", "jaccard-matrix", "sparsity-profile"}) {
        const auto add = [kind](const char *ending, const char *start) {
            QTest::addRow("%s %s", kind, ending)
                << QString::fromLatin1(kind) << QString::fromLatin1(ending) << QByteArray(start);
        };
        add("pdf", "%PDF-1.");
        add("svg", "<?xml");
        add("png", "\x89PNG");
        add("tex", "% secateur-manifest: {");
        add("csv", "# secateur-manifest: {");
        add("json", "{\"secateur_figure\":1");
    }
}

void TestCliFigure::drawsEveryKindInEveryFormat()
{
    QFETCH(QString, kind);
    QFETCH(QString, ending);
    QFETCH(QByteArray, start);
    const std::string name = kind.toStdString() + "." + ending.toStdString();
    const auto result = figure({kind.toStdString(), "--dpi", "150"}, name);
    QVERIFY2(result.status == 0, result.told().c_str());
    const auto json = result.json();
    QVERIFY2(json["file"] == path(name), result.told().c_str());
    QVERIFY(json["width_mm"].get<double>() > 80.0 && json["height_mm"].get<double>() > 30.0);
    QVERIFY2(content(name).startsWith(start), content(name).left(200));
    for (const auto &file : json["files"])
        QVERIFY(std::filesystem::file_size(file.get<std::string>()) > 20);
    QVERIFY(!std::filesystem::exists(path(name) + ".part"));
    // Nothing in a figure says where it was made.
    QVERIFY(!content(name).contains(QByteArray::fromStdString(m_folder.path().string())));
}

void TestCliFigure::numbersAreThoseOfCompare()
{
    const auto compared = m_cli.run({"compare", m_study, "--json"}).json();
    QCOMPARE(figure({"jaccard-matrix"}, "numbers.csv").status, 0);
    for (const auto &row : table("numbers.csv").mid(1))
        for (const auto &pair : compared["pairs"])
            if (row[2] == QByteArray::fromStdString(pair["a"]) && row[3] == QByteArray::fromStdString(pair["b"]))
                QCOMPARE(row[4].toDouble(), pair["whole"].get<double>());

    QCOMPARE(figure({"jaccard-layers", "--runs", "python,math", "--sublayer", "q_proj", "--set", "kept"}, "layers.csv")
                 .status,
             0);
    const auto kept = m_cli.run({"compare", m_study, "--runs", "python,math", "--set", "kept", "--json"}).json();
    const auto rows = table("layers.csv");
    QCOMPARE(rows.size(), 5); // the heading, and four layers
    for (int layer = 0; layer < 4; ++layer)
        QCOMPARE(rows[layer + 1][1].toDouble(),
                 kept["pairs"][0]["per_sublayer"]["q_proj"][std::size_t(layer)].get<double>());
    QVERIFY(std::abs(rows[1].last().toDouble() - kept["baselines"]["random"].get<double>()) < 1e-12);
}

/// The other sample of a domain shows how far apart noise alone brings two runs, though nobody asked to see that run.
void TestCliFigure::floorComesFromOtherRuns()
{
    QCOMPARE(figure({"jaccard-layers", "--runs", "python,math"}, "floor.csv").status, 0);
    const auto rows = table("floor.csv");
    QCOMPARE(rows[0], (QByteArrayList{"layer", "python vs math", "python vs python-again", "random masks"}));
    QCOMPARE(figure({"jaccard-layers", "--runs", "python,python-again"}, "alone.csv").status, 0);
    QCOMPARE(table("alone.csv")[0], (QByteArrayList{"layer", "python vs python-again", "random masks"}));
    for (int layer = 1; layer < 5; ++layer)
        QCOMPARE(table("alone.csv")[layer][1], rows[layer][2]);
}

void TestCliFigure::choosesMatrices()
{
    const auto plain = figure({"mask"}, "plain.csv");
    QCOMPARE(plain.status, 0);
    QVERIFY2(plain.errors.find("--runs") != std::string::npos, plain.told().c_str());
    QVERIFY2(plain.errors.find("layer 0, self_attn.q_proj") != std::string::npos, plain.told().c_str());
    const auto chosen =
        figure({"mask", "--runs", "math,python", "--layer", "3", "--sublayer", "mlp.down_proj"}, "chosen.csv");
    QCOMPARE(chosen.status, 0);
    QCOMPARE(chosen.errors.find("note"), std::string::npos);
    // 64 rows of 168 columns, cell by cell; half of each row is kept.
    const auto rows = table("chosen.csv");
    QCOMPARE(rows.size(), 64 * 168 + 1);
    QCOMPARE(rows[0].mid(4), (QByteArrayList{"kept in math", "kept in python", "differ"}));
    double kept = 0.0;
    for (const auto &row : rows.mid(1)) {
        kept += row[4].toDouble();
        QCOMPARE(row[6].toDouble() == 1.0, row[4] != row[5]);
    }
    QCOMPARE(kept, 64.0 * 84.0);
    QCOMPARE(figure({"mask", "--runs", "math"}, "one.svg").status, 0);
    QVERIFY(content("one.svg").contains(">math</text>") && !content("one.svg").contains("Difference"));
}

void TestCliFigure::drawsAgainFromAFigure_data()
{
    QTest::addColumn<QString>("source");
    for (const char *ending : {"pdf", "svg", "png", "tex", "csv", "json"})
        QTest::newRow(ending) << QString::fromLatin1("source.%1").arg(QLatin1String(ending));
}

void TestCliFigure::drawsAgainFromAFigure()
{
    QFETCH(QString, source);
    const std::vector<std::string> words = {
        "jaccard-layers", "--runs",      "math,python", "--palette", "magma", "--column",
        "acl-column",     "--font-size", "7",           "--dpi",     "100"};
    QCOMPARE(figure(words, "direct.svg").status, 0);
    QCOMPARE(figure(words, source.toStdString()).status, 0);
    const auto again = figure({"--figure", path(source.toStdString())}, "again.svg");
    QVERIFY2(again.status == 0, again.told().c_str());
    QCOMPARE(again.json()["width_mm"].get<double>(), 77.0);
    QCOMPARE(content("again.svg"), content("direct.svg"));
    const auto wider = figure({"--figure", path(source.toStdString()), "--width-mm", "120"}, "wider.svg");
    QCOMPARE(wider.json()["width_mm"].get<double>(), 120.0);
    QVERIFY(content("wider.svg").contains("width=\"120mm\""));
}

void TestCliFigure::staysTheSameWhenTheStudyGrows()
{
    QCOMPARE(figure({"jaccard-matrix"}, "before.svg").status, 0);
    const auto added = m_cli.run({"resparsify", m_study, "math", "--sparsity", "0.25", "--run", "extra"});
    QVERIFY2(added.status == 0, added.told().c_str());
    QCOMPARE(figure({"--figure", path("before.svg")}, "after.svg").status, 0);
    QCOMPARE(content("after.svg"), content("before.svg"));
    QCOMPARE(figure({"jaccard-matrix"}, "all.svg").status, 0);
    QVERIFY(content("all.svg").contains(">extra</text>"));
    QCOMPARE(m_cli.run({"delete", m_study, "extra"}).status, 0);
    QCOMPARE(figure({"sparsity-profile"}, "gone.svg").status, 0);
}

void TestCliFigure::obeysLooks()
{
    const auto result =
        figure({"sparsity-profile", "--width-mm", "100", "--height-mm", "55.5", "--font-size", "10"}, "looks.svg");
    QCOMPARE(result.json()["width_mm"].get<double>(), 100.0);
    QCOMPARE(result.json()["height_mm"].get<double>(), 55.5);
    QVERIFY(content("looks.svg").contains("width=\"100mm\" height=\"55.5mm\""));
    QVERIFY(content("looks.svg").contains("font-size=\"3.5278\""));
    const auto font = figure({"sparsity-profile", "--font", "No Such Face"}, "font.svg");
    QCOMPARE(font.status, 0);
    QVERIFY2(font.errors.find("No Such Face") != std::string::npos, font.told().c_str());
}

/// The values are the model's, and a moved model can be named.
void TestCliFigure::drawsWeights()
{
    const std::vector<std::string> words = {
        "mask",       "--runs",      "math",        "--layer", "1",
        "--sublayer", "mlp.up_proj", "--rendering", "weights", "--range=-0.25,0.25"};
    QCOMPARE(figure(words, "weights.csv").status, 0);
    const auto rows = table("weights.csv");
    QCOMPARE(rows[0].last(), QByteArray("mean weight"));
    QVERIFY(rows[1].last().toDouble() != rows[2].last().toDouble());
    QCOMPARE(figure(words, "weights.svg").status, 0);
    QVERIFY(content("weights.svg").contains(">0.25</text>"));
    const auto model = m_folder.path() / "model";
    std::filesystem::rename(model, m_folder.path() / "moved");
    const auto lost = figure(words, "lost.pdf");
    QVERIFY2(lost.status == 3, lost.told().c_str());
    auto found = words;
    found.insert(found.end(), {"--model", path("moved")});
    QCOMPARE(figure(found, "found.svg").status, 0);
    QCOMPARE(content("found.svg"), content("weights.svg"));
    std::filesystem::rename(m_folder.path() / "moved", model);
}

void TestCliFigure::obeysRanges()
{
    QCOMPARE(figure({"jaccard-matrix", "--range", "0,1"}, "whole.svg").status, 0);
    QVERIFY(content("whole.svg").contains(">1.0</text>"));
    QCOMPARE(figure({"jaccard-matrix", "--range", "auto"}, "auto.svg").status, 0);
    QVERIFY(!content("auto.svg").contains(">1.0</text>"));
    QCOMPARE(figure({"jaccard-matrix"}, "plain.svg").status, 0);
    QCOMPARE(content("plain.svg"), content("auto.svg"));
}

void TestCliFigure::wrongUsageGivesTwo_data()
{
    QTest::addColumn<QStringList>("words");
    QTest::addColumn<QString>("output");
    QTest::addColumn<QString>("named");
    const auto add = [](const char *line, const char *output, const char *named) {
        QTest::addRow("%s -o %s", line, output) << QString::fromLatin1(line).split(QLatin1Char(' '))
                                                << QString::fromLatin1(output) << QString::fromLatin1(named);
    };
    add("pie", "f.pdf", "sparsity-profile");
    add("mask", "f.docx", ".svg");
    add("mask", "f", ".svg");
    add("mask --width-mm 3", "f.pdf", "width");
    add("mask --width-mm nan", "f.pdf", "width");
    add("mask --font-size 400", "f.pdf", "font");
    add("mask --column vogue", "f.pdf", "acl-column");
    add("mask --palette jet", "f.pdf", "cividis");
    add("mask --dpi 100000", "f.png", "dpi");
    add("mask --layer 99", "f.pdf", "0 to 3");
    add("mask --layer 99999999999", "f.pdf", "layer");
    add("mask --sublayer z_proj", "f.pdf", "q_proj");
    add("mask --runs python,math,python-again", "f.pdf", "one run or two");
    add("jaccard-layers --layer 2", "f.pdf", "--layer");
    add("accuracy --layer 2", "f.pdf", "--layer");
    add("mask --tasks perplexity", "f.pdf", "tasks");
    add("jaccard-layers --rendering weights", "f.pdf", "weights");
    add("jaccard-layers --range 0,1", "f.pdf", "range");
    add("jaccard-matrix --range 0-1", "f.pdf", "0,0.5");
    add("jaccard-matrix --range=-0.1,0.5", "f.pdf", "between 0 and 1");
    add("mask --rendering weights --range 0,1", "f.pdf", "zero in its middle");
    add("jaccard-matrix --sublayer q_proj", "f.pdf", "--layer");
    add("jaccard-layers --runs python", "f.pdf", "two");
    add("jaccard-layers --runs python,python", "f.pdf", "twice");
    add("jaccard-layers --width-mm 20 --height-mm 20", "f.pdf", "too small");
}

void TestCliFigure::wrongUsageGivesTwo()
{
    QFETCH(QStringList, words);
    QFETCH(QString, output);
    QFETCH(QString, named);
    std::vector<std::string> arguments;
    for (const auto &word : words)
        arguments.push_back(word.toStdString());
    const auto result = figure(arguments, output.toStdString());
    QVERIFY2(result.status == 2, result.told().c_str());
    const std::string detail = result.json()["error"]["detail"].get<std::string>();
    QVERIFY2(detail.find(named.toStdString()) != std::string::npos, detail.c_str());
    QVERIFY(!std::filesystem::exists(path(output.toStdString())));
}

void TestCliFigure::badInputGivesThree_data()
{
    QTest::addColumn<QStringList>("words");
    QTest::addColumn<QString>("named");
    QTest::newRow("accuracy") << QStringList{QStringLiteral("accuracy")} << QStringLiteral("evaluations");
    QTest::newRow("no such run") << QStringList{QStringLiteral("mask"), QStringLiteral("--runs"),
                                                QStringLiteral("tulip")}
                                 << QStringLiteral("tulip");
    const QString bad = QString::fromStdString(writeFile(m_folder.path() / "bad.json", "{\"a\": 1}").string());
    QTest::newRow("no manifest") << QStringList{QStringLiteral("--figure"), bad} << QStringLiteral("bad.json");
    QTest::newRow("absent") << QStringList{QStringLiteral("--figure"), bad + QLatin1Char('x')}
                            << QStringLiteral("bad.jsonx");
}

void TestCliFigure::badInputGivesThree()
{
    QFETCH(QStringList, words);
    QFETCH(QString, named);
    std::vector<std::string> arguments;
    for (const auto &word : words)
        arguments.push_back(word.toStdString());
    const auto result = figure(arguments, "bad.pdf");
    QVERIFY2(result.status == 3, result.told().c_str());
    const std::string detail = result.json()["error"]["detail"].get<std::string>();
    QVERIFY2(detail.find(named.toStdString()) != std::string::npos, detail.c_str());
    QVERIFY(!std::filesystem::exists(path("bad.pdf")));
}

void TestCliFigure::neverWritesOverAnInput()
{
    const auto inside = figure({"jaccard-matrix"}, "roses.secateur/study.json");
    QVERIFY2(inside.status == 2, inside.told().c_str());
    const auto sideways = figure({"jaccard-matrix"}, "roses.secateur/../roses.secateur/runs/x.pdf");
    QVERIFY2(sideways.status == 2, sideways.told().c_str());
    QCOMPARE(figure({"jaccard-matrix"}, "kept.json").status, 0);
    const QByteArray before = content("kept.json");
    const auto itself = figure({"--figure", path("kept.json")}, "kept.json");
    QVERIFY2(itself.status == 2, itself.told().c_str());
    QCOMPARE(content("kept.json"), before);
    const auto folder = figure({"jaccard-matrix"}, "absent/f.pdf");
    QVERIFY2(folder.status == 3, folder.told().c_str());
    QCOMPARE(m_cli.run({"verify", m_study}).status, 0);
}

/// Qt has remarks about desktops that are not there; whoever reads JSON lines must not see them.
void TestCliFigure::printsOnlyJson()
{
    const auto result = m_cli.run({"figure", m_study, "mask", "-o", path("json.png"), "--json", "--progress", "json"});
    QCOMPARE(result.status, 0);
    QVERIFY(result.json().is_object());
    for (const auto &line : QByteArray::fromStdString(result.errors).trimmed().split('\n'))
        QVERIFY2(nlohmann::json::parse(line.toStdString(), nullptr, false).is_object(), line);
}

QTEST_GUILESS_MAIN(TestCliFigure)
#include "tst_clifigure.moc"
