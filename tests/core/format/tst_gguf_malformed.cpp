// SPDX-License-Identifier: GPL-3.0-or-later
#include <QtTest/QTest>

#include "core/format/gguf.h"
#include "tests/support/malformed_gguf.h"
#include "tests/support/refusal.h"

using namespace secateur;

/// Cases 51 to 65 of the malformed corpus (design/safety.md B.7).
class TestGgufMalformed : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void corpus_data()
    {
        QTest::addColumn<std::size_t>("index");
        for (std::size_t i = 0; i < m_cases.size(); ++i)
            QTest::newRow(m_cases[i].name.c_str()) << i;
    }
    void corpus()
    {
        QFETCH(std::size_t, index);
        test::checkCase(m_cases[index], "model.gguf", format::GgufFile::open);
    }
    void everyTruncationIsRefused()
    {
        const std::string whole = test::ggufBytes(
            {test::ggufPair("general.architecture", test::GgufString, test::ggufText("llama")),
             test::ggufArrayPair("tokens", test::GgufString, 2, test::ggufText("a") + test::ggufText("bc"))},
            {test::ggufTensor("a", {4, 2}, 0, 0), test::ggufTensor("b", {32}, 2, 32)}, std::string(32 + 18, '\1'));
        const test::TemporaryFolder folder;
        const auto path = folder.path() / "cut.gguf";
        for (std::size_t length = 0; length < whole.size(); ++length) {
            test::writeFile(path, std::string_view(whole).substr(0, length));
            VERIFY_ERROR(format::GgufFile::open(path), ErrorCode::BadInput);
        }
        test::writeFile(path, whole);
        VERIFY_RESULT(format::GgufFile::open(path));
    }
    void devicesAreRefused()
    {
        VERIFY_ERROR(format::GgufFile::open("/dev/zero"), ErrorCode::BadInput);
        VERIFY_ERROR(format::GgufFile::open("/tmp/no/such.gguf"), ErrorCode::NotFound);
    }

private:
    const std::vector<test::MalformedCase> m_cases = test::malformedGguf();
};

QTEST_APPLESS_MAIN(TestGgufMalformed)
#include "tst_gguf_malformed.moc"
