// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <cerrno>

#include <QtCore/QProcess>
#include <QtTest/QTest>

#include "core/store/hostkey.h"
#include "core/store/study.h"
#include "tests/core/store/samplerun.h"
#include "tests/support/testsupport.h"

using namespace secateur;
using namespace secateur::store;
namespace fs = std::filesystem;

/// design/safety.md C.1: a writer is killed at every single call that changes the disk, and the disk is full from every
/// single call on. Whatever was acknowledged is there afterwards, and the run can be brought to the same end.
class TestStoreCrash : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase()
    {
        qputenv("XDG_DATA_HOME", QByteArray::fromStdString((m_home.path()).string()));
        QVERIFY(!ensureHostKey().empty()); // so that no run below has to make it
        const test::TemporaryFolder folder;
        const fs::path counted = folder.path() / "calls";
        const Ended whole = runWriter(folder.path() / "whole.secateur",
                                      {QStringLiteral("SECATEUR_CRASH_COUNT=") + QString::fromStdString(counted)});
        QCOMPARE(whole.status, 0);
        QCOMPARE(whole.acknowledged, test::sampleLayers);
        QFile file(QString::fromStdString(counted));
        QVERIFY(file.open(QIODevice::ReadOnly));
        m_calls = file.readAll().toInt();
        qInfo("a run of %d layers changes the disk in %d calls", int(test::sampleLayers), m_calls);
        QVERIFY(m_calls > 30);
    }

    void killedAtEveryCall()
    {
        std::size_t acknowledged = 0;
        for (int call = 1; call <= m_calls; ++call) {
            const test::TemporaryFolder folder;
            const fs::path study = folder.path() / "tiny.secateur";
            const Ended ended = runWriter(study, {crashAt(call)});
            QVERIFY2(ended.status == -1, qPrintable(QStringLiteral("call %1 killed nothing").arg(call)));
            QVERIFY(ended.acknowledged >= acknowledged);
            acknowledged = ended.acknowledged;
            checkWhatIsLeft(study, ended.acknowledged, call);
            checkCompletes(study, call);
        }
        QCOMPARE(acknowledged, test::sampleLayers);
    }

    void killedTwice()
    {
        for (int call = 1; call <= m_calls; call += 3) {
            const test::TemporaryFolder folder;
            const fs::path study = folder.path() / "tiny.secateur";
            const Ended first = runWriter(study, {crashAt(m_calls / 2)});
            const Ended second = runWriter(study, {crashAt(call)});
            checkWhatIsLeft(study, first.acknowledged + second.acknowledged, call);
            checkCompletes(study, call);
        }
    }

    void diskFullFromEveryCallOn()
    {
        for (int call = 1; call <= m_calls; ++call) {
            const test::TemporaryFolder folder;
            const fs::path study = folder.path() / "tiny.secateur";
            const Ended ended =
                runWriter(study, {crashAt(call), QStringLiteral("SECATEUR_CRASH_ERROR=%1").arg(ENOSPC)});
            // The last calls only clear away what the manifest made needless, and need no space.
            QVERIFY2(ended.status == 4 || (ended.status == 0 && ended.acknowledged == test::sampleLayers),
                     qPrintable(QStringLiteral("call %1: status %2").arg(call).arg(ended.status)));
            for (const auto &entry : fs::recursive_directory_iterator(folder.path()))
                QVERIFY2(entry.path().extension() != ".part", entry.path().c_str());
            checkWhatIsLeft(study, ended.acknowledged, call);
            checkCompletes(study, call);
        }
    }

private:
    struct Ended {
        int status = -1; ///< -1: killed
        std::size_t acknowledged = 0;
    };

    static QString crashAt(int call) { return QStringLiteral("SECATEUR_CRASH_AT=%1").arg(call); }

    static Ended runWriter(const fs::path &study, const QStringList &settings)
    {
        QProcess process;
        QStringList environment = QProcess::systemEnvironment() + settings;
        environment << QStringLiteral("LD_PRELOAD=" SECATEUR_CRASHPOINT)
                    << QStringLiteral("ASAN_OPTIONS=verify_asan_link_order=0");
        process.setEnvironment(environment);
        process.start(QStringLiteral(SECATEUR_CRASHWRITER), {QString::fromStdString(study)});
        if (!process.waitForFinished())
            return {99, 0};
        Ended ended;
        ended.status = process.exitStatus() == QProcess::NormalExit ? process.exitCode() : -1;
        ended.acknowledged = std::size_t(process.readAllStandardOutput().count('\n'));
        return ended;
    }

    /// A reader finds every acknowledged layer, sound, without a writer having been there since.
    static void checkWhatIsLeft(const fs::path &study, std::size_t acknowledged, int call)
    {
        const std::string where = "call " + std::to_string(call);
        const auto open = Study::open(study, Study::Access::Read);
        if (!open) {
            QVERIFY2(acknowledged == 0, (where + ": " + open.error().detail).c_str());
            return;
        }
        QVERIFY2((*open)->damaged().empty(), where.c_str());
        if (!(*open)->runs().empty()) {
            QVERIFY2((*open)->verify(RunContext())->bad.empty(), where.c_str());
            return;
        }
        const auto &interrupted = (*open)->interrupted();
        const std::size_t found = interrupted.empty() ? 0 : interrupted[0].finishedLayers;
        QVERIFY2(found >= acknowledged, where.c_str());
        const auto writing = Study::open(study, Study::Access::Write);
        VERIFY_RESULT(writing);
        if (interrupted.empty())
            return;
        const auto writer = (*writing)->resume(test::sampleRecipe("python"), test::sampleLayers);
        VERIFY_RESULT(writer);
        QCOMPARE((*writer)->finishedLayers(), found);
        for (std::size_t layer = 0; layer < found; ++layer)
            QVERIFY2(test::sameLayer((*writer)->readLayer(LayerIndex{std::uint32_t(layer)}).value(),
                                     test::sampleLayer(layer)),
                     where.c_str());
    }

    /// The same command again ends with the bits of an undisturbed run, and leaves nothing else behind.
    static void checkCompletes(const fs::path &study, int call)
    {
        const std::string where = "call " + std::to_string(call);
        VERIFY_RESULT(test::completeRun(study, "python", [](std::size_t) {}));
        const auto open = Study::open(study, Study::Access::Write);
        VERIFY_RESULT(open);
        QVERIFY2((*open)->runs().size() == 1 && (*open)->interrupted().empty(), where.c_str());
        const auto report = (*open)->verify(RunContext());
        VERIFY_RESULT(report);
        QVERIFY2(report->bad.empty(), where.c_str());
        const auto reader = (*open)->read("python");
        VERIFY_RESULT(reader);
        for (std::size_t layer = 0; layer < test::sampleLayers; ++layer)
            QVERIFY2(test::sameLayer(test::readBack(**reader, layer).value(), test::sampleLayer(layer)), where.c_str());
        std::vector<std::string> names;
        for (const auto &entry : fs::recursive_directory_iterator(study / "runs"))
            if (entry.is_regular_file())
                names.push_back(entry.path().filename());
        std::sort(names.begin(), names.end());
        const std::vector<std::string> expected{"layer-0000.h5", "layer-0001.h5", "layer-0002.h5", "manifest.json"};
        QVERIFY2(names == expected, where.c_str());
    }

    const test::TemporaryFolder m_home;
    int m_calls = 0;
};

QTEST_GUILESS_MAIN(TestStoreCrash)
#include "tst_store_crash.moc"
