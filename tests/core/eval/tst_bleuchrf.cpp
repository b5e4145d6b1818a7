// SPDX-License-Identifier: GPL-3.0-or-later
#include <cmath>
#include <fstream>

#include <QTest>

#include <nlohmann/json.hpp>

#include "core/eval/metrics/bleu.h"
#include "core/eval/metrics/chrf.h"
#include "core/eval/metrics/ngrams.h"
#include "tests/support/testsupport.h"

using namespace secateur;
using namespace secateur::eval;
using nlohmann::json;

namespace {

std::vector<json> goldenSegments()
{
    std::ifstream file(test::sharedFolder() / "goldens" / "eval" / "mt.jsonl");
    std::vector<json> rows;
    for (std::string line; std::getline(file, line);)
        rows.push_back(json::parse(line));
    return rows;
}

bool near(double ours, const json &theirs)
{
    return std::abs(ours - theirs.get<double>()) <= 1e-6;
}

/// The label without the metric's name, which sacreBLEU's signature does not have.
std::string signature(const std::string &label)
{
    return label.substr(label.find('|') + 1);
}

/// What is different of a golden score with its counts; empty where nothing is.
std::string bleuDiffers(const BleuStatistics &statistics, const BleuOptions &options, const json &golden)
{
    const BleuScore bleu = bleuScore(statistics, options);
    bool same = near(bleu.score, golden.at("score")) && near(bleu.brevityPenalty, golden.at("bp"))
        && statistics.hypothesisLength == golden.at("sys_len").get<std::uint64_t>()
        && statistics.referenceLength == golden.at("ref_len").get<std::uint64_t>();
    for (std::size_t n = 0; n < BleuOrder; ++n)
        same = same && near(bleu.precisions[n], golden.at("precisions").at(n))
            && statistics.matches[n] == golden.at("counts").at(n).get<std::uint64_t>()
            && statistics.totals[n] == golden.at("totals").at(n).get<std::uint64_t>();
    return same ? std::string() : std::to_string(bleu.score) + " not " + golden.dump();
}

BleuStatistics corpusBleu(const std::vector<json> &rows, const std::string &language, const BleuOptions &options)
{
    BleuStatistics sum;
    for (const json &row : rows)
        if (language == "all" || row.at("lang") == language) {
            const std::vector<std::string> first = {row.at("references").at(0)};
            sum += bleuStatistics(row.at("hypothesis").get<std::string>(), first, options);
        }
    return sum;
}

double corpusChrf(const std::vector<json> &rows, const std::string &language, const ChrfOptions &options)
{
    ChrfStatistics sum;
    for (const json &row : rows)
        if (language == "all" || row.at("lang") == language) {
            const std::vector<std::string> first = {row.at("references").at(0)};
            sum += chrfStatistics(row.at("hypothesis").get<std::string>(), first, options);
        }
    return chrfScore(sum);
}

} // namespace

/// BLEU and chrF by hand, and as sacreBLEU 2.6 computes them.
class TestBleuChrf : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void ngrams()
    {
        const std::vector<std::uint32_t> text = {1, 2, 1, 2, 1};
        const std::vector<std::uint32_t> other = {2, 1, 3};
        const NgramCounts pairs(text, 2); // 12 twice, 21 twice
        QCOMPARE(pairs.total(), std::uint64_t(4));
        QCOMPARE(pairs.common(NgramCounts(other, 2)), std::uint64_t(1));
        NgramCounts most(other, 2);
        most.raiseTo(pairs);
        QCOMPARE(most.total(), std::uint64_t(5));
        QCOMPARE(pairs.common(most), std::uint64_t(4));
        QCOMPARE(NgramCounts(other, 4).total(), std::uint64_t(0));
    }

    void tokens_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<QByteArray>("tokens");
        const auto row = [](const char *name, const char *text, const char *tokens) {
            QTest::newRow(name) << QByteArray(text) << QByteArray(tokens);
        };
        row("empty", " \n ", "");
        row("sentence", "Hello, world!", "Hello , world !");
        row("numbers keep points", "1,000.5 and .5 and 5.", "1,000.5 and . 5 and 5 .");
        row("hyphens", "well-known 5-6 -7", "well-known 5 - 6 -7");
        row("apostrophe stays", "l'\xC3\xA9t\xC3\xA9", "l'\xC3\xA9t\xC3\xA9");
        row("point behind a letter of two bytes", "\xC3\xA9.5", "\xC3\xA9 . 5");
        row("points side by side", "a..b", "a . . b");
        row("entities", "&quot;&lt;&amp;lt;&gt;", "\" < < >");
        row("entities in turn", "&amp;quot;", "& quot ;");
        row("hyphen at a line end", "exam-\nple\nx<skipped>y", "example xy");
        row("no-break space parts", "a\xC2\xA0z", "a z");
        row("last hyphen stays", "end-\n", "end-");
    }

    void tokens()
    {
        QFETCH(QByteArray, text);
        QTEST(QByteArray::fromStdString(tokenize13a(text.toStdString())), "tokens");
    }

    void bleuByHand()
    {
        const std::vector<std::string> references = {"a b c d e", "a b x"};
        const auto statistics = bleuStatistics("a b b x", references);
        QCOMPARE(statistics.matches, (std::array<std::uint64_t, 4>{3, 2, 0, 0})); // b twice in neither
        QCOMPARE(statistics.totals, (std::array<std::uint64_t, 4>{4, 3, 2, 1}));
        QCOMPARE(statistics.referenceLength, std::uint64_t(3)); // 3 and 5 are as near
        QCOMPARE(bleuFromSums(sumsOf(statistics)), statistics);
        QCOMPARE(bleuFromSums({}), BleuStatistics{});
        // 3/4, 2/3, then 1/2 of 1/2 and 1/4 of 1/1
        const double expected = 100.0 * std::pow(3.0 / 4.0 * 2.0 / 3.0 / 4.0 / 4.0, 0.25);
        QVERIFY(std::abs(bleuScore(statistics).score - expected) < 1e-12);
        QCOMPARE(bleuScore(statistics, {.exponentialSmoothing = false}).score, 0.0);
    }

    void bleuAtTheEnds()
    {
        const std::vector<std::string> reference = {"one two"};
        const BleuOptions sentence{.effectiveOrder = true};
        QCOMPARE(bleuScore(bleuStatistics("", reference, sentence), sentence).score, 0.0);
        QCOMPARE(bleuScore(bleuStatistics("", reference, sentence), sentence).brevityPenalty, 0.0);
        QVERIFY(std::abs(bleuScore(bleuStatistics("one two", reference, sentence), sentence).score - 100.0) < 1e-9);
        QCOMPARE(bleuScore(bleuStatistics("one two", reference), {}).score, 0.0); // no n-grams of three
        QCOMPARE(bleuScore(bleuStatistics("ONE", reference), {}).score, 0.0);
        QVERIFY(bleuScore(bleuStatistics("ONE two", reference, {.lowercase = true}), sentence).score > 99.0);
        QCOMPARE(bleuScore(bleuStatistics("one", {}, sentence), sentence).score, 0.0);
        QCOMPARE(bleuLabel(2, {.lowercase = true, .effectiveOrder = true}),
                 std::string("BLEU|nrefs:2|case:lc|eff:yes|tok:13a|smooth:exp|version:2.6.0"));
    }

    void chrfByHand()
    {
        const std::vector<std::string> reference = {"ab c"};
        // "abd": a, b of 3 and 3; ab of 2 and 2; none of 1 and 1. P = R = (2/3 + 1/2 + 0) / 3
        const double characters = chrfScore(chrfStatistics("abd", reference));
        QVERIFY(std::abs(characters - 100.0 * (7.0 / 6.0) / 3.0) < 1e-12);
        const auto words = chrfStatistics("(ab, c)", reference, {.words = true});
        QCOMPARE(words.orders[6], (ChrfCounts{4, 2, 1})); // "(ab", ",", "c", ")"
        QCOMPARE(words.orders[7], (ChrfCounts{3, 1, 0}));
        QCOMPARE(chrfFromSums(sumsOf(words)), words);
        QCOMPARE(chrfFromSums({}), ChrfStatistics{});
        const std::vector<std::string> mark = {"'tis !"};
        QCOMPARE(chrfStatistics("tis !", mark, {.words = true}).orders[6], (ChrfCounts{2, 3, 2}));
        // One letter of two bytes is one character.
        const std::vector<std::string> accent = {"\xC3\xA9"};
        QCOMPARE(chrfStatistics("\xC3\xA8", accent).orders[0], (ChrfCounts{1, 1, 0}));
        QCOMPARE(chrfScore(chrfStatistics("\xC3\x89", accent, {.lowercase = true})), 100.0);
    }

    void chrfAtTheEnds()
    {
        const std::vector<std::string> references = {"", "xyz"};
        QCOMPARE(chrfScore(chrfStatistics("", references)), 0.0);
        QCOMPARE(chrfScore(chrfStatistics("abc", {})), 0.0);
        QCOMPARE(chrfScore(chrfStatistics("xyz", references)), 100.0); // the best reference counts
        QCOMPARE(chrfStatistics("abc", std::span(references).first(1)), ChrfStatistics{});
        QCOMPARE(chrfLabel(1, {.lowercase = true, .words = true}),
                 std::string("chrF2++|nrefs:1|case:lc|eff:yes|nc:6|nw:2|space:no|version:2.6.0"));
    }

    void textsThatAreNotUtf8()
    {
        const std::string bytes = "a\xFF\xC3 \xE2\x82 b\xF0";
        const std::vector<std::string> references = {bytes};
        QVERIFY(chrfScore(chrfStatistics(bytes, references, {.lowercase = true, .words = true})) > 99.9);
        QVERIFY(bleuStatistics(bytes, references, {.lowercase = true}).matches[0] > 0);
    }

    void segmentsAsTheReference()
    {
        SECATEUR_NEEDS_SHARED();
        const auto rows = goldenSegments();
        QCOMPARE(rows.size(), std::size_t(50));
        for (const json &row : rows) {
            const std::string hypothesis = row.at("hypothesis");
            const std::vector<std::string> references = row.at("references");
            const BleuOptions sentence{.effectiveOrder = true};
            const auto problem =
                bleuDiffers(bleuStatistics(hypothesis, references, sentence), sentence, row.at("bleu"));
            QVERIFY2(problem.empty(), (row.at("id").dump() + ": " + problem).c_str());
            QVERIFY2(near(chrfScore(chrfStatistics(hypothesis, references)), row.at("chrf")), row.dump().c_str());
            QVERIFY2(near(chrfScore(chrfStatistics(hypothesis, references, {.words = true})), row.at("chrf2pp")),
                     row.dump().c_str());
        }
    }

    void corporaAsTheReference()
    {
        SECATEUR_NEEDS_SHARED();
        const auto rows = goldenSegments();
        std::ifstream file(test::sharedFolder() / "goldens" / "eval" / "mt_corpus.json");
        const json golden = json::parse(file);
        const std::vector<std::pair<std::string, BleuOptions>> variants = {
            {"bleu", {}},
            {"bleu_lowercase", {.lowercase = true}},
            {"bleu_no_smoothing", {.exponentialSmoothing = false}}};
        for (const std::string language : {"all", "en", "fr"}) {
            const json &corpus = golden.at(language);
            for (const auto &[name, options] : variants) {
                const auto problem = bleuDiffers(corpusBleu(rows, language, options), options, corpus.at(name));
                QVERIFY2(problem.empty(), problem.c_str());
                QCOMPARE(signature(bleuLabel(1, options)), corpus.at(name).at("signature").get<std::string>());
            }
            for (const bool words : {false, true}) {
                const json &theirs = corpus.at(words ? "chrf++" : "chrf");
                QVERIFY(near(corpusChrf(rows, language, {.words = words}), theirs.at("score")));
                QCOMPARE(signature(chrfLabel(1, {.words = words})), theirs.at("signature").get<std::string>());
            }
        }
    }
};

QTEST_APPLESS_MAIN(TestBleuChrf)
#include "tst_bleuchrf.moc"
