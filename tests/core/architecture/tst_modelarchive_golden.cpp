// SPDX-License-Identifier: GPL-3.0-or-later
#include <fstream>

#include <nlohmann/json.hpp>

#include "core/architecture/family.h"
#include "core/architecture/modelarchive.h"
#include "core/base/sha256.h"
#include "tests/support/testsupport.h"

using namespace secateur;
using namespace secateur::architecture;
using nlohmann::json;

namespace {

json readJson(const std::filesystem::path &path)
{
    std::ifstream file(path);
    return json::parse(file);
}

} // namespace

/// SmolLM2-135M-Instruct as GGUF against the reference of goldens/smollm2.
class TestModelArchiveGolden : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void configEqualsTheFolders();
    void everyTensorEqualsTheReference();
    void rowsOfAHeadInTheMiddle();

private:
    std::filesystem::path m_goldens;
    std::shared_ptr<const ModelArchive> m_model;
};

void TestModelArchiveGolden::initTestCase()
{
    SECATEUR_NEEDS_SHARED();
    m_goldens = test::sharedFolder() / "goldens" / "smollm2";
    const auto model = ModelArchive::open(test::sharedFolder() / "models" / "SmolLM2-135M-Instruct.Q4_1.gguf");
    VERIFY_RESULT(model);
    m_model = *model;
}

void TestModelArchiveGolden::configEqualsTheFolders()
{
    const json object = readJson(m_goldens / "hf" / "config.json");
    const auto family = familyForHf(object, "config.json");
    VERIFY_RESULT(family);
    const auto config = (*family)->fromHfConfig(object, "config.json");
    VERIFY_RESULT(config);
    QVERIFY(*config == m_model->config());
    QCOMPARE(configSha256(*config), configSha256(m_model->config()));
    QCOMPARE(std::string(format::dtypeName(m_model->weightType())), std::string("Q4_1"));
    QCOMPARE(m_model->prunableParameters(), std::uint64_t(106168320));
}

void TestModelArchiveGolden::everyTensorEqualsTheReference()
{
    const json reference = readJson(m_goldens / "weights_check.json");
    std::size_t checked = 0;
    for (const auto &[name, expected] : reference.items()) {
        const auto *tensor = m_model->find(name);
        QVERIFY2(tensor, name.c_str());
        QVERIFY2(tensor->shape == expected.at("shape").get<std::vector<std::uint64_t>>(), name.c_str());
        std::size_t elements = 1;
        for (const auto extent : tensor->shape)
            elements *= extent;
        std::vector<float> values(elements);
        VERIFY_RESULT(m_model->readF32(name, values));
        QVERIFY2(sha256Hex(std::as_bytes(std::span(values))) == expected.at("sha256").get<std::string>(), name.c_str());
        ++checked;
    }
    QCOMPARE(checked, m_model->tensors().size());
}

void TestModelArchiveGolden::rowsOfAHeadInTheMiddle()
{
    const std::string name = "model.layers.7.self_attn.k_proj.weight";
    std::vector<float> all(192 * 576);
    VERIFY_RESULT(m_model->readF32(name, all));
    for (const auto &[first, count] : {std::pair{70, 3}, {95, 2}, {60, 72}, {191, 1}}) {
        std::vector<float> some(std::size_t(count) * 576);
        VERIFY_RESULT(m_model->readRowsF32(name, std::uint64_t(first), some));
        QVERIFY(std::ranges::equal(some, std::span(all).subspan(std::size_t(first) * 576, some.size())));
    }
}

QTEST_GUILESS_MAIN(TestModelArchiveGolden)
#include "tst_modelarchive_golden.moc"
