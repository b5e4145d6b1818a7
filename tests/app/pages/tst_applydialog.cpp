// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/pages/applydialog.h"

#include <fstream>
#include <iterator>

#include <QPushButton>
#include <QSignalSpy>

#include "app/jobs/job.h"
#include "app/pages/maskspage.h"
#include "core/engine/light.h"
#include "tests/core/engine/selectedstudy.h"
#include "tests/support/testsupport.h"
#include "tests/support/tinymodel.h"

using namespace secateur;
using namespace secateur::app;

namespace {

QString text(const std::filesystem::path &path)
{
    return QString::fromStdString(path.string());
}

std::string readAll(const std::filesystem::path &path)
{
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

struct Fixture {
    test::TemporaryFolder folder;
    std::filesystem::path model = test::writeTinyModel(folder.path() / "model");
    test::SelectedStudy study{folder.path() / "study.secateur", model};
    std::filesystem::path masks = folder.path() / "masks.safetensors";
    StudySession session;

    Fixture()
    {
        const auto run = study.add(test::SelectedStudy::recipe("python", 1));
        const auto written = engine::writeMasks(study.folder(), run.id, masks, {});
        if (!written || !session.open(study.folder()))
            qFatal("the study was just made");
    }
    [[nodiscard]] QString path(const char *name) const { return text(folder.path() / name); }
};

} // namespace

class TestApplyDialog : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    /// From the fields to a folder that is byte for byte what exporting the run gives.
    void makesTheSubModel()
    {
        Fixture fixture;
        ApplyDialog dialog(fixture.session);
        QCOMPARE(dialog.modelField().path(), text(fixture.model));
        QVERIFY(!dialog.applyButton().isEnabled());
        dialog.archiveField().edit().setText(text(fixture.masks));
        dialog.placeField().edit().setText(fixture.path("half"));
        QTRY_VERIFY(dialog.applyButton().isEnabled());
        const auto forecast = engine::forecastApply(fixture.masks, fixture.model).bytes;
        QVERIFY2(dialog.statement().contains(QStringLiteral("\"python\"")), qPrintable(dialog.statement()));
        const QString about = QLocale().formattedDataSize(qint64(forecast), 1, QLocale::DataSizeTraditionalFormat);
        QVERIFY2(dialog.statement().contains(about), qPrintable(dialog.statement()));

        QSignalSpy requested(&dialog, &ApplyDialog::jobRequested);
        dialog.applyButton().click();
        QCOMPARE(requested.count(), 1);
        QCOMPARE(requested.first().at(1).toString(), QStringLiteral("Apply masks.safetensors"));
        Job job(Worker::secateurCli(), {QString(), requested.first().at(0).toStringList()});
        QSignalSpy finished(&job, &Job::finished);
        job.start();
        QTRY_COMPARE_WITH_TIMEOUT(finished.count(), 1, 60'000);
        QVERIFY2(job.state() == Job::State::Done, qPrintable(job.error().detail));
        QVERIFY(job.progress().has_value());
        VERIFY_RESULT(
            engine::exportDense({fixture.study.folder(), "python", {}, fixture.folder.path() / "exported"}, {}));
        const auto made = readAll(fixture.folder.path() / "half" / "model.safetensors");
        constexpr std::size_t header = 8192; // at most, of so small a file
        QVERIFY(made.size() > forecast && made.size() < forecast + header);
        QVERIFY(made == readAll(fixture.folder.path() / "exported" / "model.safetensors"));
        QVERIFY(!std::filesystem::is_empty(fixture.folder.path() / "half" / "pruning_manifest.json"));
    }

    void problemsStandAtTheirFields_data()
    {
        QTest::addColumn<QString>("masks");
        QTest::addColumn<QString>("model");
        QTest::addColumn<QString>("place");
        QTest::addColumn<QString>("where");
        QTest::addColumn<QString>("says");
        const QString good = QStringLiteral("masks.safetensors");
        const auto row = [&](const char *name, const QString &masks, const char *model, const char *place,
                             const char *where, const char *says) {
            QTest::newRow(name) << masks << QString::fromLatin1(model) << QString::fromLatin1(place)
                                << QString::fromLatin1(where) << QString::fromUtf8(says);
        };
        row("no archive", QStringLiteral("none.safetensors"), "model", "half", "masks", "none.safetensors");
        row("weights", QStringLiteral("model/model.safetensors"), "model", "half", "masks", "no archive of masks");
        row("other shape", good, "small", "half", "masks", "in the shape of this model");
        row("no model", good, "nowhere", "half", "model", "nowhere");
        row("taken", good, "model", "model", "place", "already");
        row("in the study", good, "model", "study.secateur/half", "place", "belongs to the study");
    }
    void problemsStandAtTheirFields()
    {
        QFETCH(QString, masks);
        QFETCH(QString, model);
        QFETCH(QString, place);
        QFETCH(QString, where);
        QFETCH(QString, says);
        Fixture fixture;
        test::writeTinyModel(fixture.folder.path() / "small", {.layers = 5});
        const auto whole = [&](const QString &name) { return text(fixture.folder.path() / name.toStdString()); };
        ApplyDialog dialog(fixture.session);
        dialog.archiveField().edit().setText(whole(masks));
        dialog.modelField().edit().setText(whole(model));
        dialog.placeField().edit().setText(whole(place));
        const std::map<QString, PathField *> fields = {{QStringLiteral("masks"), &dialog.archiveField()},
                                                       {QStringLiteral("model"), &dialog.modelField()},
                                                       {QStringLiteral("place"), &dialog.placeField()}};
        QTRY_VERIFY2(fields.at(where)->problem().contains(says), qPrintable(fields.at(where)->problem()));
        for (const auto &[name, field] : fields)
            QCOMPARE(field->problem().isEmpty(), name != where);
        QVERIFY(!dialog.applyButton().isEnabled());
        QVERIFY(dialog.arguments().isEmpty());
    }

    /// Of the same shape. Which model a study is of is known without reading it.
    void theStudysModelMayBeAnother()
    {
        Fixture fixture;
        const auto model = test::writeTinyModel(fixture.folder.path() / "twin", {.seed = 2});
        test::SelectedStudy other(fixture.folder.path() / "other.secateur", model);
        other.add(test::SelectedStudy::recipe("python", 1));
        VERIFY_RESULT(fixture.session.open(other.folder()));
        ApplyDialog dialog(fixture.session);
        dialog.archiveField().edit().setText(text(fixture.masks));
        QTRY_VERIFY2(dialog.archiveField().problem().contains(QStringLiteral("another model")),
                     qPrintable(dialog.archiveField().problem()));
        dialog.modelField().edit().setText(text(fixture.model));
        QTRY_VERIFY2(!dialog.statement().isEmpty(), qPrintable(dialog.archiveField().problem()));
    }

    void filesThatCameSinceAreSeen()
    {
        Fixture fixture;
        ApplyDialog dialog(fixture.session);
        dialog.archiveField().edit().setText(fixture.path("later.safetensors"));
        QTRY_VERIFY(!dialog.archiveField().problem().isEmpty());
        std::filesystem::rename(fixture.masks, fixture.folder.path() / "later.safetensors");
        dialog.show();
        QTRY_VERIFY2(dialog.archiveField().problem().isEmpty(), qPrintable(dialog.archiveField().problem()));
    }

    void relativePathsAreNoUse()
    {
        Fixture fixture;
        ApplyDialog dialog(fixture.session);
        for (auto *const field : {&dialog.archiveField(), &dialog.modelField(), &dialog.placeField()}) {
            field->edit().setText(QStringLiteral("here"));
            QVERIFY2(field->problem().contains(QStringLiteral("whole path")), qPrintable(field->problem()));
        }
    }

    void theOpenModelIsProposed()
    {
        Fixture fixture;
        ApplyDialog dialog(fixture.session);
        fixture.session.setModelPath("/models/moved");
        QCOMPARE(dialog.modelField().path(), QStringLiteral("/models/moved"));
        dialog.modelField().edit().setText(QStringLiteral("/models/mine"));
        fixture.session.setModelPath("/models/again");
        QCOMPARE(dialog.modelField().path(), QStringLiteral("/models/mine"));
    }

    void theMasksPageOpensIt()
    {
        Fixture fixture;
        MasksPage page(fixture.session);
        auto *const action = page.findChild<QAction *>(QStringLiteral("masks.apply"));
        QVERIFY(page.actions().contains(action));
        action->trigger();
        auto *const dialog = page.findChild<ApplyDialog *>();
        QVERIFY(dialog->isVisible());
        QSignalSpy requested(&page, &Page::jobRequested);
        dialog->archiveField().edit().setText(text(fixture.masks));
        dialog->placeField().edit().setText(fixture.path("half"));
        QTRY_VERIFY(dialog->applyButton().isEnabled());
        dialog->applyButton().click();
        QCOMPARE(requested.count(), 1);
        QVERIFY(!dialog->isVisible());
    }

    void everythingIsNamedAndReached()
    {
        Fixture fixture;
        ApplyDialog dialog(fixture.session);
        dialog.show();
        QVERIFY(QTest::qWaitForWindowActive(&dialog));
        for (const auto &[key, field] :
             {std::pair(Qt::Key_T, &dialog.placeField()), std::pair(Qt::Key_D, &dialog.modelField()),
              std::pair(Qt::Key_M, &dialog.archiveField())}) {
            QVERIFY(!field->edit().accessibleName().isEmpty());
            QTest::keyClick(&dialog, key, Qt::AltModifier);
            QVERIFY(field->edit().hasFocus());
        }
    }
};

QTEST_MAIN(TestApplyDialog)
#include "tst_applydialog.moc"
