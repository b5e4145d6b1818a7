// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <chrono>

#include <QtTest/QTest>

#include "core/store/hostkey.h"
#include "core/store/layerfile.h"
#include "core/store/sealedjson.h"
#include "core/store/study.h"
#include "tests/core/store/samplerun.h"
#include "tests/support/testsupport.h"

using namespace secateur;
using namespace secateur::store;
using test::sampleLayer;
using test::sampleRecipe;
namespace fs = std::filesystem;

/// Runs without a manifest: what resume takes over, what it must not touch, and what verify says about them.
class TestStoreInterrupted : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init()
    {
        m_folder = std::make_unique<test::TemporaryFolder>();
        m_study = m_folder->path() / "tiny.secateur";
        useHome("mine");
        const auto open = Study::openOrCreate(m_study, test::sampleModel());
        VERIFY_RESULT(open);
        const auto writer = (*open)->begin(sampleRecipe("python"), test::sampleLayers, 1000);
        VERIFY_RESULT(writer);
        m_run = m_study / "runs" / (*writer)->id();
        for (std::uint32_t layer = 0; layer < 2; ++layer)
            VERIFY_RESULT((*writer)->writeLayer(LayerIndex{layer}, sampleLayer(layer)));
        QCOMPARE((*writer)->earlierSeconds(), 0.0);
    }

    void whatCannotBeReadNowIsKept_data()
    {
        QTest::addColumn<QByteArray>("name");
        QTest::newRow("receipt") << QByteArray("layer-0000.json");
        QTest::newRow("layer") << QByteArray("layer-0000.h5");
    }

    void whatCannotBeReadNowIsKept()
    {
        QFETCH(QByteArray, name);
        const fs::path file = m_run / name.toStdString();
        const fs::path aside = m_folder->path() / "aside";
        fs::rename(file, aside);
        // Opening it fails with ENAMETOOLONG, which stands for whatever a system may refuse a sound file with.
        fs::create_symlink(std::string(300, 'x'), file);
        {
            const auto study = Study::open(m_study, Study::Access::Write);
            VERIFY_RESULT(study);
            QCOMPARE((*study)->interrupted().size(), std::size_t(1));
            QCOMPARE((*study)->damaged().size(), std::size_t(1));
            VERIFY_ERROR((*study)->resume(sampleRecipe("python"), test::sampleLayers), ErrorCode::Io);
        }
        fs::rename(aside, file);
        QCOMPARE(layersAfterResume({}), 2);
    }

    void aHelperThatFailsCostsNoLayer()
    {
        useHome("theirs");
        for (const ErrorCode code : {ErrorCode::Io, ErrorCode::OutOfMemory, ErrorCode::Internal}) {
            const auto study = Study::open(m_study, Study::Access::Write);
            VERIFY_RESULT(study);
            (*study)->setProbe([code](const fs::path &) -> Result<void> { return failure(code, "no helper"); });
            VERIFY_ERROR((*study)->resume(sampleRecipe("python"), test::sampleLayers), code);
        }
        QCOMPARE(layersAfterResume([](const fs::path &) { return Result<void>(); }), 2);
        const auto refuse = [](const fs::path &) -> Result<void> { return failure(ErrorCode::BadInput, "odd"); };
        QCOMPARE(layersAfterResume(refuse), 0);
    }

    void ownLayersAreNotProbed()
    {
        int probes = 0;
        QCOMPARE(layersAfterResume([&](const fs::path &) { return ++probes, Result<void>(); }), 2);
        QCOMPARE(probes, 0);
    }

    void aForeignReceiptInAnOwnDraftIsProbed()
    {
        reseal(1, "", [](nlohmann::json &) {});
        std::vector<std::string> probed;
        const auto probe = [&probed](const fs::path &file) {
            probed.push_back(file.filename());
            return Result<void>();
        };
        QCOMPARE(layersAfterResume(probe), 2);
        QVERIFY((probed == std::vector<std::string>{"layer-0001.h5"}));
    }

    void impossibleReceiptsEndTheRun_data()
    {
        QTest::addColumn<int>("change");
        QTest::newRow("no sublayers") << 0;
        QTest::newRow("one is left out") << 1;
        QTest::newRow("one twice") << 2;
        QTest::newRow("another shape") << 3;
        QTest::newRow("one more") << 4;
        QTest::newRow("negative time") << 5;
        QTest::newRow("endless time") << 6;
    }

    void impossibleReceiptsEndTheRun()
    {
        QFETCH(int, change);
        reseal(1, hostKey(), [change](nlohmann::json &receipt) {
            nlohmann::json &sublayers = receipt["sublayers"];
            switch (change) {
            case 0: sublayers = nlohmann::json::array(); break;
            case 1: sublayers.erase(1); break;
            case 2: sublayers.push_back(sublayers[0]); break;
            case 3: sublayers[0]["rows"] = 25; break;
            case 4: sublayers.push_back(sublayers[0]), sublayers.back()["name"] = "mlp.up_proj"; break;
            case 5: receipt["seconds"] = -1.0; break;
            default: receipt["seconds"] = 1e300;
            }
        });
        const auto report = verified();
        VERIFY_RESULT(report);
        QCOMPARE(report->bad.size(), std::size_t(1));
        QCOMPARE(layersAfterResume({}), 1);
    }

    void secondsAddUpOverSessions()
    {
        const std::vector<double> seconds = {100.0, 20.5};
        for (std::size_t layer = 0; layer < 2; ++layer)
            reseal(layer, hostKey(), [&](nlohmann::json &receipt) { receipt["seconds"] = seconds[layer]; });
        const auto study = Study::open(m_study, Study::Access::Write);
        VERIFY_RESULT(study);
        const auto writer = (*study)->resume(sampleRecipe("python"), test::sampleLayers);
        VERIFY_RESULT(writer);
        QCOMPARE((*writer)->earlierSeconds(), 120.5);
        VERIFY_RESULT((*writer)->writeLayer(LayerIndex{2}, sampleLayer(2)));
        const auto manifest = (*writer)->finish(test::sampleOutcome());
        VERIFY_RESULT(manifest);
        QCOMPARE(manifest->outcome.seconds.at("total"), 132.75);
        QCOMPARE(manifest->outcome.seconds.at("load"), 0.5);
        QVERIFY(!manifest->outcome.host.empty());
    }

    void receiptsMeasureTheirLayer()
    {
        const auto start = std::chrono::steady_clock::now();
        init();
        const double most = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
        double sum = 0.0;
        for (const char *name : {"layer-0000.json", "layer-0001.json"}) {
            const double seconds = readSealedJson(m_run / name)->value["seconds"].get<double>();
            QVERIFY(seconds > 0.0);
            sum += seconds;
        }
        QVERIFY(sum <= most);
    }

    void receiptsOfOldHaveNoSeconds()
    {
        for (std::size_t layer = 0; layer < 2; ++layer)
            reseal(layer, hostKey(), [&](nlohmann::json &receipt) { receipt.erase("seconds"); });
        const auto study = Study::open(m_study, Study::Access::Write);
        VERIFY_RESULT(study);
        const auto writer = (*study)->resume(sampleRecipe("python"), test::sampleLayers);
        VERIFY_RESULT(writer);
        QCOMPARE((*writer)->earlierSeconds(), 0.0);
    }

    void layerFilesSayWhereTheyAreFrom()
    {
        const auto study = Study::open(m_study, Study::Access::Write);
        VERIFY_RESULT(study);
        RunRecipe recipe = sampleRecipe("python");
        recipe.versions = {{"libtorch", "9.8"}};
        const auto writer = (*study)->resume(recipe, test::sampleLayers);
        VERIFY_RESULT(writer);
        VERIFY_RESULT((*writer)->writeLayer(LayerIndex{2}, sampleLayer(2)));
        const auto file = LayerFile::open(m_run / "layer-0002.h5");
        VERIFY_RESULT(file);
        const LayerHeader &header = file->header();
        QCOMPARE(header.creatorVersion, std::string(SECATEUR_VERSION));
        QCOMPARE(header.sourceModelName, std::string("tiny"));
        QCOMPARE(header.sourceModelConfig, std::string(64, 'c'));
        QCOMPARE(header.compute, std::string("f32"));
        QCOMPARE(header.calibrationName, std::string("python.jsonl"));
        QCOMPARE(header.calibrationSeed, 18446744073709551615U);
        QCOMPARE(header.calibrationSamples, std::uint64_t(3));
        QCOMPARE(header.libtorch, std::string("9.8"));
        QVERIFY(!header.host.empty());
    }

    void verifyChecksWhatWasAcknowledged()
    {
        const auto sound = verified();
        VERIFY_RESULT(sound);
        QCOMPARE(sound->files, std::uint64_t(6)); // study, draft, two receipts with their layers
        QVERIFY(sound->bad.empty());
        for (const char *name : {"draft.json", "layer-0000.json", "layer-0000.h5", "layer-0001.json", "layer-0001.h5"})
            badAfterFlipping(m_run / name, name);
    }

    void verifyMissesAReceipt()
    {
        fs::remove(m_run / "layer-0000.json");
        const auto report = verified();
        VERIFY_RESULT(report);
        QCOMPARE(report->bad.size(), std::size_t(1));
        QVERIFY(report->bad[0].file.ends_with("layer-0000.json"));
    }

    void verifyMissesAManifest()
    {
        const auto manifest = test::completeRun(m_study, "python", [](std::size_t) {});
        VERIFY_RESULT(manifest);
        fs::remove(m_run / "manifest.json");
        const auto report = verified();
        VERIFY_RESULT(report);
        QCOMPARE(report->bad.size(), std::size_t(1));
        QCOMPARE(report->bad[0].file, "runs/" + manifest->id);
    }

    void verifyToleratesAFolderJustMade()
    {
        const fs::path fresh = m_study / "runs" / "20260101T000000000Z-00000000";
        fs::create_directory(fresh);
        QVERIFY(verified()->bad.empty());
        test::writeFile(fresh / "draft.json.part", "{");
        QVERIFY(verified()->bad.empty());
    }

    void aDamagedStudyFileHidesNothing()
    {
        badAfterFlipping(m_study / "study.json", "study.json");
        test::flipBit(m_run / "layer-0001.h5", 8000);
        fs::remove(m_study / "study.json");
        const auto report = verified();
        VERIFY_RESULT(report);
        QCOMPARE(report->bad.size(), std::size_t(2));
        QCOMPARE(report->bad[0].file, std::string("study.json"));
        fs::remove_all(m_study / "runs");
        VERIFY_ERROR(verified(), ErrorCode::BadInput); // now it is just some folder
        VERIFY_ERROR(verifyFolder(m_study / "none", RunContext()), ErrorCode::NotFound);
    }

private:
    void useHome(const char *name)
    {
        qputenv("XDG_DATA_HOME", QByteArray::fromStdString((m_folder->path() / name).string()));
    }

    [[nodiscard]] Result<VerifyReport> verified() const { return verifyFolder(m_study, RunContext()); }

    void badAfterFlipping(const fs::path &file, const std::string &name) const
    {
        test::flipBit(file, fs::file_size(file) * 4 + 3);
        const auto report = verified();
        test::flipBit(file, fs::file_size(file) * 4 + 3);
        VERIFY_RESULT(report);
        QVERIFY2(report->bad.size() == 1 && report->bad[0].file.ends_with(name), name.c_str());
    }

    /// Changes a receipt and seals it again, with this key.
    template <typename Change>
    void reseal(std::size_t layer, const std::string &key, const Change &change) const
    {
        const fs::path path = m_run / ("layer-000" + std::to_string(layer) + ".json");
        auto document = readSealedJson(path);
        VERIFY_RESULT(document);
        change(document->value);
        document->value.erase("mac");
        test::writeFile(path, sealJson(document->value, key));
    }

    /// -1: resume is refused.
    [[nodiscard]] int layersAfterResume(const ProbeRunner &probe) const
    {
        const auto study = Study::open(m_study, Study::Access::Write).value();
        if (probe)
            study->setProbe(probe);
        const auto writer = study->resume(sampleRecipe("python"), test::sampleLayers);
        return writer ? int((*writer)->finishedLayers()) : -1;
    }

    std::unique_ptr<test::TemporaryFolder> m_folder;
    fs::path m_study;
    fs::path m_run;
};

QTEST_APPLESS_MAIN(TestStoreInterrupted)
#include "tst_store_interrupted.moc"
