// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <cstring>

#include <QtTest/QTest>

#include "core/base/sha256.h"
#include "core/data/calibration.h"
#include "tests/support/testsupport.h"

using namespace secateur;
using namespace secateur::data;

namespace {

/// A safetensors file with one tensor "input_ids" of little-endian integers.
template <typename Integer>
std::string idsFile(const char *dtype, const std::string &shape, const std::vector<Integer> &ids)
{
    const std::size_t bytes = ids.size() * sizeof(Integer);
    std::string header = R"({"input_ids":{"dtype":")" + std::string(dtype) + R"(","shape":[)" + shape
        + R"(],"data_offsets":[0,)" + std::to_string(bytes) + "]}}";
    header.resize((header.size() + 7) / 8 * 8, ' ');
    std::string file(8 + header.size() + bytes, '\0');
    const std::uint64_t length = header.size();
    std::memcpy(file.data(), &length, 8);
    std::memcpy(file.data() + 8, header.data(), header.size());
    std::copy_n(reinterpret_cast<const char *>(ids.data()), bytes, file.begin() + std::ptrdiff_t(8 + header.size()));
    return file;
}

} // namespace

class TestTokenIds : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void reads_data();
    void reads();
    void refuses_data();
    void refuses();

private:
    test::TemporaryFolder m_folder;
};

void TestTokenIds::reads_data()
{
    QTest::addColumn<std::string>("bytes");

    QTest::newRow("I32") << idsFile<std::int32_t>("I32", "3,2", {1, 2, 300, 4, 0, 70000});
    QTest::newRow("I64") << idsFile<std::int64_t>("I64", "3,2", {1, 2, 300, 4, 0, 70000});
}

void TestTokenIds::reads()
{
    QFETCH(std::string, bytes);
    const auto path = test::writeFile(m_folder.path() / "ids.safetensors", bytes);
    const auto set = calibrationFromTokenIds(path, "input_ids", std::nullopt, 70001);
    VERIFY_RESULT(set);
    const std::vector<std::vector<tokenizer::TokenId>> expected = {{1, 2}, {300, 4}, {0, 70000}};
    QVERIFY(set->sequences == expected);
    QCOMPARE(set->provenance.length, std::uint64_t(2));
    QCOMPARE(set->provenance.sampleIndices, (std::vector<std::uint64_t>{0, 1, 2}));
    QCOMPARE(set->provenance.tokenCounts, (std::vector<std::uint64_t>{2, 2, 2}));
    QCOMPARE(set->provenance.files.size(), std::size_t(1));
    QCOMPARE(set->provenance.files[0].name, std::string("ids.safetensors"));
    QCOMPARE(set->provenance.files[0].records, std::uint64_t(3));
    QCOMPARE(set->provenance.files[0].sha256, sha256Hex(bytes));
    VERIFY_RESULT(provenanceFromJson(toJson(set->provenance), "x"));

    const auto first = calibrationFromTokenIds(path, "input_ids", 2, 70001);
    VERIFY_RESULT(first);
    QVERIFY(first->sequences == std::vector(expected.begin(), expected.begin() + 2));
    VERIFY_ERROR(calibrationFromTokenIds(path, "input_ids", 4, 70001), ErrorCode::BadInput);
    VERIFY_ERROR(calibrationFromTokenIds(path, "input_ids", 0, 70001), ErrorCode::InvalidArgument);
    VERIFY_ERROR(calibrationFromTokenIds(path, "ids", std::nullopt, 70001), ErrorCode::NotFound);

    const auto outside = calibrationFromTokenIds(path, "input_ids", std::nullopt, 70000);
    VERIFY_ERROR(outside, ErrorCode::BadInput);
    QVERIFY2(outside.error().detail.find("row 2, column 1: token id 70000") != std::string::npos,
             outside.error().detail.c_str());
    VERIFY_RESULT(calibrationFromTokenIds(path, "input_ids", 2, 70000)); // rows that are not used are not judged
}

void TestTokenIds::refuses_data()
{
    QTest::addColumn<std::string>("bytes");
    QTest::addColumn<std::string>("mentions");

    const auto add = [](const char *title, const std::string &bytes, const char *mentions) {
        QTest::newRow(title) << bytes << std::string(mentions);
    };
    add("negative", idsFile<std::int32_t>("I32", "1,2", {1, -1}), "token id -1");
    add("most negative", idsFile<std::int64_t>("I64", "1,1", {INT64_MIN}), "token id -9223372036854775808");
    add("equal in the low half", idsFile<std::int64_t>("I64", "1,1", {(std::int64_t(1) << 32) + 1}),
        "token id 4294967297");
    add("one dimension", idsFile<std::int32_t>("I32", "2", {1, 2}), "1 dimensions");
    add("three dimensions", idsFile<std::int32_t>("I32", "1,1,2", {1, 2}), "3 dimensions");
    add("no rows", idsFile<std::int32_t>("I32", "0,2", {}), "no elements");
    add("no columns", idsFile<std::int32_t>("I32", "2,0", {}), "no elements");
    add("floats", idsFile<float>("F32", "1,2", {1.0F, 2.0F}), "I32 or I64");
}

void TestTokenIds::refuses()
{
    QFETCH(std::string, bytes);
    QFETCH(std::string, mentions);
    const auto path = test::writeFile(m_folder.path() / "ids.safetensors", bytes);
    const auto set = calibrationFromTokenIds(path, "input_ids", std::nullopt, 1000);
    VERIFY_ERROR(set, ErrorCode::BadInput);
    QVERIFY2(set.error().detail.find(mentions) != std::string::npos, set.error().detail.c_str());
}

QTEST_GUILESS_MAIN(TestTokenIds)
#include "tst_tokenids.moc"
