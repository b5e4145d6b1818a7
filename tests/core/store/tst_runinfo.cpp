// SPDX-License-Identifier: GPL-3.0-or-later
#include <QtTest/QTest>

#include "core/base/json.h"
#include "core/store/names.h"
#include "core/store/runinfo.h"
#include "tests/support/testsupport.h"

using namespace secateur;
using namespace secateur::store;
using nlohmann::json;

namespace {

RunManifest sampleManifest()
{
    RunManifest manifest;
    manifest.id = "20261124T034129123Z-1f0c77aa";
    manifest.createdUtc = "2026-11-24T03:41:29Z";
    manifest.recipe.name = "python-wanda-0.5";
    manifest.recipe.domain = "python";
    manifest.recipe.method = PruneMethod::WandaVariant;
    manifest.recipe.target = "0.5";
    manifest.outcome.normConvergence = {{16, 0.05}, {64, 0.0125}};
    manifest.outcome.experts =
        ExpertUse{.experts = 12, .evenTokens = 30.5, .seldom = {{LayerIndex{1}, 3, 2}, {LayerIndex{2}, 0, 0}}};
    manifest.recipe.layerSparsity = {0.25, 0.1 + 0.2};
    manifest.recipe.statistics = StatisticsMode::Dense;
    manifest.recipe.calibration.seed = 18446744073709551615U;
    manifest.recipe.calibration.sampleIndices = {5, 4};
    manifest.recipe.calibration.tokenCounts = {7, 9};
    manifest.recipe.calibration.bos = "auto";
    manifest.recipe.calibrationFingerprint = std::string(64, 'f');
    manifest.recipe.calibrationTokens = 16;
    manifest.recipe.calibrationSequences = 2;
    manifest.outcome.seconds = {{"prune", 1.5}, {"total", 0.1}};
    manifest.outcome.peakResidentBytes = std::uint64_t(1) << 40;
    manifest.outcome.threads = 2;
    manifest.outcome.versions = {{"secateur", "0.1.0"}};
    manifest.sublayers = {{{LayerIndex{0}, "self_attn.q_proj"}, 4, 6, 12, 0.125},
                          {{LayerIndex{0}, "mlp.up_proj"}, 8, 4, 16, {}},
                          {{LayerIndex{1}, "self_attn.q_proj"}, 4, 6, 8, {}}};
    manifest.files = {{"layer-0000.h5", 100, std::string(64, 'a')}, {"layer-0001.h5", 200, std::string(64, 'b')}};
    return manifest;
}

} // namespace

class TestRunInfo : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void manifestRoundTrip()
    {
        const RunManifest manifest = sampleManifest();
        const std::string text = toJson(manifest).dump();
        const auto parsed = parseJson(text, "text");
        VERIFY_RESULT(parsed);
        const auto back = manifestFromJson(*parsed, "manifest.json");
        VERIFY_RESULT(back);
        QCOMPARE(QString::fromStdString(toJson(*back).dump()), QString::fromStdString(text));
        QCOMPARE(back->recipe.calibration.seed, 18446744073709551615U);
        QVERIFY(back->recipe.method == PruneMethod::WandaVariant);
        QVERIFY(back->recipe.statistics == StatisticsMode::Dense);
        QVERIFY(back->outcome.normConvergence == manifest.outcome.normConvergence);
        QCOMPARE(back->outcome.experts->evenTokens, 30.5);
        QCOMPARE(back->outcome.experts->seldom[0].tokens, std::uint64_t(2));
        QCOMPARE(back->outcome.experts->unused(), std::size_t(1));
        QCOMPARE(back->recipe.layerSparsity, manifest.recipe.layerSparsity);
        QCOMPARE(back->sublayers[0].alpha.value_or(0.0), 0.125);
        QVERIFY(!back->sublayers[1].alpha);
        QCOMPARE(back->outcome.seconds.at("total"), 0.1);
    }

    void combinationRoundTrip()
    {
        RunManifest manifest = sampleManifest();
        const CombinedRun parent{"20261124T034129123Z-1f0c77ab", "code", "code", "0.5", 0.25, std::string(64, 'c')};
        manifest.recipe.combination = Combination{
            mask::CombineRule::Difference, {parent}, {{"code", std::string(64, 'e'), manifest.recipe.calibration}}};
        const std::string text = toJson(manifest).dump();
        const auto back = manifestFromJson(*parseJson(text, "text"), "manifest.json");
        VERIFY_RESULT(back);
        QCOMPARE(QString::fromStdString(toJson(*back).dump()), QString::fromStdString(text));
        QVERIFY(back->recipe.combination->runs.front() == parent);
        QVERIFY(back->recipe.isMadeOfMasks() && !back->recipe.hasNorms());
        QCOMPARE(back->recipe.combination->calibrations.front().provenance.sampleIndices,
                 manifest.recipe.calibration.sampleIndices);
        // Rule, runs and weights decide the result.
        auto other = *back;
        other.recipe.combination->runs.front().weight = 0.5;
        QVERIFY(other.recipe.fingerprintParts() != back->recipe.fingerprintParts());
        manifest.recipe.combination.reset();
        QVERIFY(!toJson(manifest)["recipe"].contains("combination"));
    }

    void refusesImpossibleCombinations()
    {
        RunManifest manifest = sampleManifest();
        const CombinedRun parent{"20261124T034129123Z-1f0c77ab", "code", "code", "0.5", 1.0, std::string(64, 'c')};
        manifest.recipe.combination = Combination{mask::CombineRule::Union, {parent}, {}};
        const json sound = toJson(manifest);
        VERIFY_RESULT(manifestFromJson(sound, "manifest.json"));
        for (const auto &[key, value] : std::vector<std::pair<std::string, json>>{{"/rule", "sum"},
                                                                                  {"/runs", json::array()},
                                                                                  {"/runs", "code"},
                                                                                  {"/runs/0/weight", 0.0},
                                                                                  {"/runs/0/weight", "much"},
                                                                                  {"/runs/0/id", "../escape"},
                                                                                  {"/runs/0/files_sha256", "c"},
                                                                                  {"/calibrations", 3}}) {
            json changed = sound;
            changed[json::json_pointer("/recipe/combination" + key)] = value;
            VERIFY_ERROR(manifestFromJson(changed, "manifest.json"), ErrorCode::BadInput);
        }
    }

    void totals()
    {
        const RunManifest manifest = sampleManifest();
        QCOMPARE(manifest.pruned(), std::uint64_t(36));
        QCOMPARE(manifest.total(), std::uint64_t(80));
        QCOMPARE(manifest.sparsity(), 0.45);
        QCOMPARE(manifest.layers(), std::size_t(2));
        QVERIFY((manifest.sublayerNames() == std::vector<std::string>{"self_attn.q_proj", "mlp.up_proj"}));
        QCOMPARE(RunManifest().sparsity(), 0.0);
    }

    void identityRoundTrip()
    {
        architecture::ModelIdentity model{
            "/m", "LlamaForCausalLM", std::string(64, '0'), {{"a.safetensors", 7, std::string(64, '1')}}};
        const auto back = identityFromJson(toJson(model), "study.json");
        VERIFY_RESULT(back);
        QCOMPARE(QString::fromStdString(back->fingerprint()), QString::fromStdString(model.fingerprint()));
        QCOMPARE(back->files[0].bytes, std::uint64_t(7));
    }

    void fingerprintPartsIgnoreNames()
    {
        RunRecipe a = sampleManifest().recipe;
        RunRecipe b = a;
        b.name = "other";
        b.domain = "other";
        QVERIFY(a.fingerprintParts() == b.fingerprintParts());
        b.target = "2:4";
        QVERIFY(a.fingerprintParts() != b.fingerprintParts());
        QCOMPARE(a.fingerprintParts().size(), std::size_t(8));
        RunRecipe layered = a;
        layered.layerSparsity.back() += 0.01;
        QVERIFY(a.fingerprintParts() != layered.fingerprintParts());
        // A seed decides the masks of the random method, and of no other.
        RunRecipe seeded = a;
        ++seeded.calibration.seed;
        QVERIFY(a.fingerprintParts() == seeded.fingerprintParts());
        a.method = seeded.method = PruneMethod::Random;
        QVERIFY(a.fingerprintParts() != seeded.fingerprintParts());
    }

    void unknownKeysOfAMinorVersionAreIgnored()
    {
        json value = toJson(sampleManifest());
        value["version"] = "1.7";
        value["colour"] = "green";
        value["sublayers"][0]["shade"] = 3;
        VERIFY_RESULT(manifestFromJson(value, "manifest.json"));
    }

    void malformed_data()
    {
        QTest::addColumn<QString>("pointer");
        QTest::addColumn<QString>("replacement"); // empty: removed
        QTest::addColumn<int>("code");
        QTest::addColumn<QString>("says");
        const int bad = int(ErrorCode::BadInput);
        const auto add = [](const char *name, const char *pointer, const char *replacement, int code,
                            const char *says) {
            QTest::newRow(name) << QString::fromLatin1(pointer) << QString::fromLatin1(replacement) << code
                                << QString::fromLatin1(says);
        };
        add("newer major", "/version", "\"2.0\"", int(ErrorCode::Unsupported), "newer Secateur");
        add("much newer", "/version", "\"10.3\"", int(ErrorCode::Unsupported), "newer Secateur");
        add("version zero", "/version", "\"0.9\"", bad, "should look like");
        add("share of a layer", "/recipe/layer_sparsity/0", "1.0", bad, "layer_sparsity");
        add("shares are text", "/recipe/layer_sparsity", "\"0.5\"", bad, "layer_sparsity");
        add("shares of too few layers", "/recipe/layer_sparsity", "[0.5]", bad, "layer_sparsity");
        add("version text", "/version", "\"1.x\"", bad, "should look like");
        add("version number", "/version", "1.0", bad, "\"version\" should be");
        add("schema", "/schema", "\"secateur-draft\"", bad, "\"schema\" should be \"secateur-run\"");
        add("no schema", "/schema", "", bad, "\"schema\" is missing");
        add("no id", "/id", "", bad, "\"id\" is missing");
        add("id is a path", "/id", "\"../x\"", bad, "is no run id");
        add("method", "/recipe/method", "\"wand\"", bad, "wand");
        add("statistics", "/recipe/statistics", "\"some\"", bad, "some");
        add("name with slash", "/recipe/name", "\"a/b\"", bad, "has a '/'");
        add("tokens negative", "/recipe/calibration_tokens", "-1", bad, "calibration_tokens");
        add("tokens float", "/recipe/calibration_tokens", "1.0", bad, "calibration_tokens");
        add("approximate", "/recipe/approximate", "0", bad, "true or false");
        add("calibration list", "/recipe/calibration", "[]", bad, "\"calibration\" should be an object");
        add("outcome", "/outcome/seconds/total", "\"long\"", bad, "seconds");
        add("versions", "/outcome/versions/secateur", "1", bad, "versions");
        add("sublayers object", "/sublayers", "{}", bad, "a list");
        add("sublayer text", "/sublayers/1", "\"x\"", bad, "sublayers[1]: should be a JSON object");
        add("sublayer name", "/sublayers/1/name", "\"../up\"", bad, "sublayers[1]");
        add("zero rows", "/sublayers/0/rows", "0", bad, "\"rows\" should be a whole number from 1");
        add("2^31 + 1 rows", "/sublayers/0/rows", "2147483649", bad, "\"rows\" should be");
        add("too many pruned", "/sublayers/0/pruned", "25", bad, "not possible");
        add("alpha text", "/sublayers/0/alpha", "\"0.1\"", bad, "alpha");
        add("layer gap", "/sublayers/2/layer", "2", bad, "layer 1 is missing");
        add("layer order", "/sublayers/0/layer", "1", bad, "layer 0");
        add("repeated matrix", "/sublayers/1/name", "\"self_attn.q_proj\"", bad, "is repeated");
        add("layer 2^31", "/sublayers/2/layer", "2147483648", bad, "\"layer\" should be");
        add("file name", "/files/1/name", "\"../../etc/passwd\"", bad, "files[1]");
        add("file order", "/files/0/name", "\"layer-0001.h5\"", bad, "files[0]");
        add("file missing", "/files/1", "", bad, "1 files for 2 layers");
        add("sha256 short", "/files/0/sha256", "\"aa\"", bad, "SHA-256");
        add("sha256 upper case", "/files/0/sha256",
            "\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\"", bad, "SHA-256");
    }

    void malformed()
    {
        QFETCH(QString, pointer);
        QFETCH(QString, replacement);
        QFETCH(int, code);
        QFETCH(QString, says);
        json value = toJson(sampleManifest());
        const json::json_pointer place(pointer.toStdString());
        json &parent = value[place.parent_pointer()];
        if (!replacement.isEmpty())
            value[place] = json::parse(replacement.toStdString());
        else if (parent.is_array())
            parent.erase(std::stoul(place.back()));
        else
            parent.erase(place.back());
        const auto read = manifestFromJson(value, "runs/x/manifest.json");
        VERIFY_ERROR(read, ErrorCode(code));
        QVERIFY2(read.error().detail.find(says.toStdString()) != std::string::npos, read.error().detail.c_str());
        QVERIFY2(read.error().detail.starts_with("runs/x/manifest.json"), read.error().detail.c_str());
    }

    void productsCannotWrap()
    {
        json value = toJson(sampleManifest());
        value["sublayers"][0]["rows"] = 2147483648U;
        value["sublayers"][0]["cols"] = 2147483648U;
        VERIFY_ERROR(manifestFromJson(value, "manifest.json"), ErrorCode::BadInput);
    }

    void runNames_data()
    {
        QTest::addColumn<QByteArray>("name");
        QTest::addColumn<bool>("accepted");
        QTest::newRow("usual") << QByteArray("python-wanda-0.5") << true;
        QTest::newRow("pattern") << QByteArray("python wanda 2:4") << true;
        QTest::newRow("umlaut") << QByteArray("M\xC3\xA4rchen") << true;
        QTest::newRow("128") << QByteArray(128, 'x') << true;
        QTest::newRow("empty") << QByteArray() << false;
        QTest::newRow("129") << QByteArray(129, 'x') << false;
        QTest::newRow("slash") << QByteArray("a/b") << false;
        QTest::newRow("dot") << QByteArray("..") << false;
        QTest::newRow("hidden") << QByteArray(".x") << false;
        QTest::newRow("newline") << QByteArray("a\nb") << false;
        QTest::newRow("escape") << QByteArray("a\x1b[31m") << false;
        QTest::newRow("latin1") << QByteArray("M\xE4rchen") << false;
        QTest::newRow("blank") << QByteArray(" a") << false;
    }

    void runNames()
    {
        QFETCH(QByteArray, name);
        QFETCH(bool, accepted);
        const auto checked = checkRunName(name.toStdString());
        QCOMPARE(checked.has_value(), accepted);
        if (!accepted)
            QVERIFY(checked.error().code == ErrorCode::InvalidArgument);
    }

    void runIds()
    {
        const std::string id = newRunId();
        QVERIFY2(isRunId(id), id.c_str());
        QCOMPARE(id.size(), std::size_t(28));
        QVERIFY(id != newRunId());
        QVERIFY(!isRunId(""));
        QVERIFY(!isRunId(".."));
        QVERIFY(!isRunId("a/b"));
        QCOMPARE(QString::fromStdString(layerFileName(LayerIndex{12})), QStringLiteral("layer-0012.h5"));
    }
};

QTEST_APPLESS_MAIN(TestRunInfo)
#include "tst_runinfo.moc"
