// SPDX-License-Identifier: GPL-3.0-or-later
#include <sys/stat.h>

#include <QtTest/QTest>

#include "core/store/layerfile.h"
#include "core/store/probe.h"
#include "tests/core/store/malformed_hdf5.h"
#include "tests/core/store/samplerun.h"
#include "tests/support/refusal.h"

using namespace secateur;
using store::LayerFile;
using store::probeLayerFile;

/// Cases 70 and 71 of the malformed corpus (design/safety.md B.7), and what a damaged disk makes of a sound file. All
/// of them go straight to the HDF5 reader, without the SHA-256 that comes before it in a study.
class TestStoreMalformed : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void corpus_data()
    {
        QTest::addColumn<std::size_t>("index");
        for (std::size_t i = 0; i < m_cases.size(); ++i)
            QTest::newRow(m_cases[i].name.c_str()) << i;
    }
    void corpus()
    {
        QFETCH(std::size_t, index);
        test::checkCase(m_cases[index], "layer-0000.h5", probeLayerFile);
    }

    void aSoundFileIsAccepted()
    {
        const test::TemporaryFolder folder;
        const auto path = test::writeFile(folder.path() / "layer-0000.h5", test::soundLayerFile());
        VERIFY_RESULT(probeLayerFile(path));
        const auto file = LayerFile::open(path);
        VERIFY_RESULT(file);
        QCOMPARE(QString::fromStdString(file->header().method), QStringLiteral("wanda"));
        QCOMPARE(file->shapes()->size(), std::size_t(3));
        VERIFY_ERROR(file->mask("self_attn.q_proj", 24, 20), ErrorCode::BadInput);
        VERIFY_ERROR(file->mask("self_attn.v_proj", 24, 19), ErrorCode::BadInput);
        VERIFY_ERROR(file->mask("../masks", 24, 19), ErrorCode::BadInput);
    }

    void metadataHasChecksums()
    {
        const std::string bytes = test::soundLayerFile();
        QCOMPARE(int(bytes[8]), 3); // the superblock's version
        QVERIFY(bytes.find("SNOD") == std::string::npos && bytes.find("TREE") == std::string::npos); // old structures
    }

    void equalLayersAreEqualBytes()
    {
        const test::TemporaryFolder folder;
        QCOMPARE(test::soundLayerFile(), test::soundLayerFile());
        // Both were made in the same second, perhaps. Files of different seconds are equal when nothing has a time.
        QCOMPARE(test::objectsWithTimes(test::writeFile(folder.path() / "layer-0000.h5", test::soundLayerFile())), 0);
    }

    void fifosDoNotBlock()
    {
        const test::TemporaryFolder folder;
        const auto path = folder.path() / "layer-0000.h5";
        QCOMPARE(::mkfifo(path.c_str(), 0600), 0);
        VERIFY_ERROR(probeLayerFile(path), ErrorCode::BadInput);
        VERIFY_ERROR(probeLayerFile(folder.path()), ErrorCode::BadInput);
        VERIFY_ERROR(probeLayerFile("/dev/zero"), ErrorCode::BadInput);
    }

    void everyTruncationIsRefused()
    {
        const std::string whole = test::smallestLayerFile();
        const test::TemporaryFolder folder;
        const auto path = folder.path() / "layer-0000.h5";
        test::writeFile(path, whole);
        for (std::size_t length = whole.size(); length-- > 0;) {
            std::filesystem::resize_file(path, length);
            const auto probed = probeLayerFile(path);
            QVERIFY2(!probed, std::to_string(length).c_str());
            QVERIFY2(exitStatus(probed.error().code) == 3, test::describe(probed.error()).c_str());
        }
    }

    /// Every bit of a small file, one at a time: either the file is refused, or it still says the same.
    void everyBitFlip()
    {
        const std::string sound = test::smallestLayerFile();
        const test::TemporaryFolder folder;
        const auto path = test::writeFile(folder.path() / "layer-0000.h5", sound);
        const Contents expected = contentsOf(path).value();
        std::size_t refused = 0;
        for (std::size_t bit = 0; bit < sound.size() * 8; ++bit) {
            test::flipBit(path, bit);
            const auto contents = contentsOf(path);
            test::flipBit(path, bit);
            if (contents)
                QVERIFY2(*contents == expected, ("bit " + std::to_string(bit)).c_str());
            else
                ++refused;
        }
        qInfo("%d of %d flipped bits are refused; the others change nothing", int(refused), int(sound.size() * 8));
        QVERIFY(refused > sound.size() * 8 / 2);
    }

private:
    struct Contents {
        std::string header;
        mask::BitMatrix kept;
        std::vector<float> norm;
        std::vector<std::uint8_t> density;
        friend bool operator==(const Contents &, const Contents &) = default;
    };

    /// All that a reader takes from the smallest file.
    static Result<Contents> contentsOf(const std::filesystem::path &path)
    {
        SECATEUR_TRY(file, LayerFile::open(path));
        SECATEUR_TRY(kept, file.mask("mlp.up_proj", 3, 9));
        SECATEUR_TRY(norm, file.norm("mlp.up_proj", 9));
        SECATEUR_TRY(density, file.density("mlp.up_proj", 3, 9));
        SECATEUR_TRY(alpha, file.alpha("mlp.up_proj"));
        const store::LayerHeader &header = file.header();
        Contents contents;
        contents.header = header.run + header.createdUtc + header.sourceModel + header.method + header.target
            + header.statistics + header.calibration + std::to_string(header.layer) + (alpha ? "alpha" : "");
        for (const auto &[name, field] : store::originTexts)
            contents.header += "|" + header.*field;
        for (const auto &[name, field] : store::originCounts)
            contents.header += "|" + std::to_string(header.*field);
        contents.kept = std::move(kept);
        contents.norm = norm.value_or(std::vector<float>());
        // A file without its cache says the same: it is made from the mask.
        contents.density =
            density ? density->values : mask::DensityPyramid::build(contents.kept).levels().front().values;
        return contents;
    }

    const std::vector<test::MalformedCase> m_cases = test::malformedHdf5();
};

QTEST_APPLESS_MAIN(TestStoreMalformed)
#include "tst_store_malformed.moc"
