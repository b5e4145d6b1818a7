// SPDX-License-Identifier: GPL-3.0-or-later
#include <map>
#include <vector>

#include <QtTest/QTest>

#include "core/base/file.h"
#include "core/base/json.h"
#include "core/base/sha256.h"
#include "core/format/gguf.h"
#include "tests/support/testsupport.h"

using namespace secateur;
using format::GgufFile;

namespace {

std::filesystem::path modelFile()
{
    return test::sharedFolder() / "models" / "SmolLM2-135M-Instruct.Q4_1.gguf";
}

/// The Hugging Face name of a tensor of a Llama GGUF; empty for q_proj and k_proj, whose rows are permuted in the file.
std::string huggingFaceName(const std::string &name)
{
    static const std::map<std::string, std::string> whole = {{"token_embd.weight", "model.embed_tokens.weight"},
                                                             {"output_norm.weight", "model.norm.weight"}};
    static const std::map<std::string, std::string> parts = {
        {"attn_norm", "input_layernorm"},    {"attn_v", "self_attn.v_proj"},
        {"attn_output", "self_attn.o_proj"}, {"ffn_norm", "post_attention_layernorm"},
        {"ffn_gate", "mlp.gate_proj"},       {"ffn_up", "mlp.up_proj"},
        {"ffn_down", "mlp.down_proj"},
    };
    if (const auto found = whole.find(name); found != whole.end())
        return found->second;
    const auto layerEnd = name.find('.', 4);
    const auto part = parts.find(name.substr(layerEnd + 1, name.rfind('.') - layerEnd - 1));
    return part == parts.end() ? "" : "model.layers." + name.substr(4, layerEnd - 4) + "." + part->second + ".weight";
}

} // namespace

/// Every tensor of SmolLM2's Q4_1 file, as float32, has the digest of goldens/smollm2/weights_check.json.
class TestGgufGolden : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase()
    {
        SECATEUR_NEEDS_SHARED();
        auto opened = GgufFile::open(modelFile());
        VERIFY_RESULT(opened);
        m_file = std::make_unique<GgufFile>(std::move(*opened));
        const auto path = test::sharedFolder() / "goldens" / "smollm2" / "weights_check.json";
        auto text = readTextFile(path, 10 << 20);
        VERIFY_RESULT(text);
        auto document = parseJson(*text, path.string());
        VERIFY_RESULT(document);
        m_expected = std::move(*document);
    }

    void metadata()
    {
        QCOMPARE(m_file->text("general.architecture").value().value(), std::string("llama"));
        QCOMPARE(m_file->integer("llama.block_count").value().value(), std::int64_t(30));
        QCOMPARE(m_file->texts("tokenizer.ggml.tokens")->size(), std::size_t(49152));
        QCOMPARE(m_file->integers("tokenizer.ggml.token_type")->size(), std::size_t(49152));
        QCOMPARE(m_file->texts("tokenizer.ggml.merges")->size(), std::size_t(48900));
    }

    void weights()
    {
        std::size_t compared = 0;
        std::size_t permuted = 0;
        for (const auto &tensor : m_file->tensors()) {
            const std::string name = huggingFaceName(tensor.name);
            if (name.empty()) {
                QVERIFY2(tensor.name.find("attn_q.") != std::string::npos
                             || tensor.name.find("attn_k.") != std::string::npos,
                         tensor.name.c_str());
                ++permuted;
                continue;
            }
            QVERIFY2(m_expected.contains(name), name.c_str());
            const auto &expected = m_expected.at(name);
            QVERIFY2(tensor.shape == expected.at("shape").get<std::vector<std::uint64_t>>(), name.c_str());
            std::vector<std::byte> stored(std::size_t(tensor.bytes));
            VERIFY_RESULT(m_file->read(tensor, 0, stored));
            std::vector<float> weights(std::size_t(tensor.elements()));
            VERIFY_RESULT(format::toFloat32(tensor.type, stored, weights));
            QCOMPARE(sha256Hex(std::as_bytes(std::span(weights))), expected.at("sha256").get<std::string>());
            ++compared;
        }
        QCOMPARE(permuted, std::size_t(60));
        QCOMPARE(compared + permuted, m_expected.size());
    }

private:
    std::unique_ptr<GgufFile> m_file;
    nlohmann::json m_expected;
};

QTEST_APPLESS_MAIN(TestGgufGolden)
#include "tst_gguf_golden.moc"
