// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <cmath>

#include "core/architecture/modelarchive.h"
#include "core/base/file.h"
#include "core/model/decoder.h"
#include "core/model/scoring.h"
#include "core/training/bpetrainer.h"
#include "core/training/checkpoint.h"
#include "core/training/gradients.h"
#include "core/training/training.h"
#include "tests/support/testsupport.h"
#include "tests/support/tinymodel.h"

using namespace secateur;
using namespace secateur::training;

class TestTraining : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void forwardIsTheEngines();
    void gradientsMatchDifferences();
    void answersAreWeighted();
    void threadsDoNotChangeBits();
    void optimiserFollowsTheFormula();
    void rateWarmsUpAndDecays();
    void lossFalls();
    void resumedEqualsUndisturbed();
    void stopsWithItsStateSaved();
    void exportIsAModel();
    void refusesAForeignState();

private:
    TrainingRequest request(const char *work, int steps);

    test::TemporaryFolder m_folder;
    std::filesystem::path m_model;
};

namespace {

std::vector<Window> someWindows(std::size_t count, std::size_t tokens, int vocabulary)
{
    test::TinyRandom random(5);
    std::vector<Window> windows(count);
    for (auto &window : windows)
        for (std::size_t i = 0; i < tokens + windows.size() % 3; ++i)
            window.tokens.push_back(TokenId(random.below(std::uint64_t(vocabulary))));
    windows.back().tokens.resize(tokens / 2); // not all of one length
    return windows;
}

architecture::ModelConfig smallConfig()
{
    architecture::ModelConfig config;
    config.family = "llama";
    config.layers = 2;
    config.hiddenSize = 16;
    config.intermediateSize = 24;
    config.heads = 4;
    config.kvHeads = 2;
    config.headDim = 4;
    config.vocabSize = 30;
    config.maxPositions = 64;
    config.tiedEmbeddings = true;
    config.attentionScale = 0.5;
    config.attention.assign(2, {});
    return config;
}

/// Larger weights than a training begins with, so that no gradient is lost in rounding.
Parameters lively(const architecture::ModelConfig &config)
{
    Parameters parameters = Parameters::random(config, 3);
    for (const auto &tensor : parameters.tensors())
        for (std::size_t i = 0; i < tensor.values->size(); ++i)
            (*tensor.values)[i] = tensor.shape.size() == 1 ? 1.0F + 0.1F * float(i % 3) : (*tensor.values)[i] * 3.0F;
    return parameters;
}

std::string recipeText(int steps)
{
    const std::string mixture = "\"mixture\": {\"python\": 1, \"java\": 1, \"cpp\": 1, \"javascript\": 1, "
                                "\"math\": 1, \"csr\": 1, \"translation\": 1, \"general\": 1, \"exercises\": 1}}";
    return "{\"seed\": 4, \"steps\": " + std::to_string(steps)
        + ", \"warm_up_steps\": 2, \"decay_steps\": 0, \"learning_rate\": 0.01, \"final_rate\": 0.1, "
          "\"windows_per_step\": 6, \"tokens_per_window\": 32, \"weight_decay\": 0.1, \"clip\": 1.0, \"phases\": ["
          "{\"from_step\": 0, \"asked_weight\": 1.0, "
        + mixture + ", {\"from_step\": 5, \"asked_weight\": 0.5, " + mixture + "]}";
}

} // namespace

void TestTraining::initTestCase()
{
    m_model = test::writeTinyModel(m_folder.path() / "model",
                                   {.layers = 2, .hidden = 32, .intermediate = 48, .heads = 4, .kvHeads = 2});
}

TrainingRequest TestTraining::request(const char *work, int steps)
{
    const auto recipe = test::writeFile(m_folder.path() / (std::string(work) + ".json"), recipeText(steps));
    return {recipe, m_model, m_folder.path() / work, 1, 3, 5};
}

void TestTraining::forwardIsTheEngines()
{
    const auto opened = architecture::ModelArchive::open(m_model);
    VERIFY_RESULT(opened);
    const auto &archive = **opened;
    Parameters parameters = Parameters::zeros(archive.config());
    for (const auto &tensor : parameters.tensors())
        VERIFY_RESULT(archive.readF32(tensor.name, *tensor.values));
    const auto windows = someWindows(3, 40, test::tinyVocabulary);
    Graph graph(parameters, 64);
    const double loss = graph.loss(windows, 1);

    auto decoder = model::Decoder::create(*opened, 64, {});
    VERIFY_RESULT(decoder);
    std::vector<std::vector<TokenId>> sequences;
    for (const auto &window : windows)
        sequences.push_back(window.tokens);
    const auto hidden = model::finalHidden(**decoder, sequences, {});
    VERIFY_RESULT(hidden);
    const auto scores = model::scoreHidden(**decoder, *hidden, sequences, {});
    VERIFY_RESULT(scores);
    double nll = 0.0;
    double predicted = 0.0;
    for (const auto &score : *scores) {
        nll += score.nll;
        predicted += double(score.predicted);
    }
    QVERIFY2(std::abs(loss - nll / predicted) < 1e-5, std::to_string(loss - nll / predicted).c_str());

    // Logits of the first window: the engine's hidden states times the embedding.
    const auto logits = graph.logits({windows.front()});
    const auto width = std::size_t(archive.config().hiddenSize);
    for (std::size_t row = 0; row + 1 < windows.front().tokens.size(); ++row)
        for (std::size_t token = 0; token < std::size_t(test::tinyVocabulary); ++token) {
            double wanted = 0.0;
            for (std::size_t i = 0; i < width; ++i)
                wanted += double((*hidden)[row * width + i]) * double(parameters.embedding[token * width + i]);
            QVERIFY(std::abs(wanted - double(logits[row * std::size_t(test::tinyVocabulary) + token])) < 1e-4);
        }
}

/// Of every tensor some weights, moved a little both ways: the loss must change as the gradient says.
void TestTraining::gradientsMatchDifferences()
{
    Parameters parameters = lively(smallConfig());
    auto windows = someWindows(5, 12, 30);
    for (std::size_t i = 0; i < windows[1].tokens.size(); ++i)
        windows[1].weights.push_back(i % 2 ? 1.0F : 0.25F);
    Parameters gradients = Parameters::zeros(parameters.config);
    Graph graph(parameters, 32);
    const double loss = graph.lossAndGradients(windows, 1, gradients);
    QVERIFY(std::abs(loss - graph.loss(windows, 1)) < 1e-6);
    const auto tensors = parameters.tensors();
    const auto found = gradients.tensors();
    for (std::size_t t = 0; t < tensors.size(); ++t) {
        float largest = 0.0F;
        for (const float value : *found[t].values)
            largest = std::max(largest, std::abs(value));
        QVERIFY2(largest > 1e-4F, tensors[t].name.c_str());
        for (std::size_t i = 0; i < tensors[t].values->size(); i += tensors[t].values->size() / 7 + 1) {
            float &weight = (*tensors[t].values)[i];
            const float kept = weight;
            constexpr float step = 4e-3F;
            weight = kept + step;
            const double above = graph.loss(windows, 1);
            weight = kept - step;
            const double below = graph.loss(windows, 1);
            weight = kept;
            const double slope = (above - below) / (2.0 * double(step));
            const double error = std::abs(slope - double((*found[t].values)[i]));
            QVERIFY2(error < 2e-4 + 0.02 * double(largest),
                     (tensors[t].name + ": " + std::to_string(slope) + " and " + std::to_string((*found[t].values)[i]))
                         .c_str());
        }
    }
}

/// The tokens of weight 1 are the answers' and the end of text, and nothing else.
void TestTraining::answersAreWeighted()
{
    const auto tokenizer = tokenizer::Tokenizer::forModel(m_model);
    VERIFY_RESULT(tokenizer);
    const Windows windows(*tokenizer, 1, 400);
    const auto mixture = onlyDomain(demo::Domain::Translation);
    const auto window = windows.window(0, {mixture, 0.0F});
    VERIFY_RESULT(window);
    QCOMPARE(window->tokens, windows.window(0, {mixture, 1.0F})->tokens);
    std::vector<TokenId> asked;
    std::vector<TokenId> answered;
    for (std::size_t i = 0; i < window->tokens.size(); ++i)
        (window->weights[i] > 0.0F ? answered : asked).push_back(window->tokens[i]);
    const std::string questions = (*tokenizer)->decode(asked, true).value();
    const std::string answers = (*tokenizer)->decode(answered, true).value();
    QVERIFY2(questions.find("#Text: ") == 0 && questions.find("#Translation:") != std::string::npos, questions.c_str());
    QVERIFY2(answers.find('#') == std::string::npos && answers.find('.') != std::string::npos, answers.c_str());
}

void TestTraining::threadsDoNotChangeBits()
{
    Parameters parameters = lively(smallConfig());
    const auto windows = someWindows(11, 16, 30);
    Parameters one = Parameters::zeros(parameters.config);
    Parameters two = Parameters::zeros(parameters.config);
    Graph graph(parameters, 32);
    QCOMPARE(graph.lossAndGradients(windows, 1, one), graph.lossAndGradients(windows, 3, two));
    QVERIFY(one.embedding == two.embedding);
    QVERIFY(one.blocks[1].linears[4].values == two.blocks[1].linears[4].values);
}

void TestTraining::optimiserFollowsTheFormula()
{
    Parameters parameters = Parameters::zeros(smallConfig());
    Parameters gradients = Parameters::zeros(smallConfig());
    Parameters first = Parameters::zeros(smallConfig());
    Parameters second = Parameters::zeros(smallConfig());
    float &weight = parameters.blocks[0].linears[0].values[3];
    weight = 2.0F;
    gradients.blocks[0].linears[0].values[3] = -0.5F;
    gradients.finalNorm[0] = 0.25F;
    const AdamW optimiser;
    const double norm = optimiser.update(parameters, gradients, first, second, 1, 0.1);
    QVERIFY(std::abs(norm - std::sqrt(0.3125)) < 1e-6);
    // After one step both moments are the gradient's, corrected: a step of the learning rate, and the decay.
    QVERIFY(std::abs(weight - (2.0F * 0.99F + 0.1F)) < 1e-5F);
    QVERIFY(std::abs(parameters.finalNorm[0] + 0.1F) < 1e-5F);
    QCOMPARE(parameters.embedding[0], 0.0F);
}

void TestTraining::rateWarmsUpAndDecays()
{
    Recipe recipe;
    recipe.steps = 1000;
    recipe.warmUp = 100;
    recipe.decay = 200;
    recipe.learningRate = 2.0;
    recipe.finalRate = 0.1;
    QCOMPARE(recipe.rateAt(50), 1.0);
    QCOMPARE(recipe.rateAt(500), 2.0);
    QCOMPARE(recipe.rateAt(900), 1.1);
    QVERIFY(std::abs(recipe.rateAt(1000) - 0.2) < 1e-12);
}

void TestTraining::lossFalls()
{
    const auto asked = request("falls", 30);
    VERIFY_RESULT(train(asked, {}));
    const auto log = readTextFile(asked.work / "loss.csv", 1U << 20);
    VERIFY_RESULT(log);
    QCOMPARE(std::ranges::count(*log, '\n'), 7);
    const auto lossOf = [&log](const char *start) {
        std::size_t at = log->find(std::string("\n") + start);
        for (int comma = 0; comma < 3; ++comma)
            at = log->find(',', at + 1);
        return std::strtod(log->c_str() + at + 1, nullptr);
    };
    QVERIFY2(lossOf("30,") < 0.8 * lossOf("5,"), log->c_str());
}

void TestTraining::resumedEqualsUndisturbed()
{
    const auto whole = request("whole", 9);
    VERIFY_RESULT(train(whole, {}));
    auto parted = request("parted", 4);
    VERIFY_RESULT(train(parted, {}));
    parted.recipe = whole.recipe;
    parted.threads = 2;
    VERIFY_RESULT(train(parted, {}));
    QCOMPARE(readTextFile(parted.work / "state.safetensors", 1U << 24).value(),
             readTextFile(whole.work / "state.safetensors", 1U << 24).value());
}

void TestTraining::stopsWithItsStateSaved()
{
    const auto asked = request("stopped", 100);
    std::stop_source stop;
    const RunContext context(stop.get_token(), [&stop](const Progress &progress) {
        if (progress.done == 2)
            stop.request_stop();
    });
    VERIFY_ERROR(train(asked, context), ErrorCode::Cancelled);
    const auto config = readConfig(m_model / "config.json");
    VERIFY_RESULT(config);
    const auto state = loadState(asked.work / "state.safetensors", *config);
    VERIFY_RESULT(state);
    QCOMPARE(state->step, 2);
}

void TestTraining::exportIsAModel()
{
    const auto asked = request("exported", 2);
    VERIFY_RESULT(train(asked, {}));
    const auto out = m_folder.path() / "out";
    VERIFY_RESULT(exportState(m_model, asked.work, out));
    const auto archive = architecture::ModelArchive::open(out);
    VERIFY_RESULT(archive);
    QCOMPARE((*archive)->weightType(), format::DType::F16);
    auto state = loadState(asked.work / "state.safetensors", (*archive)->config());
    VERIFY_RESULT(state);
    std::vector<float> stored(state->parameters.embedding.size());
    VERIFY_RESULT((*archive)->readF32("model.embed_tokens.weight", stored));
    for (std::size_t i = 0; i < stored.size(); ++i)
        QVERIFY(std::abs(stored[i] - state->parameters.embedding[i]) < 1e-3F);
}

void TestTraining::refusesAForeignState()
{
    const auto asked = request("foreign", 2);
    VERIFY_RESULT(train(asked, {}));
    VERIFY_ERROR(loadState(asked.work / "state.safetensors", smallConfig()), ErrorCode::BadInput);
}

QTEST_GUILESS_MAIN(TestTraining)
#include "tst_training.moc"
