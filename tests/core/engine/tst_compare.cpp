// SPDX-License-Identifier: GPL-3.0-or-later
#include <cmath>
#include <cstring>
#include <fstream>
#include <memory>
#include <stop_token>

#include "core/base/file.h"
#include "core/engine/light.h"
#include "core/format/safetensors.h"
#include "tests/core/engine/selectedstudy.h"
#include "tests/support/testsupport.h"
#include "tests/support/tinymodel.h"

using namespace secateur;
using namespace secateur::engine;
using namespace secateur::test;
namespace fs = std::filesystem;

namespace {

std::vector<std::uint8_t> tensorBytes(const format::SafetensorsFile &file, const format::TensorInfo &tensor)
{
    std::vector<std::uint8_t> bytes(tensor.bytes);
    if (const auto read = file.read(tensor, 0, std::as_writable_bytes(std::span(bytes))); !read)
        throw std::runtime_error(describe(read.error()));
    return bytes;
}

std::vector<std::string> runNames(const CompareReport &report)
{
    std::vector<std::string> names;
    for (const auto &run : report.runs)
        names.push_back(run.recipe.name);
    return names;
}

/// The Jaccard distance of the pruned sets of two recipes, cell by cell.
double slowDistance(const SelectedStudy &study, const store::RunRecipe &a, const store::RunRecipe &b)
{
    double both = 0;
    double either = 0;
    for (std::uint32_t layer = 0; layer < std::uint32_t(study.model().config().layers); ++layer)
        for (const auto &sublayer : study.model().sublayers()) {
            const auto left = study.select(a, {LayerIndex{layer}, sublayer.name});
            const auto right = study.select(b, {LayerIndex{layer}, sublayer.name});
            for (std::size_t row = 0; row < left.rows(); ++row)
                for (std::size_t col = 0; col < left.cols(); ++col) {
                    both += !left.test(row, col) && !right.test(row, col) ? 1 : 0;
                    either += !left.test(row, col) || !right.test(row, col) ? 1 : 0;
                }
        }
    return 1.0 - both / either;
}

} // namespace

/// compare, masks and norms on a study of two domains, one of them sampled twice, and a magnitude run.
class TestCompare : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void comparesAllRuns();
    void findsTheSameDomainFloor();
    void comparesNamedRuns();
    void refusesNames();
    void aStudyWithOneRunHasNothingToCompare();
    void cancels();
    void namesADamagedFile();
    void writesMasks();
    void writesNorms();
    void magnitudeHasNoNorms();
    void writesOverNoSource();
    void cancelledWritingLeavesNothing();

private:
    TemporaryFolder m_temporary;
    std::unique_ptr<SelectedStudy> m_study;
    store::RunRecipe m_code = SelectedStudy::recipe("code", 1);
    store::RunRecipe m_codeAgain = SelectedStudy::recipe("code-again", 2);
    store::RunRecipe m_math = SelectedStudy::recipe("math", 3);
    store::RunRecipe m_magnitude = SelectedStudy::recipe("size", 4);
};

void TestCompare::initTestCase()
{
    const auto model = writeTinyModel(m_temporary.path() / "model", {.layers = 2});
    m_study = std::make_unique<SelectedStudy>(m_temporary.path() / "study.secateur", model);
    m_math.domain = "math";
    m_magnitude.domain = "none";
    m_magnitude.method = PruneMethod::Magnitude;
    m_magnitude.calibrationFingerprint.clear();
    for (const auto *recipe : {&m_code, &m_codeAgain, &m_math, &m_magnitude})
        m_study->add(*recipe);
}

void TestCompare::comparesAllRuns()
{
    const auto report = compare({m_study->folder(), {}, analysis::SetKind::Pruned, 2}, {});
    VERIFY_RESULT(report);
    QCOMPARE(runNames(*report), (std::vector<std::string>{"code", "code-again", "math", "size"}));
    QCOMPARE(report->pairs.size(), std::size_t(6));
    QCOMPARE(report->sublayers.size(), std::size_t(7));
    QCOMPARE(report->sublayers.front(), std::string("self_attn.q_proj"));
    const std::vector<store::RunRecipe> recipes = {m_code, m_codeAgain, m_math, m_magnitude};
    double random = 0.0;
    for (const auto &pair : report->pairs) {
        QCOMPARE(pair.whole, slowDistance(*m_study, recipes[pair.a], recipes[pair.b]));
        QCOMPARE(pair.perLayer.size(), std::size_t(2));
        QCOMPARE(pair.perSublayer.at("mlp.down_proj").size(), std::size_t(2));
        random += pair.random / 6.0;
    }
    QVERIFY(std::fabs(report->random - random) < 1e-12);
    QVERIFY(std::fabs(report->random - 2.0 / 3.0) < 0.01);
    const auto kept = compare({m_study->folder(), {}, analysis::SetKind::Kept, 2}, {});
    VERIFY_RESULT(kept);
    QVERIFY(kept->pairs[2].whole != report->pairs[2].whole); // with magnitude, which prunes more than half
    QCOMPARE(kept->pairs[2].hamming, report->pairs[2].hamming);
}

void TestCompare::findsTheSameDomainFloor()
{
    const auto report = compare({m_study->folder(), {}, analysis::SetKind::Pruned, 1}, {});
    VERIFY_RESULT(report);
    QCOMPARE(report->sameDomain.size(), std::size_t(1));
    QCOMPARE(report->sameDomain[0].a, std::size_t(0));
    QCOMPARE(report->sameDomain[0].b, std::size_t(1));
    QCOMPARE(report->sameDomain[0].whole, report->pairs[0].whole);
}

void TestCompare::comparesNamedRuns()
{
    const auto study = store::Study::open(m_study->folder(), store::Study::Access::Read);
    VERIFY_RESULT(study);
    const auto math = (*study)->find("math");
    VERIFY_RESULT(math);
    const auto report = compare({m_study->folder(), {math->id, "code"}, analysis::SetKind::Pruned, 1}, {});
    VERIFY_RESULT(report);
    QCOMPARE(runNames(*report), (std::vector<std::string>{"math", "code"}));
    QCOMPARE(report->pairs.size(), std::size_t(1));
    QCOMPARE(report->pairs[0].whole, slowDistance(*m_study, m_math, m_code));
    QVERIFY(report->sameDomain.empty());
}

void TestCompare::refusesNames()
{
    const auto set = analysis::SetKind::Pruned;
    VERIFY_ERROR(compare({m_study->folder(), {"code", "nowhere"}, set, 1}, {}), ErrorCode::NotFound);
    VERIFY_ERROR(compare({m_study->folder(), {"code", "code"}, set, 1}, {}), ErrorCode::InvalidArgument);
    VERIFY_ERROR(compare({m_study->folder(), {"code"}, set, 1}, {}), ErrorCode::InvalidArgument);
    VERIFY_ERROR(compare({m_study->folder() / "no", {}, set, 1}, {}), ErrorCode::NotFound);
}

void TestCompare::aStudyWithOneRunHasNothingToCompare()
{
    SelectedStudy single(m_temporary.path() / "single.secateur", m_temporary.path() / "model");
    VERIFY_ERROR(compare({single.folder(), {}, analysis::SetKind::Pruned, 1}, {}), ErrorCode::NotFound);
    single.add(m_code);
    VERIFY_ERROR(compare({single.folder(), {}, analysis::SetKind::Pruned, 1}, {}), ErrorCode::NotFound);
}

void TestCompare::cancels()
{
    std::stop_source stop;
    stop.request_stop();
    const CompareRequest request{m_study->folder(), {}, analysis::SetKind::Pruned, 1};
    VERIFY_ERROR(compare(request, RunContext(stop.get_token(), {})), ErrorCode::Cancelled);
}

void TestCompare::namesADamagedFile()
{
    SelectedStudy damaged(m_temporary.path() / "damaged.secateur", m_temporary.path() / "model");
    damaged.add(m_code);
    const auto math = damaged.add(m_math);
    const fs::path file = damaged.folder() / "runs" / math.id / math.files[1].name;
    fs::permissions(file, fs::perms::owner_write, fs::perm_options::add);
    std::fstream stream(file, std::ios::in | std::ios::out | std::ios::binary);
    stream.seekp(std::streamoff(fs::file_size(file) / 2));
    const char garbage[16] = {};
    stream.write(garbage, sizeof garbage);
    stream.close();
    const auto report = compare({damaged.folder(), {}, analysis::SetKind::Pruned, 1}, {});
    VERIFY_ERROR(report, ErrorCode::BadInput);
    QVERIFY2(report.error().detail.find(math.files[1].name) != std::string::npos, report.error().detail.c_str());
}

void TestCompare::writesMasks()
{
    const fs::path output = m_temporary.path() / "masks.safetensors";
    const auto written = writeMasks(m_study->folder(), "math", output, {});
    VERIFY_RESULT(written);
    QCOMPARE(written->tensors, std::uint64_t(14));
    QCOMPARE(written->bytes, std::uint64_t(fs::file_size(output)));
    const auto file = format::SafetensorsFile::open(output);
    VERIFY_RESULT(file);
    QCOMPARE(file->tensors().size(), std::size_t(14));
    QCOMPARE(file->metadata().at("mask"), std::string("kept=1"));
    QCOMPARE(file->metadata().at("run"), std::string("math"));
    QCOMPARE(file->metadata().at("source_sha256").size(), std::size_t(64));
    for (std::uint32_t layer = 0; layer < 2; ++layer)
        for (const auto &sublayer : m_study->model().sublayers()) {
            const MatrixId id{LayerIndex{layer}, sublayer.name};
            const auto *const tensor = file->find(tensorName(id));
            QVERIFY(tensor != nullptr);
            QVERIFY(tensor->type == format::DType::U8);
            QCOMPARE(tensor->shape,
                     (std::vector<std::uint64_t>{std::uint64_t(sublayer.rows), std::uint64_t(sublayer.cols + 7) / 8}));
            QCOMPARE(tensorBytes(*file, *tensor), m_study->select(m_math, id).toPackedRows());
        }
}

void TestCompare::writesNorms()
{
    const fs::path output = m_temporary.path() / "norms.safetensors";
    const auto written = writeNorms(m_study->folder(), "math", output, {});
    VERIFY_RESULT(written);
    QCOMPARE(written->tensors, std::uint64_t(14));
    const auto file = format::SafetensorsFile::open(output);
    VERIFY_RESULT(file);
    for (std::uint32_t layer = 0; layer < 2; ++layer)
        for (const auto &sublayer : m_study->model().sublayers()) {
            const MatrixId id{LayerIndex{layer}, sublayer.name};
            const auto *const tensor = file->find(tensorName(id));
            QVERIFY(tensor != nullptr);
            QVERIFY(tensor->type == format::DType::F32);
            QCOMPARE(tensor->shape, std::vector<std::uint64_t>{std::uint64_t(sublayer.cols)});
            const auto expected = m_study->norms(m_math, id);
            const auto bytes = tensorBytes(*file, *tensor);
            QCOMPARE(bytes.size(), expected.size() * sizeof(float));
            QVERIFY(std::memcmp(bytes.data(), expected.data(), bytes.size()) == 0);
        }
}

void TestCompare::magnitudeHasNoNorms()
{
    const fs::path output = m_temporary.path() / "none.safetensors";
    const auto refused = writeNorms(m_study->folder(), "size", output, {});
    VERIFY_ERROR(refused, ErrorCode::NotFound);
    QVERIFY(refused.error().detail.find("size") != std::string::npos);
    QVERIFY(!fs::exists(output));
}

void TestCompare::writesOverNoSource()
{
    const fs::path weights = m_temporary.path() / "model/model.safetensors";
    const auto before = fs::file_size(weights);
    VERIFY_ERROR(writeMasks(m_study->folder(), "math", weights, {}), ErrorCode::InvalidArgument);
    QCOMPARE(fs::file_size(weights), before);
    const auto study = store::Study::open(m_study->folder(), store::Study::Access::Read);
    VERIFY_RESULT(study);
    const auto math = (*study)->find("math");
    VERIFY_RESULT(math);
    const fs::path layer = m_study->folder() / "runs" / math->id / math->files[0].name;
    QVERIFY(fs::exists(layer));
    VERIFY_ERROR(writeNorms(m_study->folder(), "math", layer, {}), ErrorCode::InvalidArgument);
    VERIFY_ERROR(writeMasks(m_study->folder(), "math", m_study->folder() / "study.json", {}),
                 ErrorCode::InvalidArgument);
    VERIFY_RESULT(store::Study::open(m_study->folder(), store::Study::Access::Read));
}

void TestCompare::cancelledWritingLeavesNothing()
{
    std::stop_source stop;
    const RunContext context(stop.get_token(), [&stop](const Progress &progress) {
        if (progress.done == 1)
            stop.request_stop();
    });
    const fs::path folder = m_temporary.path() / "cancelled";
    fs::create_directory(folder);
    VERIFY_ERROR(writeMasks(m_study->folder(), "math", folder / "masks.safetensors", context), ErrorCode::Cancelled);
    QVERIFY(fs::is_empty(folder));
}

QTEST_APPLESS_MAIN(TestCompare)
#include "tst_compare.moc"
