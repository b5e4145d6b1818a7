// SPDX-License-Identifier: GPL-3.0-or-later
#include <string>
#include <vector>

#include <sys/stat.h>
#include <zlib.h>

#include <QtTest/QTest>

#include "core/base/sha256.h"
#include "core/data/conversion.h"
#include "core/data/dataset.h"
#include "core/data/recordreader.h"
#include "tests/support/testsupport.h"

using namespace secateur;
using namespace secateur::data;
using namespace std::string_literals;

namespace {

std::string gzip(const std::string &text, int level = 6)
{
    z_stream stream = {};
    if (deflateInit2(&stream, level, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY) != Z_OK)
        throw std::runtime_error("deflateInit2");
    std::string packed(deflateBound(&stream, text.size()) + 64, '\0');
    stream.next_in = reinterpret_cast<Bytef *>(const_cast<char *>(text.data()));
    stream.avail_in = uInt(text.size());
    stream.next_out = reinterpret_cast<Bytef *>(packed.data());
    stream.avail_out = uInt(packed.size());
    const int status = deflate(&stream, Z_FINISH);
    packed.resize(stream.total_out);
    deflateEnd(&stream);
    if (status != Z_STREAM_END)
        throw std::runtime_error("deflate");
    return packed;
}

/// The records of a file with these bytes, one text each: "line 3 {fields}".
Result<std::vector<std::string>> readAll(const std::string &name, const std::string &bytes)
{
    const test::TemporaryFolder folder;
    const auto path = test::writeFile(folder.path() / name, bytes);
    std::vector<std::string> lines;
    const auto done = forEachRecord(
        path,
        [&](const Record &record) -> Result<void> {
            lines.push_back(record.origin.substr(path.string().size() + 2) + " " + record.fields.dump());
            return {};
        },
        RunContext());
    if (!done)
        return tl::make_unexpected(done.error());
    return lines;
}

std::string joined(const std::vector<std::string> &lines)
{
    std::string text;
    for (const auto &line : lines)
        text += (text.empty() ? "" : "|") + line;
    return text;
}

} // namespace

class TestDataset : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void reads_data();
    void reads();
    void refuses_data();
    void refuses();
    void saysHowToReadOthers_data();
    void saysHowToReadOthers();
    void joinsGzipMembers();
    void refusesGzipBomb();
    void refusesEveryCutOfGzip();
    void linesAcrossChunks();
    void longestLine();
    void digestIsOfTheBytesOnDisk();
    void stopsWhenTheVisitorDoes();
    void cancels();
    void missingFile();
    void fifoDoesNotBlock();
};

void TestDataset::reads_data()
{
    QTest::addColumn<std::string>("name");
    QTest::addColumn<std::string>("bytes");
    QTest::addColumn<std::string>("expected");

    const auto add = [](const char *title, const char *name, const std::string &bytes, const char *expected) {
        QTest::newRow(title) << std::string(name) << bytes << std::string(expected);
    };
    const char *const ab = "line 1 {\"a\":1}|line 2 {\"a\":\"é\"}";
    add("jsonl", "x.jsonl", "{\"a\":1}\n{\"a\":\"é\"}\n", ab);
    add("jsonl without last line end", "x.jsonl", "{\"a\":1}\n{\"a\":\"é\"}", ab);
    add("jsonl CR LF", "x.jsonl", "{\"a\":1}\r\n{\"a\":\"é\"}\r\n", ab);
    add("jsonl byte order mark", "x.jsonl", "\xEF\xBB\xBF{\"a\":1}\n{\"a\":\"é\"}\n", ab);
    add("jsonl blank lines count", "x.ndjson", "\n{\"a\":1}\n  \n\n{\"a\":2}\n\n", "line 2 {\"a\":1}|line 5 {\"a\":2}");
    add("upper-case name", "X.JSONL", "{\"a\":1}\n", "line 1 {\"a\":1}");
    add("empty file", "x.jsonl", "", "");
    add("only a byte order mark", "x.txt", "\xEF\xBB\xBF", "");
    add("gz", "x.jsonl.gz", gzip("{\"a\":1}\n{\"a\":\"é\"}\n"), ab);
    add("gz of a byte order mark", "x.jsonl.gz", gzip("\xEF\xBB\xBF{\"a\":1}\n{\"a\":\"é\"}\n"), ab);
    add("gz by name, plain by content", "x.jsonl.gz", "{\"a\":1}\n{\"a\":\"é\"}\n", ab);
    add("gz by content, plain by name", "x.jsonl", gzip("{\"a\":1}\n{\"a\":\"é\"}\n"), ab);
    add("json array", "x.json", "[{\"a\":1},{\"b\":[2]}]", "record 1 {\"a\":1}|record 2 {\"b\":[2]}");
    add("json data", "x.json", "{\"version\":1,\"data\":[{\"a\":1}]}", "record 1 {\"a\":1}");
    add("json empty array", "x.json", "[]", "");
    add("csv", "x.csv", "q,a\n1,two\n", "line 2 {\"a\":\"two\",\"q\":\"1\"}");
    add("csv CR LF, no last line end", "x.csv", "q,a\r\n1,2\r\n3,4",
        "line 2 {\"a\":\"2\",\"q\":\"1\"}|line 3 {\"a\":\"4\",\"q\":\"3\"}");
    add("csv quotes", "x.csv", "q,a\n\"a \"\"b\"\", c\",\"\"\n", "line 2 {\"a\":\"\",\"q\":\"a \\\"b\\\", c\"}");
    add("csv line ends in a field", "x.csv", "q,a\n\"1\n2\r\n3\",x\ny,z\n",
        "line 2 {\"a\":\"x\",\"q\":\"1\\n2\\r\\n3\"}|line 5 {\"a\":\"z\",\"q\":\"y\"}");
    add("csv quoted last field, CR LF", "x.csv", "q,a\r\nx,\"y\"\r\n", "line 2 {\"a\":\"y\",\"q\":\"x\"}");
    add("csv quoted last field at the end", "x.csv", "q,a\nx,\"y\"", "line 2 {\"a\":\"y\",\"q\":\"x\"}");
    add("csv empty last field at the end", "x.csv", "q,a\nx,", "line 2 {\"a\":\"\",\"q\":\"x\"}");
    add("csv quote inside a plain field", "x.csv", "q\n5\" wide\n", "line 2 {\"q\":\"5\\\" wide\"}");
    add("csv empty lines", "x.csv", "q,a\n\n\r\nx,y\n\n", "line 4 {\"a\":\"y\",\"q\":\"x\"}");
    add("csv one column, quoted empty", "x.csv", "q\n\"\"\n", "line 2 {\"q\":\"\"}");
    add("csv byte order mark before a quote", "x.csv", "\xEF\xBB\xBF\"q\"\n1\n", "line 2 {\"q\":\"1\"}");
    add("csv unnamed column", "x.csv", ",q\n0,a\n", "line 2 {\"column 1\":\"0\",\"q\":\"a\"}");
    add("csv header only", "x.csv", "q,a\n", "");
    add("tsv", "x.tsv", "q\ta\nx, y\t\"1\t2\"\n", "line 2 {\"a\":\"1\\t2\",\"q\":\"x, y\"}");
    add("txt paragraphs", "x.txt", "\n\none\ntwo\n \t\nthree\r\nfour\r\n\r\nfive",
        "line 3 {\"text\":\"one\\ntwo\"}|line 6 {\"text\":\"three\\nfour\"}|line 9 {\"text\":\"five\"}");
    add("txt keeps indents", "x.txt", "  def f():\n    pass\n", "line 1 {\"text\":\"  def f():\\n    pass\"}");
}

void TestDataset::reads()
{
    QFETCH(std::string, name);
    QFETCH(std::string, bytes);
    QFETCH(std::string, expected);
    const auto records = readAll(name, bytes);
    VERIFY_RESULT(records);
    QCOMPARE(joined(*records), expected);
}

void TestDataset::refuses_data()
{
    QTest::addColumn<std::string>("name");
    QTest::addColumn<std::string>("bytes");
    QTest::addColumn<std::string>("mentions");
    QTest::addColumn<int>("code");

    const auto add = [](const char *title, const char *name, const std::string &bytes, const char *mentions,
                        ErrorCode code = ErrorCode::BadInput) {
        QTest::newRow(title) << std::string(name) << bytes << std::string(mentions) << int(code);
    };
    add("jsonl not JSON", "x.jsonl", "{\"a\":1}\n{\"a\":\n", "x.jsonl, line 2");
    add("jsonl two values in a line", "x.jsonl", "{\"a\":1} {\"a\":2}\n", "line 1");
    add("jsonl repeated key", "x.jsonl", "{\"a\":1,\"a\":2}\n", "line 1");
    add("jsonl array", "x.jsonl", "[1]\n", "is not a JSON object");
    add("jsonl bad UTF-8", "x.jsonl", "{\"a\":1}\n{\"a\":\"\xFF\"}\n", "line 2: byte 7 is not UTF-8");
    add("jsonl surrogate bytes", "x.jsonl", "{\"a\":\"\xED\xA0\x80\"}\n", "not UTF-8");
    add("jsonl overlong slash", "x.jsonl", "{\"a\":\"\xC0\xAF\"}\n", "not UTF-8");
    add("jsonl above U+10FFFF", "x.jsonl", "{\"a\":\"\xF4\x90\x80\x80\"}\n", "not UTF-8");
    add("jsonl cut character", "x.jsonl", "{\"a\":\"\xE2\x82\"}\n", "not UTF-8");
    add("UTF-16 little endian", "x.jsonl", "\xFF\xFE{\0"s, "UTF-16");
    add("UTF-16 big endian", "x.csv", "\xFE\xFF\0q"s, "UTF-16");
    add("json object without data", "x.json", "{\"rows\":[]}", "neither an array");
    add("json number", "x.json", "3", "neither an array");
    add("json array of numbers", "x.json", "[{},3]", "record 2");
    add("json cut", "x.json", "[{\"a\":1}", "x.json");
    add("json empty file", "x.json", "", "x.json");
    add("json bad UTF-8", "x.json", "[{\"a\":\"\xFF\"}]", "byte 8 is not UTF-8");
    add("csv too few fields", "x.csv", "a,b\n1,2\n3\n", "line 3: has 1 fields");
    add("csv too many fields", "x.csv", "a,b\n1,2,3\n", "line 2: has 3 fields");
    add("csv open quote", "x.csv", "a,b\n1,2\n3,\"4\n5,6\n", "line 3: the quote opened here");
    add("csv text after quote", "x.csv", "a\n\"1\"2\n", "line 2: text follows");
    add("csv CR after quote", "x.csv", "a\n\"1\"\rx\n", "line 2: text follows");
    add("csv repeated column", "x.csv", "a,a\n1,2\n", "two columns");
    add("csv bad UTF-8", "x.csv", "a\nb\n\xC3\n", "line 3");
    add("txt bad UTF-8", "x.txt", "a\nb\n\x80\n", "line 3");
    add("gz damaged", "x.txt.gz", "\x1F\x8B\x08nonsense, not deflate data"s, "damaged gzip");
    add("gz trailing bytes", "x.txt.gz", gzip("a\n") + "tail", "damaged gzip");
    if (!readsArrowFiles())
        add("parquet", "x.parquet", "PAR1", "JSON lines", ErrorCode::Unsupported);
    add("no extension", "data", "{}", ".jsonl", ErrorCode::Unsupported);
}

void TestDataset::refuses()
{
    QFETCH(std::string, name);
    QFETCH(std::string, bytes);
    QFETCH(std::string, mentions);
    QFETCH(int, code);
    const auto records = readAll(name, bytes);
    VERIFY_ERROR(records, ErrorCode(code));
    QVERIFY2(records.error().detail.find(mentions) != std::string::npos, records.error().detail.c_str());
    QVERIFY2(records.error().detail.find(name) != std::string::npos, "the file is not named");
}

void TestDataset::saysHowToReadOthers_data()
{
    QTest::addColumn<std::string>("path"); ///< that is given
    QTest::addColumn<std::string>("there"); ///< a file that exists
    QTest::addColumn<std::string>("says");
    const auto add = [](const char *name, const char *path, const char *there, const char *says) {
        QTest::newRow(name) << std::string(path) << std::string(there) << std::string(says);
    };
    add("parquet", "d/a.parquet", "d/a.parquet",
        "python3 -c 'from datasets import Dataset; Dataset.from_parquet(\"ROOT/d/a.parquet\")"
        ".to_json(\"ROOT/d/a.jsonl\")'");
    add("arrow", "d/a.arrow", "d/a.arrow", "Dataset.from_file(\"ROOT/d/a.arrow\")");
    add("save_to_disk", "d", "d/state.json",
        "from datasets import load_from_disk; load_from_disk(\"ROOT/d\").to_json(\"ROOT/d.jsonl\")'");
    add("save_to_disk, with a slash", "d/", "d/state.json", ".to_json(\"ROOT/d.jsonl\")'");
    add("save_to_disk of several splits", "d", "d/dataset_dict.json", "load_from_disk(\"ROOT/d\")[\"train\"]");
    add("cache of the hub", "datasets--openai--gsm8k", "datasets--openai--gsm8k/snapshots/1f/main/train.parquet",
        "load_dataset(\"openai/gsm8k\", split=\"train\").to_json(\"gsm8k.jsonl\")'");
    add("cache of the hub with lines", "datasets--a--b", "datasets--a--b/snapshots/1f/train.jsonl",
        "such as ROOT/datasets--a--b/snapshots/1f/train.jsonl");
    add("cache of datasets", "opus_books", "opus_books/en-fr/0.0.0/1f/opus_books-train.arrow",
        "Dataset.from_file(\"ROOT/opus_books/en-fr/0.0.0/1f/opus_books-train.arrow\")");
    add("quotes", "it's.parquet", "it's.parquet", "from_parquet(\"ROOT/it'\\''s.parquet\")");
    add("another folder", "d", "d/notes.md", "is a folder");
}

void TestDataset::saysHowToReadOthers()
{
    QFETCH(std::string, path);
    QFETCH(std::string, there);
    QFETCH(std::string, says);
    if (readsArrowFiles())
        QSKIP("this build reads them itself");
    const test::TemporaryFolder folder;
    const std::string root = folder.path().string();
    std::filesystem::create_directories((folder.path() / there).parent_path());
    test::writeFile(folder.path() / there, "x");
    for (auto at = says.find("ROOT"); at != std::string::npos; at = says.find("ROOT", at + root.size()))
        says.replace(at, 4, root);
    const auto read = forEachRecord(root + "/" + path, [](const Record &) -> Result<void> { return {}; }, {});
    VERIFY_ERROR(read, ErrorCode::Unsupported);
    QVERIFY2(read.error().detail.find(says) != std::string::npos, read.error().detail.c_str());
}

void TestDataset::joinsGzipMembers()
{
    const auto records = readAll("x.jsonl.gz", gzip("{\"a\":1}\n{\"a\"") + gzip("") + gzip(":2}\n"));
    VERIFY_RESULT(records);
    QCOMPARE(joined(*records), "line 1 {\"a\":1}|line 2 {\"a\":2}"s);
}

void TestDataset::refusesGzipBomb()
{
    // Short lines, so that not the limit on a line but that on the expansion must stop it.
    std::string lines(std::size_t(80) << 20, 'x');
    for (std::size_t i = 63; i < lines.size(); i += 64)
        lines[i] = '\n';
    const std::string packed = gzip(lines, 9);
    QVERIFY2(lines.size() / packed.size() > 250, "the test's file is no bomb");
    const auto records = readAll("x.txt.gz", packed);
    VERIFY_ERROR(records, ErrorCode::BadInput);
    const auto bomb = readAll("x.csv.gz", packed);
    VERIFY_ERROR(bomb, ErrorCode::BadInput);
    QVERIFY2(bomb.error().detail.find("expands more than") != std::string::npos, bomb.error().detail.c_str());
}

void TestDataset::refusesEveryCutOfGzip()
{
    const std::string packed = gzip("{\"text\":\"some text\"}\n{\"text\":\"more text\"}\n");
    for (std::size_t length = 2; length < packed.size(); ++length) {
        const auto records = readAll("x.jsonl.gz", packed.substr(0, length));
        VERIFY_ERROR(records, ErrorCode::BadInput);
    }
}

void TestDataset::linesAcrossChunks()
{
    // Lines of many lengths over several reads of the file: none may be lost, doubled or joined.
    std::string jsonl;
    std::string csv = "n,fill\r\n";
    const int count = 3000;
    for (int i = 0; i < count; ++i) {
        const std::string fill(std::size_t(i % 701), char('a' + i % 26));
        jsonl += "{\"n\":\"" + std::to_string(i) + "\",\"fill\":\"" + fill + "é\"}\n";
        csv += std::to_string(i) + ",\"" + fill + "é\"\r\n";
    }
    QVERIFY(jsonl.size() > 1'000'000);
    const test::TemporaryFolder folder;
    const std::vector<std::filesystem::path> files = {
        test::writeFile(folder.path() / "x.jsonl", jsonl), test::writeFile(folder.path() / "y.jsonl.gz", gzip(jsonl)),
        test::writeFile(folder.path() / "x.csv", csv), test::writeFile(folder.path() / "y.csv.gz", gzip(csv))};
    for (const auto &file : files) {
        int next = 0;
        const auto visit = [&](const Record &record) -> Result<void> {
            if (record.fields["n"] != std::to_string(next)
                || record.fields["fill"].get<std::string>().size() != std::size_t(next % 701) + 2)
                return failure(ErrorCode::Internal, record.origin + ": is wrong");
            ++next;
            return {};
        };
        const auto done = forEachRecord(file, visit, RunContext());
        VERIFY_RESULT(done);
        QCOMPARE(next, count);
    }
}

void TestDataset::longestLine()
{
    const std::string overhead = "{\"a\":\"\"}";
    const std::size_t limit = std::size_t(16) << 20;
    const auto line = [&](std::size_t bytes) {
        return "{\"a\":\"" + std::string(bytes - overhead.size(), 'x') + "\"}";
    };
    const auto longest = readAll("x.jsonl", line(limit) + "\n");
    VERIFY_RESULT(longest);
    QCOMPARE(longest->size(), std::size_t(1));
    const std::vector<std::pair<std::string, std::string>> tooLong = {
        {"x.jsonl", line(limit + 1) + "\n"},
        {"x.jsonl", line(limit + 1)},
        {"x.csv", "a\n\"" + std::string(limit, 'x') + "\"\n"},
        {"x.txt", std::string(limit / 2, 'x') + "\n" + std::string(limit / 2, 'y')}};
    for (const auto &[name, bytes] : tooLong) {
        const auto records = readAll(name, bytes);
        VERIFY_ERROR(records, ErrorCode::BadInput);
        QVERIFY2(records.error().detail.find("longer than 16") != std::string::npos, records.error().detail.c_str());
    }
}

void TestDataset::digestIsOfTheBytesOnDisk()
{
    const test::TemporaryFolder folder;
    const std::string packed = gzip("one\n\ntwo\n");
    const auto path = test::writeFile(folder.path() / "x.txt.gz", packed);
    FileDigest digest;
    const auto done = forEachRecord(
        path, [](const Record &) { return Result<void>(); }, RunContext(), digest);
    VERIFY_RESULT(done);
    QCOMPARE(digest.bytes, std::uint64_t(packed.size()));
    QCOMPARE(digest.sha256, sha256Hex(packed));
}

void TestDataset::stopsWhenTheVisitorDoes()
{
    const test::TemporaryFolder folder;
    const auto path = test::writeFile(folder.path() / "x.txt", "a\n\nb\n\nc\n");
    int seen = 0;
    const auto visit = [&](const Record &) {
        return ++seen == 2 ? Result<void>(failure(ErrorCode::Conflict, "enough")) : Result<void>();
    };
    const auto done = forEachRecord(path, visit, RunContext());
    VERIFY_ERROR(done, ErrorCode::Conflict);
    QCOMPARE(seen, 2);
}

void TestDataset::cancels()
{
    const test::TemporaryFolder folder;
    const auto path = test::writeFile(folder.path() / "x.jsonl", "{}\n{}\n{}\n");
    std::stop_source source;
    int seen = 0;
    const auto visit = [&](const Record &) {
        ++seen;
        source.request_stop();
        return Result<void>();
    };
    const auto done = forEachRecord(path, visit, RunContext(source.get_token(), {}));
    VERIFY_ERROR(done, ErrorCode::Cancelled);
    QCOMPARE(seen, 1);
}

void TestDataset::missingFile()
{
    const auto visit = [](const Record &) { return Result<void>(); };
    VERIFY_ERROR(forEachRecord("/nonexistent/x.jsonl", visit, RunContext()), ErrorCode::NotFound);
    VERIFY_ERROR(forEachRecord("/nonexistent.jsonl", visit, RunContext()), ErrorCode::NotFound);
}

void TestDataset::fifoDoesNotBlock()
{
    const test::TemporaryFolder folder;
    const auto path = folder.path() / "x.jsonl";
    QCOMPARE(::mkfifo(path.c_str(), 0600), 0);
    const auto visit = [](const Record &) { return Result<void>(); };
    VERIFY_ERROR(forEachRecord(path, visit, RunContext()), ErrorCode::BadInput);
}

QTEST_GUILESS_MAIN(TestDataset)
#include "tst_dataset.moc"
