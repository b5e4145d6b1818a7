// SPDX-License-Identifier: GPL-3.0-or-later
#include <csignal>

#include <QtTest/QTest>

#include "core/store/hostkey.h"
#include "core/store/probe.h"
#include "core/store/sealedjson.h"
#include "core/store/study.h"
#include "tests/core/store/samplerun.h"
#include "tests/support/testsupport.h"

using namespace secateur;
using namespace secateur::store;
namespace fs = std::filesystem;

/// Studies that somebody else sent: their files are examined before this process opens them.
class TestProbe : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init()
    {
        m_folder = std::make_unique<test::TemporaryFolder>();
        m_study = m_folder->path() / "tiny.secateur";
        useHome("mine");
        const auto manifest = test::completeRun(m_study, "python", [](std::size_t) {});
        VERIFY_RESULT(manifest);
        m_layer = m_study / "runs" / manifest->id / "layer-0001.h5";
    }

    void ownRunsAreNotProbed() { QCOMPARE(probesOfReading(), 0); }

    void foreignFilesAreProbedOnce()
    {
        useHome("theirs");
        QCOMPARE(probesOfReading(), 1);
    }

    void aHomelessUserProbesEverything()
    {
        qunsetenv("XDG_DATA_HOME");
        const QByteArray home = qgetenv("HOME");
        qunsetenv("HOME");
        QCOMPARE(probesOfReading(), 1);
        qputenv("HOME", home);
    }

    void aRefusedFileIsNotOpened()
    {
        useHome("theirs");
        const auto study = Study::open(m_study, Study::Access::Read);
        VERIFY_RESULT(study);
        (*study)->setProbe([](const fs::path &file) -> Result<void> {
            return failure(ErrorCode::BadInput, file.string() + ": looks odd");
        });
        const auto reader = (*study)->read("python");
        VERIFY_RESULT(reader);
        VERIFY_ERROR((*reader)->mask({LayerIndex{1}, "mlp.down_proj"}), ErrorCode::BadInput);
        const auto report = (*study)->verify(RunContext());
        VERIFY_RESULT(report);
        QCOMPARE(report->bad.size(), test::sampleLayers);
    }

    void aForgedSealDoesNotMakeItOurs()
    {
        const fs::path path = m_layer.parent_path() / "manifest.json";
        auto document = readSealedJson(path);
        VERIFY_RESULT(document);
        QVERIFY(writtenWith(*document, hostKey()));
        document->value["created_utc"] = "2020-01-01T00:00:00Z";
        for (const std::string &key : {std::string(), std::string(64, '0')}) {
            document->value.erase("mac");
            test::writeFile(path, sealJson(document->value, key));
            QVERIFY(!writtenWith(readSealedJson(path).value(), hostKey()));
            QVERIFY(!writtenWith(readSealedJson(path).value(), ""));
        }
        QCOMPARE(probesOfReading(), 1);
    }

    void theKeyIsPrivateAndLasting()
    {
        const std::string key = hostKey();
        QCOMPARE(key.size(), std::size_t(64));
        QCOMPARE(QString::fromStdString(ensureHostKey()), QString::fromStdString(key));
        const fs::path file = m_folder->path() / "mine" / "secateur" / "host-id";
        QVERIFY(fs::status(file).permissions() == (fs::perms::owner_read | fs::perms::owner_write));
        useHome("nobody");
        QVERIFY(hostKey().empty());
    }

    void theHelperAcceptsASoundFile()
    {
        VERIFY_RESULT(probeLayerFile(m_layer));
        VERIFY_RESULT(probeInHelper(m_layer));
    }

    void theHelperRefusesADamagedFile()
    {
        fs::resize_file(m_layer, fs::file_size(m_layer) / 2);
        VERIFY_ERROR(probeLayerFile(m_layer), ErrorCode::BadInput);
        const auto refused = probeInHelper(m_layer);
        VERIFY_ERROR(refused, ErrorCode::BadInput);
        QVERIFY2(refused.error().detail.find("exit status 3") != std::string::npos, refused.error().detail.c_str());
        VERIFY_ERROR(probeLayerFile(m_folder->path() / "none.h5"), ErrorCode::NotFound);
    }

    void aLostHelperIsNoPass()
    {
        const auto handler = std::signal(SIGCHLD, SIG_IGN); // then the kernel keeps no status to wait for
        const auto sound = probeInHelper(m_layer);
        fs::resize_file(m_layer, fs::file_size(m_layer) / 2);
        const auto damaged = probeInHelper(m_layer);
        std::signal(SIGCHLD, handler);
        VERIFY_ERROR(sound, ErrorCode::Io);
        VERIFY_ERROR(damaged, ErrorCode::Io);
    }

    void onlyTheFilesOwnFaultIsHeldAgainstIt_data()
    {
        QTest::addColumn<int>("status"); // as in <bits/waitstatus.h>: exit status << 8, or signal
        QTest::addColumn<int>("code");
        QTest::newRow("refused") << (3 << 8) << int(ErrorCode::BadInput);
        QTest::newRow("crashed") << SIGSEGV << int(ErrorCode::BadInput);
        QTest::newRow("aborted") << SIGABRT << int(ErrorCode::BadInput);
        QTest::newRow("no memory") << (4 << 8) << int(ErrorCode::OutOfMemory);
        QTest::newRow("not started") << (127 << 8) << int(ErrorCode::Io);
        QTest::newRow("read error") << (1 << 8) << int(ErrorCode::Io);
        QTest::newRow("killed") << SIGKILL << int(ErrorCode::Io);
        QTest::newRow("out of time") << SIGXCPU << int(ErrorCode::Io);
    }

    void onlyTheFilesOwnFaultIsHeldAgainstIt()
    {
        QFETCH(int, status);
        QFETCH(int, code);
        VERIFY_RESULT(probeVerdict(0, "x.h5"));
        VERIFY_ERROR(probeVerdict(status, "x.h5"), ErrorCode(code));
    }

private:
    void useHome(const char *name)
    {
        qputenv("XDG_DATA_HOME", QByteArray::fromStdString((m_folder->path() / name).string()));
    }

    /// How often the probe is asked while three masks of layer 1 are read.
    int probesOfReading()
    {
        int probes = 0;
        const auto study = Study::open(m_study, Study::Access::Read).value();
        study->setProbe([&probes](const fs::path &) -> Result<void> {
            ++probes;
            return {};
        });
        const auto reader = study->read("python").value();
        for (const char *name : {"self_attn.q_proj", "self_attn.k_proj", "mlp.down_proj"})
            if (!reader->mask({LayerIndex{1}, name}))
                return -1;
        return probes;
    }

    std::unique_ptr<test::TemporaryFolder> m_folder;
    fs::path m_study;
    fs::path m_layer;
};

QTEST_APPLESS_MAIN(TestProbe)
#include "tst_probe.moc"
