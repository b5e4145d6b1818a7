// SPDX-License-Identifier: GPL-3.0-or-later
#include <limits>

#include <QtTest/QTest>

#include "core/format/gguf.h"
#include "tests/support/malformed_gguf.h"
#include "tests/support/testsupport.h"

using namespace secateur;
using format::DType;
using format::GgufFile;

namespace {

template <typename T>
std::string le(T value)
{
    return test::littleEndian(value);
}

Result<GgufFile> openBytes(const test::TemporaryFolder &folder, std::string_view bytes)
{
    return GgufFile::open(test::writeFile(folder.path() / "model.gguf", bytes));
}

} // namespace

class TestGguf : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void scalars();
    void arrays();
    void typedAccess();
    void tensors();
    void alignment();
    void longTexts();
    void oddTokensAreKept();
    void fileCutWhileOpen();
};

void TestGguf::scalars()
{
    const test::TemporaryFolder folder;
    const auto file = openBytes(
        folder,
        test::ggufBytes({test::ggufPair("u8", test::GgufU8, le(std::uint8_t(255))),
                         test::ggufPair("i8", test::GgufI8, le(std::int8_t(-1))),
                         test::ggufPair("u16", test::GgufU16, le(std::uint16_t(65535))),
                         test::ggufPair("i16", test::GgufI16, le(std::int16_t(-2))),
                         test::ggufPair("u32", test::GgufU32, le(std::uint32_t(4294967295u))),
                         test::ggufPair("i32", test::GgufI32, le(std::int32_t(-3))),
                         test::ggufPair("i64", test::GgufI64, le(std::numeric_limits<std::int64_t>::min())),
                         test::ggufPair("u64", test::GgufU64, le(std::uint64_t(5))),
                         test::ggufPair("top", test::GgufU64, le(~std::uint64_t(0))),
                         test::ggufPair("f32", test::GgufF32, le(0.25f)), test::ggufPair("f64", test::GgufF64, le(0.1)),
                         test::ggufPair("yes", test::GgufBool, "\1"),
                         test::ggufPair("text", test::GgufString, test::ggufText("h\xc3\xa9"))},
                        {}, ""));
    VERIFY_RESULT(file);
    QCOMPARE(file->metadata().size(), std::size_t(13));
    const auto integer = [&](const char *key) { return file->integer(key).value().value(); };
    QCOMPARE(integer("u8"), std::int64_t(255));
    QCOMPARE(integer("i8"), std::int64_t(-1));
    QCOMPARE(integer("u16"), std::int64_t(65535));
    QCOMPARE(integer("i16"), std::int64_t(-2));
    QCOMPARE(integer("u32"), std::int64_t(4294967295));
    QCOMPARE(integer("i32"), std::int64_t(-3));
    QCOMPARE(integer("i64"), std::numeric_limits<std::int64_t>::min());
    QCOMPARE(integer("u64"), std::int64_t(5));
    QCOMPARE(std::get<std::uint64_t>(*file->value("top")), ~std::uint64_t(0));
    QCOMPARE(file->number("f32").value().value(), 0.25);
    QCOMPARE(file->number("f64").value().value(), 0.1);
    QCOMPARE(file->boolean("yes").value().value(), true);
    QCOMPARE(file->text("text").value().value(), std::string("h\xc3\xa9"));
}

void TestGguf::arrays()
{
    const test::TemporaryFolder folder;
    const auto file = openBytes(
        folder,
        test::ggufBytes({test::ggufArrayPair("texts", test::GgufString, 2, test::ggufText("a") + test::ggufText("")),
                         test::ggufArrayPair("types", test::GgufI32, 3, le(1) + le(-2) + le(3)),
                         test::ggufArrayPair("bytes", test::GgufU8, 2, "\xff\1"),
                         test::ggufArrayPair("flags", test::GgufBool, 2, std::string("\0\1", 2)),
                         test::ggufArrayPair("scores", test::GgufF32, 2, le(-1.5f) + le(2.0f)),
                         test::ggufArrayPair("none", test::GgufString, 0, "")},
                        {}, ""));
    VERIFY_RESULT(file);
    QVERIFY((*file->texts("texts") == std::vector<std::string>{"a", ""}));
    QVERIFY((*file->integers("types") == std::vector<std::int64_t>{1, -2, 3}));
    QVERIFY((*file->integers("bytes") == std::vector<std::int64_t>{255, 1}));
    QVERIFY((*file->integers("flags") == std::vector<std::int64_t>{0, 1}));
    QVERIFY((*file->numbers("scores") == std::vector<double>{-1.5, 2.0}));
    QVERIFY(file->texts("none")->empty());
    QVERIFY(!file->texts("types"));
    QVERIFY(!file->numbers("missing"));
}

void TestGguf::typedAccess()
{
    const test::TemporaryFolder folder;
    const auto file = openBytes(folder,
                                test::ggufBytes({test::ggufPair("n", test::GgufU32, le(7u)),
                                                 test::ggufPair("t", test::GgufString, test::ggufText("7")),
                                                 test::ggufPair("top", test::GgufU64, le(~std::uint64_t(0)))},
                                                {}, ""));
    VERIFY_RESULT(file);
    QVERIFY(!file->integer("missing").value().has_value());
    QVERIFY(!file->text("missing").value().has_value());
    QCOMPARE(file->number("n").value().value(), 7.0);
    VERIFY_ERROR(file->integer("t"), ErrorCode::BadInput);
    VERIFY_ERROR(file->integer("top"), ErrorCode::BadInput);
    VERIFY_ERROR(file->text("n"), ErrorCode::BadInput);
    VERIFY_ERROR(file->boolean("n"), ErrorCode::BadInput);
    VERIFY_ERROR(file->number("t"), ErrorCode::BadInput);
    const auto wrong = file->integer("t");
    QVERIFY(wrong.error().detail.find("key t") != std::string::npos);
}

void TestGguf::tensors()
{
    const test::TemporaryFolder folder;
    const std::string data = std::string("abcdefghijklmnopqrstuvwx") + std::string(8, '\0') + std::string(20, 'q');
    const auto file = openBytes(
        folder,
        test::ggufBytes({}, {test::ggufTensor("blk.0.w", {3, 2}, 0, 0), test::ggufTensor("q", {32}, 3, 32)}, data));
    VERIFY_RESULT(file);
    QCOMPARE(file->tensors().size(), std::size_t(2));
    const auto *const tensor = file->find("blk.0.w");
    QVERIFY(tensor);
    QVERIFY((tensor->shape == std::vector<std::uint64_t>{2, 3}));
    QCOMPARE(tensor->type, DType::F32);
    QCOMPARE(tensor->bytes, std::uint64_t(24));
    std::string piece(4, '\0');
    VERIFY_RESULT(file->read(*tensor, 20, std::as_writable_bytes(std::span(piece))));
    QCOMPARE(piece, std::string("uvwx"));
    VERIFY_ERROR(file->read(*tensor, 21, std::as_writable_bytes(std::span(piece))), ErrorCode::Internal);
    const auto *const quantised = file->find("q");
    QVERIFY(quantised);
    QCOMPARE(quantised->type, DType::Q4_1);
    QCOMPARE(quantised->bytes, std::uint64_t(20));
    VERIFY_RESULT(file->read(*quantised, 16, std::as_writable_bytes(std::span(piece))));
    QCOMPARE(piece, std::string("qqqq"));
    QVERIFY(!file->find("other"));
}

void TestGguf::alignment()
{
    const test::TemporaryFolder folder;
    // 24 bytes of header, 33 of the pair and 33 of the entry: with alignment 8 the data begins at 96.
    const std::string front = "GGUF" + le(3u) + le(std::uint64_t(1)) + le(std::uint64_t(1))
        + test::ggufPair("general.alignment", test::GgufU32, le(8u)) + test::ggufTensor("t", {2}, 0, 0);
    QCOMPARE(front.size(), std::size_t(90));
    const auto file = openBytes(folder, front + std::string(6, '\0') + "12345678");
    VERIFY_RESULT(file);
    std::string bytes(8, '\0');
    VERIFY_RESULT(file->read(*file->find("t"), 0, std::as_writable_bytes(std::span(bytes))));
    QCOMPARE(bytes, std::string("12345678"));
}

void TestGguf::longTexts()
{
    // Longer than the cursor's buffer, and numbers that straddle its ends.
    const test::TemporaryFolder folder;
    const std::string text(1'000'003, 'x');
    std::string numbers;
    for (std::uint32_t i = 0; i < 300'000; ++i)
        numbers += le(i);
    const auto file = openBytes(folder,
                                test::ggufBytes({test::ggufPair("text", test::GgufString, test::ggufText(text)),
                                                 test::ggufArrayPair("n", test::GgufU32, 300'000, numbers)},
                                                {}, ""));
    VERIFY_RESULT(file);
    QVERIFY(file->text("text").value().value() == text);
    const auto *const read = file->integers("n");
    QVERIFY(read);
    QCOMPARE(read->size(), std::size_t(300'000));
    for (std::size_t i = 0; i < read->size(); ++i)
        QVERIFY((*read)[i] == std::int64_t(i));
}

/// Case 66 of the malformed corpus: the file format does not interpret tokens; what "<0x-1>" means is the tokenizer's.
void TestGguf::oddTokensAreKept()
{
    const test::TemporaryFolder folder;
    const auto file = openBytes(folder,
                                test::ggufBytes({test::ggufArrayPair("tokenizer.ggml.tokens", test::GgufString, 3,
                                                                     test::ggufText("<0x-1>") + test::ggufText("<0xZZ>")
                                                                         + test::ggufText("\xff\xfe"))},
                                                {}, ""));
    VERIFY_RESULT(file);
    QVERIFY((*file->texts("tokenizer.ggml.tokens") == std::vector<std::string>{"<0x-1>", "<0xZZ>", "\xff\xfe"}));
}

/// Case 50 of the malformed corpus: someone truncates the file after it was checked.
void TestGguf::fileCutWhileOpen()
{
    const test::TemporaryFolder folder;
    const auto file = openBytes(folder, test::ggufBytes({}, {test::ggufTensor("t", {8}, 0, 0)}, std::string(32, 'x')));
    VERIFY_RESULT(file);
    std::filesystem::resize_file(file->path(), file->size() - 1);
    std::string bytes(32, '\0');
    VERIFY_ERROR(file->read(*file->find("t"), 0, std::as_writable_bytes(std::span(bytes))), ErrorCode::BadInput);
}

QTEST_APPLESS_MAIN(TestGguf)
#include "tst_gguf.moc"
