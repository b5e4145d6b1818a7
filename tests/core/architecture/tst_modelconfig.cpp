// SPDX-License-Identifier: GPL-3.0-or-later
#include <cmath>

#include "core/architecture/family.h"
#include "core/architecture/modelconfig.h"
#include "core/base/json.h"
#include "tests/support/testsupport.h"

using namespace secateur;
using namespace secateur::architecture;
using nlohmann::json;

namespace {

json llamaJson()
{
    return json::parse(R"({
        "architectures": ["LlamaForCausalLM"], "model_type": "llama", "hidden_act": "silu",
        "hidden_size": 64, "intermediate_size": 168, "num_hidden_layers": 4, "num_attention_heads": 4,
        "num_key_value_heads": 2, "vocab_size": 300, "max_position_embeddings": 512, "rms_norm_eps": 1e-5,
        "rope_theta": 500000.0, "rope_scaling": null, "attention_bias": false, "mlp_bias": false,
        "tie_word_embeddings": true, "bos_token_id": 1, "eos_token_id": 2})");
}

json mistralJson()
{
    json config = llamaJson();
    config["architectures"] = {"MistralForCausalLM"};
    config["model_type"] = "mistral";
    config["sliding_window"] = 128;
    return config;
}

json gemmaJson()
{
    return json::parse(R"({
        "architectures": ["Gemma3ForCausalLM"], "model_type": "gemma3_text",
        "hidden_activation": "gelu_pytorch_tanh", "hidden_size": 1152, "intermediate_size": 6912,
        "num_hidden_layers": 8, "num_attention_heads": 4, "num_key_value_heads": 1, "head_dim": 256,
        "vocab_size": 262144, "max_position_embeddings": 32768, "rms_norm_eps": 1e-6, "rope_theta": 1000000,
        "rope_local_base_freq": 10000, "rope_scaling": null, "sliding_window": 512, "sliding_window_pattern": 6,
        "query_pre_attn_scalar": 256, "attn_logit_softcapping": null, "final_logit_softcapping": null,
        "bos_token_id": 2, "eos_token_id": [1, 106]})");
}

Result<ModelConfig> read(const json &config)
{
    SECATEUR_TRY(family, familyForHf(config, "config.json"));
    return family->fromHfConfig(config, "config.json");
}

/// The base with the keys of a patch set; a key whose value is the text "<remove>" is taken away.
json patched(json config, const char *patch)
{
    const json changes = json::parse(patch);
    for (const auto &[key, value] : changes.items()) {
        if (value == "<remove>")
            config.erase(key);
        else
            config[key] = value;
    }
    return config;
}

} // namespace

class TestModelConfig : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void llama();
    void llamaDefaults();
    void llama3Scaling_data();
    void llama3Scaling();
    void linearScaling();
    void mistralWindow_data();
    void mistralWindow();
    void gemma3();
    void gemma3Variants();
    void gemma3Transformers5();
    void accepted_data();
    void accepted();
    void refused_data();
    void refused();
    void unknownFamilyListsWhatCanBeOpened();
    void sublayers();
    void tensors_data();
    void tensors();
    void backToHf_data();
    void backToHf();
    void hashFollowsTheMath_data();
    void hashFollowsTheMath();
};

void TestModelConfig::llama()
{
    const auto config = read(llamaJson());
    VERIFY_RESULT(config);
    QCOMPARE(config->family, std::string("llama"));
    QCOMPARE(config->architecture, std::string("LlamaForCausalLM"));
    QCOMPARE(config->layers, 4);
    QCOMPARE(config->hiddenSize, 64);
    QCOMPARE(config->intermediateSize, 168);
    QCOMPARE(config->heads, 4);
    QCOMPARE(config->kvHeads, 2);
    QCOMPARE(config->headDim, 16);
    QCOMPARE(config->vocabSize, 300);
    QCOMPARE(config->maxPositions, 512);
    QVERIFY(config->tiedEmbeddings);
    QVERIFY(config->activation == Activation::Silu);
    QCOMPARE(config->normEpsilon, 1e-5);
    QCOMPARE(config->normWeightOffset, 0.0);
    QCOMPARE(config->embeddingScale, 1.0);
    QCOMPARE(config->attentionScale, 0.25);
    QVERIFY(!config->queryKeyNorm && !config->postNorms);
    QCOMPARE(config->attention.size(), std::size_t(4));
    QVERIFY((config->attention[3] == LayerAttention{0, RopeSpec{.base = 500000.0}}));
    QCOMPARE(config->bosId.value_or(-1), 1);
    QVERIFY(config->eosIds == std::vector<std::int64_t>{2});
    QCOMPARE(config->queryWidth(), 64);
    QCOMPARE(config->keyValueWidth(), 32);
}

void TestModelConfig::llamaDefaults()
{
    // The keys that Llama 1's config.json lacks.
    const auto config = read(patched(llamaJson(), R"({"num_key_value_heads": "<remove>", "rope_theta": "<remove>",
        "rope_scaling": "<remove>", "tie_word_embeddings": "<remove>", "rms_norm_eps": "<remove>",
        "max_position_embeddings": "<remove>", "bos_token_id": "<remove>", "eos_token_id": null})"));
    VERIFY_RESULT(config);
    QCOMPARE(config->kvHeads, 4);
    QCOMPARE(config->attention.front().rope.base, 10000.0);
    QVERIFY(!config->tiedEmbeddings);
    QCOMPARE(config->normEpsilon, 1e-6);
    QCOMPARE(config->maxPositions, 2048);
    QCOMPARE(config->bosId.value_or(-1), 1);
    QVERIFY(config->eosIds.empty());
}

void TestModelConfig::llama3Scaling_data()
{
    QTest::addColumn<QByteArray>("patch");
    const auto scaling = [](const char *type) {
        return QByteArray(R"({"factor": 32.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0,
            "original_max_position_embeddings": 8192, "rope_theta": 500000.0, )")
            + type + "}";
    };
    QTest::newRow("rope_type") << QByteArray(R"({"rope_scaling": )") + scaling(R"("rope_type": "llama3")") + "}";
    QTest::newRow("type") << QByteArray(R"({"rope_scaling": )") + scaling(R"("type": "llama3")") + "}";
    QTest::newRow("both") << QByteArray(R"({"rope_scaling": )") + scaling(R"("type": "llama3", "rope_type": "llama3")")
            + "}";
    QTest::newRow("transformers 5") << QByteArray(R"({"rope_theta": "<remove>", "rope_scaling": "<remove>",
        "rope_parameters": )")
            + scaling(R"("rope_type": "llama3")") + "}";
}

void TestModelConfig::llama3Scaling()
{
    QFETCH(QByteArray, patch);
    const auto config = read(patched(llamaJson(), patch.constData()));
    VERIFY_RESULT(config);
    const RopeSpec expected{.base = 500000.0,
                            .scaling = RopeSpec::Scaling::Llama3,
                            .factor = 32.0,
                            .lowFrequencyFactor = 1.0,
                            .highFrequencyFactor = 4.0,
                            .originalPositions = 8192};
    QVERIFY(config->attention.back().rope == expected);
}

void TestModelConfig::linearScaling()
{
    const auto config = read(patched(llamaJson(), R"({"rope_scaling": {"type": "linear", "factor": 4}})"));
    VERIFY_RESULT(config);
    QVERIFY(config->attention.front().rope.scaling == RopeSpec::Scaling::Linear);
    QCOMPARE(config->attention.front().rope.factor, 4.0);

    const auto unscaled = read(patched(llamaJson(), R"({"rope_scaling": {"type": "linear", "factor": 1}})"));
    VERIFY_RESULT(unscaled);
    QVERIFY(unscaled->attention.front().rope.scaling == RopeSpec::Scaling::None);
}

void TestModelConfig::mistralWindow_data()
{
    QTest::addColumn<QByteArray>("patch");
    QTest::addColumn<qint64>("window");
    QTest::newRow("given") << QByteArray(R"({"sliding_window": 128})") << qint64(128);
    QTest::newRow("null") << QByteArray(R"({"sliding_window": null})") << qint64(0);
    QTest::newRow("absent") << QByteArray(R"({"sliding_window": "<remove>"})") << qint64(4096);
    QTest::newRow("known by its type") << QByteArray(R"({"architectures": "<remove>"})") << qint64(128);
}

void TestModelConfig::mistralWindow()
{
    QFETCH(QByteArray, patch);
    const auto config = read(patched(mistralJson(), patch.constData()));
    VERIFY_RESULT(config);
    QCOMPARE(config->family, std::string("llama"));
    QCOMPARE(config->architecture, std::string("MistralForCausalLM"));
    QTEST(qint64(config->attention.front().slidingWindow), "window");
}

void TestModelConfig::gemma3()
{
    const auto config = read(gemmaJson());
    VERIFY_RESULT(config);
    QCOMPARE(config->family, std::string("gemma3"));
    QVERIFY(config->activation == Activation::GeluTanh);
    QVERIFY(config->queryKeyNorm && config->postNorms && config->tiedEmbeddings);
    QCOMPARE(config->headDim, 256);
    QCOMPARE(config->normWeightOffset, 1.0);
    QCOMPARE(config->attentionScale, 1.0 / 16.0);
    QCOMPARE(config->embeddingScale, 33.941123962402344); // transformers 4.57, model loaded in float32
    QVERIFY((config->eosIds == std::vector<std::int64_t>{1, 106}));
    const LayerAttention local{512, RopeSpec{.base = 10000.0}};
    const LayerAttention global{0, RopeSpec{.base = 1e6}};
    for (std::size_t layer = 0; layer < 8; ++layer)
        QVERIFY(config->attention[layer] == (layer == 5 ? global : local));
}

void TestModelConfig::gemma3Variants()
{
    const auto scaled = read(patched(gemmaJson(), R"({"rope_scaling": {"rope_type": "linear", "factor": 8.0},
        "query_pre_attn_scalar": 168})"));
    VERIFY_RESULT(scaled);
    QVERIFY(scaled->attention[0].rope.scaling == RopeSpec::Scaling::None);
    QVERIFY(scaled->attention[5].rope.scaling == RopeSpec::Scaling::Linear);
    QCOMPARE(scaled->attention[5].rope.factor, 8.0);
    QCOMPARE(scaled->attentionScale, 1.0 / std::sqrt(168.0));

    const auto typed = read(patched(gemmaJson(), R"({"num_hidden_layers": 3, "sliding_window_pattern": 2,
        "layer_types": ["full_attention", "sliding_attention", "sliding_attention"]})"));
    VERIFY_RESULT(typed);
    QCOMPARE(typed->attention[0].slidingWindow, 0);
    QCOMPARE(typed->attention[1].slidingWindow, 512);
    QCOMPARE(typed->attention[2].slidingWindow, 512);
}

void TestModelConfig::gemma3Transformers5()
{
    const auto config = read(patched(gemmaJson(), R"({"rope_theta": "<remove>", "rope_local_base_freq": "<remove>",
        "rope_scaling": "<remove>", "rope_parameters": {
            "full_attention": {"rope_type": "linear", "factor": 8.0, "rope_theta": 2000000.0},
            "sliding_attention": {"rope_type": "default", "rope_theta": 20000.0}}})"));
    VERIFY_RESULT(config);
    QCOMPARE(config->attention[0].rope.base, 20000.0);
    QVERIFY(config->attention[0].rope.scaling == RopeSpec::Scaling::None);
    QCOMPARE(config->attention[5].rope.base, 2000000.0);
    QCOMPARE(config->attention[5].rope.factor, 8.0);
}

void TestModelConfig::accepted_data()
{
    QTest::addColumn<QByteArray>("patch");
    QTest::newRow("null is absent") << QByteArray(R"({"head_dim": null, "quantization_config": null})");
    QTest::newRow("explicit head size") << QByteArray(R"({"head_dim": 32})");
    QTest::newRow("head size that does not come from hidden") << QByteArray(R"({"head_dim": 20, "hidden_size": 66})");
    QTest::newRow("several ends") << QByteArray(R"({"eos_token_id": [2, 3, 4]})");
    QTest::newRow("known by its type") << QByteArray(R"({"architectures": "<remove>"})");
    QTest::newRow("default scaling") << QByteArray(R"({"rope_scaling": {"rope_type": "default"}})");
    QTest::newRow("integer base") << QByteArray(R"({"rope_theta": 10000})");
    QTest::newRow("unknown keys") << QByteArray(R"({"pretraining_tp": 2, "use_cache": false, "x": [1]})");
    QTest::newRow("most layers") << QByteArray(R"({"num_hidden_layers": 4096})");
}

void TestModelConfig::accepted()
{
    QFETCH(QByteArray, patch);
    VERIFY_RESULT(read(patched(llamaJson(), patch.constData())));
}

void TestModelConfig::refused_data()
{
    QTest::addColumn<QByteArray>("base");
    QTest::addColumn<QByteArray>("patch");
    QTest::addColumn<bool>("unsupported");
    QTest::addColumn<QByteArray>("says");
    const auto bad = [](const char *name, const char *patch, const char *says, const char *base = "llama") {
        QTest::newRow(name) << QByteArray(base) << QByteArray(patch) << false << QByteArray(says);
    };
    const auto unsupported = [](const char *name, const char *patch, const char *says, const char *base = "llama") {
        QTest::newRow(name) << QByteArray(base) << QByteArray(patch) << true << QByteArray(says);
    };
    bad("47 heads 0", R"({"num_attention_heads": 0})", "num_attention_heads is 0");
    bad("47 heads 0 with head_dim", R"({"num_attention_heads": 0, "head_dim": 16})", "num_attention_heads is 0");
    bad("kv heads 0", R"({"num_key_value_heads": 0})", "num_key_value_heads is 0");
    bad("48 layers 2^31", R"({"num_hidden_layers": 2147483648})", "num_hidden_layers is 2147483648");
    bad("layers 2^63", R"({"num_hidden_layers": 9223372036854775808})", "num_hidden_layers must be an integer");
    bad("layers 4097", R"({"num_hidden_layers": 4097})", "from 1 to 4096");
    bad("layers 0", R"({"num_hidden_layers": 0})", "num_hidden_layers is 0");
    bad("layers -1", R"({"num_hidden_layers": -1})", "num_hidden_layers is -1");
    bad("layers 4.0", R"({"num_hidden_layers": 4.0})", "num_hidden_layers must be an integer, but is 4.0");
    bad("layers 1e3", R"({"num_hidden_layers": 1e3})", "must be an integer");
    bad("layers in quotes", R"({"num_hidden_layers": "4"})", "must be an integer, but is \"4\"");
    bad("layers true", R"({"num_hidden_layers": true})", "must be an integer");
    bad("layers missing", R"({"num_hidden_layers": "<remove>"})", "num_hidden_layers is missing");
    bad("hidden missing", R"({"hidden_size": null})", "hidden_size is missing");
    bad("hidden not divisible", R"({"hidden_size": 66})", "does not divide hidden_size 66");
    bad("hidden too large", R"({"hidden_size": 65540})", "hidden_size is 65540");
    bad("intermediate negative", R"({"intermediate_size": -8})", "intermediate_size is -8");
    bad("vocabulary too large", R"({"vocab_size": 4194305})", "vocab_size is 4194305");
    bad("kv heads do not divide", R"({"num_key_value_heads": 3})", "does not divide num_attention_heads 4");
    bad("head size odd", R"({"head_dim": 15})", "head_dim is 15");
    bad("head size 0", R"({"head_dim": 0})", "head_dim is 0");
    bad("epsilon 0", R"({"rms_norm_eps": 0})", "rms_norm_eps");
    bad("epsilon text", R"({"rms_norm_eps": "1e-5"})", "rms_norm_eps must be a number");
    bad("positions 0", R"({"max_position_embeddings": 0})", "max_position_embeddings is 0");
    bad("base 0", R"({"rope_theta": 0})", "rotary base");
    bad("bos outside", R"({"bos_token_id": 300})", "bos_token_id is 300");
    bad("eos outside", R"({"eos_token_id": [2, -1]})", "eos_token_id is -1");
    bad("eos of texts", R"({"eos_token_id": ["</s>"]})", "eos_token_id must be an integer or a list");
    bad("tie is a number", R"({"tie_word_embeddings": 1})", "tie_word_embeddings must be true or false");
    bad("scaling is a text", R"({"rope_scaling": "linear"})", "rope_scaling must be an object");
    bad("scaling without type", R"({"rope_scaling": {"factor": 2.0}})", "rope_scaling.rope_type is missing");
    bad("scaling without factor", R"({"rope_scaling": {"type": "linear"}})", "rope_scaling.factor is missing");
    bad("scaling factor below 1", R"({"rope_scaling": {"type": "linear", "factor": 0.5}})", "at least 1");
    bad("scaling types differ", R"({"rope_scaling": {"type": "linear", "rope_type": "yarn", "factor": 2}})",
        "but type is \"linear\"");
    bad("llama3 frequencies", R"({"rope_scaling": {"type": "llama3", "factor": 8, "low_freq_factor": 4,
        "high_freq_factor": 4, "original_max_position_embeddings": 8192}})",
        "high_freq_factor");
    bad("neither name nor type", R"({"architectures": "<remove>", "model_type": "<remove>"})", "neither");
    bad("architectures is a text", R"({"architectures": "LlamaForCausalLM"})", "a list of texts");
    unsupported("yarn", R"({"rope_scaling": {"rope_type": "yarn", "factor": 4.0}})", "\"yarn\"");
    unsupported("dynamic", R"({"rope_scaling": {"type": "dynamic", "factor": 4.0}})", "\"dynamic\"");
    unsupported("longrope", R"({"rope_parameters": {"rope_type": "longrope"}})",
                "rope_parameters.rope_type is \"longrope\"");
    unsupported("partial rotary", R"({"partial_rotary_factor": 0.5})", "partial_rotary_factor");
    unsupported("attention bias", R"({"attention_bias": true})", "attention_bias is true");
    unsupported("mlp bias", R"({"mlp_bias": true})", "mlp_bias is true");
    unsupported("gelu", R"({"hidden_act": "gelu"})", "hidden_act is \"gelu\"");
    unsupported("quantised", R"({"quantization_config": {"quant_method": "gptq", "bits": 4}})", "gptq");
    unsupported("quantised somehow", R"({"quantization_config": {}})", "unknown method");

    bad("window 0", R"({"sliding_window": 0})", "sliding_window must be at least 1", "mistral");
    bad("window negative", R"({"sliding_window": -5})", "sliding_window", "mistral");
    unsupported("mixed layers", R"({"layer_types": ["sliding_attention", "full_attention"]})", "layer_types",
                "mistral");

    bad("pattern 0", R"({"sliding_window_pattern": 0})", "sliding_window_pattern", "gemma");
    bad("types too few", R"({"layer_types": ["full_attention"]})", "has 1 entries for 8 layers", "gemma");
    bad("scalar 0", R"({"query_pre_attn_scalar": 0})", "query_pre_attn_scalar", "gemma");
    unsupported("unknown layer type", R"({"num_hidden_layers": 1, "layer_types": ["linear_attention"]})",
                "linear_attention", "gemma");
    unsupported("capped attention", R"({"attn_logit_softcapping": 50.0})", "attn_logit_softcapping", "gemma");
    unsupported("capped logits", R"({"final_logit_softcapping": 30.0})", "final_logit_softcapping", "gemma");
    unsupported("bidirectional", R"({"use_bidirectional_attention": true})", "use_bidirectional", "gemma");
    unsupported("exact gelu", R"({"hidden_activation": "gelu"})", "gelu_pytorch_tanh", "gemma");
    unsupported("with images", R"({"architectures": ["Gemma3ForConditionalGeneration"], "model_type": "gemma3"})",
                "text-only checkpoint", "gemma");
}

void TestModelConfig::refused()
{
    QFETCH(QByteArray, base);
    QFETCH(QByteArray, patch);
    QFETCH(bool, unsupported);
    QFETCH(QByteArray, says);
    const json start = base == "llama" ? llamaJson() : base == "mistral" ? mistralJson() : gemmaJson();
    const auto config = read(patched(start, patch.constData()));
    VERIFY_ERROR(config, unsupported ? ErrorCode::Unsupported : ErrorCode::BadInput);
    QVERIFY2(config.error().detail.starts_with("config.json: "), config.error().detail.c_str());
    QVERIFY2(config.error().detail.find(says.toStdString()) != std::string::npos, config.error().detail.c_str());
}

void TestModelConfig::unknownFamilyListsWhatCanBeOpened()
{
    const auto family = familyForHf({{"architectures", {"GPT2LMHeadModel"}}}, "config.json");
    VERIFY_ERROR(family, ErrorCode::Unsupported);
    for (const char *name : {"GPT2LMHeadModel", "LlamaForCausalLM", "MistralForCausalLM", "Gemma3ForCausalLM"})
        QVERIFY2(family.error().detail.find(name) != std::string::npos, family.error().detail.c_str());
    VERIFY_ERROR(familyForHf(json::array(), "config.json"), ErrorCode::BadInput);
}

void TestModelConfig::sublayers()
{
    const auto config = read(gemmaJson());
    VERIFY_RESULT(config);
    std::string text;
    for (const auto &sublayer : prunableSublayers(*config))
        text += sublayer.name + " " + std::to_string(sublayer.rows) + "x" + std::to_string(sublayer.cols) + " "
            + sublayer.inputOf + "\n";
    QCOMPARE(text,
             std::string("self_attn.q_proj 1024x1152 self_attn.q_proj\n"
                         "self_attn.k_proj 256x1152 self_attn.q_proj\n"
                         "self_attn.v_proj 256x1152 self_attn.q_proj\n"
                         "self_attn.o_proj 1152x1024 self_attn.o_proj\n"
                         "mlp.gate_proj 6912x1152 mlp.gate_proj\n"
                         "mlp.up_proj 6912x1152 mlp.gate_proj\n"
                         "mlp.down_proj 1152x6912 mlp.down_proj\n"));
}

void TestModelConfig::tensors_data()
{
    QTest::addColumn<QByteArray>("base");
    QTest::addColumn<QByteArray>("expected");
    QTest::newRow("llama, untied") << QByteArray("llama")
                                   << QByteArray("model.embed_tokens.weight 300,64\n"
                                                 "model.layers.0.self_attn.q_proj.weight 64,64\n"
                                                 "model.layers.0.self_attn.k_proj.weight 32,64\n"
                                                 "model.layers.0.self_attn.v_proj.weight 32,64\n"
                                                 "model.layers.0.self_attn.o_proj.weight 64,64\n"
                                                 "model.layers.0.mlp.gate_proj.weight 168,64\n"
                                                 "model.layers.0.mlp.up_proj.weight 168,64\n"
                                                 "model.layers.0.mlp.down_proj.weight 64,168\n"
                                                 "model.layers.0.input_layernorm.weight 64\n"
                                                 "model.layers.0.post_attention_layernorm.weight 64\n"
                                                 "model.norm.weight 64\n"
                                                 "lm_head.weight 300,64\n");
    QTest::newRow("gemma, tied") << QByteArray("gemma")
                                 << QByteArray("model.embed_tokens.weight 262144,1152\n"
                                               "model.layers.0.self_attn.q_proj.weight 1024,1152\n"
                                               "model.layers.0.self_attn.k_proj.weight 256,1152\n"
                                               "model.layers.0.self_attn.v_proj.weight 256,1152\n"
                                               "model.layers.0.self_attn.o_proj.weight 1152,1024\n"
                                               "model.layers.0.mlp.gate_proj.weight 6912,1152\n"
                                               "model.layers.0.mlp.up_proj.weight 6912,1152\n"
                                               "model.layers.0.mlp.down_proj.weight 1152,6912\n"
                                               "model.layers.0.input_layernorm.weight 1152\n"
                                               "model.layers.0.post_attention_layernorm.weight 1152\n"
                                               "model.layers.0.pre_feedforward_layernorm.weight 1152\n"
                                               "model.layers.0.post_feedforward_layernorm.weight 1152\n"
                                               "model.layers.0.self_attn.q_norm.weight 256\n"
                                               "model.layers.0.self_attn.k_norm.weight 256\n"
                                               "model.norm.weight 1152\n");
}

void TestModelConfig::tensors()
{
    QFETCH(QByteArray, base);
    const auto config =
        read(base == "llama" ? patched(llamaJson(), R"({"num_hidden_layers": 1, "tie_word_embeddings": false})")
                             : patched(gemmaJson(), R"({"num_hidden_layers": 1})"));
    VERIFY_RESULT(config);
    QByteArray text;
    for (const auto &tensor : expectedTensors(*config)) {
        QByteArrayList extents;
        for (const auto extent : tensor.shape)
            extents << QByteArray::number(qulonglong(extent));
        text += QByteArray::fromStdString(tensor.name) + " " + extents.join(',') + "\n";
    }
    QTEST(text, "expected");
}

void TestModelConfig::backToHf_data()
{
    QTest::addColumn<QByteArray>("base");
    QTest::addColumn<QByteArray>("patch");
    QTest::newRow("llama") << QByteArray("llama") << QByteArray("{}");
    QTest::newRow("llama, no ids") << QByteArray("llama")
                                   << QByteArray(R"({"bos_token_id": null, "eos_token_id": null})");
    QTest::newRow("llama, linear") << QByteArray("llama")
                                   << QByteArray(R"({"rope_scaling": {"type": "linear", "factor": 4}})");
    QTest::newRow("llama 3.1") << QByteArray("llama") << QByteArray(R"({"eos_token_id": [1, 2, 3], "rope_scaling": {
        "type": "llama3", "factor": 8, "low_freq_factor": 1, "high_freq_factor": 4,
        "original_max_position_embeddings": 8192}})");
    QTest::newRow("mistral") << QByteArray("mistral") << QByteArray("{}");
    QTest::newRow("mistral, no window") << QByteArray("mistral") << QByteArray(R"({"sliding_window": null})");
    QTest::newRow("gemma") << QByteArray("gemma") << QByteArray("{}");
    QTest::newRow("gemma 27b") << QByteArray("gemma") << QByteArray(R"({"query_pre_attn_scalar": 168,
        "rope_scaling": {"rope_type": "linear", "factor": 8.0}, "rope_theta": 2000000})");
    QTest::newRow("gemma, odd scalar") << QByteArray("gemma") << QByteArray(R"({"query_pre_attn_scalar": 12.5})");
    QTest::newRow("gemma, all global") << QByteArray("gemma") << QByteArray(R"({"sliding_window_pattern": 1})");
}

void TestModelConfig::backToHf()
{
    QFETCH(QByteArray, base);
    QFETCH(QByteArray, patch);
    const json start = base == "llama" ? llamaJson() : base == "mistral" ? mistralJson() : gemmaJson();
    const auto config = read(patched(start, patch.constData()));
    VERIFY_RESULT(config);
    const auto family = familyForHf(start, "config.json");
    VERIFY_RESULT(family);
    const json written = (*family)->toHfConfig(*config, "float32");
    QCOMPARE(written.at("torch_dtype").get<std::string>(), std::string("float32"));
    const auto parsed = parseJson(written.dump(), "written");
    VERIFY_RESULT(parsed);
    auto again = read(*parsed);
    VERIFY_RESULT(again);
    QVERIFY(std::abs(again->attentionScale - config->attentionScale) < 1e-15);
    again->attentionScale = config->attentionScale;
    QVERIFY(*again == *config);
}

void TestModelConfig::hashFollowsTheMath_data()
{
    QTest::addColumn<QByteArray>("patch");
    QTest::addColumn<bool>("same");
    QTest::newRow("float32 epsilon") << QByteArray(R"({"rms_norm_eps": 9.999999747378752e-06})") << true;
    QTest::newRow("token ids") << QByteArray(R"({"bos_token_id": 7, "eos_token_id": [3, 4]})") << true;
    QTest::newRow("context") << QByteArray(R"({"max_position_embeddings": 1024})") << true;
    QTest::newRow("explicit head size") << QByteArray(R"({"head_dim": 16})") << true;
    QTest::newRow("other head size") << QByteArray(R"({"head_dim": 32})") << false;
    QTest::newRow("other epsilon") << QByteArray(R"({"rms_norm_eps": 1e-6})") << false;
    QTest::newRow("other base") << QByteArray(R"({"rope_theta": 10000.0})") << false;
    QTest::newRow("scaled") << QByteArray(R"({"rope_scaling": {"type": "linear", "factor": 2}})") << false;
    QTest::newRow("untied") << QByteArray(R"({"tie_word_embeddings": false})") << false;
    QTest::newRow("fewer layers") << QByteArray(R"({"num_hidden_layers": 3})") << false;
}

void TestModelConfig::hashFollowsTheMath()
{
    QFETCH(QByteArray, patch);
    const auto config = read(llamaJson());
    const auto other = read(patched(llamaJson(), patch.constData()));
    VERIFY_RESULT(config);
    VERIFY_RESULT(other);
    QCOMPARE(configSha256(*config).size(), std::size_t(64));
    QTEST(configSha256(*config) == configSha256(*other), "same");
}

QTEST_GUILESS_MAIN(TestModelConfig)
#include "tst_modelconfig.moc"
