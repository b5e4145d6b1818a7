// SPDX-License-Identifier: GPL-3.0-or-later
#include <array>
#include <cmath>
#include <limits>
#include <set>
#include <vector>

#include <QtCore/QDateTime>
#include <QtTest/QTest>

#include "core/base/result.h"
#include "core/base/runcontext.h"
#include "core/base/system.h"
#include "core/base/types.h"
#include "tests/support/testsupport.h"

using namespace secateur;

namespace {

constexpr std::array allCodes = {ErrorCode::Cancelled,   ErrorCode::InvalidArgument, ErrorCode::BadInput,
                                 ErrorCode::NotFound,    ErrorCode::Unsupported,     ErrorCode::Conflict,
                                 ErrorCode::OutOfMemory, ErrorCode::OutOfDisk,       ErrorCode::Locked,
                                 ErrorCode::Io,          ErrorCode::Internal};

Result<int> half(int value)
{
    if (value % 2 != 0)
        return failure(ErrorCode::BadInput, std::to_string(value) + " is odd");
    return value / 2;
}

Result<int> quarter(int value)
{
    SECATEUR_TRY(once, half(value));
    SECATEUR_TRY(twice, half(once));
    return twice;
}

Result<void> checkQuarter(int value)
{
    SECATEUR_CHECK(quarter(value));
    return {};
}

} // namespace

class TestResultTypes : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void errorsPassThrough();
    void codesHaveNamesAndStatus();
    void checkpoints();
    void tensorNames();
    void sparsity_data();
    void sparsity();
    void pattern_data();
    void pattern();
    void targetTexts();
    void namesReadBack();
    void bytesTexts_data();
    void bytesTexts();
    void system();
};

void TestResultTypes::errorsPassThrough()
{
    QCOMPARE(quarter(12).value(), 3);
    VERIFY_ERROR(quarter(3), ErrorCode::BadInput);
    QCOMPARE(quarter(6).error().detail, std::string("3 is odd"));
    QVERIFY(checkQuarter(4).has_value());
    VERIFY_ERROR(checkQuarter(2), ErrorCode::BadInput);
    const Error error = withContext(quarter(2).error(), "x.json");
    QCOMPARE(error.detail, std::string("x.json: 1 is odd"));
    QVERIFY(error.code == ErrorCode::BadInput);
}

void TestResultTypes::codesHaveNamesAndStatus()
{
    std::set<std::string_view> names;
    for (const auto code : allCodes) {
        QVERIFY(names.insert(errorCodeName(code)).second);
        const std::set<int> statuses = {1, 2, 3, 4, 130};
        QVERIFY(statuses.contains(exitStatus(code)));
    }
    // The command line's contract (design/cli.md, "Exit status").
    QCOMPARE(exitStatus(ErrorCode::Cancelled), 130);
    QCOMPARE(exitStatus(ErrorCode::InvalidArgument), 2);
    for (const auto code : {ErrorCode::BadInput, ErrorCode::NotFound, ErrorCode::Unsupported, ErrorCode::Conflict})
        QCOMPARE(exitStatus(code), 3);
    for (const auto code : {ErrorCode::OutOfMemory, ErrorCode::OutOfDisk})
        QCOMPARE(exitStatus(code), 4);
    for (const auto code : {ErrorCode::Locked, ErrorCode::Io, ErrorCode::Internal})
        QCOMPARE(exitStatus(code), 1);
}

void TestResultTypes::checkpoints()
{
    VERIFY_RESULT(RunContext().checkpoint());
    RunContext().report({"load", 1, 2, "layers"}); // without a sink nothing happens
    std::stop_source source;
    std::uint64_t done = 0;
    const RunContext context(source.get_token(), [&](const Progress &progress) { done = progress.done; });
    const RunContext copy = context;
    copy.report({"load", 7, 9, "layers"});
    QCOMPARE(done, std::uint64_t(7));
    VERIFY_RESULT(copy.checkpoint());
    source.request_stop();
    VERIFY_ERROR(copy.checkpoint(), ErrorCode::Cancelled);
    QVERIFY(context.stopRequested());
}

void TestResultTypes::tensorNames()
{
    QCOMPARE(tensorName({LayerIndex{12}, "self_attn.q_proj"}), std::string("model.layers.12.self_attn.q_proj.weight"));
    QVERIFY(MatrixId({LayerIndex{2}, "z"}) < MatrixId({LayerIndex{10}, "a"}));
}

void TestResultTypes::sparsity_data()
{
    QTest::addColumn<double>("ratio");
    QTest::addColumn<bool>("accepted");

    QTest::newRow("0") << 0.0 << true;
    QTest::newRow("half") << 0.5 << true;
    QTest::newRow("below 1") << std::nextafter(1.0, 0.0) << true;
    QTest::newRow("1") << 1.0 << false;
    QTest::newRow("50") << 50.0 << false;
    QTest::newRow("negative") << -0.1 << false;
    QTest::newRow("NaN") << std::numeric_limits<double>::quiet_NaN() << false;
    QTest::newRow("infinite") << std::numeric_limits<double>::infinity() << false;
}

void TestResultTypes::sparsity()
{
    QFETCH(double, ratio);
    QFETCH(bool, accepted);
    const auto value = Sparsity::fromRatio(ratio);
    if (!accepted) {
        VERIFY_ERROR(value, ErrorCode::InvalidArgument);
        return;
    }
    VERIFY_RESULT(value);
    QCOMPARE(value->ratio(), ratio);
}

void TestResultTypes::pattern_data()
{
    QTest::addColumn<std::string>("text");
    QTest::addColumn<int>("n");
    QTest::addColumn<int>("m"); // 0: refused

    const auto add = [](const char *text, int n, int m) { QTest::newRow(text) << std::string(text) << n << m; };
    add("2:4", 2, 4);
    add("4:8", 4, 8);
    add("1:256", 1, 256);
    add("255:256", 255, 256);
    for (const char *const wrong : {"", ":", "2:", ":4", "2", "4:4", "0:4", "5:4", "-1:4", "2:257", "2:4 ", " 2:4",
                                    "2:4:8", "2.0:4", "+2:4", "2/4", "2:99999999999999999999", "a:b", "0x2:4"})
        add(wrong, 0, 0);
}

void TestResultTypes::pattern()
{
    QFETCH(std::string, text);
    QFETCH(int, n);
    QFETCH(int, m);
    const auto value = NmPattern::fromText(text);
    if (m == 0) {
        VERIFY_ERROR(value, ErrorCode::InvalidArgument);
        return;
    }
    VERIFY_RESULT(value);
    QCOMPARE(value->n(), n);
    QCOMPARE(value->m(), m);
    QCOMPARE(value->ratio(), double(n) / m);
    QCOMPARE(targetText(*value), text);
}

void TestResultTypes::targetTexts()
{
    const auto text = [](double ratio) { return targetText(Sparsity::fromRatio(ratio).value()); };
    QCOMPARE(text(0.5), std::string("0.5"));
    QCOMPARE(text(0.0), std::string("0"));
    QCOMPARE(text(0.6), std::string("0.6")); // the shortest that reads back, not 0.59999999999999998
    QCOMPARE(std::stod(text(0.1 + 0.2)), 0.1 + 0.2);
    QCOMPARE(targetRatio(Sparsity::fromRatio(0.25).value()), 0.25);
    QCOMPARE(targetRatio(NmPattern::fromCounts(2, 8).value()), 0.25);
}

void TestResultTypes::namesReadBack()
{
    for (const auto method : allPruneMethods)
        QVERIFY(methodFromName(methodName(method)).value() == method);
    for (const auto mode : {StatisticsMode::Pruned, StatisticsMode::Dense})
        QVERIFY(statisticsFromName(statisticsName(mode)).value() == mode);
    for (const auto policy : {BosPolicy::Auto, BosPolicy::Always, BosPolicy::Never})
        QVERIFY(bosFromName(bosName(policy)).value() == policy);
    for (const char *const wrong : {"", "Wanda", "wanda ", "dense ", "AUTO"}) {
        VERIFY_ERROR(methodFromName(wrong), ErrorCode::InvalidArgument);
        VERIFY_ERROR(statisticsFromName(wrong), ErrorCode::InvalidArgument);
        VERIFY_ERROR(bosFromName(wrong), ErrorCode::InvalidArgument);
    }
}

void TestResultTypes::bytesTexts_data()
{
    QTest::addColumn<std::uint64_t>("bytes");
    QTest::addColumn<std::string>("expected");

    const auto add = [](std::uint64_t bytes, const char *expected) {
        QTest::newRow(expected) << bytes << std::string(expected);
    };
    add(0, "0 B");
    add(1023, "1023 B");
    add(1024, "1.0 KiB");
    add(1536, "1.5 KiB");
    add(std::uint64_t(640) << 20, "640 MiB");
    add(std::uint64_t(13) << 30, "13.0 GiB");
    add(std::numeric_limits<std::uint64_t>::max(), "16777216 TiB");
}

void TestResultTypes::bytesTexts()
{
    QFETCH(std::uint64_t, bytes);
    QFETCH(std::string, expected);
    QCOMPARE(bytesText(bytes), expected);
}

void TestResultTypes::system()
{
    QVERIFY(physicalCores() >= 1);
    QVERIFY(availableMemory() > 0);
    const auto before = peakResidentBytes();
    std::vector<char> block(std::size_t(64) << 20, 'x');
    QVERIFY(block.back() == 'x');
    QVERIFY2(peakResidentBytes() >= before + (std::uint64_t(32) << 20), "64 MiB were written to");
    const std::string now = utcTimestamp();
    QVERIFY2(QDateTime::fromString(QString::fromStdString(now), Qt::ISODate).isValid(), now.c_str());
    QCOMPARE(now.size(), std::size_t(20));
    QVERIFY(now.ends_with('Z'));
}

QTEST_GUILESS_MAIN(TestResultTypes)
#include "tst_result_types.moc"
