// SPDX-License-Identifier: GPL-3.0-or-later
#include <QtTest/QTest>

#include "core/architecture/family.h"
#include "core/architecture/ggufdescription.h"
#include "core/architecture/modelarchive.h"
#include "tests/support/testsupport.h"

using namespace secateur;
using namespace secateur::architecture;
using nlohmann::json;

namespace {

json llamaJson()
{
    return {{"architectures", {"LlamaForCausalLM"}},
            {"hidden_size", 32},
            {"intermediate_size", 40},
            {"num_hidden_layers", 6},
            {"num_attention_heads", 4},
            {"num_key_value_heads", 2},
            {"vocab_size", 16},
            {"bos_token_id", 1},
            {"eos_token_id", 2},
            {"max_position_embeddings", 64},
            {"rms_norm_eps", 1e-5},
            {"rope_theta", 500000.0},
            {"tie_word_embeddings", true}};
}

json gemmaJson()
{
    json config = llamaJson();
    config["architectures"] = {"Gemma3ForCausalLM"};
    config["head_dim"] = 16;
    config["sliding_window"] = 8;
    config["query_pre_attn_scalar"] = 16;
    return config;
}

struct Described {
    const Family *family = nullptr;
    ModelConfig config;
};

Described describedBy(const json &config)
{
    const auto family = familyForHf(config, "test");
    if (!family)
        throw std::runtime_error(test::describe(family.error()));
    const auto read = (*family)->fromHfConfig(config, "test");
    if (!read)
        throw std::runtime_error(test::describe(read.error()));
    return {*family, *read};
}

/// A file of that description whose weights are all 0.
Result<void> writeZeros(const Described &model, const std::filesystem::path &path)
{
    format::GgufMetadata metadata;
    SECATEUR_CHECK(addGgufConfig(*model.family, model.config, metadata));
    std::vector<format::GgufWriter::Entry> entries;
    std::uint64_t values = 0;
    for (const auto &tensor : expectedTensors(model.config)) {
        const auto name = ggufTensorName(*model.family, tensor.name);
        if (!name)
            return failure(ErrorCode::Internal, "no name for " + tensor.name);
        entries.push_back({*name, format::DType::F32, tensor.shape});
        std::uint64_t elements = 1;
        for (const auto extent : tensor.shape)
            elements *= extent;
        values += elements;
    }
    const auto factors = ggufRopeFactors(model.config);
    if (!factors.empty())
        entries.push_back({"rope_freqs.weight", format::DType::F32, {factors.size()}});
    SECATEUR_TRY(writer, format::GgufWriter::create(path, metadata, entries, {}));
    SECATEUR_CHECK(writer.append(std::vector<std::byte>(values * sizeof(float))));
    SECATEUR_CHECK(writer.append(std::as_bytes(std::span(factors))));
    return writer.commit();
}

} // namespace

class TestGgufDescription : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void isReadBackAsTheSame_data()
    {
        QTest::addColumn<QByteArray>("config");
        const auto row = [](const char *name, const json &config) {
            QTest::newRow(name) << QByteArray::fromStdString(config.dump());
        };
        row("llama", llamaJson());
        json scaled = llamaJson();
        scaled["rope_scaling"] = {{"type", "linear"}, {"factor", 4.0}};
        row("linear scaling", scaled);
        scaled["rope_scaling"] = {{"rope_type", "llama3"},
                                  {"factor", 8.0},
                                  {"low_freq_factor", 1.0},
                                  {"high_freq_factor", 4.0},
                                  {"original_max_position_embeddings", 8192}};
        row("Llama 3's scaling", scaled);
        json own = llamaJson();
        own["tie_word_embeddings"] = false;
        row("own head", own);
        row("gemma3", gemmaJson());
        const auto of = [](const char *architecture) {
            json config = llamaJson();
            config["architectures"] = {architecture};
            return config;
        };
        json second = gemmaJson();
        second["architectures"] = {"Gemma2ForCausalLM"};
        row("gemma2", second);
        row("gemma", of("GemmaForCausalLM"));
        row("qwen2", of("Qwen2ForCausalLM"));
        row("qwen3", of("Qwen3ForCausalLM"));
        row("olmo2", of("Olmo2ForCausalLM"));
        json pattern = gemmaJson();
        pattern["sliding_window_pattern"] = 3;
        row("gemma3, every third layer global", pattern);
    }
    void isReadBackAsTheSame()
    {
        QFETCH(QByteArray, config);
        const test::TemporaryFolder folder;
        const auto model = describedBy(json::parse(config.toStdString()));
        VERIFY_RESULT(writeZeros(model, folder.path() / "m.gguf"));
        const auto read = ModelArchive::open(folder.path() / "m.gguf");
        VERIFY_RESULT(read);
        QCOMPARE(configSha256((*read)->config()), configSha256(model.config));
        QCOMPARE((*read)->config().maxPositions, model.config.maxPositions);
    }

    void refusesWhatItCannotSay_data()
    {
        QTest::addColumn<QByteArray>("config");
        json mistral = llamaJson();
        mistral["architectures"] = {"MistralForCausalLM"};
        mistral["sliding_window"] = 8;
        QTest::newRow("a window in every layer") << QByteArray::fromStdString(mistral.dump());
        json irregular = gemmaJson();
        irregular["layer_types"] = {"sliding_attention", "full_attention",    "sliding_attention",
                                    "sliding_attention", "sliding_attention", "full_attention"};
        QTest::newRow("no rule") << QByteArray::fromStdString(irregular.dump());
        json smol = llamaJson();
        smol["architectures"] = {"SmolLM3ForCausalLM"};
        QTest::newRow("no such family in GGUF") << QByteArray::fromStdString(smol.dump());
    }
    void refusesWhatItCannotSay()
    {
        QFETCH(QByteArray, config);
        const auto model = describedBy(json::parse(config.toStdString()));
        format::GgufMetadata metadata;
        VERIFY_ERROR(addGgufConfig(*model.family, model.config, metadata), ErrorCode::Unsupported);
    }

    void writerRefusesWhatDoesNotFit()
    {
        const test::TemporaryFolder folder;
        const auto create = [&folder](const std::vector<format::GgufWriter::Entry> &entries) {
            return format::GgufWriter::create(folder.path() / "m.gguf", {}, entries, {});
        };
        using format::DType;
        VERIFY_ERROR(create({{"a", DType::Q8_0, {2, 33}}}), ErrorCode::InvalidArgument);
        VERIFY_ERROR(create({{"a", DType::U16, {2}}}), ErrorCode::InvalidArgument);
        VERIFY_ERROR(create({{std::string(64, 'a'), DType::F32, {2}}}), ErrorCode::InvalidArgument);
        VERIFY_ERROR(create({{"a", DType::F32, {2}}, {"a", DType::F32, {2}}}), ErrorCode::InvalidArgument);
        auto writer = create({{"a", DType::F32, {2}}});
        VERIFY_RESULT(writer);
        VERIFY_RESULT(writer->append(std::vector<std::byte>(4)));
        VERIFY_ERROR(writer->commit(), ErrorCode::Internal);
        VERIFY_ERROR(writer->append(std::vector<std::byte>(5)), ErrorCode::Internal);
        QVERIFY(!std::filesystem::exists(folder.path() / "m.gguf"));
    }
};

QTEST_APPLESS_MAIN(TestGgufDescription)
#include "tst_ggufdescription.moc"
