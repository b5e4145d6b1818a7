// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/training/training.h"

#include <chrono>
#include <cstdio>
#include <optional>

#include "core/base/file.h"
#include "core/training/checkpoint.h"

namespace secateur::training {

namespace {

constexpr std::size_t testWindows = 4;

/// Training goes on for hours; the log is rewritten as a whole, so that a killed one leaves no half line.
class LossLog
{
public:
    /// Takes over the lines up to `step` of an earlier log.
    LossLog(std::filesystem::path file, const char *columns, std::int64_t step)
        : m_file(std::move(file)), m_text(columns)
    {
        for (const auto domain : demo::allDomains())
            m_text += "," + demo::domainName(domain);
        m_text += "\n";
        const auto earlier = readTextFile(m_file, 1U << 26);
        if (!earlier)
            return;
        for (std::size_t at = earlier->find('\n') + 1; at < earlier->size();) {
            const std::size_t end = earlier->find('\n', at);
            if (end == std::string::npos || std::strtoll(earlier->c_str() + at, nullptr, 10) > step)
                break;
            m_text += earlier->substr(at, end + 1 - at);
            at = end + 1;
        }
    }

    Result<void> add(const std::string &line)
    {
        m_text += line + "\n";
        return writeFileAtomically(m_file, m_text);
    }

private:
    std::filesystem::path m_file;
    std::string m_text;
};

std::string number(double value, const char *format = "%.4f")
{
    char text[32];
    std::snprintf(text, sizeof text, format, value);
    return text;
}

class Trainer
{
public:
    Trainer(TrainingRequest request, Recipe recipe, State state, std::shared_ptr<const tokenizer::Tokenizer> tokenizer)
        : m_request(std::move(request)), m_recipe(std::move(recipe)), m_state(std::move(state)),
          m_gradients(Parameters::zeros(m_state.parameters.config)),
          m_graph(m_state.parameters, std::int64_t(m_recipe.window)),
          m_windows(tokenizer, m_recipe.seed, m_recipe.window),
          m_log(m_request.work / "loss.csv", "step,tokens,rate,train,norm,tokens_per_second", m_state.step),
          m_answersLog(m_request.work / "answers.csv", "step", m_state.step), m_tokenizer(std::move(tokenizer))
    {
    }

    Result<void> run(const RunContext &context)
    {
        while (m_state.step < m_recipe.steps) {
            if (context.stopRequested()) {
                SECATEUR_CHECK(save());
                return context.checkpoint();
            }
            SECATEUR_CHECK(step());
            if (m_state.step % m_request.stepsBetweenTests == 0 || m_state.step == m_recipe.steps)
                SECATEUR_CHECK(test());
            if (m_state.step % m_request.stepsBetweenStates == 0)
                SECATEUR_CHECK(save());
            context.report({"train", std::uint64_t(m_state.step), std::uint64_t(m_recipe.steps), "steps", m_speed});
        }
        return save();
    }

private:
    Result<void> save() { return saveState(m_request.work / "state.safetensors", m_state); }

    Result<void> step()
    {
        const auto begin = std::chrono::steady_clock::now();
        SECATEUR_TRY(windows,
                     m_windows.batch(std::uint64_t(m_state.step) * m_recipe.batch, m_recipe.batch,
                                     m_recipe.blendAfter(m_state.step)));
        m_lossSum += m_graph.lossAndGradients(windows, m_request.threads, m_gradients);
        ++m_losses;
        ++m_state.step;
        m_norm = m_recipe.optimiser.update(m_state.parameters, m_gradients, m_state.firstMoment, m_state.secondMoment,
                                           m_state.step, m_recipe.rateAt(m_state.step));
        const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - begin;
        m_speed = double(m_recipe.batch * m_recipe.window) / taken.count();
        return {};
    }

    Result<void> test()
    {
        std::string line = std::to_string(m_state.step) + ","
            + std::to_string(m_state.step * std::int64_t(m_recipe.batch * m_recipe.window)) + ","
            + number(m_recipe.rateAt(m_state.step), "%.6f") + "," + number(m_lossSum / m_losses) + "," + number(m_norm)
            + "," + number(m_speed, "%.0f");
        std::string answers = std::to_string(m_state.step);
        for (const auto domain : demo::allDomains()) {
            // Another seed than that of training: other texts.
            const Windows unseen(m_tokenizer, ~m_recipe.seed, m_recipe.window);
            SECATEUR_TRY(windows, unseen.batch(0, testWindows, {onlyDomain(domain), 1.0F}));
            line += "," + number(m_graph.loss(windows, m_request.threads));
            SECATEUR_TRY(answered, unseen.batch(0, testWindows, {onlyDomain(domain), 0.0F}));
            answers += "," + number(m_graph.loss(answered, m_request.threads));
        }
        m_lossSum = 0.0;
        m_losses = 0;
        SECATEUR_CHECK(m_answersLog.add(answers));
        return m_log.add(line);
    }

    TrainingRequest m_request;
    Recipe m_recipe;
    State m_state;
    Parameters m_gradients;
    Graph m_graph;
    Windows m_windows;
    LossLog m_log;
    LossLog m_answersLog;
    std::shared_ptr<const tokenizer::Tokenizer> m_tokenizer;
    double m_lossSum = 0.0;
    int m_losses = 0;
    double m_norm = 0.0;
    double m_speed = 0.0;
};

Result<State> stateFor(const TrainingRequest &request, const Recipe &recipe, const architecture::ModelConfig &config)
{
    const auto file = request.work / "state.safetensors";
    if (std::filesystem::exists(file))
        return loadState(file, config);
    return State{Parameters::random(config, recipe.seed), Parameters::zeros(config), Parameters::zeros(config), 0};
}

} // namespace

Result<void> train(const TrainingRequest &request, const RunContext &context)
{
    SECATEUR_TRY(recipe, readRecipe(request.recipe));
    SECATEUR_TRY(config, readConfig(request.model / "config.json"));
    SECATEUR_TRY(tokenizer, tokenizer::Tokenizer::forModel(request.model));
    if (std::int64_t(tokenizer->vocabSize()) != config.vocabSize)
        return failure(ErrorCode::BadInput,
                       request.model.string() + ": config.json has " + std::to_string(config.vocabSize)
                           + " tokens, and tokenizer.json " + std::to_string(tokenizer->vocabSize()));
    std::error_code problem;
    std::filesystem::create_directories(request.work, problem);
    if (problem)
        return failure(ErrorCode::Io, request.work.string() + ": " + problem.message());
    SECATEUR_TRY(state, stateFor(request, recipe, config));
    Trainer trainer(request, recipe, std::move(state), tokenizer);
    return trainer.run(context);
}

Result<void> exportState(const std::filesystem::path &model, const std::filesystem::path &work,
                         const std::filesystem::path &out)
{
    SECATEUR_TRY(config, readConfig(model / "config.json"));
    SECATEUR_TRY(state, loadState(work / "state.safetensors", config));
    std::error_code problem;
    std::filesystem::create_directories(out, problem);
    for (const char *name : {"config.json", "tokenizer.json", "tokenizer_config.json", "generation_config.json"}) {
        SECATEUR_TRY(text, readTextFile(model / name, 1U << 26));
        SECATEUR_CHECK(writeFileAtomically(out / name, text));
    }
    return writeWeights(out / "model.safetensors", state.parameters, format::DType::F16);
}

} // namespace secateur::training
