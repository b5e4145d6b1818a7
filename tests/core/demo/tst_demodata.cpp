// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/file.h"
#include "core/demo/datafiles.h"
#include "core/tokenizer/tokenizer.h"
#include "tests/support/testsupport.h"

using namespace secateur;

/// What is committed in resources/demo.
class TestDemoData : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void filesAreWhatTheGeneratorsMake();
    void tokenizerReadsTheTexts();
    void allTogetherStaySmall();

private:
    const std::filesystem::path m_folder = std::filesystem::path(SECATEUR_SOURCE_DIR) / "resources" / "demo";
};

/// Byte for byte. After a change of a generator: secateur-trainer data resources/demo/data (and train the model anew).
void TestDemoData::filesAreWhatTheGeneratorsMake()
{
    const auto files = demo::dataFiles();
    std::size_t found = 0;
    for (const auto &entry : std::filesystem::recursive_directory_iterator(m_folder / "data"))
        if (entry.is_regular_file()) {
            const std::string name = entry.path().lexically_relative(m_folder / "data").generic_string();
            QVERIFY2(files.contains(name), name.c_str());
            QVERIFY2(readTextFile(entry.path(), 1U << 24).value() == files.at(name), name.c_str());
            ++found;
        }
    QCOMPARE(found, files.size());
}

void TestDemoData::tokenizerReadsTheTexts()
{
    const auto tokenizer = tokenizer::Tokenizer::forModel(m_folder / "model");
    VERIFY_RESULT(tokenizer);
    QVERIFY((*tokenizer)->addsBos());
    QCOMPARE((*tokenizer)->tokenText(*(*tokenizer)->bosId()), std::string("<|endoftext|>"));
    QCOMPARE((*tokenizer)->bosId(), (*tokenizer)->eosId());
    std::size_t characters = 0;
    std::size_t tokens = 0;
    for (const auto &[name, text] : demo::dataFiles({.calibrationSets = 1, .documents = 20, .items = 5})) {
        const auto ids = (*tokenizer)->encode(text, BosPolicy::Never);
        VERIFY_RESULT(ids);
        QCOMPARE((*tokenizer)->decode(*ids, false).value(), text);
        characters += text.size();
        tokens += ids->size();
    }
    // It was trained on such texts: far fewer tokens than bytes.
    QVERIFY2(tokens * 2 < characters, (std::to_string(tokens) + " of " + std::to_string(characters)).c_str());
}

void TestDemoData::allTogetherStaySmall()
{
    std::uintmax_t bytes = 0;
    for (const auto &entry : std::filesystem::recursive_directory_iterator(m_folder))
        if (entry.is_regular_file())
            bytes += entry.file_size();
    QVERIFY2(bytes <= 12'000'000, std::to_string(bytes).c_str());
}

QTEST_GUILESS_MAIN(TestDemoData)
#include "tst_demodata.moc"
