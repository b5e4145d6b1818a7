// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/commands.h"
#include "app/cli/sharedoptions.h"
#include "app/cli/sidebysideoutcome.h"
#include "app/cli/text.h"
#include "core/chat/conversation.h"
#include "core/engine/chat.h"
#include "core/engine/compute.h"
#include "core/store/study.h"

namespace secateur::cli {
namespace {

class Generate : public Command
{
public:
    std::string name() const override { return "generate"; }
    std::string summary() const override
    {
        return "Let a model, a sub-model, or several side by side continue a text; greedy by default";
    }
    std::vector<std::string> examples() const override
    {
        return {"generate model.gguf --prompt \"def add(a, b):\" --max-new-tokens 32",
                "generate model.gguf -p \"Name three trees.\" --chat",
                "generate model.gguf -p \"Once upon a time\" --temperature 0.8 --top-p 0.95 --seed 7",
                "generate --study code.secateur --run python-wanda-0.5 -p \"import os\"",
                "generate code.secateur --runs dense,python,math -p \"def add(a, b):\" -n 32",
                "generate code.secateur -p \"def add(a, b):\" --along \" return a + b\" --json"};
    }
    void declare(Arguments &arguments) override
    {
        m_model.declare(arguments,
                        "Hugging Face folder or GGUF file; or a STUDY, whose models continue the text side by "
                        "side; may be left out with --study");
        declareSideBySide(arguments);
        const Argument prompt = arguments.text("-p,--prompt", m_prompt, "TEXT", "The text to continue");
        arguments
            .path("--token-ids", m_request.tokenIds, "Instead: the first row of input_ids of this safetensors file")
            .excludes(prompt);
        Argument chat = arguments.flag("--chat", m_request.chat,
                                       "Write the prompt as a turn of the user, with the model's chat template");
        chat.needs(prompt);
        m_date.declare(arguments).needs(chat);
        arguments.count("-n,--max-new-tokens", m_request.maxNewTokens, "N", "Stop after N tokens (default 64)", 1);
        const std::string sampling = "Sampling";
        arguments
            .number("--temperature", m_request.temperature, "T", "0, the default, takes the likeliest token each time")
            .group(sampling);
        arguments.number("--top-p", m_request.topP, "P", "Sample among the likeliest tokens that hold this share")
            .group(sampling);
        arguments.count("--top-k", m_topK, "K", "Sample among the K likeliest tokens (0: all)").group(sampling);
        arguments.count("--seed", m_request.seed, "S", "The same seed gives the same text (default 0)").group(sampling);
        m_bos.declare(arguments);
        m_compute.declare(arguments);
        arguments.flag("--ignore-eos", m_request.ignoreEos, "Do not stop at the end-of-text token");
    }
    Result<Outcome> run(const Session &session) override
    {
        SECATEUR_CHECK(settle(session));
        if (m_model.given() && isStudy(*m_model.given()))
            return runSideBySide(session);
        if (!m_runs.empty() || m_along || m_movedModel)
            return failure(ErrorCode::InvalidArgument,
                           "--runs, --along and --model need a STUDY in the place of MODEL");
        return runOne(session);
    }

private:
    void declareSideBySide(Arguments &arguments)
    {
        const std::string group = "Side by side";
        arguments
            .list("-r,--runs", m_runs, "A,...,dense",
                  "With a STUDY: names or ids of runs, and dense for the whole model (default: dense and all runs). "
                  "Divergences are from dense, or without it from the first one")
            .group(group);
        arguments
            .text("--along", m_along, "TEXT",
                  "Compare what the models expect along this text behind the prompt (default: along what the dense "
                  "model generates)")
            .group(group);
        arguments.path("-m,--model", m_movedModel, "Where the study's model is now, if it moved", "MODEL").group(group);
    }

    /// What both forms need.
    Result<void> settle(const Session &session)
    {
        if (!m_prompt && !m_request.tokenIds)
            return failure(ErrorCode::InvalidArgument, "give --prompt T or --token-ids S.safetensors");
        if (m_request.temperature < 0.0 || m_request.topP <= 0.0 || m_request.topP > 1.0)
            return failure(ErrorCode::InvalidArgument, "--temperature must be at least 0, and --top-p in (0, 1]");
        SECATEUR_TRY(bos, m_bos.policy());
        m_request.prompt = m_prompt.value_or("");
        m_request.topK = std::int64_t(m_topK);
        m_request.bos = bos;
        m_request.compute = m_compute.type();
        m_request.threads = session.threads;
        return {};
    }

    /// With --chat: puts the prompt into the form of the model's chat template.
    Result<void> writeChat(const std::filesystem::path &model)
    {
        if (!m_request.chat)
            return {};
        SECATEUR_TRY(day, m_date.day());
        SECATEUR_TRY(prompt, engine::chatPrompt(model, m_request.prompt, day, m_request.bos));
        m_request.prompt = prompt.text;
        if (prompt.droppedBos)
            m_chatNotices.push_back(chat::droppedBosNotice(1));
        m_date.addNotice(prompt.usedClock, m_chatNotices);
        return {};
    }

    Result<Outcome> runOne(const Session &session)
    {
        SECATEUR_TRY(model, m_model.model());
        m_request.model = model;
        m_request.study = m_model.study();
        m_request.run = m_model.run();
        SECATEUR_CHECK(writeChat(model));
        SECATEUR_TRY(compute, engine::loadCompute());
        // The prompt is shown with the first text: until then it may turn out that nothing can be generated.
        bool shown = false;
        const auto show = [&](std::string_view text) {
            if (!shown)
                session.stream(m_request.prompt);
            shown = true;
            session.stream(text);
        };
        SECATEUR_TRY(report, compute->generate(m_request, show, session.context));
        if (!shown)
            show({});
        Outcome outcome{{{"text", report.text}, {"ids", report.ids}, {"tokens_per_second", report.tokensPerSecond}},
                        "\n",
                        m_chatNotices,
                        0};
        if (report.cancelled) {
            outcome.notices.emplace_back("cancelled; the text so far is kept");
            outcome.status = exitStatus(ErrorCode::Cancelled);
        }
        return outcome;
    }

    Result<Outcome> runSideBySide(const Session &session)
    {
        if (m_model.study())
            return failure(ErrorCode::InvalidArgument,
                           "--study and --run take one sub-model; name several of a STUDY with --runs");
        m_request.study = m_model.given();
        m_request.model = m_movedModel.value_or("");
        if (m_request.chat) {
            SECATEUR_TRY(study, store::Study::open(*m_request.study, store::Study::Access::Read));
            SECATEUR_CHECK(writeChat(m_movedModel.value_or(study->model().path)));
        }
        SECATEUR_TRY(compute, engine::loadCompute());
        std::optional<std::size_t> shown;
        const auto show = [&](std::size_t number, const std::string &run, std::string_view text) {
            session.tell({{"run", run}, {"text", std::string(text)}});
            if (shown != number)
                session.stream((shown ? "\n\n" : "") + ("[" + run + "] ") + m_request.prompt);
            shown = number;
            session.stream(text);
        };
        SECATEUR_TRY(report, compute->generateSideBySide({m_request, m_runs, m_along}, show, session.context));
        Outcome outcome = sideBySideOutcome(report, m_request.prompt);
        outcome.notices.insert(outcome.notices.end(), m_chatNotices.begin(), m_chatNotices.end());
        return outcome;
    }

    ModelOptions m_model;
    engine::GenerateRequest m_request;
    std::vector<std::string> m_runs;
    std::optional<std::string> m_along;
    std::optional<std::filesystem::path> m_movedModel;
    std::optional<std::string> m_prompt;
    std::uint64_t m_topK = 0;
    std::vector<std::string> m_chatNotices;
    BosOption m_bos;
    DateOption m_date;
    ComputeOption m_compute;
};

} // namespace

std::unique_ptr<Command> makeGenerate()
{
    return std::make_unique<Generate>();
}

} // namespace secateur::cli
