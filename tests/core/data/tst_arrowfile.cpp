// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <fstream>

#include <QtTest/QTest>

#include "core/base/json.h"
#include "core/data/calibration.h"
#include "core/data/conversion.h"
#include "core/data/corpus.h"
#include "core/data/dataset.h"
#include "tests/core/data/bytetokenizer.h"
#include "tests/support/testsupport.h"

using namespace secateur;
using namespace secateur::data;
using nlohmann::json;
namespace fs = std::filesystem;

namespace {

const fs::path tables = fs::path(SECATEUR_SOURCE_DIR) / "tests/data/arrow";

std::string bytesOf(const fs::path &path)
{
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

Result<json> rowsOf(const fs::path &file)
{
    json rows = json::array();
    const auto visit = [&](const Record &record) -> Result<void> {
        rows.push_back(record.fields);
        return {};
    };
    SECATEUR_CHECK(forEachRecord(file, visit, {}));
    return rows;
}

} // namespace

/// Parquet and Arrow files, in builds that have Arrow C++; in others, that they are refused.
class TestArrowFile : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { m_expected = json::parse(bytesOf(tables / "rows.json")); }

    void withoutArrowTheWayToConvertIsSaid()
    {
        if (readsArrowFiles())
            QSKIP("this build reads them");
        for (const char *const name : {"rows.parquet", "rows.arrow"}) {
            const auto rows = rowsOf(tables / name);
            VERIFY_ERROR(rows, ErrorCode::Unsupported);
            QVERIFY2(rows.error().detail.find(".to_json(") != std::string::npos, rows.error().detail.c_str());
        }
        const auto corpus = Corpus::scan({tables / "saved"}, std::nullopt, {});
        VERIFY_ERROR(corpus, ErrorCode::Unsupported);
        QVERIFY2(corpus.error().detail.find("load_from_disk(") != std::string::npos, corpus.error().detail.c_str());
    }

    void rowsAreRecords_data()
    {
        QTest::addColumn<QString>("name");
        for (const char *const name : {"rows.parquet", "rows.arrow"})
            QTest::newRow(name) << QString::fromLatin1(name);
    }
    void rowsAreRecords()
    {
        if (!readsArrowFiles())
            QSKIP("this build has no Arrow");
        QFETCH(QString, name);
        const auto rows = rowsOf(tables / name.toStdString());
        VERIFY_RESULT(rows);
        QCOMPARE(rows->dump(1), m_expected.dump(1));
        // By what they are, whatever they are called.
        const auto renamed = test::writeFile(m_folder.path() / "blob", bytesOf(tables / name.toStdString()));
        const auto same = rowsOf(renamed);
        VERIFY_RESULT(same);
        QCOMPARE(same->size(), m_expected.size());
    }

    void compressionsAreRead()
    {
        if (!readsArrowFiles())
            QSKIP("this build has no Arrow");
        for (const char *const name : {"rows-zstd.parquet", "rows-gzip.parquet"}) {
            const auto rows = rowsOf(tables / name);
            VERIFY_RESULT(rows);
            QCOMPARE(rows->size(), m_expected.size());
            QCOMPARE((*rows)[0].dump(), json({{"text", "café"}, {"stars", 12}}).dump());
        }
    }

    void foldersOfOneSplitAreOpened()
    {
        if (!readsArrowFiles())
            QSKIP("this build has no Arrow");
        const auto filter = RecordFilter::parse("meta.lang present");
        VERIFY_RESULT(filter);
        const auto text = FieldTemplate::parse("{text}-{stars}");
        VERIFY_RESULT(text);
        const auto corpus = Corpus::scan({tables / "saved"}, RecordText(*text), {}, *filter);
        VERIFY_RESULT(corpus);
        QCOMPARE(corpus->files().size(), std::size_t(2));
        QCOMPARE(corpus->files()[1].name, std::string("data-00001-of-00002.arrow"));
        QCOMPARE(corpus->files()[0].bytes, std::uint64_t(fs::file_size(tables / "saved/data-00000-of-00002.arrow")));
        QCOMPARE(corpus->files()[0].records, std::uint64_t(3));
        const auto texts = corpus->texts(std::vector<std::size_t>{0, 1}, {});
        VERIFY_RESULT(texts);
        QCOMPARE(*texts, (std::vector<std::string>{"café-12", "last-0"}));

        CalibrationRequest mixed;
        mixed.files = {tables / "saved"};
        mixed.fieldTemplate = "{text}";
        mixed.filter = "text present";
        mixed.weights = {1};
        const test::ByteTokenizer tokenizer(false, false);
        VERIFY_ERROR(buildCalibrationSet(mixed, tokenizer, {}), ErrorCode::InvalidArgument);
        mixed.weights.clear();
        VERIFY_RESULT(buildCalibrationSet(mixed, tokenizer, {}));
    }

    void aCacheWithOneSplitIsOpened()
    {
        if (!readsArrowFiles())
            QSKIP("this build has no Arrow");
        const auto snapshot = m_folder.path() / "datasets--a--b/snapshots/1f/main";
        fs::create_directories(snapshot);
        for (const char *const name : {"train-00001-of-00002.parquet", "train-00000-of-00002.parquet"})
            test::writeFile(snapshot / name, bytesOf(tables / "rows.parquet"));
        const auto files = datasetFiles(m_folder.path() / "datasets--a--b");
        VERIFY_RESULT(files);
        QCOMPARE(files->size(), std::size_t(2));
        QCOMPARE(files->front().filename().string(), std::string("train-00000-of-00002.parquet"));

        test::writeFile(snapshot / "test-00000-of-00001.parquet", "");
        const auto corpus = Corpus::scan({m_folder.path() / "datasets--a--b"}, std::nullopt, {});
        VERIFY_ERROR(corpus, ErrorCode::Unsupported);
        QVERIFY2(corpus.error().detail.find("name files in it that can be read, such as") != std::string::npos,
                 corpus.error().detail.c_str());
    }

    void otherColumnsAreNamed()
    {
        if (!readsArrowFiles())
            QSKIP("this build has no Arrow");
        const auto rows = rowsOf(tables / "binary.parquet");
        VERIFY_ERROR(rows, ErrorCode::BadInput);
        QVERIFY2(rows.error().detail.find("column \"image.bytes\" is of type binary") != std::string::npos,
                 rows.error().detail.c_str());
    }

    void stateFilesAreNotBelieved()
    {
        if (!readsArrowFiles())
            QSKIP("this build has no Arrow");
        const auto saved = m_folder.path() / "saved";
        fs::create_directories(saved);
        for (const char *const state :
             {"[]", "{}", "{\"_data_files\":[]}", "{\"_data_files\":[1]}", "{\"_data_files\":[{\"filename\":1}]}",
              "{\"_data_files\":[{\"filename\":\"../../etc/passwd\"}]}", "{"}) {
            test::writeFile(saved / "state.json", state);
            VERIFY_ERROR(datasetFiles(saved), ErrorCode::BadInput);
        }
    }

    void cutFilesAreErrors_data() { rowsAreRecords_data(); }
    void cutFilesAreErrors()
    {
        if (!readsArrowFiles())
            QSKIP("this build has no Arrow");
        QFETCH(QString, name);
        const std::string bytes = bytesOf(tables / name.toStdString());
        for (std::size_t length = 0; length < bytes.size(); length += 1 + bytes.size() / 200) {
            const auto file = test::writeFile(m_folder.path() / name.toStdString(), bytes.substr(0, length));
            const auto rows = rowsOf(file);
            VERIFY_ERROR(rows, ErrorCode::BadInput);
            QVERIFY2(rows.error().detail.starts_with(file.string()), rows.error().detail.c_str());
        }
    }

    /// A stream says nowhere how long it is: cut between two messages, it is a shorter one.
    void cutStreamsDoNoHarm()
    {
        if (!readsArrowFiles())
            QSKIP("this build has no Arrow");
        const std::string bytes = bytesOf(tables / "saved/data-00000-of-00002.arrow");
        int refused = 0;
        for (std::size_t length = 0; length < bytes.size(); length += 23) {
            const auto rows = rowsOf(test::writeFile(m_folder.path() / "cut.arrow", bytes.substr(0, length)));
            QVERIFY(!rows || rows->empty() || rows->size() == 3);
            refused += rows ? 0 : 1;
        }
        QVERIFY(refused > 20);
    }

    void damagedFilesDoNoHarm_data()
    {
        rowsAreRecords_data();
        QTest::newRow("stream") << QStringLiteral("saved/data-00000-of-00002.arrow");
        QTest::newRow("zstd") << QStringLiteral("rows-zstd.parquet");
    }
    void damagedFilesDoNoHarm()
    {
        if (!readsArrowFiles())
            QSKIP("this build has no Arrow");
        QFETCH(QString, name);
        const std::string bytes = bytesOf(tables / name.toStdString());
        int refused = 0;
        for (const char value : {'\xff', '\x00', '\x7f'})
            for (std::size_t at = 0; at < bytes.size(); at += 1 + bytes.size() / 100) {
                std::string changed = bytes;
                changed[at] = value;
                const auto rows = rowsOf(test::writeFile(m_folder.path() / "changed.parquet", changed));
                if (!rows)
                    VERIFY_ERROR(rows, ErrorCode::BadInput);
                refused += rows ? 0 : 1;
            }
        QVERIFY(refused > 5);
    }

    void cancels()
    {
        if (!readsArrowFiles())
            QSKIP("this build has no Arrow");
        std::stop_source source;
        int records = 0;
        const auto stop = [&](const Record &) -> Result<void> {
            source.request_stop();
            ++records;
            return {};
        };
        for (const char *const name : {"rows.parquet", "rows.arrow"}) {
            source = {};
            records = 0;
            VERIFY_ERROR(forEachRecord(tables / name, stop, RunContext(source.get_token(), {})), ErrorCode::Cancelled);
            QCOMPARE(records, 1);
        }
    }

private:
    test::TemporaryFolder m_folder;
    json m_expected;
};

QTEST_GUILESS_MAIN(TestArrowFile)
#include "tst_arrowfile.moc"
