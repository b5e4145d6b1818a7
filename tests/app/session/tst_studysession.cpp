// SPDX-License-Identifier: GPL-3.0-or-later
#include <filesystem>

#include <QSignalSpy>
#include <QtTest/QTest>

#include "app/session/studysession.h"
#include "tests/app/cli/tinystudy.h"
#include "tests/support/testsupport.h"
#include "tests/support/tinymodel.h"

using namespace secateur;
using app::StudySession;

class TestStudySession : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init()
    {
        m_folder = std::make_unique<test::TemporaryFolder>();
        m_model = test::writeTinyModel(m_folder->path() / "model");
        m_study = m_folder->path() / "tiny.secateur";
    }

    void startsEmpty()
    {
        StudySession session;
        QVERIFY(!session.isOpen());
        QVERIFY(session.runs().empty());
        QVERIFY(session.study() == nullptr);
        VERIFY_RESULT(session.reload());
    }

    void opensAndSelects()
    {
        writeRuns({{"one", "math", 1}, {"two", "law", 2}});
        StudySession session;
        QSignalSpy studyChanged(&session, &StudySession::studyChanged);
        QSignalSpy runsChanged(&session, &StudySession::runsChanged);
        VERIFY_RESULT(session.open(m_study));
        QCOMPARE(studyChanged.count(), 1);
        QCOMPARE(runsChanged.count(), 1);
        QCOMPARE(session.runs().size(), 2U);
        QCOMPARE(session.selection().runA().toStdString(), session.runs()[0].id);
        QCOMPARE(session.selection().runB().toStdString(), session.runs()[1].id);
        QVERIFY(session.selection().matrix());
        QVERIFY(session.run(session.selection().runB()) == &session.runs()[1]);
        QVERIFY(session.run(QStringLiteral("none")) == nullptr);
    }

    void comparesWithAnotherDomain()
    {
        writeRuns({{"one", "math", 1}, {"two", "math", 2}, {"three", "law", 3}});
        StudySession session;
        VERIFY_RESULT(session.open(m_study));
        QCOMPARE(session.selection().runA().toStdString(), session.runs()[0].id);
        QCOMPARE(session.selection().runB().toStdString(), session.runs()[2].id);
    }

    void aStudyThatCannotBeOpenedChangesNothing()
    {
        writeRuns({{"one", "math", 1}});
        StudySession session;
        VERIFY_RESULT(session.open(m_study));
        QSignalSpy studyChanged(&session, &StudySession::studyChanged);
        VERIFY_ERROR(session.open(m_folder->path() / "absent"), ErrorCode::NotFound);
        QCOMPARE(studyChanged.count(), 0);
        QCOMPARE(session.runs().size(), 1U);
    }

    void seesARunThatSomebodyFinishes()
    {
        writeRuns({{"one", "math", 1}});
        StudySession session;
        VERIFY_RESULT(session.open(m_study));
        QSignalSpy runsChanged(&session, &StudySession::runsChanged);
        writeRuns({{"two", "law", 2}});
        QTRY_COMPARE(session.runs().size(), 2U);
        QVERIFY(runsChanged.count() >= 1);
        QCOMPARE(session.selection().runA().toStdString(), session.runs()[0].id);
    }

    void seesAStudyThatIsMadeLater()
    {
        StudySession session;
        session.openModel(m_model, m_study);
        QVERIFY(session.isOpen());
        QVERIFY(session.study() == nullptr);
        QCOMPARE(session.modelPath(), m_model);
        writeRuns({{"one", "math", 1}});
        QTRY_COMPARE(session.runs().size(), 1U);
        QCOMPARE(session.selection().runA().toStdString(), session.runs()[0].id);
    }

    void aRemovedRunIsNoLongerSelected()
    {
        writeRuns({{"one", "math", 1}, {"two", "law", 2}});
        StudySession session;
        VERIFY_RESULT(session.open(m_study));
        const auto removed = session.runs()[0].id;
        {
            auto writer = store::Study::open(m_study, store::Study::Access::Write);
            VERIFY_RESULT(writer);
            VERIFY_RESULT((*writer)->remove(removed));
        }
        VERIFY_RESULT(session.reload());
        QCOMPARE(session.runs().size(), 1U);
        QCOMPARE(session.selection().runA().toStdString(), session.runs()[0].id);
    }

    void closeForgetsAll()
    {
        writeRuns({{"one", "math", 1}});
        StudySession session;
        VERIFY_RESULT(session.open(m_study));
        QSignalSpy studyChanged(&session, &StudySession::studyChanged);
        session.close();
        session.close();
        QCOMPARE(studyChanged.count(), 1);
        QVERIFY(!session.isOpen());
        QVERIFY(session.runs().empty());
        QVERIFY(session.selection().runA().isEmpty());
        QVERIFY(session.modelPath().empty());
    }

private:
    void writeRuns(const std::vector<test::TinyRun> &runs) { test::writeTinyStudy(m_study, m_model, runs); }

    std::unique_ptr<test::TemporaryFolder> m_folder;
    std::filesystem::path m_model;
    std::filesystem::path m_study;
};

QTEST_MAIN(TestStudySession)
#include "tst_studysession.moc"
