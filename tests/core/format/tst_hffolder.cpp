// SPDX-License-Identifier: GPL-3.0-or-later
#include <QtTest/QTest>

#include "core/format/hffolder.h"
#include "tests/support/malformed_safetensors.h"
#include "tests/support/refusal.h"

using namespace secateur;
using format::HfFolder;

/// Folders of one and of several files, and cases 41 to 46 of the malformed corpus (design/safety.md B.7).
class TestHfFolder : public QObject
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
        test::checkCase(m_cases[index], "model", HfFolder::open);
    }

    void opensASingleFile()
    {
        const test::TemporaryFolder folder;
        test::writeFile(folder.path() / "config.json", "{\"hidden_size\":8}");
        test::writeFile(folder.path() / "model.safetensors",
                        test::safetensorsBytes(test::braced(test::tensorEntry("x.weight", "F32", "[1]", "[0,4]")),
                                               std::string_view("\0\0\x80\x3f", 4)));
        const auto opened = HfFolder::open(folder.path());
        VERIFY_RESULT(opened);
        QCOMPARE(opened->config().at("hidden_size").get<int>(), 8);
        QCOMPARE(opened->shards().size(), std::size_t(1));
        const auto [shard, tensor] = opened->find("x.weight");
        QVERIFY(shard && tensor);
        float value = 0;
        VERIFY_RESULT(shard->read(*tensor, 0, std::as_writable_bytes(std::span(&value, 1))));
        QCOMPARE(value, 1.0f);
        QVERIFY(!opened->find("y.weight").first);
        QVERIFY(!opened->find("y.weight").second);
    }

    void findsTensorsInTheirShards()
    {
        const test::TemporaryFolder parent;
        const auto sound = std::find_if(m_cases.begin(), m_cases.end(),
                                        [](const auto &candidate) { return candidate.name == "44 nothing wrong"; });
        QVERIFY(sound != m_cases.end());
        sound->write(parent.path() / "model");
        const auto opened = HfFolder::open(parent.path() / "model");
        VERIFY_RESULT(opened);
        QCOMPARE(opened->shards().size(), std::size_t(2));
        QCOMPARE(opened->find("a").first, &opened->shards()[0]);
        QCOMPARE(opened->find("b").first, &opened->shards()[1]);
        QCOMPARE(opened->shards()[1].path().filename().string(), std::string("model-00002-of-00002.safetensors"));
    }

    void picklesAreUnsupportedWithAdvice()
    {
        const test::TemporaryFolder folder;
        test::writeFile(folder.path() / "config.json", "{}");
        test::writeFile(folder.path() / "pytorch_model.bin", "PK\x03\x04");
        const auto opened = HfFolder::open(folder.path());
        VERIFY_ERROR(opened, ErrorCode::Unsupported);
        QVERIFY(opened.error().detail.find("safe_serialization=True") != std::string::npos);
    }

    void otherPathsAreRefused()
    {
        const test::TemporaryFolder folder;
        VERIFY_ERROR(HfFolder::open(folder.path() / "none"), ErrorCode::NotFound);
        VERIFY_ERROR(HfFolder::open(test::writeFile(folder.path() / "file", "")), ErrorCode::BadInput);
        VERIFY_ERROR(HfFolder::open(folder.path()), ErrorCode::NotFound);
    }

private:
    const std::vector<test::MalformedCase> m_cases = test::malformedFolders();
};

QTEST_APPLESS_MAIN(TestHfFolder)
#include "tst_hffolder.moc"
