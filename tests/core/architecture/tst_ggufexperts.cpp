// SPDX-License-Identifier: GPL-3.0-or-later
#include <map>

#include "core/architecture/modelarchive.h"
#include "tests/core/architecture/tinygguf.h"
#include "tests/support/families.h"

using namespace secateur;
using namespace secateur::architecture;

/// GGUF files of mixtures of experts, laid out as llama.cpp's converter does it, against the folders they are made of.
class TestGgufExperts : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void areTheFoldersModel_data();
    void areTheFoldersModel();
    void refused_data();
    void refused();
    void moreExpertsThanAnyModelAreNotListed();
};

namespace {

struct Matrix {
    std::vector<std::uint64_t> shape;
    std::vector<float> values;
};

Matrix matrixOf(const ModelArchive &model, const std::string &name)
{
    const auto *const tensor = model.find(name);
    std::size_t size = 1;
    for (const auto extent : tensor->shape)
        size *= extent;
    Matrix matrix{tensor->shape, std::vector<float>(size)};
    if (const auto read = model.readF32(name, matrix.values); !read)
        throw std::runtime_error(test::describe(read.error()));
    return matrix;
}

/// "blk.2.attn_q.weight" of "model.layers.2.self_attn.q_proj.weight", but for the experts.
std::string ggufName(const std::string &name)
{
    static const std::map<std::string, std::string> whole = {{"model.embed_tokens.weight", "token_embd.weight"},
                                                             {"model.norm.weight", "output_norm.weight"},
                                                             {"lm_head.weight", "output.weight"}};
    if (const auto found = whole.find(name); found != whole.end())
        return found->second;
    static const std::map<std::string, std::string> parts = {
        {"self_attn.q_proj.weight", "attn_q.weight"},
        {"self_attn.k_proj.weight", "attn_k.weight"},
        {"self_attn.v_proj.weight", "attn_v.weight"},
        {"self_attn.o_proj.weight", "attn_output.weight"},
        {"self_attn.q_proj.bias", "attn_q.bias"},
        {"self_attn.k_proj.bias", "attn_k.bias"},
        {"self_attn.v_proj.bias", "attn_v.bias"},
        {"self_attn.q_norm.weight", "attn_q_norm.weight"},
        {"self_attn.k_norm.weight", "attn_k_norm.weight"},
        {"input_layernorm.weight", "attn_norm.weight"},
        {"post_attention_layernorm.weight", "ffn_norm.weight"},
        {"mlp.gate.weight", "ffn_gate_inp.weight"},
        {"mlp.shared_expert_gate.weight", "ffn_gate_inp_shexp.weight"},
        {"mlp.shared_expert.gate_proj.weight", "ffn_gate_shexp.weight"},
        {"mlp.shared_expert.up_proj.weight", "ffn_up_shexp.weight"},
        {"mlp.shared_expert.down_proj.weight", "ffn_down_shexp.weight"}};
    const std::string layers = "model.layers.";
    const auto dot = name.find('.', layers.size());
    return "blk." + name.substr(layers.size(), dot - layers.size()) + "." + parts.at(name.substr(dot + 1));
}

/// `missing`: a kind of tensor to leave out; `fewer`: experts to leave out of each stack.
test::TinyGguf convertedExperts(const ModelArchive &model, const std::string &missing = {}, std::uint64_t fewer = 0)
{
    const auto &config = model.config();
    const bool third = config.family == "qwen3_moe";
    const std::string prefix = third ? "qwen3moe" : "qwen2moe";
    test::TinyGguf file;
    file.text("general.architecture", prefix);
    const std::pair<const char *, std::int64_t> sizes[] = {{".block_count", config.layers},
                                                           {".embedding_length", config.hiddenSize},
                                                           {".feed_forward_length", 48},
                                                           {".expert_feed_forward_length", config.intermediateSize},
                                                           {".context_length", config.maxPositions},
                                                           {".attention.head_count", config.heads},
                                                           {".attention.head_count_kv", config.kvHeads},
                                                           {".attention.key_length", config.headDim},
                                                           {".attention.value_length", config.headDim},
                                                           {".expert_count", config.experts.count},
                                                           {".expert_used_count", config.experts.perToken}};
    for (const auto &[key, value] : sizes)
        file.integer(prefix + key, std::uint32_t(value));
    if (!third && missing != "shared size")
        file.integer(prefix + ".expert_shared_feed_forward_length", std::uint32_t(config.experts.sharedSize));
    file.number(prefix + ".attention.layer_norm_rms_epsilon", float(config.normEpsilon));
    file.number(prefix + ".rope.freq_base", float(config.attention.front().rope.base));

    const auto add = [&](const std::string &name, std::vector<std::uint64_t> shape, const std::vector<float> &values) {
        if (missing.empty() || name.find(missing) == std::string::npos)
            file.tensor(name, shape, values);
    };
    for (const auto &tensor : model.tensors()) {
        if (tensor.name.find(".experts.") != std::string::npos)
            continue;
        auto [shape, values] = matrixOf(model, tensor.name);
        if (shape.front() == 1)
            shape.erase(shape.begin());
        add(ggufName(tensor.name), shape, values);
    }
    for (std::int64_t layer = 0; layer < config.layers; ++layer)
        for (const std::string part : {"gate", "up", "down"}) {
            Matrix stack;
            for (std::uint64_t expert = 0; expert + fewer < std::uint64_t(config.experts.count); ++expert) {
                const auto one = matrixOf(model,
                                          "model.layers." + std::to_string(layer) + ".mlp.experts."
                                              + std::to_string(expert) + "." + part + "_proj.weight");
                stack.shape = {expert + 1, one.shape[0], one.shape[1]};
                stack.values.insert(stack.values.end(), one.values.begin(), one.values.end());
            }
            add("blk." + std::to_string(layer) + ".ffn_" + part + "_exps.weight", stack.shape, stack.values);
        }
    return file;
}

std::shared_ptr<const ModelArchive> folderOf(const QString &family)
{
    const auto model = ModelArchive::open(test::familyFolder(family));
    if (!model)
        throw std::runtime_error(test::describe(model.error()));
    return *model;
}

} // namespace

void TestGgufExperts::areTheFoldersModel_data()
{
    QTest::addColumn<QString>("family");
    QTest::newRow("qwen2-moe") << QStringLiteral("qwen2-moe");
    QTest::newRow("qwen3-moe") << QStringLiteral("qwen3-moe");
}

void TestGgufExperts::areTheFoldersModel()
{
    QFETCH(QString, family);
    const auto folder = folderOf(family);
    const test::TemporaryFolder temporary;
    const auto gguf = ModelArchive::open(convertedExperts(*folder).write(temporary.path() / "m.gguf"));
    VERIFY_RESULT(gguf);
    QCOMPARE(configSha256((*gguf)->config()), configSha256(folder->config()));
    QCOMPARE((*gguf)->tensors().size(), folder->tensors().size());
    for (const auto &tensor : folder->tensors()) {
        const auto wanted = matrixOf(*folder, tensor.name);
        QVERIFY2((*gguf)->find(tensor.name), tensor.name.c_str());
        const auto found = matrixOf(**gguf, tensor.name);
        QVERIFY2(found.shape == wanted.shape && found.values == wanted.values, tensor.name.c_str());
    }
    const std::string last = "model.layers.2.mlp.experts.5.up_proj.weight";
    const auto whole = matrixOf(*folder, last);
    std::vector<float> rows(3 * 32);
    VERIFY_RESULT((*gguf)->readRowsF32(last, 20, rows));
    QVERIFY(std::equal(rows.begin(), rows.end(), whole.values.begin() + 20 * 32));
    QVERIFY(!(*gguf)->readRowsF32(last, 22, rows).has_value()); // beyond its 24 rows is the next expert
}

void TestGgufExperts::refused_data()
{
    QTest::addColumn<QString>("family");
    QTest::addColumn<QByteArray>("missing");
    QTest::addColumn<int>("fewer");
    QTest::addColumn<QByteArray>("says");
    QTest::newRow("a stack") << QStringLiteral("qwen3-moe") << QByteArray("blk.1.ffn_up_exps") << 0
                             << QByteArray("model.layers.1.mlp.experts.0.up_proj.weight is missing");
    QTest::newRow("an expert") << QStringLiteral("qwen3-moe") << QByteArray() << 1
                               << QByteArray("experts.6.gate_proj.weight is missing");
    QTest::newRow("a router") << QStringLiteral("qwen2-moe") << QByteArray("blk.2.ffn_gate_inp.") << 0
                              << QByteArray("model.layers.2.mlp.gate.weight is missing");
    QTest::newRow("the size of the shared expert") << QStringLiteral("qwen2-moe") << QByteArray("shared size") << 0
                                                   << QByteArray("expert_shared_feed_forward_length is missing");
}

void TestGgufExperts::refused()
{
    QFETCH(QString, family);
    QFETCH(QByteArray, missing);
    QFETCH(int, fewer);
    QFETCH(QByteArray, says);
    const test::TemporaryFolder temporary;
    const auto file = convertedExperts(*folderOf(family), missing.toStdString(), std::uint64_t(fewer));
    const auto opened = ModelArchive::open(file.write(temporary.path() / "m.gguf"));
    VERIFY_ERROR(opened, ErrorCode::BadInput);
    QVERIFY2(opened.error().detail.find(says.toStdString()) != std::string::npos, opened.error().detail.c_str());
}

/// One tensor stands for as many as it says; the list must not grow beyond what the metadata ask for.
void TestGgufExperts::moreExpertsThanAnyModelAreNotListed()
{
    const test::TemporaryFolder temporary;
    auto file = convertedExperts(*folderOf(QStringLiteral("qwen3-moe")));
    for (int block = 100; block < 300; ++block)
        file.tensor("blk." + std::to_string(block) + ".ffn_up_exps.weight", {4000, 1, 1}, std::vector<float>(4000));
    const auto opened = ModelArchive::open(file.write(temporary.path() / "m.gguf"));
    VERIFY_ERROR(opened, ErrorCode::BadInput);
    // 93 of the model, and one stack more.
    QVERIFY2(opened.error().detail.find("there are 4093 tensors, but") != std::string::npos,
             opened.error().detail.c_str());
}

QTEST_GUILESS_MAIN(TestGgufExperts)
#include "tst_ggufexperts.moc"
