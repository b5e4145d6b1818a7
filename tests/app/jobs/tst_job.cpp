// SPDX-License-Identifier: GPL-3.0-or-later
#include <csignal>
#include <memory>

#include <QSignalSpy>
#include <QtTest/QTest>

#include "app/jobs/job.h"
#include "tests/app/jobs/scriptworker.h"
#include "tests/support/testsupport.h"

using namespace secateur;
using app::Job;

class TestJob : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init()
    {
        m_folder = std::make_unique<test::TemporaryFolder>();
        m_worker = test::scriptWorker(m_folder->path());
    }

    void done()
    {
        const auto job = runToEnd(QStringLiteral("done"));
        QCOMPARE(job->state(), Job::State::Done);
        QCOMPARE(job->output().trimmed(), QByteArray(R"({"run":"x"})"));
        QCOMPARE(job->progress()->done, 4U);
        QCOMPARE(job->notices().size(), 1);
        QVERIFY(job->advice().isEmpty());
        QVERIFY(!job->finishingAt());
    }

    void failed()
    {
        const auto job = runToEnd(QStringLiteral("fail"));
        QCOMPARE(job->state(), Job::State::Failed);
        QCOMPARE(job->error().code, QStringLiteral("bad-input"));
        QCOMPARE(job->error().detail, QStringLiteral("data.jsonl, line 7: not JSON"));
        QVERIFY(!job->advice().isEmpty());
    }

    void failedWithoutAReason()
    {
        const auto job = runToEnd(QStringLiteral("silent"));
        QCOMPARE(job->state(), Job::State::Failed);
        QVERIFY(job->error().detail.contains(QStringLiteral("status 5")));
    }

    void killedFromOutside()
    {
        const auto job = runToEnd(QStringLiteral("killed"));
        QCOMPARE(job->state(), Job::State::Failed);
        QCOMPARE(job->error().code, QStringLiteral("killed"));
        QVERIFY(job->error().detail.contains(QStringLiteral("perhaps for memory")));
        QVERIFY(job->advice().contains(QStringLiteral("fewer or shorter samples")));
        QCOMPARE(job->progress()->done, 3U);
    }

    void cannotBeStarted()
    {
        m_worker.program = QStringLiteral("/nowhere/secateur-cli");
        const auto job = runToEnd(QStringLiteral("done"));
        QCOMPARE(job->state(), Job::State::Failed);
        QVERIFY(job->error().detail.contains(QStringLiteral("/nowhere/secateur-cli")));
    }

    void keepsTheTailOfWhatItCannotRead()
    {
        m_worker.tailLines = 20;
        const auto job = runToEnd(QStringLiteral("noise"));
        QCOMPARE(job->state(), Job::State::Failed);
        QCOMPARE(job->errorTail().size(), 20);
        QCOMPARE(job->errorTail().last(), QStringLiteral("no line end"));
        QCOMPARE(job->errorTail().at(18), QStringLiteral("library warning 299"));
    }

    void cancelWhileRunning()
    {
        auto job = make(QStringLiteral("wait"));
        QSignalSpy finished(job.get(), &Job::finished);
        job->start();
        QTRY_VERIFY(job->progress().has_value());
        QVERIFY(job->finishingAt().has_value());
        job->cancel();
        QCOMPARE(job->state(), Job::State::Stopping);
        job->cancel();
        QTRY_COMPARE(finished.count(), 1);
        QCOMPARE(job->state(), Job::State::Cancelled);
    }

    void aDeafWorkerIsKilledAfterItsGrace()
    {
        m_worker.graceMs = 100;
        auto job = make(QStringLiteral("deaf"));
        QSignalSpy finished(job.get(), &Job::finished);
        job->start();
        QTRY_VERIFY(job->progress().has_value());
        job->cancel();
        QTRY_COMPARE(finished.count(), 1);
        QCOMPARE(job->state(), Job::State::Cancelled);
    }

    void cancelBeforeTheStart()
    {
        auto job = make(QStringLiteral("done"));
        QSignalSpy finished(job.get(), &Job::finished);
        job->cancel();
        job->start();
        QCOMPARE(job->state(), Job::State::Cancelled);
        QCOMPARE(finished.count(), 1);
        QVERIFY(test::startsOf(m_folder->path()).isEmpty());
    }

    void destroyedWhileRunning()
    {
        auto job = make(QStringLiteral("deaf"));
        job->start();
        QTRY_VERIFY(job->progress().has_value());
        const auto process = job->processId();
        job.reset();
        QVERIFY(::kill(pid_t(process), 0) != 0);
    }

    void theEnvironmentIsExplicit()
    {
        qputenv("SECATEUR_SEEN", "yes");
        qputenv("QT_SOMETHING_UNSEEN", "no");
        m_worker.environment = app::workerEnvironment();
        const auto job = runToEnd(QStringLiteral("environment"));
        QVERIFY(job->output().contains("SECATEUR_SEEN=yes"));
        QVERIFY(!job->output().contains("QT_SOMETHING_UNSEEN"));
        QVERIFY(job->output().contains("PATH="));
    }

    void commandLineCanBePastedIntoAShell()
    {
        const Job job(m_worker, {QString(), {QStringLiteral("prune"), QStringLiteral("a b"), QStringLiteral("it's")}});
        QCOMPARE(job.commandLine(), QStringLiteral("sh prune 'a b' 'it'\\''s'"));
    }

private:
    std::unique_ptr<Job> make(const QString &behaviour)
    {
        return std::make_unique<Job>(m_worker, app::JobSpec{behaviour, {behaviour}});
    }
    /// Ends in exactly one state, told exactly once.
    std::unique_ptr<Job> runToEnd(const QString &behaviour)
    {
        auto job = make(behaviour);
        QSignalSpy finished(job.get(), &Job::finished);
        job->start();
        [&] { QTRY_COMPARE(finished.count(), 1); }();
        return job;
    }

    std::unique_ptr<test::TemporaryFolder> m_folder;
    app::Worker m_worker;
};

QTEST_MAIN(TestJob)
#include "tst_job.moc"
