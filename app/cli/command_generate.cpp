// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/commands.h"
#include "app/cli/sharedoptions.h"
#include "app/cli/text.h"
#include "core/engine/compute.h"

namespace secateur::cli {
namespace {

class Generate : public Command
{
public:
    std::string name() const override { return "generate"; }
    std::string summary() const override { return "Let a model or a sub-model continue a text; greedy by default"; }
    std::vector<std::string> examples() const override
    {
        return {"generate model.gguf --prompt \"def add(a, b):\" --max-new-tokens 32",
                "generate model.gguf -p \"Once upon a time\" --temperature 0.8 --top-p 0.95 --seed 7",
                "generate --study code.secateur --run python-wanda-0.5 -p \"import os\""};
    }
    void declare(Arguments &arguments) override
    {
        m_model.declare(arguments);
        const Argument prompt = arguments.text("-p,--prompt", m_prompt, "TEXT", "The text to continue");
        arguments
            .path("--token-ids", m_request.tokenIds, "Instead: the first row of input_ids of this safetensors file")
            .excludes(prompt);
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
        if (!m_prompt && !m_request.tokenIds)
            return failure(ErrorCode::InvalidArgument, "give --prompt T or --token-ids S.safetensors");
        if (m_request.temperature < 0.0 || m_request.topP <= 0.0 || m_request.topP > 1.0)
            return failure(ErrorCode::InvalidArgument, "--temperature must be at least 0, and --top-p in (0, 1]");
        SECATEUR_TRY(model, m_model.model());
        SECATEUR_TRY(bos, m_bos.policy());
        m_request.model = model;
        m_request.study = m_model.study();
        m_request.run = m_model.run();
        m_request.prompt = m_prompt.value_or("");
        m_request.topK = std::int64_t(m_topK);
        m_request.bos = bos;
        m_request.compute = m_compute.type();
        m_request.threads = session.threads;
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
        Outcome outcome{
            {{"text", report.text}, {"ids", report.ids}, {"tokens_per_second", report.tokensPerSecond}}, "\n", {}, 0};
        if (report.cancelled) {
            outcome.notices.emplace_back("cancelled; the text so far is kept");
            outcome.status = exitStatus(ErrorCode::Cancelled);
        }
        return outcome;
    }

private:
    ModelOptions m_model;
    engine::GenerateRequest m_request;
    std::optional<std::string> m_prompt;
    std::uint64_t m_topK = 0;
    BosOption m_bos;
    ComputeOption m_compute;
};

} // namespace

std::unique_ptr<Command> makeGenerate()
{
    return std::make_unique<Generate>();
}

} // namespace secateur::cli
