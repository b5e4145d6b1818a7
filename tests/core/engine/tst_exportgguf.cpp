// SPDX-License-Identifier: GPL-3.0-or-later
#include <cmath>

#include <QtTest/QTest>

#include "core/engine/light.h"
#include "core/tokenizer/tokenizer.h"
#include "tests/core/engine/maskedstudy.h"
#include "tests/support/testsupport.h"
#include "tests/support/tinymodel.h"

using namespace secateur;
using namespace secateur::engine;
using namespace secateur::test;
using format::DType;
namespace fs = std::filesystem;

namespace {

std::vector<float> valuesOf(const architecture::ModelArchive &model, const std::string &name)
{
    const auto *tensor = model.find(name);
    if (!tensor)
        throw std::runtime_error("no tensor " + name);
    std::uint64_t elements = 1;
    for (const auto extent : tensor->shape)
        elements *= extent;
    std::vector<float> values(elements);
    if (const auto read = model.readF32(name, values); !read)
        throw std::runtime_error(describe(read.error()));
    return values;
}

/// Half of the step of the coarsest block: how far a weight of a matrix may be off.
double tolerance(DType type, const std::vector<float> &values)
{
    double largest = 0.0;
    for (const float value : values)
        largest = std::max(largest, double(std::abs(value)));
    switch (type) {
    case DType::Q8_0: return 0.6 * largest / 127.0; // the step itself is rounded, too
    case DType::Q4_0: return 1.01 * largest / 8.0; // one end of the range is a whole step short
    case DType::F16: return largest / 1024.0;
    default: return 0.0;
    }
}

} // namespace

class TestExportGguf : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init() { m_folder = std::make_unique<TemporaryFolder>(); }

    void holdsTheSubModel_data()
    {
        QTest::addColumn<int>("type");
        QTest::addColumn<bool>("tied");
        QTest::newRow("f32") << int(DType::F32) << true;
        QTest::newRow("bf16, as the model is") << int(DType::BF16) << false;
        QTest::newRow("f16") << int(DType::F16) << true;
        QTest::newRow("q8_0") << int(DType::Q8_0) << true;
        QTest::newRow("q4_0") << int(DType::Q4_0) << false;
    }
    void holdsTheSubModel()
    {
        QFETCH(int, type);
        QFETCH(bool, tied);
        writeTinyModel(path("m"), {.layers = 2, .tiedEmbeddings = tied, .dtype = "BF16"});
        const auto study = writeMaskedStudy(path("s.secateur"), path("m"));
        const auto report = exportGguf({study.folder, study.run, {}, path("out.gguf"), DType(type)}, {});
        VERIFY_RESULT(report);
        QCOMPARE(report->files, (std::vector<std::string>{"out.gguf"}));
        QCOMPARE(report->bytes, fs::file_size(path("out.gguf")));
        QVERIFY(report->notices.empty()); // GPT-2's words have a name

        const auto before = architecture::ModelArchive::open(path("m"));
        const auto after = architecture::ModelArchive::open(path("out.gguf"));
        VERIFY_RESULT(before);
        VERIFY_RESULT(after);
        QCOMPARE(architecture::configSha256((*after)->config()), architecture::configSha256((*before)->config()));
        QVERIFY((*after)->config().eosIds == (*before)->config().eosIds);
        compareWeights(**before, **after, study, DType(type), report->roundedToZero);
    }

    void encodesAlike()
    {
        writeTinyModel(path("m"), {.layers = 1});
        const auto study = writeMaskedStudy(path("s.secateur"), path("m"));
        VERIFY_RESULT(exportGguf({study.folder, study.run, {}, path("out.gguf"), DType::F16}, {}));
        const auto before = tokenizer::Tokenizer::forModel(path("m"));
        const auto after = tokenizer::Tokenizer::forModel(path("out.gguf"));
        VERIFY_RESULT(before);
        VERIFY_RESULT(after);
        QCOMPARE((*after)->vocabSize(), (*before)->vocabSize());
        for (const char *text : {"The garden keeps its shape.", " 12 roses\n\n\tl'\xc3\xa9t\xc3\xa9", "<s>x</s>"}) {
            const auto idsBefore = (*before)->encode(text, BosPolicy::Auto);
            const auto idsAfter = (*after)->encode(text, BosPolicy::Auto);
            VERIFY_RESULT(idsBefore);
            VERIFY_RESULT(idsAfter);
            QVERIFY2(*idsBefore == *idsAfter, text);
        }
    }

    void fromAGgufToo()
    {
        writeTinyModel(path("m"), {.layers = 1});
        const auto first = writeMaskedStudy(path("a.secateur"), path("m"));
        VERIFY_RESULT(exportGguf({first.folder, first.run, {}, path("a.gguf"), DType::F32}, {}));
        const auto study = writeMaskedStudy(path("b.secateur"), path("a.gguf"));
        VERIFY_RESULT(exportGguf({study.folder, study.run, {}, path("b.gguf"), DType::F32}, {}));
        const auto before = architecture::ModelArchive::open(path("a.gguf"));
        const auto after = architecture::ModelArchive::open(path("b.gguf"));
        VERIFY_RESULT(before);
        VERIFY_RESULT(after);
        compareWeights(**before, **after, study, DType::F32, 0);
    }

    void refusals()
    {
        writeTinyModel(path("m"), {.layers = 1});
        const auto study = writeMaskedStudy(path("s.secateur"), path("m"));
        ExportGgufRequest request{study.folder, study.run, {}, path("out.gguf"), DType::Q4_K};
        const auto coarse = exportGguf(request, {});
        VERIFY_ERROR(coarse, ErrorCode::Unsupported);
        QVERIFY2(coarse.error().detail.find("Q4_K") != std::string::npos, coarse.error().detail.c_str());
        request.type = DType::F16;
        request.output = writeFile(path("there.gguf"), "mine");
        VERIFY_ERROR(exportGguf(request, {}), ErrorCode::Conflict);
        request.output = study.folder / "out.gguf";
        VERIFY_ERROR(exportGguf(request, {}), ErrorCode::InvalidArgument);
        request.output = path("none") / "out.gguf";
        const auto nowhere = exportGguf(request, {});
        VERIFY_ERROR(nowhere, ErrorCode::NotFound);
        QVERIFY2(nowhere.error().detail.find("no such folder") != std::string::npos, nowhere.error().detail.c_str());
        request.output = path("out.gguf");
        std::stop_source stop;
        stop.request_stop();
        VERIFY_ERROR(exportGguf(request, RunContext(stop.get_token(), {})), ErrorCode::Cancelled);
        QVERIFY(!fs::exists(path("out.gguf")));
    }

private:
    [[nodiscard]] fs::path path(const char *name) const { return m_folder->path() / name; }

    static void compareWeights(const architecture::ModelArchive &before, const architecture::ModelArchive &after,
                               const MaskedStudy &study, DType type, std::uint64_t rounded)
    {
        std::uint64_t zeros = 0;
        for (const auto &tensor : before.tensors()) {
            auto expected = valuesOf(before, tensor.name);
            const auto written = valuesOf(after, tensor.name);
            const auto kept = study.kept.find(tensor.name);
            for (std::size_t i = 0; i < expected.size(); ++i) {
                const bool pruned =
                    kept != study.kept.end() && !kept->second.test(i / kept->second.cols(), i % kept->second.cols());
                if (pruned)
                    QCOMPARE(written[i], 0.0F);
                else if (kept != study.kept.end())
                    zeros += written[i] == 0.0F && expected[i] != 0.0F ? 1 : 0;
                if (pruned)
                    expected[i] = 0.0F;
            }
            const bool vector = tensor.shape.size() < 2;
            const double most = vector ? 0.0 : tolerance(type, expected);
            for (std::size_t i = 0; i < expected.size(); ++i)
                QVERIFY2(std::abs(double(written[i]) - double(expected[i])) <= most, tensor.name.c_str());
        }
        QCOMPARE(zeros, rounded);
    }

    std::unique_ptr<TemporaryFolder> m_folder;
};

QTEST_APPLESS_MAIN(TestExportGguf)
#include "tst_exportgguf.moc"
