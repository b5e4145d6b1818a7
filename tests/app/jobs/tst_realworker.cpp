// SPDX-License-Identifier: GPL-3.0-or-later
#include <QSignalSpy>
#include <QtTest/QTest>

#include <nlohmann/json.hpp>

#include "app/jobs/job.h"
#include "core/base/json.h"
#include "tests/support/testsupport.h"
#include "tests/support/tinymodel.h"

using namespace secateur;
using app::Job;

/// The window's half of the contract against the command line's.
class TestRealWorker : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void answersInJson()
    {
        const test::TemporaryFolder folder;
        const auto model = test::writeTinyModel(folder.path() / "model");
        Job job(app::Worker::secateurCli(),
                {QString(), {QStringLiteral("inspect"), QString::fromStdString(model.string())}});
        QSignalSpy finished(&job, &Job::finished);
        job.start();
        QTRY_COMPARE(finished.count(), 1);
        QCOMPARE(job.state(), Job::State::Done);
        const auto answer = parseJson(job.output().toStdString(), "output");
        VERIFY_RESULT(answer);
        QVERIFY(answer->contains("architecture"));
    }

    void saysWhyItFailed()
    {
        Job job(app::Worker::secateurCli(), {QString(), {QStringLiteral("inspect"), QStringLiteral("/nowhere/model")}});
        QSignalSpy finished(&job, &Job::finished);
        job.start();
        QTRY_COMPARE(finished.count(), 1);
        QCOMPARE(job.state(), Job::State::Failed);
        QCOMPARE(job.error().code.toStdString(), std::string(errorCodeName(ErrorCode::NotFound)));
        QVERIFY(job.error().detail.contains(QStringLiteral("/nowhere/model")));
        QVERIFY(job.errorTail().isEmpty());
    }
};

QTEST_MAIN(TestRealWorker)
#include "tst_realworker.moc"
