// SPDX-License-Identifier: GPL-3.0-or-later
#include <cmath>
#include <fstream>

#include <QTest>

#include <nlohmann/json.hpp>

#include "core/eval/metrics/meteor.h"
#include "core/eval/metrics/porterstem.h"
#include "core/eval/metrics/words.h"
#include "core/eval/registry.h"
#include "tests/support/testsupport.h"

using namespace secateur;
using namespace secateur::eval;
namespace fs = std::filesystem;

namespace {

using Words = std::vector<std::string>;

/// A WordNet of a few words: "car" and "auto", "big" and "large" (one with a marker), "go", "went", "good_deal".
void writeTinyWordNet(const fs::path &folder)
{
    fs::create_directories(folder);
    const auto write = [&folder](const std::string &name, const std::string &text) {
        std::ofstream(folder / name) << text;
    };
    for (const char *part : {"noun", "verb", "adj", "adv"})
        for (const std::string kind : {"index.", "data."})
            write(kind + part, "  1 A licence. Tiny WordNet 9.1 Copyright\n");
    for (const std::string part : {"noun", "verb", "adj", "adv"})
        write(part + ".exc", part == "verb" ? "went go\n" : "");
    write("data.noun", "  1 Tiny WordNet 9.1\n00000020 06 n 03 car 0 Auto 0 motor_car 0 000 | a thing with wheels\n");
    write("index.noun", "car n 1 2 @ ~ 1 1 00000020  \nauto n 1 0 1 1 00000020\n");
    write("data.verb", "00000000 38 v 02 go 0 travel 1 000 | move\n");
    write("index.verb", "go v 1 0 1 1 00000000\ntravel v 1 0 1 1 00000000\n");
    write("data.adj", "00000007 00 s 02 big(ip) 0 large 0 000 | not small\n");
    write("index.adj", "big a 1 0 1 1 00000007\nlarge a 1 0 1 1 00000007\n");
}

std::vector<std::string_view> sorted(std::vector<std::string_view> words)
{
    std::sort(words.begin(), words.end());
    return words;
}

/// Compares scores, matches and chunks of all items with the golden ones of one set of stages; empty where all agree.
std::string meteorDiffers(const std::string &stages, const MeteorOptions &options)
{
    std::ifstream file(test::sharedFolder() / "goldens" / "eval" / "mt.jsonl");
    std::size_t compared = 0;
    double sum = 0.0; // with all references, where the corpus scores of BLEU and chrF have the first only
    for (std::string line; std::getline(file, line); ++compared) {
        const auto row = nlohmann::json::parse(line);
        const Words hypothesis = row.at("hypothesis_tokens");
        const std::vector<Words> references = row.at("reference_tokens");
        const auto &golden = row.at("meteor").at(stages);
        bool same = std::abs(meteorScore(hypothesis, references, options) - golden.at("score").get<double>()) <= 1e-6;
        for (std::size_t i = 0; i < references.size(); ++i) {
            const auto ours = meteorAlignment(hypothesis, references[i], options);
            const auto &theirs = golden.at("per_reference").at(i);
            same = same && std::abs(ours.score - theirs.at("score").get<double>()) <= 1e-6
                && ours.chunks == theirs.at("chunks").get<std::size_t>()
                && ours.matches == theirs.at("matches").get<std::vector<std::pair<std::size_t, std::size_t>>>();
        }
        if (!same)
            return line;
        sum += meteorScore(hypothesis, references, options);
    }
    std::ifstream corpus(test::sharedFolder() / "goldens" / "eval" / "mt_corpus.json");
    const double mean = nlohmann::json::parse(corpus).at("all").at("meteor_mean_" + stages);
    if (std::abs(sum / double(compared) - mean) > 1e-6)
        return "the mean is " + std::to_string(sum / double(compared)) + ", not " + std::to_string(mean);
    return compared == 50 ? std::string() : "the file has " + std::to_string(compared) + " items";
}

} // namespace

/// METEOR with its words, stems and synonyms by hand, and as NLTK computes it.
class TestMeteor : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void words_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<Words>("words");
        QTest::newRow("empty") << QByteArray(" \n\x1F") << Words{};
        QTest::newRow("runs") << QByteArray("can't... (x_1)") << Words{"can", "'", "t", "...", "(", "x_1", ")"};
        QTest::newRow("letters") << QByteArray("l\xE2\x80\x99\xC3\xA9t\xC3\xA9\xC2\xA0?")
                                 << Words{"l", "\xE2\x80\x99", "\xC3\xA9t\xC3\xA9", "?"};
        QTest::newRow("a combining mark is no letter") << QByteArray("e\xCC\x81t") << Words{"e", "\xCC\x81", "t"};
        QTest::newRow("numbers of all kinds") << QByteArray("x\xC2\xB2\xE2\x85\xA7") << Words{"x\xC2\xB2\xE2\x85\xA7"};
    }

    void words()
    {
        QFETCH(QByteArray, text);
        QTEST(wordTokens(text.toStdString()), "words");
    }

    void lowerCases()
    {
        QCOMPARE(lowerCase("\xC3\x89T\xC3\x89 \xC4\xB0"), std::string("\xC3\xA9t\xC3\xA9 i\xCC\x87"));
        // Sigma at the end of a word and elsewhere.
        QCOMPARE(lowerCase("\xCE\xA3\xCE\x91\xCE\xA3 \xCE\xA3"), std::string("\xCF\x83\xCE\xB1\xCF\x82 \xCF\x83"));
    }

    void stems_data()
    {
        QTest::addColumn<QByteArray>("word");
        QTest::addColumn<QByteArray>("stem");
        const std::vector<std::pair<const char *, const char *>> cases = {{"is", "is"},
                                                                          {"caresses", "caress"},
                                                                          {"ponies", "poni"},
                                                                          {"ties", "tie"},
                                                                          {"caress", "caress"},
                                                                          {"cats", "cat"},
                                                                          {"feed", "feed"},
                                                                          {"agreed", "agre"},
                                                                          {"plastered", "plaster"},
                                                                          {"bled", "bled"},
                                                                          {"motoring", "motor"},
                                                                          {"sing", "sing"},
                                                                          {"conflated", "conflat"},
                                                                          {"troubling", "troubl"},
                                                                          {"sized", "size"},
                                                                          {"hopping", "hop"},
                                                                          {"falling", "fall"},
                                                                          {"hissing", "hiss"},
                                                                          {"filing", "file"},
                                                                          {"failing", "fail"},
                                                                          {"died", "die"},
                                                                          {"spied", "spi"},
                                                                          {"happy", "happi"},
                                                                          {"enjoy", "enjoy"},
                                                                          {"by", "by"},
                                                                          {"spy", "spi"},
                                                                          {"relational", "relat"},
                                                                          {"rational", "ration"},
                                                                          {"radically", "radic"},
                                                                          {"conformably", "conform"},
                                                                          {"geologi", "geolog"},
                                                                          {"hopefully", "hope"},
                                                                          {"vietnamization", "vietnam"},
                                                                          {"electrical", "electr"},
                                                                          {"goodness", "good"},
                                                                          {"adoption", "adopt"},
                                                                          {"replacement", "replac"},
                                                                          {"communism", "commun"},
                                                                          {"probate", "probat"},
                                                                          {"rate", "rate"},
                                                                          {"cease", "ceas"},
                                                                          {"controlling", "control"},
                                                                          {"roll", "roll"},
                                                                          {"skies", "sky"},
                                                                          {"dying", "die"},
                                                                          {"innings", "inning"},
                                                                          {"succeed", "succeed"},
                                                                          {"succeeds", "succe"},
                                                                          {"aged", "age"},
                                                                          {"\xC3\xA9t\xC3\xA9s", "\xC3\xA9t\xC3\xA9"}};
        for (const auto &[word, stem] : cases)
            QTest::newRow(word) << QByteArray(word) << QByteArray(stem);
    }

    void stems()
    {
        QFETCH(QByteArray, word);
        QTEST(QByteArray::fromStdString(porterStem(word.toStdString())), "stem");
    }

    /// What counts as a vowel depends on all letters in front.
    void longWord()
    {
        QCOMPARE(porterStem(std::string(500'001, 'y') + "ing").size(), std::size_t(500'000)); // a double consonant
    }

    void docstring()
    {
        const Words hypothesis = wordTokens("It is a guide to action which ensures that the military always obeys the "
                                            "commands of the party");
        const std::vector<Words> references = {wordTokens("It is a guide to action that ensures that the military will "
                                                          "forever heed Party commands")};
        QVERIFY(std::abs(meteorScore(hypothesis, references) - 0.6944) < 5e-5);
    }

    void alignmentByHand()
    {
        const auto alignment = meteorAlignment(Words{"A", "b", "a"}, Words{"a", "x", "A", "b"});
        // From the end: the last a takes the last A, b takes b, then A takes a.
        QCOMPARE(alignment.matches, (std::vector<std::pair<std::size_t, std::size_t>>{{0, 0}, {1, 3}, {2, 2}}));
        QCOMPARE(alignment.chunks, std::size_t(3));
        QVERIFY(std::abs(alignment.score - 0.5 * (0.75 / (0.9 + 0.1 * 0.75))) < 1e-12);
        QCOMPARE(meteorAlignment(Words{}, Words{"a"}).score, 0.0);
        QCOMPARE(meteorAlignment(Words{"b"}, Words{"a"}).chunks, std::size_t(0));
        QCOMPARE(meteorScore(Words{"a"}, {}), 0.0);
        QCOMPARE(meteorScore(Words{"cats"}, std::vector<Words>{{"x"}, {"cat"}}), 0.5);
        QCOMPARE(meteorScore(Words{"cats"}, std::vector<Words>{{"cat"}}, {.stems = false, .synonyms = nullptr}), 0.0);
    }

    void synonyms()
    {
        const test::TemporaryFolder folder;
        writeTinyWordNet(folder.path() / "corpora" / "wordnet");
        const auto net = WordNet::open(folder.path());
        VERIFY_RESULT(net);
        QCOMPARE((*net)->version(), std::string("9.1"));
        const auto of = [&net](const char *word) { return sorted((*net)->synonyms(word)); };
        QCOMPARE(of("car"), (std::vector<std::string_view>{"Auto", "car"}));
        QCOMPARE(of("cars"), (std::vector<std::string_view>{"Auto", "car"}));
        QCOMPARE(of("went"), (std::vector<std::string_view>{"go", "travel"})); // by the list
        QCOMPARE(of("larger"), (std::vector<std::string_view>{"big", "large"}));
        QCOMPARE(of("bigest"), (std::vector<std::string_view>{"big", "large"}));
        QCOMPARE(of("wheel"), std::vector<std::string_view>());
        const MeteorOptions options{.stems = true, .synonyms = *net};
        QCOMPARE(meteorScore(Words{"bigs"}, std::vector<Words>{{"larges"}}, options), 0.0); // "larg" is no word
        QCOMPARE(meteorScore(Words{"going"}, std::vector<Words>{{"travels"}}, options), 0.5);
        QCOMPARE(meteorScore(Words{"car"}, std::vector<Words>{{"auto"}}, options),
                 0.0); // the case of "Auto" counts
        QCOMPARE(meteorLabel(options),
                 std::string("METEOR|as:nltk|stages:exact+stem+wordnet-9.1|a:0.9|b:3|g:0.5|tok:wordpunct"));
        QCOMPARE(meteorLabel({.stems = false, .synonyms = nullptr}),
                 std::string("METEOR|as:nltk|stages:exact|a:0.9|b:3|g:0.5|tok:wordpunct"));
    }

    /// English ones for English, unless the paper's code is to be repeated.
    void translationNamesItsStages()
    {
        const test::TemporaryFolder folder;
        writeTinyWordNet(folder.path());
        const auto taskOf = [&folder](const char *name, bool paper) {
            return std::dynamic_pointer_cast<const GenerationTask>(
                taskByName(name, {.paper = paper, .wordNet = folder.path()}).value());
        };
        const auto french = taskOf("translation_en_fr", false);
        QVERIFY(french->labels().at("meteor").find("|stages:exact|") != std::string::npos);
        const GenerationItem chat{{}, {}, "chats"};
        QCOMPARE(french->score(chat, " chat")->scores.at("meteor"), 0.0);
        const auto english = taskOf("translation_fr_en", false);
        QVERIFY(english->labels().at("meteor").find("|stages:exact+stem+wordnet-9.1|") != std::string::npos);
        const data::Record record{nlohmann::json({{"en", "going"}, {"fr", "aller"}}), "line 1"};
        const auto item = english->item(record, 0);
        VERIFY_RESULT(item);
        QCOMPARE(item->prompt, std::string("#Text: aller #Translation:"));
        QCOMPARE(item->reference, std::string("going"));
        QCOMPARE(english->score(*item, " travels")->scores.at("meteor"), 0.5); // by stem, then by synonym
        VERIFY_ERROR(taskByName("translation_fr_en", {.wordNet = folder.path() / "none"}), ErrorCode::NotFound);
    }

    /// Of the output "a b" and the answer "a": P = 1, R = 1/2 with the roles swapped, and one chunk of one match.
    void thePaperSwapsRoles()
    {
        const auto task =
            std::dynamic_pointer_cast<const GenerationTask>(taskByName("translation_en_fr", {.paper = true}).value());
        QVERIFY(task->info().protocol.ends_with("-paper"));
        const auto settings = task->settings();
        QCOMPARE(settings.samples, std::uint64_t(5));
        QCOMPARE(settings.topK, std::uint64_t(250));
        QCOMPARE(settings.temperature, 0.95);
        QCOMPARE(settings.topP, 0.95);
        const auto score = task->score({{}, {}, "a"}, " a b");
        VERIFY_RESULT(score);
        QVERIFY(score->scores.empty());
        QVERIFY(std::abs(score->best.at("meteor") - 0.5 * 0.5 / (0.9 + 0.05)) < 1e-12);
        const auto label = task->labels().at("meteor_best");
        QVERIFY2(label.find("stages:exact+stem") != std::string::npos && label.ends_with("|roles:swapped|samples:best"),
                 label.c_str());
    }

    void brokenWordNets_data()
    {
        QTest::addColumn<QByteArray>("file");
        QTest::addColumn<QByteArray>("text");
        QTest::newRow("no offset") << QByteArray("data.noun") << QByteArray("x 06 n 01 car 0 000 | y\n");
        QTest::newRow("fewer words than it says") << QByteArray("data.noun") << QByteArray("00000020 06 n ff car 0\n");
        QTest::newRow("an offset twice") << QByteArray("data.verb")
                                         << QByteArray("00000000 38 v 01 go 0 000\n00000000 38 v 01 go 0 000\n");
        QTest::newRow("a sense that is not there")
            << QByteArray("index.noun") << QByteArray("car n 1 0 1 1 00000021\n");
        QTest::newRow("more senses than offsets") << QByteArray("index.noun") << QByteArray("car n 2 0 1 1 00000020\n");
        QTest::newRow("no end of senses")
            << QByteArray("index.noun") << QByteArray("car n 4294967295 0 1 1 00000020\n");
        QTest::newRow("no end of pointers") << QByteArray("index.noun") << QByteArray("car n 1 4294967295 1 1 20\n");
        QTest::newRow("exception without forms") << QByteArray("adj.exc") << QByteArray("went\n");
    }

    void brokenWordNets()
    {
        QFETCH(QByteArray, file);
        QFETCH(QByteArray, text);
        const test::TemporaryFolder folder;
        writeTinyWordNet(folder.path());
        VERIFY_RESULT(WordNet::open(folder.path()));
        std::ofstream(folder.path() / file.toStdString()) << text.toStdString();
        const auto net = WordNet::open(folder.path());
        VERIFY_ERROR(net, ErrorCode::BadInput);
        QVERIFY(QByteArray::fromStdString(net.error().detail).contains(file));
    }

    void missingWordNets()
    {
        const test::TemporaryFolder folder;
        VERIFY_ERROR(WordNet::open(folder.path()), ErrorCode::NotFound);
        writeTinyWordNet(folder.path() / "dict");
        fs::remove(folder.path() / "dict" / "adv.exc");
        VERIFY_ERROR(WordNet::open(folder.path()), ErrorCode::NotFound);
        fs::remove_all(folder.path() / "dict");
        fs::create_directories(folder.path() / "corpora");
        std::ofstream(folder.path() / "corpora" / "wordnet.zip") << "PK";
        VERIFY_ERROR(WordNet::open(folder.path()), ErrorCode::Unsupported);
    }

    void tokensAsTheReference()
    {
        SECATEUR_NEEDS_SHARED();
        std::ifstream file(test::sharedFolder() / "goldens" / "eval" / "mt.jsonl");
        std::size_t compared = 0;
        for (std::string line; std::getline(file, line); ++compared) {
            const auto row = nlohmann::json::parse(line);
            QCOMPARE(wordTokens(row.at("hypothesis").get<std::string>()), row.at("hypothesis_tokens").get<Words>());
            for (std::size_t i = 0; i < row.at("references").size(); ++i)
                QCOMPARE(wordTokens(row.at("references").at(i).get<std::string>()),
                         row.at("reference_tokens").at(i).get<Words>());
        }
        QCOMPARE(compared, std::size_t(50));
    }

    void asTheReference()
    {
        SECATEUR_NEEDS_SHARED();
        const auto exact = meteorDiffers("exact", {.stems = false, .synonyms = nullptr});
        QVERIFY2(exact.empty(), exact.c_str());
        const auto stems = meteorDiffers("exact_stem", {});
        QVERIFY2(stems.empty(), stems.c_str());
    }

    void synonymsAsTheReference()
    {
        SECATEUR_NEEDS_SHARED();
        const fs::path folder = "/usr/share/wordnet";
        if (!fs::exists(folder))
            QSKIP("needs Debian's package wordnet-base, which has the reference's WordNet 3.0 and is not installed");
        const auto net = WordNet::open(folder);
        VERIFY_RESULT(net);
        QCOMPARE((*net)->version(), std::string("3.0"));
        const auto all = meteorDiffers("exact_stem_wordnet", {.stems = true, .synonyms = *net});
        QVERIFY2(all.empty(), all.c_str());
    }
};

QTEST_GUILESS_MAIN(TestMeteor)
#include "tst_meteor.moc"
