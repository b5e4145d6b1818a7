// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <limits>

#include <unistd.h>

#include <QtTest/QTest>

#include "core/base/file.h"
#include "core/store/sealedjson.h"
#include "core/store/study.h"
#include "tests/core/store/samplerun.h"
#include "tests/support/smalldisk.h"
#include "tests/support/testsupport.h"

using namespace secateur;
using namespace secateur::store;
using test::sampleLayer;
using test::sampleModel;
using test::sampleRecipe;
namespace fs = std::filesystem;

namespace {

constexpr auto nobody = [](std::size_t) {};

std::vector<fs::path> filesUnder(const fs::path &folder)
{
    std::vector<fs::path> files;
    for (const auto &entry : fs::recursive_directory_iterator(folder))
        if (entry.is_regular_file() && entry.path().filename() != "lock")
            files.push_back(entry.path());
    std::sort(files.begin(), files.end());
    return files;
}

/// A run that was begun and has this many layers.
void leaveInterrupted(const fs::path &study, const std::string &name, std::size_t layers)
{
    const auto open = Study::openOrCreate(study, sampleModel());
    VERIFY_RESULT(open);
    const auto writer = (*open)->begin(sampleRecipe(name), test::sampleLayers, 1000);
    VERIFY_RESULT(writer);
    for (std::size_t i = 0; i < layers; ++i)
        VERIFY_RESULT((*writer)->writeLayer(LayerIndex{std::uint32_t(i)}, sampleLayer(i)));
}

} // namespace

class TestStudy : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { qputenv("XDG_DATA_HOME", QByteArray::fromStdString(m_home.path().string())); }
    void init()
    {
        m_folder = std::make_unique<test::TemporaryFolder>();
        m_study = m_folder->path() / "tiny.secateur";
    }

    void createsAndReopens()
    {
        {
            const auto created = Study::openOrCreate(m_study, sampleModel());
            VERIFY_RESULT(created);
            QVERIFY((*created)->runs().empty());
        }
        QVERIFY(fs::is_regular_file(m_study / "study.json"));
        const auto open = Study::open(m_study, Study::Access::Read);
        VERIFY_RESULT(open);
        QCOMPARE(QString::fromStdString((*open)->model().fingerprint()),
                 QString::fromStdString(sampleModel().fingerprint()));
        QCOMPARE(QString::fromStdString((*open)->model().files[1].name), QStringLiteral("model-2.safetensors"));
    }

    void refusesWhatIsNoStudy()
    {
        VERIFY_ERROR(Study::open(m_study, Study::Access::Read), ErrorCode::NotFound);
        VERIFY_ERROR(Study::open(m_study, Study::Access::Write), ErrorCode::NotFound);
        QVERIFY(!fs::exists(m_study));
        VERIFY_ERROR(Study::open(m_folder->path(), Study::Access::Write), ErrorCode::BadInput);
        test::writeFile(m_folder->path() / "thesis.txt", "precious");
        const auto created = Study::openOrCreate(m_folder->path(), sampleModel());
        VERIFY_ERROR(created, ErrorCode::BadInput);
        QVERIFY(created.error().detail.find("thesis.txt") != std::string::npos);
        QCOMPARE(filesUnder(m_folder->path()).size(), std::size_t(1));
    }

    void readsBackWhatWasWritten()
    {
        std::vector<std::size_t> acknowledged;
        const auto manifest =
            test::completeRun(m_study, "python", [&](std::size_t layer) { acknowledged.push_back(layer); });
        VERIFY_RESULT(manifest);
        QCOMPARE(acknowledged.size(), test::sampleLayers);
        const auto study = Study::open(m_study, Study::Access::Read);
        VERIFY_RESULT(study);
        QCOMPARE((*study)->runs().size(), std::size_t(1));
        QCOMPARE((*study)->runs()[0].recipe.calibration.seed, sampleRecipe("").calibration.seed);
        QCOMPARE((*study)->runs()[0].outcome.seconds.at("total"), 12.25);
        VERIFY_RESULT((*study)->find(manifest->id));
        const auto reader = (*study)->read("python");
        VERIFY_RESULT(reader);
        for (const std::size_t layer : {2, 0, 1, 1}) {
            const auto read = test::readBack(**reader, layer);
            VERIFY_RESULT(read);
            QVERIFY(test::sameLayer(*read, sampleLayer(layer)));
        }
        const MatrixId shared{LayerIndex{1}, "self_attn.k_proj"};
        QCOMPARE((*reader)->norm(shared).value(), sampleLayer(1).norms[0].values);
        const auto density = (*reader)->density(shared);
        VERIFY_RESULT(density);
        QCOMPARE(density->rows, std::size_t(3));
        QCOMPARE(density->values, mask::DensityPyramid::build(sampleLayer(1).matrices[1].kept).levels().front().values);
        VERIFY_ERROR((*reader)->mask({LayerIndex{3}, "self_attn.k_proj"}), ErrorCode::NotFound);
        VERIFY_ERROR((*reader)->mask({LayerIndex{0}, "mlp.up_proj"}), ErrorCode::NotFound);
    }

    void aFinishedRunHasOnlyItsOwnFiles()
    {
        VERIFY_RESULT(test::completeRun(m_study, "python", nobody));
        std::vector<std::string> names;
        for (const fs::path &file : filesUnder(m_study / "runs"))
            names.push_back(file.filename());
        QVERIFY(
            (names == std::vector<std::string>{"layer-0000.h5", "layer-0001.h5", "layer-0002.h5", "manifest.json"}));
    }

    void findNamesTheRunsThereAre()
    {
        VERIFY_RESULT(test::completeRun(m_study, "python", nobody));
        leaveInterrupted(m_study, "java", 1);
        const auto study = Study::open(m_study, Study::Access::Read);
        VERIFY_RESULT(study);
        const auto missing = (*study)->find("rust");
        VERIFY_ERROR(missing, ErrorCode::NotFound);
        QVERIFY(missing.error().detail.find("it has python") != std::string::npos);
        const auto unfinished = (*study)->find("java");
        VERIFY_ERROR(unfinished, ErrorCode::NotFound);
        QVERIFY(unfinished.error().detail.find("--resume") != std::string::npos);
        VERIFY_ERROR((*study)->read("java"), ErrorCode::NotFound);
    }

    void magnitudeRunsHaveNoNorms()
    {
        const auto study = Study::openOrCreate(m_study, sampleModel());
        VERIFY_RESULT(study);
        const auto writer = (*study)->begin(sampleRecipe("m"), 1, 1);
        VERIFY_RESULT(writer);
        LayerResult layer = sampleLayer(0);
        layer.norms.clear();
        VERIFY_RESULT((*writer)->writeLayer(LayerIndex{0}, layer));
        VERIFY_RESULT((*writer)->finish({}));
        const auto reader = (*study)->read("m");
        VERIFY_RESULT(reader);
        VERIFY_RESULT((*reader)->mask({LayerIndex{0}, "mlp.down_proj"}));
        VERIFY_ERROR((*reader)->norm({LayerIndex{0}, "mlp.down_proj"}), ErrorCode::NotFound);
    }

    void structuredMasksAreCompressed()
    {
        mask::BitMatrix pattern(512, 2048);
        for (std::size_t row = 0; row < pattern.rows(); ++row)
            for (std::size_t col = 0; col < pattern.cols(); ++col)
                pattern.set(row, col, (col + row / 7) % 4 < 2);
        LayerResult layer;
        layer.matrices = {{"mlp.up_proj", pattern, {}}};
        const auto study = Study::openOrCreate(m_study, sampleModel());
        VERIFY_RESULT(study);
        for (const char *target : {"2:4", "0.5"}) { // the second by the trial
            RunRecipe recipe = sampleRecipe(target);
            recipe.target = target;
            const auto writer = (*study)->begin(recipe, 1, 1);
            VERIFY_RESULT(writer);
            VERIFY_RESULT((*writer)->writeLayer(LayerIndex{0}, layer));
            const auto manifest = (*writer)->finish({});
            VERIFY_RESULT(manifest);
            QVERIFY(manifest->files[0].bytes < pattern.size() / 8 / 2);
            QVERIFY((*study)->read(target).value()->mask({LayerIndex{0}, "mlp.up_proj"}).value() == pattern);
        }
    }

    void layersMustComeInOrder()
    {
        const auto study = Study::openOrCreate(m_study, sampleModel());
        VERIFY_RESULT(study);
        const auto writer = (*study)->begin(sampleRecipe("python"), 2, 1000);
        VERIFY_RESULT(writer);
        VERIFY_ERROR((*writer)->writeLayer(LayerIndex{1}, sampleLayer(1)), ErrorCode::InvalidArgument);
        VERIFY_RESULT((*writer)->writeLayer(LayerIndex{0}, sampleLayer(0)));
        VERIFY_ERROR((*writer)->writeLayer(LayerIndex{0}, sampleLayer(0)), ErrorCode::InvalidArgument);
        VERIFY_ERROR((*writer)->finish({}), ErrorCode::InvalidArgument);
        VERIFY_RESULT((*writer)->writeLayer(LayerIndex{1}, sampleLayer(1)));
        VERIFY_ERROR((*writer)->writeLayer(LayerIndex{2}, sampleLayer(2)), ErrorCode::InvalidArgument);
        VERIFY_RESULT((*writer)->finish({}));
        VERIFY_ERROR((*writer)->finish({}), ErrorCode::InvalidArgument);
    }

    void impossibleLayersAreRefused_data()
    {
        QTest::addColumn<int>("change");
        QTest::newRow("no matrix") << 0;
        QTest::newRow("empty mask") << 1;
        QTest::newRow("repeated name") << 2;
        QTest::newRow("name with slash") << 3;
        QTest::newRow("norm without mask") << 4;
        QTest::newRow("norm of another width") << 5;
        QTest::newRow("shared norm of another width") << 6;
    }

    void impossibleLayersAreRefused()
    {
        QFETCH(int, change);
        LayerResult layer = sampleLayer(0);
        switch (change) {
        case 0: layer.matrices.clear(); break;
        case 1: layer.matrices[0].kept = mask::BitMatrix(0, 19); break;
        case 2: layer.matrices[1].sublayer = "self_attn.q_proj"; break;
        case 3: layer.matrices[1].sublayer = "self_attn/k_proj"; break;
        case 4: layer.norms[1].sublayer = "mlp.up_proj"; break;
        case 5: layer.norms[0].values.resize(18); break;
        default: layer.matrices[1].kept = mask::BitMatrix(24, 20);
        }
        const auto study = Study::openOrCreate(m_study, sampleModel());
        VERIFY_RESULT(study);
        const auto writer = (*study)->begin(sampleRecipe("python"), 1, 1000);
        VERIFY_RESULT(writer);
        VERIFY_ERROR((*writer)->writeLayer(LayerIndex{0}, layer), ErrorCode::InvalidArgument);
        VERIFY_RESULT((*writer)->writeLayer(LayerIndex{0}, sampleLayer(0)));
    }

    void resumesAfterTheLastLayer()
    {
        leaveInterrupted(m_study, "python", 2);
        const auto study = Study::open(m_study, Study::Access::Write);
        VERIFY_RESULT(study);
        QCOMPARE((*study)->interrupted().size(), std::size_t(1));
        QCOMPARE((*study)->interrupted()[0].finishedLayers, std::size_t(2));
        const RunRecipe again = sampleRecipe("python");
        const auto writer = (*study)->resume(again, test::sampleLayers);
        VERIFY_RESULT(writer);
        QCOMPARE((*writer)->finishedLayers(), std::size_t(2));
        QCOMPARE(QString::fromStdString((*writer)->recipe().domain), QStringLiteral("python"));
        QVERIFY(test::sameLayer((*writer)->readLayer(LayerIndex{1}).value(), sampleLayer(1)));
        VERIFY_ERROR((*writer)->readLayer(LayerIndex{2}), ErrorCode::NotFound);
        VERIFY_ERROR((*study)->resume(again, test::sampleLayers), ErrorCode::Conflict);
        VERIFY_RESULT((*writer)->writeLayer(LayerIndex{2}, sampleLayer(2)));
        VERIFY_RESULT((*writer)->finish(test::sampleOutcome()));
        QVERIFY((*study)->interrupted().empty());
        QCOMPARE((*study)->runs().size(), std::size_t(1));
        VERIFY_ERROR((*study)->resume(again, test::sampleLayers), ErrorCode::Conflict);
        VERIFY_ERROR((*study)->resume(sampleRecipe("java"), test::sampleLayers), ErrorCode::NotFound);
    }

    void resumeNamesThePartsThatDiffer_data()
    {
        QTest::addColumn<QString>("part");
        QTest::addColumn<QString>("values");
        QTest::newRow("method") << "method"
                                << "was \"wanda\" and is now \"magnitude\"";
        QTest::newRow("target") << "target"
                                << "was \"0.5\" and is now \"2:4\"";
        QTest::newRow("statistics") << "statistics"
                                    << "was \"pruned\" and is now \"dense\"";
        QTest::newRow("compute") << "compute"
                                 << "was \"f32\" and is now \"bf16\"";
        QTest::newRow("calibration") << "calibration"
                                     << "and is now \"0000\"";
        QTest::newRow("domain") << "domain"
                                << "was \"python\" and is now \"java\"";
        QTest::newRow("layers") << "layers"
                                << "was \"3\" and is now \"4\"";
    }

    void resumeNamesThePartsThatDiffer()
    {
        QFETCH(QString, part);
        QFETCH(QString, values);
        leaveInterrupted(m_study, "python", 1);
        RunRecipe recipe = sampleRecipe("python");
        recipe.method = part == QStringLiteral("method") ? PruneMethod::Magnitude : recipe.method;
        recipe.target = part == QStringLiteral("target") ? "2:4" : recipe.target;
        recipe.statistics = part == QStringLiteral("statistics") ? StatisticsMode::Dense : recipe.statistics;
        recipe.compute = part == QStringLiteral("compute") ? "bf16" : recipe.compute;
        recipe.calibrationFingerprint = part == QStringLiteral("calibration") ? "0000" : recipe.calibrationFingerprint;
        recipe.domain = part == QStringLiteral("domain") ? "java" : recipe.domain;
        const auto study = Study::open(m_study, Study::Access::Write);
        VERIFY_RESULT(study);
        const auto resumed = (*study)->resume(recipe, part == QStringLiteral("layers") ? 4 : test::sampleLayers);
        VERIFY_ERROR(resumed, ErrorCode::Conflict);
        const QString detail = QString::fromStdString(resumed.error().detail);
        QVERIFY2(detail.contains(part + QStringLiteral(" ")) && detail.contains(values), qPrintable(detail));
        QCOMPARE(detail.count(QStringLiteral(" and is now ")), 1);
        VERIFY_RESULT((*study)->resume(sampleRecipe("python"), test::sampleLayers));
    }

    void resumeMakesDamagedLayersAgain_data()
    {
        QTest::addColumn<QByteArray>("suffix");
        QTest::newRow("layer file") << QByteArray("layer-0001.h5");
        QTest::newRow("receipt") << QByteArray("layer-0001.json");
    }

    void resumeMakesDamagedLayersAgain()
    {
        QFETCH(QByteArray, suffix);
        leaveInterrupted(m_study, "python", 3);
        for (const fs::path &file : filesUnder(m_study))
            if (file.filename() == suffix.toStdString())
                test::flipBit(file, fs::file_size(file) * 4 + 3);
        const auto study = Study::open(m_study, Study::Access::Write);
        VERIFY_RESULT(study);
        const auto writer = (*study)->resume(sampleRecipe("python"), test::sampleLayers);
        VERIFY_RESULT(writer);
        QCOMPARE((*writer)->finishedLayers(), std::size_t(1));
        QCOMPARE((*study)->interrupted()[0].finishedLayers, std::size_t(1));
        for (const fs::path &file : filesUnder(m_study))
            QVERIFY2(!file.filename().string().starts_with("layer-0002"), file.c_str());
    }

    void namesAreUnique()
    {
        VERIFY_RESULT(test::completeRun(m_study, "python", nobody));
        leaveInterrupted(m_study, "java", 0);
        const auto study = Study::open(m_study, Study::Access::Write);
        VERIFY_RESULT(study);
        VERIFY_ERROR((*study)->begin(sampleRecipe("python"), 1, 1), ErrorCode::Conflict);
        VERIFY_ERROR((*study)->begin(sampleRecipe("java"), 1, 1), ErrorCode::Conflict);
        VERIFY_ERROR((*study)->begin(sampleRecipe("../x"), 1, 1), ErrorCode::InvalidArgument);
        VERIFY_ERROR((*study)->begin(sampleRecipe("x"), 0, 1), ErrorCode::InvalidArgument);
        QCOMPARE(QString::fromStdString((*study)->uniqueName("rust")), QStringLiteral("rust"));
        QCOMPARE(QString::fromStdString((*study)->uniqueName("java")), QStringLiteral("java-2"));
        VERIFY_RESULT((*study)->begin(sampleRecipe("python-2"), 1, 1));
        QCOMPARE(QString::fromStdString((*study)->uniqueName("python")), QStringLiteral("python-3"));
    }

    void removesToTrash()
    {
        VERIFY_RESULT(test::completeRun(m_study, "python", nobody));
        leaveInterrupted(m_study, "java", 1);
        const auto study = Study::open(m_study, Study::Access::Write);
        VERIFY_RESULT(study);
        const std::string id = (*study)->runs()[0].id;
        VERIFY_ERROR((*study)->remove("rust"), ErrorCode::NotFound);
        VERIFY_ERROR((*study)->remove("../runs"), ErrorCode::NotFound);
        VERIFY_RESULT((*study)->remove("python"));
        VERIFY_RESULT((*study)->remove("java"));
        QVERIFY((*study)->runs().empty() && (*study)->interrupted().empty());
        QVERIFY(fs::is_regular_file(m_study / "trash" / id / "manifest.json"));
        QVERIFY(fs::is_empty(m_study / "runs"));
        VERIFY_RESULT((*study)->begin(sampleRecipe("python"), 1, 1));
        VERIFY_ERROR((*study)->remove(id), ErrorCode::NotFound);
    }

    void aRunBeingWrittenIsNotRemoved()
    {
        const auto study = Study::openOrCreate(m_study, sampleModel());
        VERIFY_RESULT(study);
        auto writer = (*study)->begin(sampleRecipe("python"), 1, 1);
        VERIFY_RESULT(writer);
        VERIFY_ERROR((*study)->remove("python"), ErrorCode::Conflict);
        writer->reset();
        VERIFY_RESULT((*study)->remove("python"));
    }

    void onlyOneWriter()
    {
        auto first = Study::openOrCreate(m_study, sampleModel());
        VERIFY_RESULT(first);
        const auto second = Study::open(m_study, Study::Access::Write);
        VERIFY_ERROR(second, ErrorCode::Locked);
        const std::string process = "process " + std::to_string(::getpid());
        QVERIFY2(second.error().detail.find(process) != std::string::npos, second.error().detail.c_str());
        VERIFY_ERROR(Study::openOrCreate(m_study, sampleModel()), ErrorCode::Locked);
        const auto reader = Study::open(m_study, Study::Access::Read);
        VERIFY_RESULT(reader);
        VERIFY_ERROR((*reader)->begin(sampleRecipe("x"), 1, 1), ErrorCode::Internal);
        VERIFY_ERROR((*reader)->remove("x"), ErrorCode::Internal);
        auto writer = (*first)->begin(sampleRecipe("x"), 1, 1);
        VERIFY_RESULT(writer);
        first->reset();
        VERIFY_ERROR(Study::open(m_study, Study::Access::Write), ErrorCode::Locked); // the writer still holds it
        writer->reset();
        VERIFY_RESULT(Study::open(m_study, Study::Access::Write));
    }

    void refusesAnotherModel()
    {
        VERIFY_RESULT(Study::openOrCreate(m_study, sampleModel()));
        architecture::ModelIdentity weights = sampleModel();
        weights.files[1].sha256 = std::string(64, '9');
        const auto other = Study::openOrCreate(m_study, weights);
        VERIFY_ERROR(other, ErrorCode::Conflict);
        QVERIFY2(other.error().detail.find("model-2.safetensors") != std::string::npos, other.error().detail.c_str());
        architecture::ModelIdentity config = sampleModel();
        config.configSha256 = std::string(64, '9');
        const auto another = Study::openOrCreate(m_study, config);
        VERIFY_ERROR(another, ErrorCode::Conflict);
        QVERIFY2(another.error().detail.find("configuration") != std::string::npos, another.error().detail.c_str());
    }

    void remembersWhereTheModelIsNow()
    {
        VERIFY_RESULT(Study::openOrCreate(m_study, sampleModel()));
        architecture::ModelIdentity moved = sampleModel();
        moved.path = "/elsewhere/tiny";
        VERIFY_RESULT(Study::openOrCreate(m_study, moved));
        const auto study = Study::open(m_study, Study::Access::Read);
        VERIFY_RESULT(study);
        QCOMPARE(QString::fromStdString((*study)->model().path), QStringLiteral("/elsewhere/tiny"));
    }

    void aDamagedManifestHidesNoOtherRun()
    {
        const auto first = test::completeRun(m_study, "python", nobody);
        VERIFY_RESULT(first);
        VERIFY_RESULT(test::completeRun(m_study, "java", nobody));
        test::writeFile(m_study / "runs" / first->id / "manifest.json", "{\"schema\": ");
        const auto study = Study::open(m_study, Study::Access::Write);
        VERIFY_RESULT(study);
        QCOMPARE((*study)->runs().size(), std::size_t(1));
        QCOMPARE((*study)->damaged().size(), std::size_t(1));
        QVERIFY((*study)->damaged()[0].detail.find(first->id) != std::string::npos);
        VERIFY_RESULT((*study)->remove(first->id));
        QVERIFY((*study)->damaged().empty());
    }

    void aNewerStudyIsRefused()
    {
        VERIFY_RESULT(Study::openOrCreate(m_study, sampleModel()));
        auto document = readSealedJson(m_study / "study.json");
        VERIFY_RESULT(document);
        document->value["version"] = "2.0";
        test::writeFile(m_study / "study.json", sealJson(document->value, ""));
        const auto study = Study::open(m_study, Study::Access::Read);
        VERIFY_ERROR(study, ErrorCode::Unsupported);
        QVERIFY(study.error().detail.find("newer Secateur") != std::string::npos);
    }

    void aNewerMinorVersionIsOnlyRead_data()
    {
        QTest::addColumn<QByteArray>("name");
        QTest::newRow("study") << QByteArray("study.json");
        QTest::newRow("manifest") << QByteArray("manifest.json");
        QTest::newRow("draft") << QByteArray("draft.json");
    }

    void aNewerMinorVersionIsOnlyRead()
    {
        QFETCH(QByteArray, name);
        VERIFY_RESULT(test::completeRun(m_study, "python", nobody));
        leaveInterrupted(m_study, "java", 1);
        QVERIFY(Study::open(m_study, Study::Access::Read).value()->notices().empty());
        for (const fs::path &file : filesUnder(m_study))
            if (file.filename() == name.toStdString()) {
                auto document = readSealedJson(file);
                VERIFY_RESULT(document);
                document->value["version"] = "1.7";
                test::writeFile(file, sealJson(document->value, ""));
            }
        const auto study = Study::open(m_study, Study::Access::Read);
        VERIFY_RESULT(study);
        QCOMPARE((*study)->notices().size(), std::size_t(1));
        QVERIFY((*study)->notices()[0].find("format 1.7") != std::string::npos);
        QCOMPARE((*study)->runs().size(), std::size_t(1));
        VERIFY_RESULT((*study)->find("python"));
        VERIFY_ERROR(Study::open(m_study, Study::Access::Write), ErrorCode::Unsupported);
        architecture::ModelIdentity moved = sampleModel();
        moved.path = "/elsewhere/tiny";
        VERIFY_ERROR(Study::openOrCreate(m_study, moved), ErrorCode::Unsupported);
        QCOMPARE(Study::open(m_study, Study::Access::Read).value()->notices().size(), std::size_t(1)); // not rewritten
    }

    void aWriterTidiesUp()
    {
        const auto manifest = test::completeRun(m_study, "python", nobody);
        VERIFY_RESULT(manifest);
        const fs::path run = m_study / "runs" / manifest->id;
        test::writeFile(run / "draft.json", "left by a kill after the manifest");
        test::writeFile(run / "layer-0000.h5.part", "half");
        fs::create_directory(m_study / "runs" / "20260101T000000000Z-00000000");
        VERIFY_RESULT(Study::open(m_study, Study::Access::Read));
        QVERIFY(fs::exists(run / "draft.json"));
        VERIFY_RESULT(Study::open(m_study, Study::Access::Write));
        QCOMPARE(filesUnder(m_study / "runs").size(), test::sampleLayers + 1);
        QCOMPARE(std::distance(fs::directory_iterator(m_study / "runs"), fs::directory_iterator()), std::ptrdiff_t(1));
    }

    void verifyFindsAnyChangedBit()
    {
        VERIFY_RESULT(test::completeRun(m_study, "python", nobody));
        const auto study = Study::open(m_study, Study::Access::Read);
        VERIFY_RESULT(study);
        const auto sound = (*study)->verify(RunContext());
        VERIFY_RESULT(sound);
        QCOMPARE(sound->files, std::uint64_t(5));
        QVERIFY(sound->bad.empty());
        for (const fs::path &file : filesUnder(m_study)) {
            const std::size_t bits = fs::file_size(file) * 8;
            for (std::size_t bit = 0; bit < bits; bit += 1 + bits / 97) {
                test::flipBit(file, bit);
                const auto report = (*study)->verify(RunContext());
                VERIFY_RESULT(report);
                QVERIFY2(report->bad.size() == 1 && (m_study / report->bad[0].file) == file,
                         (file.string() + " at " + std::to_string(bit)).c_str());
                test::flipBit(file, bit);
            }
        }
        QVERIFY((*study)->verify(RunContext())->bad.empty());
    }

    void verifyFindsMissingAndShortFiles()
    {
        const auto manifest = test::completeRun(m_study, "python", nobody);
        VERIFY_RESULT(manifest);
        const fs::path run = m_study / "runs" / manifest->id;
        fs::remove(run / "layer-0000.h5");
        fs::resize_file(run / "layer-0001.h5", 100);
        const auto study = Study::open(m_study, Study::Access::Read);
        VERIFY_RESULT(study);
        const auto report = (*study)->verify(RunContext());
        VERIFY_RESULT(report);
        QCOMPARE(report->bad.size(), std::size_t(2));
        QVERIFY(report->bad[0].problem.find("missing") != std::string::npos);
        const auto reader = (*study)->read("python");
        VERIFY_RESULT(reader);
        VERIFY_ERROR((*reader)->mask({LayerIndex{0}, "mlp.down_proj"}), ErrorCode::BadInput);
        VERIFY_ERROR((*reader)->mask({LayerIndex{1}, "mlp.down_proj"}), ErrorCode::BadInput);
        VERIFY_RESULT((*reader)->mask({LayerIndex{2}, "mlp.down_proj"}));
    }

    void verifyReportsAndStops()
    {
        VERIFY_RESULT(test::completeRun(m_study, "python", nobody));
        const auto study = Study::open(m_study, Study::Access::Read);
        VERIFY_RESULT(study);
        std::stop_source stop;
        std::vector<Progress> reports;
        const RunContext context(stop.get_token(), [&](const Progress &progress) {
            reports.push_back(progress);
            if (reports.size() == 2)
                stop.request_stop();
        });
        VERIFY_ERROR((*study)->verify(context), ErrorCode::Cancelled);
        QCOMPARE(reports.size(), std::size_t(2));
        QCOMPARE(reports[0].total, std::uint64_t(5));
        QCOMPARE(QString::fromStdString(reports[0].stage), QStringLiteral("verify"));
    }

    void refusesBeforeTheDiskIsFull()
    {
        const auto study = Study::openOrCreate(m_study, sampleModel());
        VERIFY_RESULT(study);
        constexpr auto most = std::numeric_limits<std::uint64_t>::max();
        VERIFY_ERROR((*study)->begin(sampleRecipe("python"), 1, most), ErrorCode::OutOfDisk);
        VERIFY_ERROR((*study)->begin(sampleRecipe("python"), 1000, most / 500), ErrorCode::OutOfDisk);
        QVERIFY(!fs::exists(m_study / "runs") || fs::is_empty(m_study / "runs"));
    }

    void aFullDiskKeepsWhatIsThere()
    {
        const test::SmallDisk disk(256 * 1024);
        SECATEUR_NEEDS_SMALL_DISK(disk);
        const fs::path folder = disk.path() / "tiny.secateur";
        const auto study = Study::openOrCreate(folder, sampleModel());
        VERIFY_RESULT(study);
        const auto writer = (*study)->begin(sampleRecipe("python"), test::sampleLayers, 1000);
        VERIFY_RESULT(writer);
        VERIFY_RESULT((*writer)->writeLayer(LayerIndex{0}, sampleLayer(0)));
        const fs::path filler = disk.fill(4096);
        const auto full = (*writer)->writeLayer(LayerIndex{1}, sampleLayer(1));
        VERIFY_ERROR(full, ErrorCode::OutOfDisk);
        for (const fs::path &file : filesUnder(folder))
            QVERIFY2(file.extension() != ".part", file.c_str());
        QVERIFY(test::sameLayer((*writer)->readLayer(LayerIndex{0}).value(), sampleLayer(0)));
        VERIFY_RESULT(Study::open(folder, Study::Access::Read));
        fs::remove(filler);
        VERIFY_RESULT((*writer)->writeLayer(LayerIndex{1}, sampleLayer(1)));
        VERIFY_RESULT((*writer)->writeLayer(LayerIndex{2}, sampleLayer(2)));
        VERIFY_RESULT((*writer)->finish({}));
        QVERIFY((*study)->verify(RunContext())->bad.empty());
    }

private:
    const test::TemporaryFolder m_home;
    std::unique_ptr<test::TemporaryFolder> m_folder;
    fs::path m_study;
};

QTEST_APPLESS_MAIN(TestStudy)
#include "tst_study.moc"
