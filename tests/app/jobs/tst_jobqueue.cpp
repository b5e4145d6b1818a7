// SPDX-License-Identifier: GPL-3.0-or-later
#include <memory>

#include <QAbstractItemModelTester>
#include <QSignalSpy>
#include <QtTest/QTest>

#include "app/jobs/jobsmodel.h"
#include "app/jobs/queuefile.h"
#include "tests/app/jobs/scriptworker.h"
#include "tests/support/testsupport.h"

using namespace secateur;
using app::Job;
using app::JobQueue;
using app::JobSpec;

class TestJobQueue : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init()
    {
        m_folder = std::make_unique<test::TemporaryFolder>();
        m_queue = makeQueue();
    }
    void cleanup() { m_queue.reset(); }

    void oneAtATimeInOrder()
    {
        QSignalSpy finished(m_queue.get(), &JobQueue::jobFinished);
        m_queue->add(spec("wait", "first"));
        m_queue->add(spec("done", "second"));
        m_queue->add(spec("fail", "third"));
        QCOMPARE(state(0), Job::State::Running);
        QCOMPARE(state(1), Job::State::Waiting);
        QCOMPARE(m_queue->unfinished(), 3U);
        m_queue->jobs()[0]->cancel();
        QTRY_COMPARE(finished.count(), 3);
        QCOMPARE(state(0), Job::State::Cancelled);
        QCOMPARE(state(1), Job::State::Done);
        QCOMPARE(state(2), Job::State::Failed);
        QCOMPARE(m_queue->unfinished(), 0U);
        QVERIFY(!std::filesystem::exists(file()));
    }

    void pauseStopsAndResumeGoesOn()
    {
        m_queue->setResumable([](const JobSpec &job) { return job.title == QStringLiteral("first"); });
        QSignalSpy finished(m_queue.get(), &JobQueue::jobFinished);
        m_queue->add(spec("wait", "first"));
        m_queue->add(spec("done", "second"));
        QTRY_VERIFY(m_queue->jobs()[0]->progress().has_value());
        m_queue->pause();
        QTRY_COMPARE(state(0), Job::State::Waiting);
        QVERIFY(m_queue->running() == nullptr);
        QCOMPARE(finished.count(), 0);
        m_queue->resume();
        QTRY_COMPARE(state(0), Job::State::Running);
        QTRY_COMPARE(test::startsOf(m_folder->path()).size(), 2);
        QVERIFY(test::startsOf(m_folder->path())[1].contains(QStringLiteral("--resume")));
        m_queue->jobs()[0]->cancel();
        QTRY_COMPARE(state(1), Job::State::Done);
        QVERIFY(!test::startsOf(m_folder->path())[2].contains(QStringLiteral("--resume")));
    }

    void aGridIsWrittenDownOnce()
    {
        m_queue->pause();
        int early = 0;
        connect(m_queue.get(), &JobQueue::inserted, this, [&] { early += std::filesystem::exists(file()) ? 1 : 0; });
        m_queue->addAll({spec("done", "first"), spec("done", "second"), spec("done", "third")});
        QCOMPARE(early, 0);
        const auto written = app::readQueueFile(file());
        VERIFY_RESULT(written);
        QCOMPARE(written->size(), 3U);
        QCOMPARE(m_queue->unfinished(), 3U);
        m_queue->resume();
        QTRY_COMPARE(m_queue->unfinished(), 0U);
        QCOMPARE(state(2), Job::State::Done);
    }

    void aPausedQueueStartsNothing()
    {
        m_queue->pause();
        m_queue->add(spec("done", "first"));
        QCOMPARE(state(0), Job::State::Waiting);
        m_queue->jobs()[0]->cancel();
        QCOMPARE(state(0), Job::State::Cancelled);
    }

    void survivesARestart()
    {
        m_queue->add(spec("wait", "first"));
        m_queue->add(spec("done", "second"));
        QTRY_VERIFY(m_queue->jobs()[0]->progress().has_value());
        m_queue = makeQueue();
        VERIFY_RESULT(m_queue->restore());
        QVERIFY(m_queue->isPaused());
        QCOMPARE(m_queue->jobs().size(), 2U);
        QCOMPARE(state(0), Job::State::Waiting);
        QCOMPARE(m_queue->jobs()[0]->spec().title, QStringLiteral("first"));
        QCOMPARE(m_queue->jobs()[1]->spec().arguments.first(), QStringLiteral("done"));
    }

    void whatNothingKeepsIsNotWrittenDown()
    {
        m_queue->pause();
        auto shown = spec("done", "shown");
        shown.forView = QStringLiteral("a dialog");
        m_queue->addAll({spec("done", "first"), shown});
        const auto written = app::readQueueFile(file());
        VERIFY_RESULT(written);
        QCOMPARE(written->size(), 1U);
        QCOMPARE(written->front().title, QStringLiteral("first"));
        m_queue->resume();
        QTRY_COMPARE(m_queue->unfinished(), 0U);
    }

    void nothingToRestore()
    {
        VERIFY_RESULT(m_queue->restore());
        QVERIFY(!m_queue->isPaused());
        QVERIFY(m_queue->jobs().empty());
    }

    void aDamagedFileIsRefused_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::newRow("not JSON") << QByteArray("{");
        QTest::newRow("another schema") << QByteArray(R"({"schema":"x","jobs":[]})");
        QTest::newRow("no arguments") << QByteArray(R"({"schema":"secateur-queue-1","jobs":[{"title":"x"}]})");
        QTest::newRow("numbers") << QByteArray(
            R"({"schema":"secateur-queue-1","jobs":[{"title":"x","arguments":[1]}]})");
    }
    void aDamagedFileIsRefused()
    {
        QFETCH(const QByteArray, text);
        test::writeFile(file(), text.toStdString());
        VERIFY_ERROR(m_queue->restore(), ErrorCode::BadInput);
        QVERIFY(m_queue->jobs().empty());
    }

    void shutDownWaitsForTheWorker()
    {
        m_queue->add(spec("wait", "first"));
        QTRY_VERIFY(m_queue->jobs()[0]->progress().has_value());
        m_queue->shutDown();
        QCOMPARE(m_queue->running(), nullptr);
        const auto left = app::readQueueFile(file());
        VERIFY_RESULT(left);
        QCOMPARE(left->size(), 1U);
    }

    void againStartsItAnew()
    {
        m_queue->add(spec("fail", "first"));
        QTRY_COMPARE(state(0), Job::State::Failed);
        m_queue->addAgain(*m_queue->jobs()[0]);
        QTRY_COMPARE(state(1), Job::State::Failed);
        QCOMPARE(test::startsOf(m_folder->path()).size(), 2);
    }

    void modelFollowsTheQueue()
    {
        app::JobsModel model(*m_queue);
        const QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::Fatal);
        m_queue->add(spec("wait", "first"));
        m_queue->add(spec("fail", "second"));
        QCOMPARE(model.rowCount(), 2);
        const auto cell = [&model](int row, int column) { return model.index(row, column).data().toString(); };
        QTRY_COMPARE(cell(0, app::JobsModel::Progress), QStringLiteral("prune: layer 2 of 4"));
        QCOMPARE(model.index(0, app::JobsModel::Progress).data(app::JobsModel::PercentRole).toInt(), 50);
        QVERIFY(cell(0, app::JobsModel::Finishing).startsWith(QStringLiteral("by ")));
        m_queue->pause();
        QTRY_COMPARE(cell(0, app::JobsModel::State), QStringLiteral("waiting"));
        m_queue->resume();
        QTRY_COMPARE(cell(0, app::JobsModel::State), QStringLiteral("running"));
        m_queue->jobs()[0]->cancel();
        QTRY_COMPARE(cell(1, app::JobsModel::State), QStringLiteral("failed"));
        QCOMPARE(cell(1, app::JobsModel::Progress), QStringLiteral("data.jsonl, line 7: not JSON"));
        m_queue->clearFinished();
        QCOMPARE(model.rowCount(), 0);
    }

private:
    [[nodiscard]] std::filesystem::path file() const { return m_folder->path() / "state" / "queue.json"; }
    std::unique_ptr<JobQueue> makeQueue()
    {
        m_queue.reset(); // writes the file before the next one reads it
        std::filesystem::create_directories(file().parent_path());
        return std::make_unique<JobQueue>(test::scriptWorker(m_folder->path()), file());
    }
    static JobSpec spec(const char *behaviour, const char *title)
    {
        return {QString::fromLatin1(title), {QString::fromLatin1(behaviour)}};
    }
    [[nodiscard]] Job::State state(std::size_t index) const { return m_queue->jobs()[index]->state(); }

    std::unique_ptr<test::TemporaryFolder> m_folder;
    std::unique_ptr<JobQueue> m_queue;
};

QTEST_MAIN(TestJobQueue)
#include "tst_jobqueue.moc"
