// SPDX-License-Identifier: GPL-3.0-or-later
#include <array>

#include <QtTest/QTest>

#include "core/base/sha256.h"
#include "tests/support/testsupport.h"

using namespace secateur;

class TestSha256 : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void knownVectors_data();
    void knownVectors();
    void piecesAddUp();
    void files();
    void fileErrors();
    void cancels();
};

void TestSha256::knownVectors_data()
{
    QTest::addColumn<std::string>("text");
    QTest::addColumn<std::string>("digest");

    // FIPS 180-4 examples (the empty message, one block, two blocks, a million times "a").
    QTest::newRow("empty") << std::string()
                           << std::string("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    QTest::newRow("abc") << std::string("abc")
                         << std::string("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    QTest::newRow("two blocks") << std::string("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq")
                                << std::string("248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
    QTest::newRow("million") << std::string(1'000'000, 'a')
                             << std::string("cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

void TestSha256::knownVectors()
{
    QFETCH(std::string, text);
    QFETCH(std::string, digest);
    QCOMPARE(sha256Hex(text), digest);
    QCOMPARE(sha256Hex(std::as_bytes(std::span(text))), digest);
    const test::TemporaryFolder folder;
    const auto ofFile = sha256File(test::writeFile(folder.path() / "x", text), RunContext());
    VERIFY_RESULT(ofFile);
    QCOMPARE(*ofFile, digest);
}

void TestSha256::piecesAddUp()
{
    std::string text(1000, '\0');
    for (std::size_t i = 0; i < text.size(); ++i)
        text[i] = char(i * 7);
    for (const std::size_t step : {1, 63, 64, 65, 999}) {
        Sha256 hash;
        for (std::size_t i = 0; i < text.size(); i += step)
            hash.update(std::string_view(text).substr(i, step));
        Sha256 moved = std::move(hash);
        QCOMPARE(moved.finishHex(), sha256Hex(text));
    }
}

void TestSha256::files()
{
    // Longer than one piece of reading (1 MiB), and not a multiple of it.
    const std::string text((std::size_t(5) << 19) + 17, 'q');
    const test::TemporaryFolder folder;
    const auto digest = sha256File(test::writeFile(folder.path() / "x", text), RunContext());
    VERIFY_RESULT(digest);
    QCOMPARE(*digest, sha256Hex(text));
}

void TestSha256::fileErrors()
{
    const test::TemporaryFolder folder;
    VERIFY_ERROR(sha256File(folder.path() / "absent", RunContext()), ErrorCode::NotFound);
    VERIFY_ERROR(sha256File(folder.path(), RunContext()), ErrorCode::BadInput);
}

void TestSha256::cancels()
{
    const test::TemporaryFolder folder;
    const auto path = test::writeFile(folder.path() / "x", "abc");
    std::stop_source source;
    source.request_stop();
    VERIFY_ERROR(sha256File(path, RunContext(source.get_token(), {})), ErrorCode::Cancelled);
}

QTEST_GUILESS_MAIN(TestSha256)
#include "tst_sha256.moc"
