// SPDX-License-Identifier: GPL-3.0-or-later
#include <bit>
#include <cmath>
#include <fstream>
#include <numbers>

#include <nlohmann/json.hpp>

#include "core/architecture/modelarchive.h"
#include "core/base/sha256.h"
#include "core/format/safetensors.h"
#include "tests/core/architecture/tinygguf.h"
#include "tests/support/malformed_gguf.h"
#include "tests/support/testsupport.h"
#include "tests/support/tinymodel.h"

using namespace secateur;
using namespace secateur::architecture;
using namespace secateur::test;
using format::DType;
using nlohmann::json;
using Entry = format::SafetensorsWriter::Entry;

namespace {

std::size_t elements(const std::vector<std::uint64_t> &shape)
{
    std::size_t product = 1;
    for (const auto extent : shape)
        product *= extent;
    return product;
}

/// A config.json and a model.safetensors of random bf16 or f32 weights.
struct Folder {
    json config;
    std::vector<Entry> entries;

    /// A model of that configuration, whole.
    static Folder of(const json &config, DType type)
    {
        Folder folder{config, {}};
        ModelConfig sizes;
        sizes.layers = config.at("num_hidden_layers");
        sizes.hiddenSize = config.at("hidden_size");
        sizes.intermediateSize = config.at("intermediate_size");
        sizes.heads = config.at("num_attention_heads");
        sizes.kvHeads = config.at("num_key_value_heads");
        sizes.headDim = config.value("head_dim", sizes.hiddenSize / sizes.heads);
        sizes.vocabSize = config.at("vocab_size");
        sizes.tiedEmbeddings = config.at("tie_word_embeddings");
        sizes.queryKeyNorm = sizes.postNorms = config.at("model_type") == "gemma3_text";
        for (const auto &tensor : expectedTensors(sizes))
            folder.entries.push_back({tensor.name, type, tensor.shape});
        return folder;
    }

    Entry &entry(const std::string &name)
    {
        const auto found = std::ranges::find(entries, name, &Entry::name);
        if (found == entries.end())
            throw std::runtime_error("no entry " + name);
        return *found;
    }

    void write(const std::filesystem::path &folder) const
    {
        std::filesystem::create_directories(folder);
        writeFile(folder / "config.json", config.dump());
        auto writer = format::SafetensorsWriter::create(folder / "model.safetensors", entries, {{"format", "pt"}});
        if (!writer)
            throw std::runtime_error(describe(writer.error()));
        TinyRandom random(1);
        for (const auto &entry : entries) {
            std::vector<float> values(elements(entry.shape));
            for (float &value : values)
                value = float(random.normal());
            std::vector<std::byte> bytes(values.size() * format::blockBytes(entry.type));
            const bool whole = entry.type == DType::I32;
            if (const auto done = whole ? Result<void>() : format::fromFloat32(entry.type, values, bytes); !done)
                throw std::runtime_error(describe(done.error()));
            if (const auto done = writer->append(bytes); !done)
                throw std::runtime_error(describe(done.error()));
        }
        if (const auto done = writer->commit(); !done)
            throw std::runtime_error(describe(done.error()));
    }
};

json llamaJson()
{
    return {{"architectures", {"LlamaForCausalLM"}},
            {"model_type", "llama"},
            {"hidden_size", 32},
            {"intermediate_size", 40},
            {"num_hidden_layers", 2},
            {"num_attention_heads", 4},
            {"num_key_value_heads", 2},
            {"vocab_size", 16},
            {"max_position_embeddings", 64},
            {"rms_norm_eps", 1e-5},
            {"tie_word_embeddings", true}};
}

json gemmaJson()
{
    json config = llamaJson();
    config["architectures"] = {"Gemma3ForCausalLM"};
    config["model_type"] = "gemma3_text";
    config["head_dim"] = 16;
    config["sliding_window"] = 8;
    config["query_pre_attn_scalar"] = 16;
    config["num_hidden_layers"] = 6;
    return config;
}

std::vector<float> readAll(const ModelArchive &model, const std::string &name)
{
    const auto *tensor = model.find(name);
    if (!tensor)
        throw std::runtime_error("no tensor " + name);
    std::vector<float> values(elements(tensor->shape));
    if (const auto read = model.readF32(name, values); !read)
        throw std::runtime_error(describe(read.error()));
    return values;
}

} // namespace

class TestModelArchive : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void folder_data();
    void folder();
    void headOfTiedModelIsIgnored();
    void namesWithoutPrefix();
    void rotaryBuffersAreIgnored();
    void generationConfigNamesTheEnds();
    void refusedFolders_data();
    void refusedFolders();
    void rawBytes();
    void wrongReads();
    void rowRanges_data();
    void rowRanges();
    void longRowsInPieces();
    void ggufOfLlama();
    void ggufOfGemma3();
    void ggufLlama3Scaling_data();
    void ggufLlama3Scaling();
    void refusedGguf_data();
    void refusedGguf();
    void notAModel();
    void identity();
    void hashingIsCancelled();
};

void TestModelArchive::folder_data()
{
    QTest::addColumn<int>("shards");
    QTest::addColumn<QString>("dtype");
    QTest::addColumn<bool>("tied");
    QTest::newRow("one file") << 1 << QStringLiteral("F32") << true;
    QTest::newRow("three shards, bf16") << 3 << QStringLiteral("BF16") << true;
    QTest::newRow("own head") << 1 << QStringLiteral("BF16") << false;
}

void TestModelArchive::folder()
{
    QFETCH(int, shards);
    QFETCH(QString, dtype);
    QFETCH(bool, tied);
    const TemporaryFolder temporary;
    writeTinyModel(temporary.path() / "m", {.tiedEmbeddings = tied, .shards = shards, .dtype = dtype.toStdString()});
    const auto opened = ModelArchive::open(temporary.path() / "m");
    VERIFY_RESULT(opened);
    const ModelArchive &model = **opened;
    QVERIFY(model.container() == ModelArchive::Container::Safetensors);
    QCOMPARE(model.path(), temporary.path() / "m");
    QCOMPARE(model.hfFolder(), temporary.path() / "m");
    QCOMPARE(model.weightFiles().size(), std::size_t(shards));
    QCOMPARE(model.tensors().size(), std::size_t(4 * 9 + (tied ? 2 : 3)));
    QCOMPARE(model.find("lm_head.weight") == nullptr, tied);
    QCOMPARE(std::string(format::dtypeName(model.weightType())), dtype.toStdString());
    const std::uint64_t block = 2 * 64 * 64 + 2 * 32 * 64 + 3 * 168 * 64;
    QCOMPARE(model.prunableParameters(), 4 * block);
    QCOMPARE(model.parameters(), 4 * (block + 2 * 64) + 64 + (tied ? 1 : 2) * std::uint64_t(300 * 64));

    // bf16 weights are the f32 ones of the same seed, rounded.
    writeTinyModel(temporary.path() / "f32", {.tiedEmbeddings = tied});
    const auto exact = ModelArchive::open(temporary.path() / "f32");
    VERIFY_RESULT(exact);
    for (const auto &tensor : model.tensors()) {
        const auto values = readAll(model, tensor.name);
        const auto reference = readAll(**exact, tensor.name);
        for (std::size_t i = 0; i < values.size(); ++i)
            QVERIFY(std::abs(values[i] - reference[i])
                    <= (dtype == QLatin1String("F32") ? 0.0F : 0.004F) * std::abs(reference[i]));
    }
}

void TestModelArchive::headOfTiedModelIsIgnored()
{
    const TemporaryFolder temporary;
    Folder folder = Folder::of(llamaJson(), DType::BF16);
    folder.entries.push_back({"lm_head.weight", DType::BF16, {16, 32}});
    folder.write(temporary.path());
    const auto model = ModelArchive::open(temporary.path());
    VERIFY_RESULT(model);
    QVERIFY(!(*model)->find("lm_head.weight"));

    folder.entry("lm_head.weight").shape = {15, 32};
    folder.write(temporary.path());
    VERIFY_ERROR(ModelArchive::open(temporary.path()), ErrorCode::BadInput);
}

void TestModelArchive::namesWithoutPrefix()
{
    const TemporaryFolder temporary;
    Folder folder = Folder::of(llamaJson(), DType::F32);
    folder.write(temporary.path() / "with");
    for (auto &entry : folder.entries)
        entry.name = entry.name.substr(std::string("model.").size());
    folder.write(temporary.path() / "without");
    const auto with = ModelArchive::open(temporary.path() / "with");
    const auto without = ModelArchive::open(temporary.path() / "without");
    VERIFY_RESULT(with);
    VERIFY_RESULT(without);
    for (const auto &tensor : (*with)->tensors())
        QVERIFY(readAll(**with, tensor.name) == readAll(**without, tensor.name));

    // The same tensor under both names is no model.
    folder.entries.push_back({"model.norm.weight", DType::F32, {32}});
    folder.write(temporary.path() / "both");
    VERIFY_ERROR(ModelArchive::open(temporary.path() / "both"), ErrorCode::BadInput);
}

void TestModelArchive::rotaryBuffersAreIgnored()
{
    const TemporaryFolder temporary;
    Folder folder = Folder::of(llamaJson(), DType::F16);
    folder.entries.push_back({"model.layers.0.self_attn.rotary_emb.inv_freq", DType::F32, {4}});
    folder.entries.push_back({"score.weight", DType::F32, {4}});
    folder.write(temporary.path());
    const auto model = ModelArchive::open(temporary.path());
    VERIFY_RESULT(model);
    QCOMPARE((*model)->tensors().size(), folder.entries.size() - 2);
}

void TestModelArchive::generationConfigNamesTheEnds()
{
    const TemporaryFolder temporary;
    Folder::of(llamaJson(), DType::F16).write(temporary.path());
    writeFile(temporary.path() / "generation_config.json", R"({"eos_token_id": [3, 5]})");
    const auto model = ModelArchive::open(temporary.path());
    VERIFY_RESULT(model);
    QVERIFY(((*model)->config().eosIds == std::vector<std::int64_t>{3, 5}));
    writeFile(temporary.path() / "generation_config.json", R"({"eos_token_id": 16})");
    VERIFY_ERROR(ModelArchive::open(temporary.path()), ErrorCode::BadInput);
    writeFile(temporary.path() / "generation_config.json", "[]");
    VERIFY_ERROR(ModelArchive::open(temporary.path()), ErrorCode::BadInput);
}

void TestModelArchive::refusedFolders_data()
{
    QTest::addColumn<QByteArray>("change");
    QTest::addColumn<bool>("unsupported");
    QTest::addColumn<QByteArray>("says");
    const auto row = [](const char *change, bool unsupported, const char *says) {
        QTest::newRow(change) << QByteArray(change) << unsupported << QByteArray(says);
    };
    row("49 shape of a linear", false, "q_proj.weight has the shape [32, 31], but the configuration asks for [32, 32]");
    row("49 transposed linear", false, "down_proj.weight has the shape [40, 32]");
    row("49 vocabulary", false, "embed_tokens.weight has the shape [17, 32]");
    row("49 norm of rank 2", false, "model.norm.weight has the shape [1, 32]");
    row("missing tensor", false, "model.layers.1.mlp.up_proj.weight is missing");
    row("missing head", false, "lm_head.weight is missing");
    row("a layer too many", false, "model.layers.1.");
    row("a bias", true, "is a bias");
    row("integers", false, "holds I32");
}

void TestModelArchive::refusedFolders()
{
    QFETCH(QByteArray, change);
    QFETCH(bool, unsupported);
    QFETCH(QByteArray, says);
    Folder folder = Folder::of(llamaJson(), DType::BF16);
    if (change == "49 shape of a linear")
        folder.entry("model.layers.0.self_attn.q_proj.weight").shape = {32, 31};
    else if (change == "49 transposed linear")
        folder.entry("model.layers.1.mlp.down_proj.weight").shape = {40, 32};
    else if (change == "49 vocabulary")
        folder.entry("model.embed_tokens.weight").shape = {17, 32};
    else if (change == "49 norm of rank 2")
        folder.entry("model.norm.weight").shape = {1, 32};
    else if (change == "missing tensor")
        folder.entry("model.layers.1.mlp.up_proj.weight").name = "other.weight";
    else if (change == "missing head")
        folder.config["tie_word_embeddings"] = false;
    else if (change == "a layer too many")
        folder.config["num_hidden_layers"] = 1;
    else if (change == "a bias")
        folder.entries.push_back({"model.layers.0.self_attn.q_proj.bias", DType::BF16, {32}});
    else
        folder.entry("model.layers.0.self_attn.q_proj.weight").type = DType::I32;
    const TemporaryFolder temporary;
    folder.write(temporary.path());
    const auto model = ModelArchive::open(temporary.path());
    VERIFY_ERROR(model, unsupported ? ErrorCode::Unsupported : ErrorCode::BadInput);
    QVERIFY2(model.error().detail.find(says.toStdString()) != std::string::npos, model.error().detail.c_str());
    QVERIFY2(model.error().detail.find(temporary.path().string()) == 0, model.error().detail.c_str());
}

void TestModelArchive::rawBytes()
{
    const TemporaryFolder temporary;
    Folder::of(llamaJson(), DType::BF16).write(temporary.path());
    const auto model = ModelArchive::open(temporary.path());
    VERIFY_RESULT(model);
    const std::string name = "model.layers.1.mlp.gate_proj.weight";
    const auto values = readAll(**model, name);
    std::vector<std::byte> raw(2 * 10);
    VERIFY_RESULT((*model)->readRaw(name, 2 * 7, raw));
    std::vector<float> some(10);
    VERIFY_RESULT(format::toFloat32(DType::BF16, raw, some));
    for (std::size_t i = 0; i < some.size(); ++i)
        QCOMPARE(some[i], values[7 + i]);
    VERIFY_ERROR((*model)->readRaw("none", 0, raw), ErrorCode::NotFound);
    const auto past = (*model)->readRaw(name, values.size() * 2 - 19, raw);
    QVERIFY(!past.has_value());
}

void TestModelArchive::wrongReads()
{
    const TemporaryFolder temporary;
    Folder::of(llamaJson(), DType::BF16).write(temporary.path());
    const auto model = ModelArchive::open(temporary.path());
    VERIFY_RESULT(model);
    std::vector<float> values(32 * 32);
    const std::string name = "model.layers.0.self_attn.q_proj.weight";
    VERIFY_ERROR((*model)->readF32("none", values), ErrorCode::NotFound);
    VERIFY_ERROR((*model)->readF32(name, std::span(values).first(31 * 32)), ErrorCode::Internal);
    VERIFY_ERROR((*model)->readRowsF32(name, 0, std::span(values).first(33)), ErrorCode::Internal);
    VERIFY_ERROR((*model)->readRowsF32(name, 1, values), ErrorCode::Internal);
    VERIFY_ERROR((*model)->readRowsF32(name, ~std::uint64_t(0), std::span(values).first(32)), ErrorCode::Internal);
    VERIFY_ERROR((*model)->readRowsF32("none", 0, values), ErrorCode::NotFound);
    VERIFY_RESULT((*model)->readRowsF32(name, 32, std::span(values).first(0)));
}

void TestModelArchive::rowRanges_data()
{
    QTest::addColumn<bool>("gguf");
    QTest::addColumn<QByteArray>("dtype");
    QTest::newRow("f32") << false << QByteArray("F32");
    QTest::newRow("bf16") << false << QByteArray("BF16");
    QTest::newRow("gguf, unpermuted") << true << QByteArray("F32");
}

void TestModelArchive::rowRanges()
{
    QFETCH(bool, gguf);
    QFETCH(QByteArray, dtype);
    const TemporaryFolder temporary;
    Folder::of(llamaJson(), dtype == "F32" ? DType::F32 : DType::BF16).write(temporary.path());
    const auto folder = ModelArchive::open(temporary.path());
    VERIFY_RESULT(folder);
    const auto model = gguf ? ModelArchive::open(converted(**folder).write(temporary.path() / "m.gguf")) : folder;
    VERIFY_RESULT(model);
    for (const std::string name : {"self_attn.q_proj", "self_attn.k_proj", "mlp.down_proj"}) {
        const std::string full = "model.layers.1." + name + ".weight";
        const auto all = readAll(**folder, full);
        const std::size_t cols = (*folder)->find(full)->shape.back();
        const std::size_t rows = all.size() / cols;
        for (std::size_t first = 0; first < rows; ++first) {
            for (std::size_t count = 0; count <= rows - first; ++count) {
                std::vector<float> some(count * cols);
                VERIFY_RESULT((*model)->readRowsF32(full, first, some));
                QVERIFY(std::ranges::equal(some, std::span(all).subspan(first * cols, count * cols)));
            }
        }
    }
}

void TestModelArchive::longRowsInPieces()
{
    // A matrix of several pieces of a MiB, whose rows do not divide a piece.
    json config = llamaJson();
    config["hidden_size"] = 1096;
    config["head_dim"] = 16;
    config["vocab_size"] = 1200;
    config["num_hidden_layers"] = 1;
    const TemporaryFolder temporary;
    Folder::of(config, DType::BF16).write(temporary.path());
    const auto model = ModelArchive::open(temporary.path());
    VERIFY_RESULT(model);
    const std::string name = "model.embed_tokens.weight";
    const auto values = readAll(**model, name);
    std::vector<std::byte> raw(values.size() * 2);
    VERIFY_RESULT((*model)->readRaw(name, 0, raw));
    std::vector<float> reference(values.size());
    VERIFY_RESULT(format::toFloat32(DType::BF16, raw, reference));
    QVERIFY(values == reference);
}

void TestModelArchive::ggufOfLlama()
{
    const TemporaryFolder temporary;
    for (const bool tied : {true, false}) {
        json config = llamaJson();
        config["tie_word_embeddings"] = tied;
        config["rope_theta"] = 12345.678;
        Folder::of(config, DType::F32).write(temporary.path() / "hf");
        const auto folder = ModelArchive::open(temporary.path() / "hf");
        VERIFY_RESULT(folder);
        const auto gguf = ModelArchive::open(converted(**folder).write(temporary.path() / "m.gguf"));
        VERIFY_RESULT(gguf);
        QVERIFY((*gguf)->container() == ModelArchive::Container::Gguf);
        QVERIFY((*gguf)->hfFolder().empty());
        QCOMPARE((*gguf)->config().tiedEmbeddings, tied);
        QCOMPARE((*gguf)->config().vocabSize, 16);
        QCOMPARE((*gguf)->parameters(), (*folder)->parameters());
        for (const auto &tensor : (*folder)->tensors())
            QVERIFY2(readAll(**gguf, tensor.name) == readAll(**folder, tensor.name), tensor.name.c_str());
        QCOMPARE(configSha256((*gguf)->config()), configSha256((*folder)->config()));
        std::vector<std::byte> bytes(4);
        VERIFY_ERROR((*gguf)->readRaw("model.norm.weight", 0, bytes), ErrorCode::Unsupported);
    }
}

void TestModelArchive::ggufOfGemma3()
{
    const TemporaryFolder temporary;
    Folder::of(gemmaJson(), DType::BF16).write(temporary.path() / "hf");
    const auto folder = ModelArchive::open(temporary.path() / "hf");
    VERIFY_RESULT(folder);
    const auto gguf = ModelArchive::open(converted(**folder).write(temporary.path() / "m.gguf"));
    VERIFY_RESULT(gguf);
    QCOMPARE((*gguf)->config().attention[0].slidingWindow, 8);
    QCOMPARE((*gguf)->config().attention[5].slidingWindow, 0);
    QCOMPARE(configSha256((*gguf)->config()), configSha256((*folder)->config()));
    for (const auto &tensor : (*folder)->tensors()) {
        const auto stored = readAll(**gguf, tensor.name);
        auto expected = readAll(**folder, tensor.name);
        // 1 + weight was rounded to float32 when the file was made.
        if (tensor.name.ends_with("norm.weight"))
            for (float &value : expected)
                value = (value + 1.0F) - 1.0F;
        QVERIFY2(stored == expected, tensor.name.c_str());
    }
}

void TestModelArchive::ggufLlama3Scaling_data()
{
    QTest::addColumn<double>("factor");
    QTest::addColumn<double>("error");
    QTest::addColumn<bool>("opens");
    QTest::newRow("3.1") << 8.0 << 0.0 << true;
    QTest::newRow("3.2") << 32.0 << 0.0 << true;
    QTest::newRow("none") << 1.0 << 0.0 << true;
    QTest::newRow("something else") << 8.0 << 0.3 << false;
}

void TestModelArchive::ggufLlama3Scaling()
{
    QFETCH(double, factor);
    QFETCH(double, error);
    QFETCH(bool, opens);
    json config = llamaJson();
    config["head_dim"] = 64;
    config["rope_theta"] = 500000.0;
    if (factor > 1.0)
        config["rope_scaling"] = {{"rope_type", "llama3"},
                                  {"factor", factor},
                                  {"low_freq_factor", 1.0},
                                  {"high_freq_factor", 4.0},
                                  {"original_max_position_embeddings", 8192}};
    const TemporaryFolder temporary;
    Folder::of(config, DType::F32).write(temporary.path() / "hf");
    const auto folder = ModelArchive::open(temporary.path() / "hf");
    VERIFY_RESULT(folder);
    TinyGguf file = converted(**folder);
    file.integer("llama.attention.key_length", 64);
    std::vector<float> factors(32);
    for (std::size_t pair = 0; pair < factors.size(); ++pair) {
        // As convert_hf_to_gguf.py computes them.
        const double wavelength = 2 * std::numbers::pi * std::pow(500000.0, double(pair) / 32);
        const double smooth = (8192 / wavelength - 1) / 3;
        factors[pair] = float(wavelength < 2048       ? 1.0
                                  : wavelength > 8192 ? factor
                                                      : 1 / ((1 - smooth) / factor + smooth));
    }
    factors[20] += float(error);
    file.tensor("rope_freqs.weight", {32}, factors);
    const auto gguf = ModelArchive::open(file.write(temporary.path() / "m.gguf"));
    if (!opens) {
        VERIFY_ERROR(gguf, ErrorCode::Unsupported);
        return;
    }
    VERIFY_RESULT(gguf);
    QVERIFY((*gguf)->config().attention.front().rope == (*folder)->config().attention.front().rope);
    QCOMPARE(configSha256((*gguf)->config()), configSha256((*folder)->config()));
}

void TestModelArchive::refusedGguf_data()
{
    QTest::addColumn<QByteArray>("change");
    QTest::addColumn<bool>("unsupported");
    QTest::addColumn<QByteArray>("says");
    const auto row = [](const char *change, bool unsupported, const char *says) {
        QTest::newRow(change) << QByteArray(change) << unsupported << QByteArray(says);
    };
    row("other architecture", true,
        "models of kind gpt2 are not supported; can be opened: llama, gemma, gemma2, gemma3, "
        "qwen2, qwen3, olmo2, qwen2moe, qwen3moe");
    row("phi3", true, "phi3 models are read from Hugging Face folders only");
    row("gptneox", true, "gpt_neox models are read from Hugging Face folders only");
    row("no architecture", false, "general.architecture is missing");
    row("block_count of wrong type", false, "llama.block_count");
    row("block_count missing", false, "llama.block_count is missing");
    row("block_count too large", false, "num_hidden_layers is 4000000000");
    row("block_count too small", false, "tensors, but a model of its metadata has");
    row("heads 0", false, "head_count is 0");
    row("experts", true, "mixtures of experts");
    row("partial rotary", true, "rope.dimension_count");
    row("yarn", true, "\"yarn\"");
    row("scaling factor 0", false, "rope.scaling.factor");
    row("a bias", true, "blk.0.attn_q.bias");
    row("shape", false, "has the shape [40, 32], but the configuration asks for [44, 32]");
}

void TestModelArchive::refusedGguf()
{
    QFETCH(QByteArray, change);
    QFETCH(bool, unsupported);
    QFETCH(QByteArray, says);
    const TemporaryFolder temporary;
    Folder::of(llamaJson(), DType::F32).write(temporary.path() / "hf");
    const auto folder = ModelArchive::open(temporary.path() / "hf");
    VERIFY_RESULT(folder);
    TinyGguf file = converted(**folder);
    const auto drop = [&](const char *key) {
        std::erase_if(file.pairs, [&](const auto &pair) { return pair.find(key) != std::string::npos; });
    };
    const auto set = [&](const char *key, std::uint32_t value) {
        drop(key);
        file.integer(key, value);
    };
    const bool folderOnly = change == "phi3" || change == "gptneox";
    if (change == "other architecture" || change == "no architecture" || folderOnly)
        drop("general.architecture");
    if (change == "other architecture" || folderOnly)
        file.text("general.architecture", folderOnly ? change.toStdString() : "gpt2");
    else if (change.startsWith("block_count"))
        drop("llama.block_count");
    if (change == "block_count of wrong type")
        file.text("llama.block_count", "2");
    else if (change == "block_count too large")
        file.integer("llama.block_count", 4000000000U);
    else if (change == "block_count too small")
        file.integer("llama.block_count", 1);
    else if (change == "heads 0")
        set("llama.attention.head_count", 0);
    else if (change == "experts")
        set("llama.expert_count", 8);
    else if (change == "partial rotary")
        set("llama.rope.dimension_count", 4);
    else if (change == "yarn")
        file.text("llama.rope.scaling.type", "yarn");
    else if (change == "scaling factor 0")
        file.number("llama.rope.scale_linear", 0.0F);
    else if (change == "a bias")
        file.tensor("blk.0.attn_q.bias", {32}, std::vector<float>(32));
    else if (change == "shape")
        set("llama.feed_forward_length", 44);
    const auto model = ModelArchive::open(file.write(temporary.path() / "m.gguf"));
    VERIFY_ERROR(model, unsupported ? ErrorCode::Unsupported : ErrorCode::BadInput);
    QVERIFY2(model.error().detail.find(says.toStdString()) != std::string::npos, model.error().detail.c_str());
}

void TestModelArchive::notAModel()
{
    const TemporaryFolder temporary;
    VERIFY_ERROR(ModelArchive::open(temporary.path() / "none"), ErrorCode::NotFound);
    QVERIFY(!ModelArchive::open(temporary.path()).has_value());
    VERIFY_ERROR(ModelArchive::open(writeFile(temporary.path() / "a.txt", "text")), ErrorCode::BadInput);
    Folder::of(llamaJson(), DType::F32).write(temporary.path());
    const auto file = ModelArchive::open(temporary.path() / "model.safetensors");
    VERIFY_ERROR(file, ErrorCode::BadInput);
    QVERIFY2(file.error().detail.find("by the folder") != std::string::npos, file.error().detail.c_str());
}

void TestModelArchive::identity()
{
    const TemporaryFolder temporary;
    writeTinyModel(temporary.path() / "a", {.shards = 2});
    writeTinyModel(temporary.path() / "b", {.shards = 2});
    writeTinyModel(temporary.path() / "other", {.shards = 2, .seed = 2});
    std::vector<ModelIdentity> identities;
    std::vector<Progress> reports;
    for (const char *name : {"a", "b", "other"}) {
        const auto model = ModelArchive::open(temporary.path() / name);
        VERIFY_RESULT(model);
        const auto identity = identify(**model, RunContext({}, [&](const Progress &p) { reports.push_back(p); }));
        VERIFY_RESULT(identity);
        identities.push_back(*identity);
    }
    const auto &first = identities.front();
    QCOMPARE(first.path, (temporary.path() / "a").string());
    QCOMPARE(first.architecture, std::string("LlamaForCausalLM"));
    QCOMPARE(first.files.size(), std::size_t(2));
    QCOMPARE(first.files[0].name, std::string("model-00001-of-00002.safetensors"));
    const auto digest = sha256File(temporary.path() / "a" / first.files[0].name, {});
    VERIFY_RESULT(digest);
    QCOMPARE(first.files[0].sha256, *digest);
    QCOMPARE(first.files[0].bytes,
             std::uint64_t(std::filesystem::file_size(temporary.path() / "a" / first.files[0].name)));
    QCOMPARE(first.fingerprint(), identities[1].fingerprint());
    QVERIFY(first.fingerprint() != identities[2].fingerprint());
    QCOMPARE(reports.front().stage, std::string("hash"));
    QCOMPARE(reports.front().total, first.files[0].bytes + first.files[1].bytes);

    ModelIdentity renamed = first;
    std::swap(renamed.files[0], renamed.files[1]);
    renamed.files[0].name = "x.safetensors";
    renamed.path = "/elsewhere";
    QCOMPARE(renamed.fingerprint(), first.fingerprint());
    renamed.configSha256 = sha256Hex(std::string_view("other"));
    QVERIFY(renamed.fingerprint() != first.fingerprint());
}

void TestModelArchive::hashingIsCancelled()
{
    const TemporaryFolder temporary;
    writeTinyModel(temporary.path());
    const auto model = ModelArchive::open(temporary.path());
    VERIFY_RESULT(model);
    std::stop_source stop;
    stop.request_stop();
    VERIFY_ERROR(identify(**model, RunContext(stop.get_token(), {})), ErrorCode::Cancelled);
}

QTEST_GUILESS_MAIN(TestModelArchive)
#include "tst_modelarchive.moc"
