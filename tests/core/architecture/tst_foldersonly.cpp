// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <cmath>

#include <nlohmann/json.hpp>

#include "core/architecture/family.h"
#include "core/architecture/modelarchive.h"
#include "core/base/file.h"
#include "tests/support/families.h"

using namespace secateur;
using namespace secateur::architecture;
using nlohmann::json;

/// Families that are read from folders only, whose folders fuse the model's tensors or have other names for them: on
/// the tiny models of tests/data/families, what is where, and what is refused.
class TestFoldersOnly : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void partsAreRowsOfTheStoredTensor_data();
    void partsAreRowsOfTheStoredTensor();
    void everyStoredTensorIsUsedUp_data();
    void everyStoredTensorIsUsedUp();
    void damagedFoldersAreToldOfByTheirOwnNames_data();
    void damagedFoldersAreToldOfByTheirOwnNames();
    void configurations_data();
    void configurations();
    void longRopeOfPhi();
    void refused_data();
    void refused();
};

namespace {

json configOf(const QString &family)
{
    const auto text = readTextFile(test::familyFolder(family) / "config.json", 1 << 20);
    if (!text)
        throw std::runtime_error(test::describe(text.error()));
    return json::parse(*text);
}

Result<ModelConfig> configured(const json &config)
{
    SECATEUR_TRY(family, familyForHf(config, "config.json"));
    return family->fromHfConfig(config, "config.json");
}

/// The tiny model's folder with other tensors: `change` gets name and shape of each, and may empty the name; `more` are
/// beside them.
using Change = std::function<void(format::SafetensorsWriter::Entry &)>;
void writeChanged(const QString &family, const std::filesystem::path &folder, const Change &change,
                  std::vector<format::SafetensorsWriter::Entry> entries)
{
    const auto source = test::openTensors(test::familyFolder(family) / "model.safetensors");
    for (const auto &tensor : source.tensors()) {
        format::SafetensorsWriter::Entry entry{tensor.name, tensor.type, tensor.shape};
        change(entry);
        if (!entry.name.empty())
            entries.push_back(entry);
    }
    std::filesystem::create_directories(folder);
    test::writeFile(folder / "config.json", configOf(family).dump());
    auto writer = format::SafetensorsWriter::create(folder / "model.safetensors", entries, {});
    for (const auto &entry : entries) {
        std::uint64_t bytes = format::blockBytes(entry.type);
        for (const auto extent : entry.shape)
            bytes *= extent;
        if (!writer || !writer->append(std::vector<std::byte>(bytes)))
            throw std::runtime_error("cannot write " + entry.name);
    }
    if (!writer->commit())
        throw std::runtime_error("cannot write " + folder.string());
}

} // namespace

void TestFoldersOnly::partsAreRowsOfTheStoredTensor_data()
{
    QTest::addColumn<QString>("family");
    QTest::addColumn<QByteArray>("name");
    QTest::addColumn<QByteArray>("stored");
    QTest::addColumn<int>("first"); // row r is stored row first + r / run * stride + r % run
    QTest::addColumn<int>("run");
    QTest::addColumn<int>("stride");
    const auto row = [](const char *family, const char *name, const char *stored, int first, int run, int stride) {
        QTest::addRow("%s %s", family, name)
            << QString::fromLatin1(family) << QByteArray(name) << QByteArray(stored) << first << run << stride;
    };
    const char *const qkv = "model.layers.1.self_attn.qkv_proj.weight";
    const char *const wide = "model.layers.2.mlp.gate_up_proj.weight";
    row("phi3", "model.layers.1.self_attn.q_proj.weight", qkv, 0, 32, 0);
    row("phi3", "model.layers.1.self_attn.k_proj.weight", qkv, 32, 16, 0);
    row("phi3", "model.layers.1.self_attn.v_proj.weight", qkv, 48, 16, 0);
    row("phi3", "model.layers.2.mlp.gate_proj.weight", wide, 0, 48, 0);
    row("phi3", "model.layers.2.mlp.up_proj.weight", wide, 48, 48, 0);
    row("phi3", "model.layers.3.mlp.down_proj.weight", "model.layers.3.mlp.down_proj.weight", 0, 32, 0);
    const char *const heads = "gpt_neox.layers.2.attention.query_key_value.weight";
    const char *const biases = "gpt_neox.layers.2.attention.query_key_value.bias";
    row("gpt-neox", "model.layers.2.self_attn.q_proj.weight", heads, 0, 8, 24);
    row("gpt-neox", "model.layers.2.self_attn.k_proj.weight", heads, 8, 8, 24);
    row("gpt-neox", "model.layers.2.self_attn.v_proj.weight", heads, 16, 8, 24);
    row("gpt-neox", "model.layers.2.self_attn.q_proj.bias", biases, 0, 8, 24);
    row("gpt-neox", "model.layers.2.self_attn.v_proj.bias", biases, 16, 8, 24);
    row("gpt-neox", "model.layers.2.self_attn.o_proj.bias", "gpt_neox.layers.2.attention.dense.bias", 0, 32, 0);
    row("gpt-neox", "model.layers.0.mlp.up_proj.weight", "gpt_neox.layers.0.mlp.dense_h_to_4h.weight", 0, 48, 0);
    row("gpt-neox", "lm_head.weight", "embed_out.weight", 0, 64, 0);
    row("opt", "model.embed_positions.weight", "model.decoder.embed_positions.weight", 0, 66, 0);
    row("opt", "model.layers.1.self_attn.o_proj.weight", "model.decoder.layers.1.self_attn.out_proj.weight", 0, 32, 0);
    row("opt", "model.layers.1.input_layernorm.bias", "model.decoder.layers.1.self_attn_layer_norm.bias", 0, 32, 0);
    row("opt", "model.layers.1.post_attention_layernorm.bias", "model.decoder.layers.1.final_layer_norm.bias", 0, 32,
        0);
    row("opt", "model.norm.bias", "model.decoder.final_layer_norm.bias", 0, 32, 0);
    row("opt", "model.layers.3.mlp.down_proj.weight", "model.decoder.layers.3.fc2.weight", 0, 32, 0);
    const auto expert = [&](const char *name, const char *stored, int rows) {
        row("mixtral", name, stored, 0, rows, 0);
    };
    expert("model.layers.1.mlp.experts.3.gate_proj.weight", "model.layers.1.block_sparse_moe.experts.3.w1.weight", 48);
    expert("model.layers.1.mlp.experts.3.down_proj.weight", "model.layers.1.block_sparse_moe.experts.3.w2.weight", 32);
    expert("model.layers.1.mlp.experts.3.up_proj.weight", "model.layers.1.block_sparse_moe.experts.3.w3.weight", 48);
    expert("model.layers.2.mlp.gate.weight", "model.layers.2.block_sparse_moe.gate.weight", 5);
}

/// All ranges of rows, as float32 and as bytes.
void TestFoldersOnly::partsAreRowsOfTheStoredTensor()
{
    QFETCH(QString, family);
    QFETCH(QByteArray, name);
    QFETCH(QByteArray, stored);
    QFETCH(int, first);
    QFETCH(int, run);
    QFETCH(int, stride);
    const auto model = ModelArchive::open(test::familyFolder(family));
    VERIFY_RESULT(model);
    const auto file = test::openTensors(test::familyFolder(family) / "model.safetensors");
    const auto bits = test::tensorValues<std::uint16_t>(file, stored.toStdString()); // bf16
    const auto *const tensor = (*model)->find(name.toStdString());
    QVERIFY(tensor);
    const std::size_t rows = tensor->shape[0];
    const std::size_t cols = tensor->shape.size() == 1 ? 1 : tensor->shape[1];
    std::vector<std::uint16_t> wanted;
    for (std::size_t row = 0; row < rows; ++row) {
        const std::size_t at =
            std::size_t(first) + row / std::size_t(run) * std::size_t(stride) + row % std::size_t(run);
        wanted.insert(wanted.end(), bits.begin() + std::ptrdiff_t(at * cols),
                      bits.begin() + std::ptrdiff_t((at + 1) * cols));
    }
    std::vector<float> values(wanted.size());
    VERIFY_RESULT(format::toFloat32(format::DType::BF16, std::as_bytes(std::span(wanted)), values));
    std::vector<float> whole(values.size());
    VERIFY_RESULT((*model)->readF32(name.toStdString(), whole));
    QVERIFY(whole == values);
    for (std::size_t from = 0; from < rows; ++from) {
        for (std::size_t count = 0; count <= rows - from; ++count) {
            std::vector<std::uint16_t> raw(count * cols);
            VERIFY_RESULT(
                (*model)->readRaw(name.toStdString(), 2 * from * cols, std::as_writable_bytes(std::span(raw))));
            QVERIFY(std::ranges::equal(raw, std::span(wanted).subspan(from * cols, count * cols)));
            if (tensor->shape.size() == 1)
                continue;
            std::vector<float> some(count * cols);
            VERIFY_RESULT((*model)->readRowsF32(name.toStdString(), from, some));
            QVERIFY(std::ranges::equal(some, std::span(values).subspan(from * cols, count * cols)));
        }
    }
    std::vector<std::byte> past(2 * cols);
    QVERIFY(!(*model)->readRaw(name.toStdString(), 2 * rows * cols, past).has_value());
}

void TestFoldersOnly::everyStoredTensorIsUsedUp_data()
{
    QTest::addColumn<QString>("family");
    for (const char *family :
         {"phi3", "phi4-mini", "gpt-neox", "gpt-neox-serial", "opt", "mixtral", "qwen2-moe", "llama-like"})
        QTest::newRow(family) << (family == QByteArray("llama-like") ? QStringLiteral("qwen2")
                                                                     : QString::fromLatin1(family));
}

/// Each stored row of each tensor belongs to exactly one tensor of the model: exports leave nothing out, and mask
/// nothing twice.
void TestFoldersOnly::everyStoredTensorIsUsedUp()
{
    QFETCH(QString, family);
    const auto model = ModelArchive::open(test::familyFolder(family));
    VERIFY_RESULT(model);
    const auto file = test::openTensors(test::familyFolder(family) / "model.safetensors");
    for (const auto &tensor : file.tensors()) {
        const auto parts = (*model)->storedParts(tensor.name);
        QVERIFY2(!parts.empty(), tensor.name.c_str());
        for (std::uint64_t row = 0; row < tensor.shape[0]; ++row) {
            int owners = 0;
            for (const auto &part : parts) {
                const auto own = part.ownRow(row);
                owners += own ? 1 : 0;
                QVERIFY(!own || part.place.storedRow(*own) == row);
            }
            QCOMPARE(owners, 1);
        }
    }
    QVERIFY((*model)->storedParts("model.layers.0.none").empty());
}

void TestFoldersOnly::damagedFoldersAreToldOfByTheirOwnNames_data()
{
    QTest::addColumn<QString>("family");
    QTest::addColumn<QByteArray>("tensor");
    QTest::addColumn<QByteArray>("change");
    QTest::addColumn<QByteArray>("says");
    const auto row = [](const char *family, const char *tensor, const char *change, const char *says) {
        QTest::addRow("%s %s %s", family, tensor, change)
            << QString::fromLatin1(family) << QByteArray(tensor) << QByteArray(change) << QByteArray(says);
    };
    const char *const qkv = "model.layers.1.self_attn.qkv_proj.weight";
    row("phi3", qkv, "missing", "model.layers.1.self_attn.qkv_proj.weight is missing");
    row("phi3", qkv, "shape", "qkv_proj.weight has the shape [63, 32], but the configuration asks for [64, 32]");
    row("phi3", "model.layers.0.mlp.gate_up_proj.weight", "renamed",
        "model.layers.0.mlp.gate_up_proj.weight_ is no part of the model");
    row("phi3", "", "bare", "");
    const char *const heads = "gpt_neox.layers.3.attention.query_key_value.bias";
    row("gpt-neox", heads, "missing", "gpt_neox.layers.3.attention.query_key_value.bias is missing");
    row("gpt-neox", heads, "shape", "query_key_value.bias has the shape [95], but the configuration asks for [96]");
    row("gpt-neox", "embed_out.weight", "missing", "embed_out.weight is missing");
    row("gpt-neox", "gpt_neox.layers.0.attention.", "masks", "");
    row("gpt-neox", "", "bare", "");
    row("gpt-neox-serial", "", "bare", "");
    row("opt", "model.decoder.embed_positions.weight", "shape",
        "model.decoder.embed_positions.weight has the shape [65, 32], but the configuration asks for [66, 32]");
    row("opt", "model.decoder.layers.0.fc1.bias", "renamed",
        "model.decoder.layers.0.fc1.bias_ is no part of the model");
    row("opt", "", "bare", "");
}

void TestFoldersOnly::damagedFoldersAreToldOfByTheirOwnNames()
{
    QFETCH(QString, family);
    QFETCH(QByteArray, tensor);
    QFETCH(QByteArray, change);
    QFETCH(QByteArray, says);
    const test::TemporaryFolder temporary;
    std::vector<format::SafetensorsWriter::Entry> more;
    if (change == "masks") // as old folders of GPT-NeoX have them
        more = {{tensor.toStdString() + "bias", format::DType::Bool, {1, 1, 64, 64}},
                {tensor.toStdString() + "masked_bias", format::DType::F16, {}},
                {tensor.toStdString() + "rotary_emb.inv_freq", format::DType::F16, {4}}};
    const Change changed = [&](format::SafetensorsWriter::Entry &entry) {
        if (change == "bare" && !entry.name.starts_with("lm_head") && !entry.name.starts_with("embed_out"))
            entry.name = entry.name.substr(entry.name.find('.') + 1);
        if (entry.name != tensor.toStdString())
            return;
        if (change == "missing")
            entry.name.clear();
        else if (change == "shape")
            --entry.shape[0];
        else if (change == "renamed")
            entry.name += "_";
    };
    writeChanged(family, temporary.path() / "m", changed, more);
    const auto model = ModelArchive::open(temporary.path() / "m");
    if (says.isEmpty()) {
        VERIFY_RESULT(model);
        return;
    }
    VERIFY_ERROR(model, ErrorCode::BadInput);
    QVERIFY2(model.error().detail.find(says.toStdString()) != std::string::npos, model.error().detail.c_str());
}

void TestFoldersOnly::configurations_data()
{
    QTest::addColumn<QString>("family");
    QTest::addColumn<QByteArray>("patch");
    QTest::addColumn<int>("window");
    QTest::addColumn<int>("rotated");
    QTest::addColumn<int>("positions");
    QTest::newRow("phi3") << QStringLiteral("phi3") << QByteArray("{}") << 7 << 0 << 64;
    QTest::newRow("phi3, no window") << QStringLiteral("phi3") << QByteArray(R"({"sliding_window": null})") << 0 << 0
                                     << 64;
    QTest::newRow("phi3, half rotates") << QStringLiteral("phi3") << QByteArray(R"({"partial_rotary_factor": 0.5})")
                                        << 7 << 4 << 64;
    QTest::newRow("phi4-mini") << QStringLiteral("phi4-mini") << QByteArray("{}") << 0 << 6 << 24;
    QTest::newRow("gpt-neox") << QStringLiteral("gpt-neox") << QByteArray("{}") << 0 << 4 << 64;
    QTest::newRow("gpt-neox, defaults") << QStringLiteral("gpt-neox")
                                        << QByteArray(R"({"rotary_pct": null, "max_position_embeddings": null})") << 0
                                        << 2 << 2048;
    QTest::newRow("gpt-neox, linear scaling")
        << QStringLiteral("gpt-neox") << QByteArray(R"({"rope_scaling": {"type": "linear", "factor": 2.0}})") << 0 << 4
        << 64;
    QTest::newRow("opt") << QStringLiteral("opt") << QByteArray("{}") << 0 << 0 << 64;
    QTest::newRow("phi4-mini, transformers 5")
        << QStringLiteral("phi4-mini")
        << QByteArray(R"({"rope_scaling": null, "partial_rotary_factor": null, "original_max_position_embeddings": null,
            "rope_parameters": {"rope_type": "longrope", "rope_theta": 10000.0, "partial_rotary_factor": 0.75,
            "short_factor": [1.0, 1.25, 1.75], "long_factor": [1, 2, 3], "original_max_position_embeddings": 24}})")
        << 0 << 6 << 24;
}

void TestFoldersOnly::configurations()
{
    QFETCH(QString, family);
    QFETCH(QByteArray, patch);
    json config = configOf(family);
    config.merge_patch(json::parse(patch.toStdString()));
    const auto found = configured(config);
    VERIFY_RESULT(found);
    for (const auto &layer : found->attention) {
        QTEST(int(layer.slidingWindow), "window");
        QTEST(int(layer.rope.dimensions), "rotated");
    }
    QTEST(int(found->maxPositions), "positions");
    const auto whole = configured(configOf(family));
    VERIFY_RESULT(whole);
    QCOMPARE(configSha256(*found) == configSha256(*whole), found->attention == whole->attention);
}

void TestFoldersOnly::longRopeOfPhi()
{
    const auto config = configured(configOf(QStringLiteral("phi4-mini")));
    VERIFY_RESULT(config);
    const auto &rope = config->attention.front().rope;
    QCOMPARE(rope.divisors, (std::vector{1.0, 1.25, 1.75}));
    QVERIFY(std::abs(rope.amplitude - std::sqrt(1.0 + std::log(64.0 / 24.0) / std::log(24.0))) < 1e-12);
    json given = configOf(QStringLiteral("phi4-mini"));
    given["rope_scaling"]["attention_factor"] = 1.5;
    const auto other = configured(given);
    VERIFY_RESULT(other);
    QCOMPARE(other->attention.front().rope.amplitude, 1.5);
    QVERIFY(configSha256(*other) != configSha256(*config));
}

void TestFoldersOnly::refused_data()
{
    QTest::addColumn<QString>("family");
    QTest::addColumn<QByteArray>("patch");
    QTest::addColumn<bool>("unsupported");
    QTest::addColumn<QByteArray>("says");
    const auto row = [](const char *family, const char *patch, bool unsupported, const char *says) {
        QTest::addRow("%s %s", family, patch)
            << QString::fromLatin1(family) << QByteArray(patch) << unsupported << QByteArray(says);
    };
    row("phi3", R"({"rope_scaling": {"type": "linear", "factor": 2}})", true, "\"linear\"; Phi models are computed");
    row("phi3", R"({"rope_scaling": {"factor": 2}})", false, "rope_type is missing");
    row("phi3", R"({"sliding_window": 0})", false, "sliding_window must be at least 1");
    row("phi3", R"({"partial_rotary_factor": 0})", false, "partial_rotary_factor must be above 0");
    row("phi3", R"({"partial_rotary_factor": 0.4})", true, "leaves 3 of 8 dimensions");
    row("phi3", R"({"hidden_act": "gelu"})", true, "only silu");
    row("phi4-mini", R"({"rope_scaling": {"short_factor": [1, 2]}})", false, "must have 3 factors");
    row("phi4-mini", R"({"rope_scaling": {"short_factor": [1, 2, 0]}})", false, "factors above 0");
    row("phi4-mini", R"({"rope_scaling": {"short_factor": [1, 2, "3"]}})", false, "a list of numbers");
    row("gpt-neox", R"({"hidden_act": "tanh"})", true, "hidden_act is \"tanh\"");
    row("gpt-neox", R"({"head_dim": 16})", true, "share hidden_size");
    row("gpt-neox", R"({"rope_scaling": {"type": "dynamic", "factor": 2.0}})", true, "\"dynamic\"");
    row("gpt-neox", R"({"quantization_config": {"quant_method": "gptq"}})", true, "gptq");
    row("gpt-neox", R"({"layer_norm_eps": 0})", false, "layer_norm_eps must be above 0");
    row("opt", R"({"do_layer_norm_before": false})", true, "OPT 350m");
    row("opt", R"({"word_embed_proj_dim": 16})", true, "word_embed_proj_dim is not hidden_size");
    row("opt", R"({"layer_norm_elementwise_affine": false})", true, "norms without weights");
    row("opt", R"({"_remove_final_layer_norm": true})", true, "without a final norm");
    row("opt", R"({"ffn_dim": null})", false, "ffn_dim is missing");
    row("opt", R"({"activation_function": "swish"})", true, "activation_function is \"swish\"");
    row("phi4-mini", R"({"original_max_position_embeddings": 1})", false, "must be at least 2");
    row("mixtral", R"({"num_local_experts": 0})", false, "num_local_experts must be at least 1");
    row("mixtral", R"({"num_local_experts": 1025})", false, "at most 1024");
    row("mixtral", R"({"num_experts_per_tok": 6})", false, "from 1 to the 5 experts");
    row("mixtral", R"({"sliding_window": 0})", false, "sliding_window must be at least 1");
    row("mixtral", R"({"num_hidden_layers": 100, "num_local_experts": 1000})", false, "65536 in all");
    row("qwen2-moe", R"({"decoder_sparse_step": 2})", true, "experts in some layers only");
    row("qwen2-moe", R"({"mlp_only_layers": [0]})", true, "experts in some layers only");
    row("qwen2-moe", R"({"shared_expert_intermediate_size": 0})", false, "must be at least 1");
    row("qwen2-moe", R"({"moe_intermediate_size": null})", false, "moe_intermediate_size is missing");
    row("qwen3-moe", R"({"num_experts_per_tok": 0})", false, "from 1 to the 7 experts");
}

void TestFoldersOnly::refused()
{
    QFETCH(QString, family);
    QFETCH(QByteArray, patch);
    QFETCH(bool, unsupported);
    QFETCH(QByteArray, says);
    json config = configOf(family);
    config.merge_patch(json::parse(patch.toStdString()));
    const auto refused = configured(config);
    VERIFY_ERROR(refused, unsupported ? ErrorCode::Unsupported : ErrorCode::BadInput);
    QVERIFY2(refused.error().detail.find(says.toStdString()) != std::string::npos, refused.error().detail.c_str());
}

QTEST_GUILESS_MAIN(TestFoldersOnly)
#include "tst_foldersonly.moc"
