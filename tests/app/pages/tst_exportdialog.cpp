// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/pages/exportdialog.h"

#include <QComboBox>
#include <QDir>
#include <QLineEdit>
#include <QPushButton>
#include <QSignalSpy>

#include "tests/core/engine/selectedstudy.h"
#include "tests/support/testsupport.h"
#include "tests/support/tinymodel.h"

using namespace secateur;
using namespace secateur::app;

namespace {

struct Fixture {
    test::TemporaryFolder folder;
    test::SelectedStudy study{folder.path() / "study.secateur", test::writeTinyModel(folder.path() / "model")};
    std::vector<store::RunManifest> runs;
    StudySession session;

    Fixture()
    {
        for (const char *const name : {"python", "math"})
            runs.push_back(study.add(test::SelectedStudy::recipe(name, runs.size() + 1)));
        if (!session.open(study.folder()))
            qFatal("the study was just made");
    }
    [[nodiscard]] QString path(const char *name) const
    {
        return QString::fromStdString((folder.path() / name).string());
    }
};

} // namespace

class TestExportDialog : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void makesTheCommand()
    {
        Fixture fixture;
        ExportDialog dialog(fixture.session);
        dialog.propose(QString::fromStdString(fixture.runs[1].id));
        dialog.pathEdit().setText(fixture.path("half"));
        QVERIFY2(dialog.state().isEmpty(), qPrintable(dialog.state()));
        QStringList expected = {QStringLiteral("export"), QString::fromStdString(fixture.session.folder().string()),
                                QStringLiteral("math"), QStringLiteral("--output"), fixture.path("half")};
        QCOMPARE(dialog.arguments().mid(0, expected.size()), expected);
        QVERIFY(!dialog.arguments().contains(QStringLiteral("--format")));
        dialog.formatBox().setCurrentIndex(dialog.formatBox().findData(QStringLiteral("q8_0")));
        dialog.pathEdit().setText(fixture.path("half.gguf"));
        const QStringList gguf = dialog.arguments();
        QCOMPARE(gguf.value(gguf.indexOf(QStringLiteral("--format")) + 1), QStringLiteral("gguf"));
        QCOMPARE(gguf.value(gguf.indexOf(QStringLiteral("--type")) + 1), QStringLiteral("q8_0"));
        QSignalSpy requested(&dialog, &ExportDialog::jobRequested);
        dialog.exportButton().click();
        QCOMPARE(requested.count(), 1);
        QCOMPARE(requested.first().at(0).toStringList(), gguf);
        QCOMPARE(requested.first().at(1).toString(), QStringLiteral("Export math"));
    }

    void masksAloneNeedNoModel()
    {
        Fixture fixture;
        ExportDialog dialog(fixture.session);
        dialog.propose(QString::fromStdString(fixture.runs[1].id));
        dialog.formatBox().setCurrentIndex(dialog.formatBox().findData(QStringLiteral("masks")));
        dialog.pathEdit().setText(fixture.path("math.safetensors"));
        const QStringList expected = {QStringLiteral("masks"),
                                      QString::fromStdString(fixture.session.folder().string()), QStringLiteral("math"),
                                      QStringLiteral("--output"), fixture.path("math.safetensors")};
        QCOMPARE(dialog.arguments(), expected);
    }

    void saysWhatGetsSmaller()
    {
        Fixture fixture;
        ExportDialog dialog(fixture.session);
        QVERIFY(dialog.advice().contains(QStringLiteral("as large as the dense model")));
        dialog.formatBox().setCurrentIndex(dialog.formatBox().findData(QStringLiteral("q4_0")));
        QVERIFY(dialog.advice().contains(QStringLiteral("Q4_0 also rounds")));
        dialog.formatBox().setCurrentIndex(dialog.formatBox().findData(QStringLiteral("masks")));
        QVERIFY(dialog.advice().contains(QStringLiteral("one bit a weight")));
    }

    void saysWhatCannotBe_data()
    {
        QTest::addColumn<QString>("name");
        QTest::addColumn<QString>("says");
        QTest::newRow("nowhere") << QString() << QStringLiteral("where to");
        QTest::newRow("relative") << QStringLiteral("half") << QStringLiteral("whole path");
        QTest::newRow("no such folder") << QStringLiteral("%1/none/half") << QStringLiteral("no folder");
        QTest::newRow("taken") << QStringLiteral("%1/model") << QStringLiteral("already");
    }
    void saysWhatCannotBe()
    {
        QFETCH(QString, name);
        QFETCH(QString, says);
        Fixture fixture;
        ExportDialog dialog(fixture.session);
        dialog.pathEdit().setText(
            name.startsWith(u'%') ? name.arg(QString::fromStdString(fixture.folder.path().string())) : name);
        QVERIFY2(dialog.state().contains(says), qPrintable(dialog.state()));
        QVERIFY(!dialog.exportButton().isEnabled());
        QVERIFY(dialog.arguments().isEmpty());
    }

    void anEmptyFolderWillDo()
    {
        Fixture fixture;
        ExportDialog dialog(fixture.session);
        QVERIFY(QDir().mkdir(fixture.path("empty")));
        dialog.pathEdit().setText(fixture.path("empty"));
        QVERIFY2(dialog.exportButton().isEnabled(), qPrintable(dialog.state()));
        dialog.formatBox().setCurrentIndex(1); // a file of that name is not possible
        QVERIFY(!dialog.exportButton().isEnabled());
    }

    void withoutRunsThereIsNothing()
    {
        StudySession session;
        const ExportDialog dialog(session);
        QVERIFY(dialog.state().contains(QStringLiteral("no run")));
    }

    void everythingHasAName()
    {
        Fixture fixture;
        const ExportDialog dialog(fixture.session);
        for (const QComboBox *const box : {&dialog.runBox(), &dialog.formatBox()})
            QVERIFY(!box->accessibleName().isEmpty());
        QVERIFY(!dialog.pathEdit().accessibleName().isEmpty());
    }

    void theKeyOfTheLabelLeadsToThePath()
    {
        Fixture fixture;
        ExportDialog dialog(fixture.session);
        dialog.show();
        QVERIFY(QTest::qWaitForWindowActive(&dialog));
        QTest::keyClick(&dialog, Qt::Key_T, Qt::AltModifier);
        QVERIFY(dialog.pathEdit().hasFocus());
    }
};

QTEST_MAIN(TestExportDialog)
#include "tst_exportdialog.moc"
