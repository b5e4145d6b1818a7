// SPDX-License-Identifier: GPL-3.0-or-later
#include <csignal>

#include "core/format/safetensors.h"
#include "tests/app/cli/clirunner.h"
#include "tests/support/tinymodel.h"

using namespace secateur;
using namespace secateur::test;

/// score and generate from outside: what they refuse before working, and how they end when stopped.
class TestCliScore : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void logitsNeverReplaceAnInput();
    void logitsOfSeveralBatches();
    void logitsAreCheckedFirst();
    void rowsOfOneTokenAreRefused();
    void generationStopsAtThePositions();
    void aPromptWithoutRoomIsNotShown();
    void cancelledTextIsKept();
    void tooLittleMemoryIsSaidAtOnce();

private:
    [[nodiscard]] std::string ids(std::size_t rows, std::size_t length) const
    {
        const auto name = std::to_string(rows) + "x" + std::to_string(length) + ".safetensors";
        return writeTokenIds(m_folder.path() / name, rows, length, tinyVocabulary, 1).string();
    }

    CliRunner m_cli;
    TemporaryFolder m_folder;
    std::string m_model;
};

void TestCliScore::initTestCase()
{
    SECATEUR_NEEDS_COMPUTE();
    m_model = writeTinyModel(m_folder.path() / "model").string();
}

void TestCliScore::logitsNeverReplaceAnInput()
{
    const auto input = ids(2, 16);
    const auto weights = m_model + "/model.safetensors";
    for (const auto &output : {input, weights, m_model + "/config.json"}) {
        const auto size = std::filesystem::file_size(output);
        const auto result = m_cli.run({"score", m_model, "--token-ids", input, "--logits", output});
        QVERIFY2(result.status == 2 || result.status == 3, result.told().c_str());
        QCOMPARE(std::filesystem::file_size(output), size);
    }
}

/// More hidden states than are held at a time: 300 rows of 512 tokens of a hidden size of 512 are 300 MiB.
void TestCliScore::logitsOfSeveralBatches()
{
    TinyModelOptions options;
    options.layers = 1;
    options.hidden = 512;
    options.intermediate = 8;
    const auto wide = writeTinyModel(m_folder.path() / "wide", options).string();
    const auto path = m_folder.path() / "logits.safetensors";
    const auto result = m_cli.run(
        {"score", wide, "--token-ids", ids(300, 512), "--logits", path.string(), "--json", "--progress", "json"}, 300);
    QVERIFY2(result.status == 0, result.told().c_str());
    QCOMPARE(result.json()["sequence_nll"].size(), std::size_t(300));
    QVERIFY2(result.errors.find(R"("stage":"forward","done":2,"total":2,)") != std::string::npos,
             result.told().c_str());
    const auto file = format::SafetensorsFile::open(path);
    VERIFY_RESULT(file);
    QCOMPARE(file->find("logits")->shape, (std::vector<std::uint64_t>{300, 512, tinyVocabulary}));
}

void TestCliScore::logitsAreCheckedFirst()
{
    const auto result = m_cli.run({"score", m_model, "--token-ids", ids(2, 16), "--logits",
                                   (m_folder.path() / "nowhere" / "l.safetensors").string()});
    QVERIFY2(result.status != 0, result.told().c_str());
    QVERIFY2(result.errors.find("forward") == std::string::npos, result.told().c_str());
}

void TestCliScore::rowsOfOneTokenAreRefused()
{
    const auto input = ids(3, 1);
    const auto result = m_cli.run({"score", m_model, "--token-ids", input, "--json"});
    QVERIFY2(result.status == 3, result.told().c_str());
    for (const auto &word : {input, std::string("input_ids"), std::string("at least 2")})
        QVERIFY2(result.errors.find(word) != std::string::npos, result.told().c_str());
}

void TestCliScore::generationStopsAtThePositions()
{
    const auto result = m_cli.run(
        {"generate", m_model, "--token-ids", ids(1, 500), "-n", "9223372036854775807", "--ignore-eos", "--json"});
    QVERIFY2(result.status == 0, result.told().c_str());
    QCOMPARE(result.json()["ids"].size(), std::size_t(12)); // of 512 positions
}

void TestCliScore::aPromptWithoutRoomIsNotShown()
{
    const std::string longPrompt(2000, 'x');
    const auto result = m_cli.run({"generate", m_model, "--prompt", longPrompt});
    QVERIFY2(result.status == 3, result.told().c_str());
    QVERIFY2(result.output.empty(), result.told().c_str());
    QVERIFY2(result.errors.find("512 positions") != std::string::npos, result.told().c_str());
    const auto noModel = m_cli.run({"generate", m_model + "-not", "--prompt", "the rose"});
    QVERIFY2(noModel.status == 3 && noModel.output.empty(), noModel.told().c_str());
}

void TestCliScore::cancelledTextIsKept()
{
    TinyModelOptions deep; // takes seconds for the text asked for
    deep.layers = 16;
    deep.hidden = 256;
    deep.intermediate = 704;
    deep.maxPositions = 8192;
    const auto slow = writeTinyModel(m_folder.path() / "slow", deep).string();
    const auto process = m_cli.start({"generate", slow, "--prompt", "the rose", "-n", "8000", "--ignore-eos"});
    process->setReadChannel(QProcess::StandardOutput);
    QVERIFY(process->waitForReadyRead(60000)); // the first text
    ::kill(pid_t(process->processId()), SIGTERM);
    const auto result = CliRunner::collect(*process);
    QVERIFY2(result.status == 130, result.told().c_str());
    QVERIFY2(result.output.starts_with("the rose"), result.told().c_str());
    QVERIFY(result.output.size() > 9);
    QVERIFY2(result.errors.find("cancelled") != std::string::npos, result.told().c_str());
}

/// Models that are small themselves. Scoring holds a whole sequence at a time, so that a wide middle makes a million
/// tokens need a terabyte; generating keeps their keys and values, a quarter of a terabyte in many layers.
void TestCliScore::tooLittleMemoryIsSaidAtOnce()
{
    TinyModelOptions wide;
    wide.layers = 1;
    wide.intermediate = 131072;
    wide.maxPositions = 1 << 20;
    TinyModelOptions deep;
    deep.layers = 512;
    deep.intermediate = 8;
    deep.maxPositions = 1 << 20;
    const auto million = ids(1, 1000000);
    for (const auto &[command, options] : {std::pair{"score", wide}, std::pair{"generate", deep}}) {
        const auto greedy = writeTinyModel(m_folder.path() / ("greedy-" + std::string(command)), options).string();
        const auto result = m_cli.run({command, greedy, "--token-ids", million, "--json"});
        QVERIFY2(result.status == 4, result.told().c_str());
        QCOMPARE(result.json()["error"]["code"].get<std::string>(), std::string("out-of-memory"));
        QVERIFY2(result.errors.find("available") != std::string::npos, result.told().c_str());
    }
}

QTEST_GUILESS_MAIN(TestCliScore)
#include "tst_cliscore.moc"
