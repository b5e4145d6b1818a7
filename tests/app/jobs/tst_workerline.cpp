// SPDX-License-Identifier: GPL-3.0-or-later
#include <QtTest/QTest>

#include "app/jobs/jobsmodel.h"
#include "app/jobs/workerline.h"

using namespace secateur::app;

class TestWorkerLine : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void progress()
    {
        const auto line = parseWorkerLine("{\"stage\":\"prune\",\"done\":12,\"total\":30,\"unit\":\"layers\","
                                          "\"elapsed\":4.5,\"eta\":6.5,\"tokens_per_second\":1234.5}");
        const auto *progress = std::get_if<WorkerProgress>(&line);
        QVERIFY(progress);
        QCOMPARE(progress->stage, QStringLiteral("prune"));
        QCOMPARE(progress->done, 12U);
        QCOMPARE(progress->total, 30U);
        QCOMPARE(progress->elapsed, 4.5);
        QCOMPARE(progress->remaining.value(), 6.5);
        QCOMPARE(progress->tokensPerSecond.value(), 1234.5);
        QCOMPARE(progressText(*progress), QStringLiteral("prune: layer 12 of 30"));
    }

    void progressWithoutEstimates()
    {
        const auto line = parseWorkerLine("{\"stage\":\"hash\",\"done\":5000000,\"total\":0,\"unit\":\"bytes\","
                                          "\"elapsed\":0,\"eta\":null,\"tokens_per_second\":null}");
        const auto *progress = std::get_if<WorkerProgress>(&line);
        QVERIFY(progress);
        QVERIFY(!progress->remaining);
        QVERIFY(!progress->tokensPerSecond);
        QCOMPARE(progressText(*progress), QStringLiteral("hash: 5 MB"));
    }

    void stepsOfALongCommand()
    {
        const auto line = parseWorkerLine("{\"step\":\"Pruning math\"}");
        const auto *step = std::get_if<WorkerStep>(&line);
        QVERIFY(step);
        WorkerProgress progress;
        progress.stage = QStringLiteral("demo");
        progress.done = 12;
        progress.total = 100;
        progress.unit = QStringLiteral("percent");
        QCOMPARE(progressText(progress, step->text), QStringLiteral("Pruning math: 12 %"));
        QCOMPARE(progressText(progress), QStringLiteral("demo: 12 %"));
    }

    void valuesOfOtherTypesCountAsAbsent()
    {
        const auto line =
            parseWorkerLine("{\"stage\":7,\"done\":-1,\"total\":\"x\",\"eta\":-5,\"tokens_per_second\":\"fast\"}");
        const auto *progress = std::get_if<WorkerProgress>(&line);
        QVERIFY(progress);
        QVERIFY(progress->stage.isEmpty());
        QCOMPARE(progress->done, 0U);
        QVERIFY(!progress->remaining);
        QVERIFY(!progress->tokensPerSecond);
    }

    void noticeAndError()
    {
        const auto notice = parseWorkerLine("{\"notice\":\"90 are there\"}");
        QVERIFY(std::holds_alternative<WorkerNotice>(notice));
        QCOMPARE(std::get<WorkerNotice>(notice).text, QStringLiteral("90 are there"));
        const auto error = parseWorkerLine("{\"error\":{\"code\":\"locked\",\"detail\":\"by process 7\"}}");
        QVERIFY(std::holds_alternative<WorkerError>(error));
        QCOMPARE(std::get<WorkerError>(error).code, QStringLiteral("locked"));
        QCOMPARE(std::get<WorkerError>(error).detail, QStringLiteral("by process 7"));
    }

    void piecesOfText()
    {
        const auto line = parseWorkerLine("{\"run\":\"python\",\"text\":\" caf\\u00e9\\n\"}");
        QVERIFY(std::holds_alternative<WorkerPiece>(line));
        QCOMPARE(std::get<WorkerPiece>(line).run, QStringLiteral("python"));
        QCOMPARE(std::get<WorkerPiece>(line).text, QStringLiteral(" caf\u00e9\n"));
    }

    void everythingElseIsText_data()
    {
        QTest::addColumn<QByteArray>("line");
        QTest::newRow("words") << QByteArray("OMP: Warning #1");
        QTest::newRow("half an object") << QByteArray("{\"stage\":\"pru");
        QTest::newRow("a list") << QByteArray("[1,2]");
        QTest::newRow("another object") << QByteArray("{\"x\":1}");
        QTest::newRow("a run without a text") << QByteArray("{\"run\":\"x\"}");
        QTest::newRow("a run that is no name") << QByteArray("{\"run\":1,\"text\":\"x\"}");
        QTest::newRow("an error that is none") << QByteArray("{\"error\":\"x\"}");
        QTest::newRow("deeply nested") << QByteArray(100, '[') + QByteArray(100, ']');
    }
    void everythingElseIsText()
    {
        QFETCH(const QByteArray, line);
        const auto parsed = parseWorkerLine(line);
        QVERIFY(std::holds_alternative<WorkerText>(parsed));
        QCOMPARE(std::get<WorkerText>(parsed).text.toUtf8(), line);
    }
};

QTEST_MAIN(TestWorkerLine)
#include "tst_workerline.moc"
