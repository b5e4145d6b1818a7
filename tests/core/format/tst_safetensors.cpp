// SPDX-License-Identifier: GPL-3.0-or-later
#include <cstring>
#include <fstream>
#include <iterator>

#include <QtTest/QTest>

#include "core/format/safetensors.h"
#include "tests/support/malformed_safetensors.h"
#include "tests/support/testsupport.h"

using namespace secateur;
using format::DType;
using format::SafetensorsFile;
using format::SafetensorsWriter;

namespace {

std::string contents(const std::filesystem::path &path)
{
    std::ifstream file(path, std::ios::binary);
    return std::string(std::istreambuf_iterator<char>(file), {});
}

std::span<const std::byte> bytesOf(std::string_view text)
{
    return std::as_bytes(std::span(text));
}

Result<std::string> readAll(const SafetensorsFile &file, const std::string &name)
{
    const auto *const tensor = file.find(name);
    if (!tensor)
        return failure(ErrorCode::NotFound, name);
    std::string bytes(std::size_t(tensor->bytes), '\0');
    SECATEUR_CHECK(file.read(*tensor, 0, std::as_writable_bytes(std::span(bytes))));
    return bytes;
}

const std::vector<SafetensorsWriter::Entry> kEntries = {{"b.weight", DType::F32, {1, 2}},
                                                        {"a.weight", DType::BF16, {3}},
                                                        {"empty", DType::U8, {0, 4}},
                                                        {"s", DType::I8, {}}};
const std::string kData = "bbbbBBBB"
                          "aaAA@@"
                          "s";

} // namespace

class TestSafetensors : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void reads();
    void sortsByData();
    void readsPieces();
    void fileCutWhileOpen();
    void writes();
    void writtenHeaderIsPadded_data();
    void writtenHeaderIsPadded();
    void writesManyTensors();
    void writerRefusesBadEntries_data();
    void writerRefusesBadEntries();
    void writerCountsBytes();
    void writerLeavesTheOldFile();
    void neverWritesOverItsSource();
    void refusesWhatCannotFit();
};

void TestSafetensors::reads()
{
    const test::TemporaryFolder folder;
    const auto path =
        test::writeFile(folder.path() / "a.safetensors",
                        test::safetensorsBytes("{\"__metadata__\":{\"format\":\"pt\",\"\\u00e9\":\"\"},"
                                                   + test::tensorEntry("a", "F32", "[2,1]", "[0,8]") + "}",
                                               "12345678"));
    const auto file = SafetensorsFile::open(path);
    VERIFY_RESULT(file);
    QCOMPARE(file->path(), path);
    QCOMPARE(file->metadata().at("format"), std::string("pt"));
    QCOMPARE(file->metadata().at("\xc3\xa9"), std::string());
    QCOMPARE(file->tensors().size(), std::size_t(1));
    const auto *const tensor = file->find("a");
    QVERIFY(tensor);
    QCOMPARE(tensor->type, DType::F32);
    QVERIFY((tensor->shape == std::vector<std::uint64_t>{2, 1}));
    QCOMPARE(tensor->bytes, std::uint64_t(8));
    QCOMPARE(tensor->offset + tensor->bytes, file->size());
    QCOMPARE(readAll(*file, "a").value_or(""), std::string("12345678"));
    QVERIFY(!file->find("b"));
}

void TestSafetensors::sortsByData()
{
    const test::TemporaryFolder folder;
    const auto path = test::writeFile(folder.path() / "a.safetensors",
                                      test::safetensorsBytes("{" + test::tensorEntry("z", "U8", "[2]", "[1,3]") + ","
                                                                 + test::tensorEntry("e", "U8", "[0]", "[1,1]") + ","
                                                                 + test::tensorEntry("y", "U8", "[1]", "[0,1]") + "}",
                                                             "yzz"));
    const auto file = SafetensorsFile::open(path);
    VERIFY_RESULT(file);
    QCOMPARE(file->tensors()[0].name, std::string("y"));
    QCOMPARE(file->tensors()[1].name, std::string("e"));
    QCOMPARE(file->tensors()[2].name, std::string("z"));
    QCOMPARE(readAll(*file, "z").value_or(""), std::string("zz"));
}

void TestSafetensors::readsPieces()
{
    const test::TemporaryFolder folder;
    const auto path = test::writeFile(folder.path() / "a.safetensors",
                                      test::safetensorsBytes("{" + test::tensorEntry("a", "U8", "[4]", "[0,4]") + ","
                                                                 + test::tensorEntry("b", "U8", "[4]", "[4,8]") + "}",
                                                             "01234567"));
    const auto file = SafetensorsFile::open(path);
    VERIFY_RESULT(file);
    const auto &b = *file->find("b");
    std::string piece(2, '\0');
    VERIFY_RESULT(file->read(b, 1, std::as_writable_bytes(std::span(piece))));
    QCOMPARE(piece, std::string("56"));
    VERIFY_RESULT(file->read(b, 4, {}));
    VERIFY_ERROR(file->read(b, 3, std::as_writable_bytes(std::span(piece))), ErrorCode::Internal);
    VERIFY_ERROR(file->read(b, 5, {}), ErrorCode::Internal);
    VERIFY_ERROR(file->read(b, ~std::uint64_t(0), std::as_writable_bytes(std::span(piece))), ErrorCode::Internal);
    auto foreign = b;
    foreign.bytes = 100;
    VERIFY_ERROR(file->read(foreign, 0, std::as_writable_bytes(std::span(piece))), ErrorCode::Internal);
}

/// Case 50 of the malformed corpus: someone truncates the file after its header was checked.
void TestSafetensors::fileCutWhileOpen()
{
    const test::TemporaryFolder folder;
    const auto path =
        test::writeFile(folder.path() / "a.safetensors",
                        test::safetensorsBytes("{" + test::tensorEntry("a", "U8", "[4]", "[0,4]") + "}", "0123"));
    const auto file = SafetensorsFile::open(path);
    VERIFY_RESULT(file);
    std::filesystem::resize_file(path, file->size() - 1);
    const auto read = readAll(*file, "a");
    VERIFY_ERROR(read, ErrorCode::BadInput);
    QVERIFY(read.error().detail.find("tensor \"a\"") != std::string::npos);
}

void TestSafetensors::writes()
{
    const test::TemporaryFolder folder;
    const auto path = folder.path() / "out.safetensors";
    auto writer = SafetensorsWriter::create(path, kEntries, {{"format", "pt"}, {"note", "a \"b\"\n\xc3\xa9"}});
    VERIFY_RESULT(writer);
    VERIFY_RESULT(writer->append(bytesOf(std::string_view(kData).substr(0, 3))));
    VERIFY_RESULT(writer->append(bytesOf(std::string_view(kData).substr(3))));
    QVERIFY(!std::filesystem::exists(path));
    VERIFY_RESULT(writer->commit());
    QCOMPARE(std::filesystem::file_size(path), writer->fileBytes());

    const auto file = SafetensorsFile::open(path);
    VERIFY_RESULT(file);
    QCOMPARE(file->metadata().at("format"), std::string("pt"));
    QCOMPARE(file->metadata().at("note"), std::string("a \"b\"\n\xc3\xa9"));
    QCOMPARE(file->tensors().size(), kEntries.size());
    for (const auto &entry : kEntries) {
        const auto *const tensor = file->find(entry.name);
        QVERIFY(tensor);
        QCOMPARE(tensor->type, entry.type);
        QVERIFY(tensor->shape == entry.shape);
    }
    QCOMPARE(readAll(*file, "b.weight").value_or(""), std::string("bbbbBBBB"));
    QCOMPARE(readAll(*file, "a.weight").value_or(""), std::string("aaAA@@"));
    QCOMPARE(readAll(*file, "s").value_or(""), std::string("s"));
    QVERIFY(!std::filesystem::exists(path.string() + ".part"));
}

void TestSafetensors::writtenHeaderIsPadded_data()
{
    QTest::addColumn<int>("nameLength");
    for (int length = 1; length <= 9; ++length)
        QTest::addRow("name of %d", length) << length;
}

void TestSafetensors::writtenHeaderIsPadded()
{
    QFETCH(int, nameLength);
    const test::TemporaryFolder folder;
    const auto path = folder.path() / "out.safetensors";
    auto writer = SafetensorsWriter::create(path, {{std::string(std::size_t(nameLength), 'n'), DType::U8, {1}}}, {});
    VERIFY_RESULT(writer);
    VERIFY_RESULT(writer->append(bytesOf("x")));
    VERIFY_RESULT(writer->commit());
    const std::string bytes = contents(path);
    std::uint64_t length = 0;
    std::memcpy(&length, bytes.data(), sizeof(length));
    QCOMPARE(length % 8, std::uint64_t(0));
    QCOMPARE(bytes.size(), std::size_t(8 + length + 1));
    QCOMPARE(bytes[8], '{');
    const auto end = bytes.find_last_not_of(' ', std::size_t(8 + length - 1));
    QCOMPARE(bytes[end], '}');
    QVERIFY(8 + length - 1 - end < 8);
}

void TestSafetensors::writesManyTensors()
{
    // The header is longer than the reader's buffer, so names straddle its pieces.
    const test::TemporaryFolder folder;
    const auto path = folder.path() / "out.safetensors";
    std::vector<SafetensorsWriter::Entry> entries;
    for (int i = 0; i < 3000; ++i)
        entries.push_back({"model.layers." + std::to_string(i) + ".w\xc3\xa9ight", DType::U8, {1}});
    auto writer = SafetensorsWriter::create(path, entries, {});
    VERIFY_RESULT(writer);
    std::string data(entries.size(), '\0');
    for (std::size_t i = 0; i < data.size(); ++i)
        data[i] = char(i % 251);
    VERIFY_RESULT(writer->append(bytesOf(data)));
    VERIFY_RESULT(writer->commit());
    const auto file = SafetensorsFile::open(path);
    VERIFY_RESULT(file);
    QCOMPARE(file->tensors().size(), entries.size());
    for (std::size_t i = 0; i < entries.size(); ++i)
        QCOMPARE(readAll(*file, entries[i].name).value_or(""), std::string(1, char(i % 251)));
}

void TestSafetensors::writerRefusesBadEntries_data()
{
    QTest::addColumn<std::vector<SafetensorsWriter::Entry>>("entries");
    using Entries = std::vector<SafetensorsWriter::Entry>;
    const std::uint64_t half = std::uint64_t(1) << 32;
    QTest::newRow("name twice") << Entries{{"a", DType::U8, {1}}, {"a", DType::U8, {1}}};
    QTest::newRow("quantised type") << Entries{{"a", DType::Q4_0, {32}}};
    QTest::newRow("too large") << Entries{{"a", DType::F32, {half, half}}};
    QTest::newRow("too large together") << Entries{{"a", DType::U8, {half, half / 4}},
                                                   {"b", DType::U8, {half, half / 4}}};
    QTest::newRow("name not UTF-8") << Entries{{"\xff", DType::U8, {1}}};
    QTest::newRow("name with newline") << Entries{{"a\nb", DType::U8, {1}}};
    QTest::newRow("name of the metadata") << Entries{{"__metadata__", DType::U8, {1}}};
}

void TestSafetensors::writerRefusesBadEntries()
{
    QFETCH(std::vector<SafetensorsWriter::Entry>, entries);
    const test::TemporaryFolder folder;
    VERIFY_ERROR(SafetensorsWriter::create(folder.path() / "out", entries, {}), ErrorCode::InvalidArgument);
    QVERIFY(std::filesystem::is_empty(folder.path()));
}

void TestSafetensors::writerCountsBytes()
{
    const test::TemporaryFolder folder;
    const auto path = folder.path() / "out.safetensors";
    {
        auto writer = SafetensorsWriter::create(path, kEntries, {});
        VERIFY_RESULT(writer);
        VERIFY_ERROR(writer->append(bytesOf(kData + "x")), ErrorCode::Internal);
        VERIFY_RESULT(writer->append(bytesOf(kData.substr(1))));
        VERIFY_ERROR(writer->commit(), ErrorCode::Internal);
    }
    QVERIFY(std::filesystem::is_empty(folder.path()));
}

void TestSafetensors::writerLeavesTheOldFile()
{
    const test::TemporaryFolder folder;
    const auto path = test::writeFile(folder.path() / "out.safetensors", "old");
    {
        auto writer = SafetensorsWriter::create(path, kEntries, {});
        VERIFY_RESULT(writer);
        VERIFY_RESULT(writer->append(bytesOf(kData)));
    }
    QCOMPARE(contents(path), std::string("old"));
    QVERIFY(!std::filesystem::exists(path.string() + ".part"));
}

void TestSafetensors::neverWritesOverItsSource()
{
    const test::TemporaryFolder folder;
    const auto source = test::writeFile(folder.path() / "in.safetensors", "old");
    const auto hardLink = folder.path() / "hard.safetensors";
    const auto symbolicLink = folder.path() / "soft.safetensors";
    std::filesystem::create_hard_link(source, hardLink);
    std::filesystem::create_symlink(source, symbolicLink);
    for (const auto &target : {source, hardLink, symbolicLink, folder.path() / "." / "in.safetensors"})
        VERIFY_ERROR(SafetensorsWriter::create(target, kEntries, {}, {folder.path() / "other", source}),
                     ErrorCode::InvalidArgument);
    VERIFY_RESULT(SafetensorsWriter::create(folder.path() / "new.safetensors", kEntries, {}, {source}));
    QCOMPARE(contents(source), std::string("old"));
}

void TestSafetensors::refusesWhatCannotFit()
{
    const test::TemporaryFolder folder;
    const std::uint64_t exbibyte = std::uint64_t(1) << 60;
    VERIFY_ERROR(SafetensorsWriter::create(folder.path() / "out", {{"a", DType::U8, {exbibyte}}}, {}),
                 ErrorCode::OutOfDisk);
    QVERIFY(std::filesystem::is_empty(folder.path()));
    VERIFY_ERROR(SafetensorsWriter::create(folder.path() / "none" / "out", kEntries, {}), ErrorCode::NotFound);
}

QTEST_APPLESS_MAIN(TestSafetensors)
#include "tst_safetensors.moc"
