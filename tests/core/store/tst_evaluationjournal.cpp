// SPDX-License-Identifier: GPL-3.0-or-later
#include <filesystem>
#include <fstream>

#include <QtTest/QTest>

#include "core/base/crc32.h"
#include "core/base/file.h"
#include "core/store/evaluationjournal.h"
#include "tests/support/testsupport.h"

using namespace secateur;
using namespace secateur::store;
using nlohmann::json;
namespace fs = std::filesystem;

/// What a journal keeps when it is cut, damaged, or of another evaluation.
class TestEvaluationJournal : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init()
    {
        m_folder = std::make_unique<test::TemporaryFolder>();
        m_file = m_folder->path() / "evaluations" / "dense.journal";
    }

    void knownChecksum() { QCOMPARE(crc32("123456789"), 0xCBF43926U); }

    void keepsWhatWasAppended()
    {
        write();
        const auto journal = EvaluationJournal::open(m_file, "f1");
        VERIFY_RESULT(journal);
        const auto &found = (*journal)->found();
        QCOMPARE(found.size(), std::size_t(3));
        QVERIFY(found.at({0, 0}) == json({{"output", "été"}, {"status", "passed"}}));
        QVERIFY(found.at({0, 1}) == json({{"output", "b"}}));
        QCOMPARE(found.at({7, 0}).at("loglikelihoods").at(1).get<double>(), -1.25);
    }

    void anotherEvaluationBeginsAnew()
    {
        write();
        {
            const auto journal = EvaluationJournal::open(m_file, "f2");
            VERIFY_RESULT(journal);
            QVERIFY((*journal)->found().empty());
        }
        const auto journal = EvaluationJournal::open(m_file, "f1");
        VERIFY_RESULT(journal);
        QVERIFY((*journal)->found().empty());
    }

    /// Cut at every byte: whole lines before the cut stay, and what is appended then is read again.
    void everyCutKeepsWholeLines()
    {
        write();
        std::ifstream stream(m_file, std::ios::binary);
        const std::string whole((std::istreambuf_iterator<char>(stream)), {});
        const auto linesIn = [](std::string_view text) { return std::count(text.begin(), text.end(), '\n'); };
        for (std::size_t length = 0; length < whole.size(); ++length) {
            std::ofstream(m_file, std::ios::binary | std::ios::trunc) << whole.substr(0, length);
            {
                const auto journal = EvaluationJournal::open(m_file, "f1");
                VERIFY_RESULT(journal);
                const auto lines = linesIn(std::string_view(whole).substr(0, length));
                // The second line adds to the same sample as the first.
                const std::size_t samples[] = {0, 0, 1, 1, 2};
                QCOMPARE((*journal)->found().size(), samples[lines]);
                const JournalEntry more{9, 0, {{"output", "new"}}};
                VERIFY_RESULT((*journal)->append({&more, 1}));
            }
            const auto journal = EvaluationJournal::open(m_file, "f1");
            VERIFY_RESULT(journal);
            QVERIFY((*journal)->found().contains({9, 0}));
        }
    }

    void aFlippedBitEndsTheReading()
    {
        write();
        std::ifstream stream(m_file, std::ios::binary);
        std::string text((std::istreambuf_iterator<char>(stream)), {});
        text[text.find("\"b\"") + 1] = 'c';
        std::ofstream(m_file, std::ios::binary | std::ios::trunc) << text;
        const auto journal = EvaluationJournal::open(m_file, "f1");
        VERIFY_RESULT(journal);
        QCOMPARE((*journal)->found().size(), std::size_t(1));
        QVERIFY((*journal)->found().contains({0, 0}));
    }

    /// Of all sessions; what a cut lost is not counted, and lines of before there were times count as none.
    void timesAddUp()
    {
        const JournalEntry entries[] = {{0, 0, {{"output", "a"}}}, {1, 0, {{"output", "b"}}}};
        {
            const auto journal = EvaluationJournal::open(m_file, "f1");
            VERIFY_RESULT(journal);
            QCOMPARE((*journal)->seconds(), 0.0);
            VERIFY_RESULT((*journal)->append(entries, 3.0));
            QCOMPARE((*journal)->seconds(), 3.0);
        }
        {
            const auto journal = EvaluationJournal::open(m_file, "f1");
            VERIFY_RESULT(journal);
            QCOMPARE((*journal)->seconds(), 3.0);
            const JournalEntry more{2, 0, {{"output", "c"}}};
            VERIFY_RESULT((*journal)->append({&more, 1}));
            VERIFY_RESULT((*journal)->append({&more, 1}, 0.5));
            QCOMPARE((*journal)->seconds(), 3.5);
        }
        fs::resize_file(m_file, fs::file_size(m_file) - 1);
        const auto journal = EvaluationJournal::open(m_file, "f1");
        VERIFY_RESULT(journal);
        QCOMPARE((*journal)->seconds(), 3.0);
    }

    void brokenCharactersAreReplaced()
    {
        {
            const auto journal = EvaluationJournal::open(m_file, "f1");
            VERIFY_RESULT(journal);
            const JournalEntry entry{0, 0, {{"output", "\xC3"}}};
            VERIFY_RESULT((*journal)->append({&entry, 1}));
        }
        const auto journal = EvaluationJournal::open(m_file, "f1");
        VERIFY_RESULT(journal);
        QCOMPARE((*journal)->found().at({0, 0}).at("output").get<std::string>(), std::string("\xEF\xBF\xBD"));
    }

    void removed()
    {
        write();
        const auto journal = EvaluationJournal::open(m_file, "f1");
        VERIFY_RESULT(journal);
        VERIFY_RESULT((*journal)->remove());
        QVERIFY(!std::filesystem::exists(m_file));
        VERIFY_RESULT((*journal)->remove());
    }

private:
    /// Two calls, four lines, three samples.
    void write()
    {
        const auto journal = EvaluationJournal::open(m_file, "f1");
        VERIFY_RESULT(journal);
        const JournalEntry first[] = {{0, 0, {{"output", "été"}}}, {0, 0, {{"status", "passed"}}}};
        const JournalEntry second[] = {{0, 1, {{"output", "b"}}}, {7, 0, {{"loglikelihoods", {-2.5, -1.25}}}}};
        VERIFY_RESULT((*journal)->append(first));
        VERIFY_RESULT((*journal)->append(second));
    }

    std::unique_ptr<test::TemporaryFolder> m_folder;
    std::filesystem::path m_file;
};

QTEST_APPLESS_MAIN(TestEvaluationJournal)
#include "tst_evaluationjournal.moc"
