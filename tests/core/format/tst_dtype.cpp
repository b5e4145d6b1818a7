// SPDX-License-Identifier: GPL-3.0-or-later
#include <array>
#include <bit>
#include <cmath>
#include <limits>
#include <vector>

#include <QtTest/QTest>

#include "core/base/sha256.h"
#include "core/format/dtype.h"
#include "tests/support/testsupport.h"

using namespace secateur;
using format::DType;

namespace {

/// The generator behind the reference digests: s = s * 1664525 + 1013904223 modulo 2^32, starting with 1.
class Lcg
{
public:
    std::uint32_t next() { return m_state = m_state * 1664525u + 1013904223u; }

private:
    std::uint32_t m_state = 1;
};

template <typename T>
std::string digest(const std::vector<T> &values)
{
    return sha256Hex(std::as_bytes(std::span(values)));
}

float fromBits(std::uint32_t bits)
{
    return std::bit_cast<float>(bits);
}

/// 65536 floats of any kind but NaN, then as many of the sizes at which binary16 rounds to subnormals, and to infinity.
std::vector<float> floatsForNarrowing()
{
    std::array<std::vector<float>, 3> parts;
    Lcg lcg;
    for (int i = 0; i < 65536; ++i) {
        const std::uint32_t bits = lcg.next();
        parts[0].push_back(std::isnan(fromBits(bits)) ? 0.0f : fromBits(bits));
        parts[1].push_back(fromBits((bits & 0x8fffffffu) | 0x30000000u));
        parts[2].push_back(fromBits((bits & 0x87ffffffu) | 0x40000000u));
    }
    std::vector<float> all;
    for (const auto &part : parts)
        all.insert(all.end(), part.begin(), part.end());
    return all;
}

std::vector<std::uint16_t> narrowed(DType type, const std::vector<float> &values)
{
    std::vector<std::uint16_t> result(values.size());
    const auto done = format::fromFloat32(type, values, std::as_writable_bytes(std::span(result)));
    return done ? result : std::vector<std::uint16_t>();
}

std::vector<float> widened(DType type, const std::vector<std::uint16_t> &values)
{
    std::vector<float> result(values.size());
    const auto done = format::toFloat32(type, std::as_bytes(std::span(values)), result);
    return done ? result : std::vector<float>();
}

std::vector<std::uint16_t> allPatterns()
{
    std::vector<std::uint16_t> patterns(65536);
    for (std::size_t i = 0; i < patterns.size(); ++i)
        patterns[i] = std::uint16_t(i);
    return patterns;
}

} // namespace

class TestDType : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void namesAndNumbers();
    void unreadTypes();
    void storedBytesChecksEveryStep();
    void blocks_data();
    void blocks();
    void halfWidensExactly();
    void everyPatternSurvivesTheRoundTrip_data();
    void everyPatternSurvivesTheRoundTrip();
    void narrowsToNearestEven_data();
    void narrowsToNearestEven();
    void narrowsLikeTheReference();
    void doublesAreRoundedOnce();
    void sizesMustAgree();
};

void TestDType::namesAndNumbers()
{
    QCOMPARE(format::dtypeName(DType::BF16), std::string_view("BF16"));
    QCOMPARE(format::dtypeName(DType::Q6_K), std::string_view("Q6_K"));
    QCOMPARE(format::dtypeFromSafetensors("BOOL"), std::optional(DType::Bool));
    QCOMPARE(format::dtypeFromSafetensors("F64"), std::optional(DType::F64));
    QVERIFY(!format::dtypeFromSafetensors("Q4_0"));
    QVERIFY(!format::dtypeFromSafetensors("f32"));
    QCOMPARE(format::dtypeFromGguf(0), std::optional(DType::F32));
    QCOMPARE(format::dtypeFromGguf(3), std::optional(DType::Q4_1));
    QCOMPARE(format::dtypeFromGguf(14), std::optional(DType::Q6_K));
    QCOMPARE(format::dtypeFromGguf(30), std::optional(DType::BF16));
    QVERIFY(!format::dtypeFromGguf(std::numeric_limits<std::uint32_t>::max()));
    QCOMPARE(format::blockElements(DType::Q4_K), std::size_t(256));
    QCOMPARE(format::blockBytes(DType::Q4_K), std::size_t(144));
    QVERIFY(format::isWeightType(DType::Q8_0));
    QVERIFY(!format::isWeightType(DType::I32));
}

void TestDType::unreadTypes()
{
    // ggml's table up to 41 has no hole: each number is either read or known by name, and never both.
    for (std::uint32_t type = 0; type <= 41; ++type)
        QVERIFY2(format::dtypeFromGguf(type).has_value() == format::unreadGgufType(type).empty(),
                 std::to_string(type).c_str());
    QVERIFY(format::unreadGgufType(42).empty());
    QCOMPARE(format::unreadGgufType(23), std::string_view("IQ4_XS"));
    QVERIFY(format::isUnreadSafetensorsType("F8_E4M3"));
    QVERIFY(!format::isUnreadSafetensorsType("F32"));
    QVERIFY(!format::isUnreadSafetensorsType("F9"));
}

void TestDType::storedBytesChecksEveryStep()
{
    using Shape = std::vector<std::uint64_t>;
    const std::uint64_t half = std::uint64_t(1) << 32;
    QCOMPARE(format::storedBytes(DType::F32, Shape{2, 3}), std::optional<std::uint64_t>(24));
    QCOMPARE(format::storedBytes(DType::F32, Shape{}), std::optional<std::uint64_t>(4));
    QCOMPARE(format::storedBytes(DType::F32, Shape{0, 5}), std::optional<std::uint64_t>(0));
    QCOMPARE(format::storedBytes(DType::Q4_1, Shape{2, 64}), std::optional<std::uint64_t>(80));
    QVERIFY(!format::storedBytes(DType::Q4_1, Shape{31}));
    QVERIFY(!format::storedBytes(DType::U8, Shape{half, half}));
    QVERIFY(!format::storedBytes(DType::F16, Shape{half, half / 2}));
}

void TestDType::blocks_data()
{
    QTest::addColumn<DType>("type");
    QTest::addColumn<std::vector<int>>("scaleOffsets");
    QTest::addColumn<std::string>("expected");
    // SHA-256 of the float32 bytes that the Python package gguf 0.19 (gguf.quants.dequantize) gives for 64 blocks of
    // bytes s >> 24 of Lcg, in which 0x40 is cleared in the upper byte of each binary16 scale (so that it is finite).
    QTest::newRow("Q4_0") << DType::Q4_0 << std::vector<int>{0}
                          << std::string("b898027311482795e3b3ec86f2c507c723e26e0dc6928abbb93065dd56d30a4c");
    QTest::newRow("Q4_1") << DType::Q4_1 << std::vector<int>{0, 2}
                          << std::string("d85182e3542dad27df10af4ff5cf3885e73b5be8ca540df928f612c4de0ce0b8");
    QTest::newRow("Q5_0") << DType::Q5_0 << std::vector<int>{0}
                          << std::string("b6f81b395603fa9598b52515cd365058012c42a9adccd49c54ae55285d5a5cf0");
    QTest::newRow("Q5_1") << DType::Q5_1 << std::vector<int>{0, 2}
                          << std::string("af296a3c3eaba5b00b390bf5aa1eb3cfddd4e2515319eecf4d760313cc0cf81d");
    QTest::newRow("Q8_0") << DType::Q8_0 << std::vector<int>{0}
                          << std::string("5cd30fbd5c5638425ca4d93fd54f9940b1f1c1e4c3f60f285f19c4f37e27f8c1");
    QTest::newRow("Q2_K") << DType::Q2_K << std::vector<int>{80, 82}
                          << std::string("cf016eaa7a2756907febdd6d36568fe6af591f78b1a87598f19692cc62e34bb0");
    QTest::newRow("Q3_K") << DType::Q3_K << std::vector<int>{108}
                          << std::string("db7d6ecb54fd5d148f9ce7f1f124f7d20362ae967cb403f50fcb74c140c5dabe");
    QTest::newRow("Q4_K") << DType::Q4_K << std::vector<int>{0, 2}
                          << std::string("31ef4ef4b1ba3983278064e1b2b10cd22f1184a565833a7ae9d517bda9e1c07b");
    QTest::newRow("Q5_K") << DType::Q5_K << std::vector<int>{0, 2}
                          << std::string("c47acdcad141e20b68ebf360b6910a81e17d548b15ce4561e3c662858a4bb39e");
    QTest::newRow("Q6_K") << DType::Q6_K << std::vector<int>{208}
                          << std::string("d9b070473ff7851ad3a30bc804f3424c2cb8fcabd2960a0ae058772ae6cda1a6");
}

void TestDType::blocks()
{
    QFETCH(DType, type);
    QFETCH(std::vector<int>, scaleOffsets);
    QFETCH(std::string, expected);
    constexpr std::size_t blocks = 64;
    const std::size_t bytes = format::blockBytes(type);
    std::vector<std::byte> source(blocks * bytes);
    Lcg lcg;
    for (auto &byte : source)
        byte = std::byte(lcg.next() >> 24);
    for (std::size_t block = 0; block < blocks; ++block) {
        for (const int offset : scaleOffsets)
            source[block * bytes + std::size_t(offset) + 1] &= std::byte(0xbf);
    }
    std::vector<float> target(blocks * format::blockElements(type));
    VERIFY_RESULT(format::toFloat32(type, source, target));
    QCOMPARE(digest(target), expected);
}

void TestDType::halfWidensExactly()
{
    auto values = widened(DType::F16, allPatterns());
    QCOMPARE(values.size(), std::size_t(65536));
    for (std::size_t i = 0; i < values.size(); ++i) {
        const bool shouldBeNan = (i & 0x7fff) > 0x7c00;
        QVERIFY2(std::isnan(values[i]) == shouldBeNan, std::to_string(i).c_str());
        if (shouldBeNan)
            values[i] = 0.0f;
    }
    // numpy: arange(65536, dtype=uint16).view(float16).astype(float32), NaN replaced by 0.
    QCOMPARE(digest(values), std::string("faa6d965574036872b0d39a42d1f8bee361d5be92b1e718155a69556a5abacdd"));
}

void TestDType::everyPatternSurvivesTheRoundTrip_data()
{
    QTest::addColumn<DType>("type");
    QTest::newRow("F16") << DType::F16;
    QTest::newRow("BF16") << DType::BF16;
}

void TestDType::everyPatternSurvivesTheRoundTrip()
{
    QFETCH(DType, type);
    const auto patterns = allPatterns();
    QVERIFY(narrowed(type, widened(type, patterns)) == patterns);
}

void TestDType::narrowsToNearestEven_data()
{
    QTest::addColumn<DType>("type");
    QTest::addColumn<std::uint32_t>("bits");
    QTest::addColumn<int>("expected");
    QTest::newRow("BF16 tie to even below") << DType::BF16 << 0x3f808000u << 0x3f80;
    QTest::newRow("BF16 tie to even above") << DType::BF16 << 0x3f818000u << 0x3f82;
    QTest::newRow("BF16 just above a tie") << DType::BF16 << 0x3f808001u << 0x3f81;
    QTest::newRow("BF16 largest becomes infinite") << DType::BF16 << 0x7f7fffffu << 0x7f80;
    QTest::newRow("BF16 NaN whose payload is cut off") << DType::BF16 << 0x7f800001u << 0x7fc0;
    QTest::newRow("BF16 negative NaN") << DType::BF16 << 0xffffffffu << 0xffff;
    QTest::newRow("BF16 -0") << DType::BF16 << 0x80000000u << 0x8000;
    QTest::newRow("F16 tie to even below") << DType::F16 << 0x3f801000u << 0x3c00;
    QTest::newRow("F16 tie to even above") << DType::F16 << 0x3f803000u << 0x3c02;
    QTest::newRow("F16 largest") << DType::F16 << 0x477fefffu << 0x7bff;
    QTest::newRow("F16 65520 becomes infinite") << DType::F16 << 0x477ff000u << 0x7c00;
    QTest::newRow("F16 half the smallest subnormal") << DType::F16 << 0x33000000u << 0x0000;
    QTest::newRow("F16 just above that") << DType::F16 << 0x33000001u << 0x0001;
    QTest::newRow("F16 rounds up to the smallest normal") << DType::F16 << 0x387fffffu << 0x0400;
    QTest::newRow("F16 NaN whose payload is cut off") << DType::F16 << 0xff800001u << 0xfe00;
    QTest::newRow("F16 float32 subnormal") << DType::F16 << 0x80000001u << 0x8000;
}

void TestDType::narrowsToNearestEven()
{
    QFETCH(DType, type);
    QFETCH(std::uint32_t, bits);
    QFETCH(int, expected);
    const auto result = narrowed(type, {fromBits(bits)});
    QCOMPARE(result.size(), std::size_t(1));
    QCOMPARE(int(result[0]), expected);
}

void TestDType::narrowsLikeTheReference()
{
    // SHA-256 of what PyTorch 2.13 gives: tensor.to(torch.float16) and .to(torch.bfloat16); numpy agrees on the first.
    const auto values = floatsForNarrowing();
    QCOMPARE(digest(narrowed(DType::F16, values)),
             std::string("fd2ce78256e1df126603dfb234b25d27361304a6679cb09548a5df2f119a04bc"));
    QCOMPARE(digest(narrowed(DType::BF16, values)),
             std::string("6293af481a89338ccda0ff0dcd16a3d5a5f888f9eb039f338bbfe9940a3e36a6"));
}

void TestDType::doublesAreRoundedOnce()
{
    const std::vector<double> doubles = {0.1, 1.0 + std::ldexp(1.0, -24), -1e300, 16777217.0};
    std::vector<float> floats(doubles.size());
    VERIFY_RESULT(format::toFloat32(DType::F64, std::as_bytes(std::span(doubles)), floats));
    QCOMPARE(floats[0], 0.1f);
    QCOMPARE(floats[1], 1.0f);
    QCOMPARE(floats[2], -std::numeric_limits<float>::infinity());
    QCOMPARE(floats[3], 16777216.0f);
}

void TestDType::sizesMustAgree()
{
    std::vector<std::byte> bytes(36);
    std::vector<float> floats(64);
    VERIFY_RESULT(format::toFloat32(DType::Q4_0, bytes, floats));
    VERIFY_RESULT(format::toFloat32(DType::Q4_0, {}, {}));
    VERIFY_ERROR(format::toFloat32(DType::Q4_0, std::span(bytes).first(35), floats), ErrorCode::Internal);
    VERIFY_ERROR(format::toFloat32(DType::Q4_0, bytes, std::span(floats).first(63)), ErrorCode::Internal);
    VERIFY_ERROR(format::toFloat32(DType::Q4_0, bytes, std::span(floats).first(32)), ErrorCode::Internal);
    VERIFY_ERROR(format::toFloat32(DType::I8, bytes, floats), ErrorCode::Unsupported);
    VERIFY_ERROR(format::fromFloat32(DType::F16, floats, bytes), ErrorCode::Internal);
    VERIFY_ERROR(format::fromFloat32(DType::Q4_K, floats, bytes), ErrorCode::Unsupported);
}

QTEST_APPLESS_MAIN(TestDType)
#include "tst_dtype.moc"
