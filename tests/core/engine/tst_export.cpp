// SPDX-License-Identifier: GPL-3.0-or-later
#include <bit>
#include <fstream>
#include <iterator>

#include <nlohmann/json.hpp>

#include "core/base/sha256.h"
#include "core/engine/light.h"
#include "core/format/hffolder.h"
#include "core/tokenizer/tokenizer.h"
#include "tests/core/architecture/tinygguf.h"
#include "tests/core/engine/maskedstudy.h"
#include "tests/support/malformed_gguf.h"
#include "tests/support/testsupport.h"
#include "tests/support/tinymodel.h"

using namespace secateur;
using namespace secateur::engine;
using namespace secateur::test;
using nlohmann::json;
namespace fs = std::filesystem;

namespace {

std::string readAll(const fs::path &path)
{
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

std::vector<std::string> names(const fs::path &folder)
{
    std::vector<std::string> result;
    for (const auto &entry : fs::directory_iterator(folder))
        result.push_back(entry.path().filename().string());
    std::ranges::sort(result);
    return result;
}

std::vector<std::byte> rawTensor(const format::HfFolder &folder, const std::string &name)
{
    const auto [file, tensor] = folder.find(name);
    if (!file)
        throw std::runtime_error("no tensor " + name);
    std::vector<std::byte> bytes(tensor->bytes);
    if (const auto read = file->read(*tensor, 0, bytes); !read)
        throw std::runtime_error(describe(read.error()));
    return bytes;
}

/// The bytes of a matrix with zeros where the mask is 0.
std::vector<std::byte> masked(std::vector<std::byte> bytes, const mask::BitMatrix &kept)
{
    const std::size_t width = bytes.size() / kept.size();
    for (std::size_t i = 0; i < kept.size(); ++i)
        if (!kept.test(i / kept.cols(), i % kept.cols()))
            std::fill_n(bytes.begin() + std::ptrdiff_t(i * width), width, std::byte{0});
    return bytes;
}

/// The tiny tokenizer as GGUF metadata.
void addTokenizer(TinyGguf &file)
{
    const json model = json::parse(tinyTokenizerJson()).at("model");
    std::vector<std::string> tokens(tinyVocabulary);
    for (const auto &[token, id] : model.at("vocab").items())
        tokens[id.get<std::size_t>()] = token;
    std::string tokenBytes;
    std::string types;
    for (const auto &token : tokens) {
        tokenBytes += ggufText(token);
        types += littleEndian(std::int32_t(token == "<s>" || token == "</s>" ? 3 : 1));
    }
    std::string merges;
    for (const auto &merge : model.at("merges"))
        merges += ggufText(merge.get<std::string>());
    file.text("tokenizer.ggml.model", "gpt2");
    file.text("tokenizer.ggml.pre", "gpt-2");
    file.pairs.push_back(ggufArrayPair("tokenizer.ggml.tokens", GgufString, tokens.size(), tokenBytes));
    file.pairs.push_back(ggufArrayPair("tokenizer.ggml.token_type", GgufI32, tokens.size(), types));
    file.pairs.push_back(ggufArrayPair("tokenizer.ggml.merges", GgufString, model.at("merges").size(), merges));
}

} // namespace

class TestExport : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void folder_data();
    void folder();
    void manifest();
    void extraTensorsAndPrefixlessNames();
    void gguf();
    void emptyOutputIsUsed();
    void badOutputs();
    void otherModel_data();
    void otherModel();
    void movedModel();
    void unknownRun();
    void masksAreAppliedWithoutTheStudy();
    void cancelLeavesNothing();

private:
    [[nodiscard]] fs::path path(const char *name) const { return m_folder->path() / name; }
    [[nodiscard]] ExportRequest request(const MaskedStudy &study) const
    {
        return {study.folder, study.run, {}, path("out")};
    }
    std::unique_ptr<TemporaryFolder> m_folder;
};

void TestExport::init()
{
    m_folder = std::make_unique<TemporaryFolder>();
}

void TestExport::folder_data()
{
    QTest::addColumn<QByteArray>("dtype");
    QTest::addColumn<int>("shards");
    QTest::addColumn<bool>("tied");
    QTest::newRow("bf16, three shards") << QByteArray("BF16") << 3 << true;
    QTest::newRow("f32, one file, own head") << QByteArray("F32") << 1 << false;
}

void TestExport::folder()
{
    QFETCH(QByteArray, dtype);
    QFETCH(int, shards);
    QFETCH(bool, tied);
    writeTinyModel(path("m"), {.tiedEmbeddings = tied, .shards = shards, .dtype = dtype.toStdString()});
    writeFile(path("m") / "chat_template.jinja", "{{ messages }}");
    writeFile(path("m") / "pytorch_model.bin", "not copied");
    const auto study = writeMaskedStudy(path("s.secateur"), path("m"));
    std::vector<std::string> stages;
    const auto report = exportDense(request(study), RunContext({}, [&](const Progress &progress) {
                                        if (stages.empty() || stages.back() != progress.stage)
                                            stages.push_back(progress.stage);
                                    }));
    VERIFY_RESULT(report);
    QVERIFY((stages == std::vector<std::string>{"hash", "export", "verify"}));

    auto expectedNames = names(path("m"));
    std::erase(expectedNames, "pytorch_model.bin");
    expectedNames.push_back("pruning_manifest.json");
    std::ranges::sort(expectedNames);
    QVERIFY(names(path("out")) == expectedNames);
    QVERIFY(report->files == expectedNames);
    std::uint64_t bytes = 0;
    for (const auto &name : expectedNames) {
        bytes += fs::file_size(path("out") / name);
        if (!name.ends_with(".safetensors") && name != "pruning_manifest.json")
            QCOMPARE(readAll(path("out") / name), readAll(path("m") / name));
    }
    QCOMPARE(report->bytes, bytes);

    const auto before = format::HfFolder::open(path("m"));
    const auto after = format::HfFolder::open(path("out"));
    VERIFY_RESULT(before);
    VERIFY_RESULT(after);
    QCOMPARE(after->shards().size(), before->shards().size());
    std::size_t matrices = 0;
    for (std::size_t i = 0; i < before->shards().size(); ++i) {
        const auto &source = before->shards()[i];
        const auto &written = after->shards()[i];
        QVERIFY(written.metadata() == source.metadata());
        QCOMPARE(written.tensors().size(), source.tensors().size());
        for (std::size_t t = 0; t < source.tensors().size(); ++t) {
            const auto &tensor = source.tensors()[t];
            QCOMPARE(written.tensors()[t].name, tensor.name);
            QVERIFY(written.tensors()[t].type == tensor.type && written.tensors()[t].shape == tensor.shape);
            auto expected = rawTensor(*before, tensor.name);
            if (const auto kept = study.kept.find(tensor.name); kept != study.kept.end()) {
                expected = masked(std::move(expected), kept->second);
                ++matrices;
            }
            QVERIFY2(rawTensor(*after, tensor.name) == expected, tensor.name.c_str());
        }
    }
    QCOMPARE(matrices, study.kept.size());
    std::uint64_t pruned = 0;
    std::uint64_t total = 0;
    for (const auto &[name, kept] : study.kept) {
        pruned += kept.size() - kept.count();
        total += kept.size();
    }
    QCOMPARE(report->sparsity, double(pruned) / double(total));
}

void TestExport::manifest()
{
    writeTinyModel(path("m"), {.layers = 1});
    const auto study = writeMaskedStudy(path("s.secateur"), path("m"));
    VERIFY_RESULT(exportDense(request(study), {}));
    const json manifest = json::parse(readAll(path("out") / "pruning_manifest.json"));
    QCOMPARE(manifest.at("tool_version").get<std::string>(), std::string(SECATEUR_VERSION));
    QCOMPARE(manifest.at("method").get<std::string>(), std::string("wanda"));
    QCOMPARE(manifest.at("target").get<std::string>(), std::string("0.5"));
    QCOMPARE(manifest.at("pattern").get<std::string>(), std::string("unstructured"));
    QCOMPARE(manifest.at("statistics").get<std::string>(), std::string("pruned"));
    QCOMPARE(manifest.at("domain").get<std::string>(), std::string("code"));
    QCOMPARE(manifest.at("run").at("name").get<std::string>(), study.run);
    const json &calibration = manifest.at("calibration");
    QCOMPARE(calibration.at("files").at(0).at("sha256").get<std::string>(), std::string(64, 'a'));
    QCOMPARE(calibration.at("seed").get<int>(), 7);
    QCOMPARE(calibration.at("bos").get<std::string>(), std::string("auto"));
    QCOMPARE(calibration.at("tokens").get<int>(), 30);
    QVERIFY(calibration.dump().find("{text}") != std::string::npos);
    const auto digest = sha256File(path("m") / "model.safetensors", {});
    VERIFY_RESULT(digest);
    QCOMPARE(manifest.at("source_model").at("files").at(0).at("sha256").get<std::string>(), *digest);
    QCOMPARE(manifest.at("matrices").size(), std::size_t(7));
    for (const auto &matrix : manifest.at("matrices")) {
        const auto &kept = study.kept.at(matrix.at("name").get<std::string>());
        const auto pruned = kept.size() - kept.count();
        QCOMPARE(matrix.at("pruned").get<std::size_t>(), pruned);
        QCOMPARE(matrix.at("sparsity").get<double>(), double(pruned) / double(kept.size()));
        QVERIFY((matrix.at("shape").get<std::vector<std::size_t>>() == std::vector{kept.rows(), kept.cols()}));
    }
}

void TestExport::extraTensorsAndPrefixlessNames()
{
    // A folder saved from the bare decoder, with buffers of old checkpoints: all of it is carried over as it is named.
    writeTinyModel(path("tiny"), {.layers = 1});
    const auto tiny = format::HfFolder::open(path("tiny"));
    VERIFY_RESULT(tiny);
    std::vector<format::SafetensorsWriter::Entry> entries;
    std::vector<std::vector<std::byte>> data;
    for (const auto &tensor : tiny->shards().front().tensors()) {
        entries.push_back({tensor.name.substr(6), tensor.type, tensor.shape});
        data.push_back(rawTensor(*tiny, tensor.name));
    }
    entries.push_back({"layers.0.self_attn.rotary_emb.inv_freq", format::DType::F32, {8}});
    data.emplace_back(32, std::byte{0x3f});
    entries.push_back({"step", format::DType::I64, {}});
    data.emplace_back(8, std::byte{1});
    fs::create_directory(path("m"));
    fs::copy_file(path("tiny") / "config.json", path("m") / "config.json");
    auto writer = format::SafetensorsWriter::create(path("m") / "model.safetensors", entries, {});
    VERIFY_RESULT(writer);
    for (const auto &bytes : data)
        VERIFY_RESULT(writer->append(bytes));
    VERIFY_RESULT(writer->commit());

    const auto study = writeMaskedStudy(path("s.secateur"), path("m"));
    VERIFY_RESULT(exportDense(request(study), {}));
    const auto after = format::HfFolder::open(path("out"));
    VERIFY_RESULT(after);
    for (std::size_t i = 0; i < entries.size(); ++i) {
        const auto kept = study.kept.find("model." + entries[i].name);
        const auto expected = kept == study.kept.end() ? data[i] : masked(data[i], kept->second);
        QVERIFY2(rawTensor(*after, entries[i].name) == expected, entries[i].name.c_str());
    }
}

void TestExport::gguf()
{
    writeTinyModel(path("tiny"), {.layers = 2, .dtype = "BF16"});
    const auto tiny = architecture::ModelArchive::open(path("tiny"));
    VERIFY_RESULT(tiny);
    TinyGguf file = converted(**tiny);
    addTokenizer(file);
    const auto study = writeMaskedStudy(path("s.secateur"), file.write(path("m.gguf")));
    VERIFY_RESULT(exportDense(request(study), {}));
    QVERIFY((names(path("out"))
             == std::vector<std::string>{"config.json", "model.safetensors", "pruning_manifest.json", "tokenizer.json",
                                         "tokenizer_config.json"}));

    const auto out = architecture::ModelArchive::open(path("out"));
    VERIFY_RESULT(out);
    QCOMPARE(architecture::configSha256((*out)->config()), architecture::configSha256((*tiny)->config()));
    QVERIFY((*out)->weightType() == format::DType::F32);
    for (const auto &tensor : (*tiny)->tensors()) {
        std::size_t elements = 1;
        for (const auto extent : tensor.shape)
            elements *= extent;
        std::vector<float> expected(elements);
        std::vector<float> written(elements);
        VERIFY_RESULT((*tiny)->readF32(tensor.name, expected));
        VERIFY_RESULT((*out)->readF32(tensor.name, written));
        if (const auto kept = study.kept.find(tensor.name); kept != study.kept.end())
            for (std::size_t i = 0; i < elements; ++i)
                if (!kept->second.test(i / kept->second.cols(), i % kept->second.cols()))
                    expected[i] = 0.0F;
        QVERIFY2(std::ranges::equal(std::as_bytes(std::span(written)), std::as_bytes(std::span(expected))),
                 tensor.name.c_str());
    }
    const auto before = tokenizer::Tokenizer::forModel(path("m.gguf"));
    const auto after = tokenizer::Tokenizer::forModel(path("out"));
    VERIFY_RESULT(before);
    VERIFY_RESULT(after);
    const auto idsBefore = (*before)->encode("The garden keeps its shape.", BosPolicy::Auto);
    const auto idsAfter = (*after)->encode("The garden keeps its shape.", BosPolicy::Auto);
    VERIFY_RESULT(idsBefore);
    VERIFY_RESULT(idsAfter);
    QVERIFY(*idsBefore == *idsAfter);
}

void TestExport::emptyOutputIsUsed()
{
    writeTinyModel(path("m"), {.layers = 1});
    const auto study = writeMaskedStudy(path("s.secateur"), path("m"));
    fs::create_directory(path("out"));
    ExportRequest toEmpty = request(study);
    toEmpty.output = m_folder->path().string() + "/out/";
    VERIFY_RESULT(exportDense(toEmpty, {}));
    QVERIFY(fs::exists(path("out") / "config.json"));
    QVERIFY((names(m_folder->path()) == std::vector<std::string>{"m", "out", "s.secateur"}));
}

void TestExport::badOutputs()
{
    writeTinyModel(path("m"), {.layers = 1});
    const auto study = writeMaskedStudy(path("s.secateur"), path("m"));
    ExportRequest bad = request(study);
    bad.output = path("m");
    VERIFY_ERROR(exportDense(bad, {}), ErrorCode::Conflict);
    bad.output = writeFile(path("file"), "x");
    VERIFY_ERROR(exportDense(bad, {}), ErrorCode::Conflict);
    fs::create_directory_symlink(path("nowhere"), path("link"));
    bad.output = path("link");
    VERIFY_ERROR(exportDense(bad, {}), ErrorCode::Conflict);
    bad.output = path("none") / "out";
    VERIFY_ERROR(exportDense(bad, {}), ErrorCode::NotFound);
    bad.output = "";
    VERIFY_ERROR(exportDense(bad, {}), ErrorCode::InvalidArgument);
    bad.output = "/";
    VERIFY_ERROR(exportDense(bad, {}), ErrorCode::InvalidArgument);
    bad.output = study.folder / "runs" / "out"; // the study's folder holds nothing but the study
    VERIFY_ERROR(exportDense(bad, {}), ErrorCode::InvalidArgument);
}

void TestExport::otherModel_data()
{
    QTest::addColumn<QByteArray>("change");
    QTest::addColumn<QByteArray>("says");
    QTest::newRow("weights") << QByteArray("weights") << QByteArray("the weights in model.safetensors differ");
    QTest::newRow("shards") << QByteArray("shards") << QByteArray("2 weight files instead of 1");
    QTest::newRow("size") << QByteArray("size") << QByteArray("bytes instead of");
    QTest::newRow("config") << QByteArray("config") << QByteArray("its configuration differs");
}

void TestExport::otherModel()
{
    QFETCH(QByteArray, change);
    QFETCH(QByteArray, says);
    writeTinyModel(path("m"), {.layers = 1});
    TinyModelOptions options{.layers = 1};
    if (change == "weights")
        options.seed = 2;
    else if (change == "shards")
        options.shards = 2;
    else if (change == "size")
        options.dtype = "BF16";
    else
        options.layers = 2;
    writeTinyModel(path("other"), options);
    ExportRequest wrong = request(writeMaskedStudy(path("s.secateur"), path("m")));
    wrong.model = path("other");
    const auto report = exportDense(wrong, {});
    VERIFY_ERROR(report, ErrorCode::Conflict);
    QVERIFY2(report.error().detail.find(says.toStdString()) != std::string::npos, report.error().detail.c_str());
    QVERIFY(!fs::exists(path("out")));
}

void TestExport::movedModel()
{
    writeTinyModel(path("m"), {.layers = 1});
    ExportRequest moved = request(writeMaskedStudy(path("s.secateur"), path("m")));
    fs::rename(path("m"), path("elsewhere"));
    const auto lost = exportDense(moved, {});
    VERIFY_ERROR(lost, ErrorCode::NotFound);
    QVERIFY2(lost.error().detail.find("Say where it is now") != std::string::npos, lost.error().detail.c_str());
    moved.model = path("elsewhere");
    VERIFY_RESULT(exportDense(moved, {}));
}

void TestExport::unknownRun()
{
    writeTinyModel(path("m"), {.layers = 1});
    ExportRequest unknown = request(writeMaskedStudy(path("s.secateur"), path("m")));
    unknown.run = "none";
    VERIFY_ERROR(exportDense(unknown, {}), ErrorCode::NotFound);
    unknown.study = path("none.secateur");
    VERIFY_ERROR(exportDense(unknown, {}), ErrorCode::NotFound);
}

void TestExport::masksAreAppliedWithoutTheStudy()
{
    writeTinyModel(path("m"), {.shards = 2, .dtype = "BF16"});
    const auto study = writeMaskedStudy(path("s.secateur"), path("m"));
    VERIFY_RESULT(exportDense(request(study), {}));
    VERIFY_RESULT(writeMasks(study.folder, study.run, path("masks.safetensors"), {}));
    const auto report = applyMasks({path("masks.safetensors"), path("m"), path("applied")}, {});
    VERIFY_RESULT(report);
    QVERIFY(names(path("applied")) == names(path("out")));
    for (const auto &name : names(path("out")))
        if (name.ends_with(".safetensors"))
            QVERIFY2(readAll(path("applied") / name) == readAll(path("out") / name), name.c_str());
    QVERIFY(report->sparsity > 0.0);

    writeTinyModel(path("other"), {.shards = 2, .dtype = "BF16", .seed = 2});
    VERIFY_ERROR(applyMasks({path("masks.safetensors"), path("other"), path("no")}, {}), ErrorCode::Conflict);
    writeTinyModel(path("small"), {.layers = 5});
    VERIFY_ERROR(applyMasks({path("masks.safetensors"), path("small"), path("no")}, {}), ErrorCode::BadInput);
    VERIFY_ERROR(applyMasks({path("out") / "model-00001-of-00002.safetensors", path("m"), path("no")}, {}),
                 ErrorCode::BadInput);
    QVERIFY(!fs::exists(path("no")));
}

void TestExport::cancelLeavesNothing()
{
    writeTinyModel(path("m"), {.layers = 2});
    const auto study = writeMaskedStudy(path("s.secateur"), path("m"));
    for (const std::string stage : {"hash", "export", "verify"}) {
        std::stop_source stop;
        const RunContext context(stop.get_token(), [&](const Progress &progress) {
            if (progress.stage == stage)
                stop.request_stop();
        });
        VERIFY_ERROR(exportDense(request(study), context), ErrorCode::Cancelled);
        QVERIFY((names(m_folder->path()) == std::vector<std::string>{"m", "s.secateur"}));
    }
}

QTEST_GUILESS_MAIN(TestExport)
#include "tst_export.moc"
