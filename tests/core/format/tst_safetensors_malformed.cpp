// SPDX-License-Identifier: GPL-3.0-or-later
#include <QtTest/QTest>

#include "core/format/safetensors.h"
#include "tests/support/malformed_safetensors.h"
#include "tests/support/refusal.h"

using namespace secateur;

/// Cases 1 to 40 of the malformed corpus (design/safety.md B.7).
class TestSafetensorsMalformed : public QObject
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
        test::checkCase(m_cases[index], "model.safetensors", format::SafetensorsFile::open);
    }
    void everyTruncationIsRefused()
    {
        const std::string whole = test::safetensorsBytes("{\"__metadata__\":{\"format\":\"pt\"},"
                                                             + test::tensorEntry("a", "F32", "[2]", "[0,8]") + ","
                                                             + test::tensorEntry("b", "BF16", "[1,2]", "[8,12]") + "}",
                                                         std::string(12, '\1'));
        const test::TemporaryFolder folder;
        const auto path = folder.path() / "cut.safetensors";
        for (std::size_t length = 0; length < whole.size(); ++length) {
            test::writeFile(path, std::string_view(whole).substr(0, length));
            VERIFY_ERROR(format::SafetensorsFile::open(path), ErrorCode::BadInput);
        }
        test::writeFile(path, whole);
        VERIFY_RESULT(format::SafetensorsFile::open(path));
    }
    void devicesAreRefused()
    {
        VERIFY_ERROR(format::SafetensorsFile::open("/dev/zero"), ErrorCode::BadInput);
        VERIFY_ERROR(format::SafetensorsFile::open("/tmp"), ErrorCode::BadInput);
        VERIFY_ERROR(format::SafetensorsFile::open("/tmp/no/such.safetensors"), ErrorCode::NotFound);
    }

private:
    const std::vector<test::MalformedCase> m_cases = test::malformedSafetensors();
};

QTEST_APPLESS_MAIN(TestSafetensorsMalformed)
#include "tst_safetensors_malformed.moc"
