// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/app/cli/clirunner.h"
#include "tests/support/malformed_gguf.h"
#include "tests/support/malformed_safetensors.h"
#include "tests/support/sanitizers.h"
#include "tests/support/tinymodel.h"

using namespace secateur::test;

namespace {

constexpr double secondsAllowed = 1.0 * sanitizerFactor;

} // namespace

/// Every malformed model of the corpus given to the program itself: status 3 and the file's name within a second.
class TestCliMalformed : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void safetensors_data() { addCases(m_safetensors); }
    void safetensors();
    // Each of these loads libtorch, and the reader is the same: a few of them show that prune asks it.
    void tokenIds_data() { addCases(m_safetensors, 12); }
    void tokenIds();
    void folders_data() { addCases(m_folders); }
    void folders();
    void gguf_data() { addCases(m_gguf); }
    void gguf();

private:
    static void addCases(const std::vector<MalformedCase> &cases, std::size_t every = 1)
    {
        QTest::addColumn<std::size_t>("index");
        for (std::size_t i = 0; i < cases.size(); i += every)
            if (!cases[i].mustLoad)
                QTest::newRow(cases[i].name.c_str()) << i;
    }
    void refused(const CliResult &result, const std::string &file);

    CliRunner m_cli;
    const std::vector<MalformedCase> m_safetensors = malformedSafetensors();
    const std::vector<MalformedCase> m_folders = malformedFolders();
    const std::vector<MalformedCase> m_gguf = malformedGguf();
};

void TestCliMalformed::refused(const CliResult &result, const std::string &file)
{
    QVERIFY2(result.status == 3, result.told().c_str());
    const auto error = result.json()["error"];
    QVERIFY2(error["detail"].get<std::string>().find(file) != std::string::npos, result.told().c_str());
    QVERIFY2(result.seconds < secondsAllowed, std::to_string(result.seconds).c_str());
}

void TestCliMalformed::safetensors()
{
    QFETCH(std::size_t, index);
    const TemporaryFolder folder;
    writeTinyModel(folder.path() / "model");
    std::filesystem::remove(folder.path() / "model/model.safetensors");
    m_safetensors[index].write(folder.path() / "model/model.safetensors");
    refused(m_cli.run({"inspect", (folder.path() / "model").string(), "--json"}), "model.safetensors");
}

void TestCliMalformed::tokenIds()
{
    SECATEUR_NEEDS_COMPUTE();
    QFETCH(std::size_t, index);
    const TemporaryFolder folder;
    const auto model = writeTinyModel(folder.path() / "model");
    m_safetensors[index].write(folder.path() / "ids.safetensors");
    const auto result =
        m_cli.run({"prune", (folder.path() / "s.secateur").string(), "--model", model.string(), "--domain", "d",
                   "--token-ids", (folder.path() / "ids.safetensors").string(), "--json", "--quiet"});
    QVERIFY2(result.status == 3, result.told().c_str()); // without the second: loading libtorch takes one
    QVERIFY2(result.json()["error"]["detail"].get<std::string>().find("ids.safetensors") != std::string::npos,
             result.told().c_str());
}

void TestCliMalformed::folders()
{
    QFETCH(std::size_t, index);
    const TemporaryFolder folder;
    m_folders[index].write(folder.path() / "model");
    refused(m_cli.run({"inspect", (folder.path() / "model").string(), "--json"}), folder.path().string());
}

void TestCliMalformed::gguf()
{
    QFETCH(std::size_t, index);
    const TemporaryFolder folder;
    m_gguf[index].write(folder.path() / "model.gguf");
    refused(m_cli.run({"inspect", (folder.path() / "model.gguf").string(), "--json"}), "model.gguf");
}

QTEST_GUILESS_MAIN(TestCliMalformed)
#include "tst_climalformed.moc"
