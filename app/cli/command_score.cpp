// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/commands.h"
#include "app/cli/sharedoptions.h"
#include "app/cli/text.h"
#include "core/engine/compute.h"

namespace secateur::cli {
namespace {

class Score : public Command
{
public:
    std::string name() const override { return "score"; }
    std::string summary() const override { return "Measure the perplexity of a text under a model or a sub-model"; }
    std::vector<std::string> examples() const override
    {
        return {"score model.gguf --file heldout.txt",
                "score model.gguf --token-ids ids.safetensors --samples 4 --json",
                "score --study code.secateur --run python-wanda-0.5 --file heldout.txt"};
    }
    void declare(Arguments &arguments) override
    {
        m_model.declare(arguments);
        const Argument file = arguments.path("-f,--file", m_request.textFile, "A UTF-8 text file");
        const Argument ids = arguments
                                 .path("--token-ids", m_request.tokenIds,
                                       "Safetensors file with the I32 or I64 tensor input_ids [samples, length]")
                                 .excludes(file);
        arguments.count("-n,--samples", m_request.samples, "N", "Only the first N rows of --token-ids", 1).needs(ids);
        arguments.count("-l,--length", m_request.length, "L",
                        "Tokens per window (default: 2048, or the model's limit when that is less)", 2);
        m_bos.declare(arguments);
        m_compute.declare(arguments);
        arguments.path("--logits", m_request.logits, "Write all logits there: tensor logits, F32 [n, length, vocab]",
                       "OUT.safetensors");
    }
    Result<Outcome> run(const Session &session) override
    {
        if (!m_request.textFile && !m_request.tokenIds)
            return failure(ErrorCode::InvalidArgument, "give --file F or --token-ids S.safetensors");
        SECATEUR_TRY(model, m_model.model());
        SECATEUR_TRY(bos, m_bos.policy());
        m_request.model = model;
        m_request.study = m_model.study();
        m_request.run = m_model.run();
        m_request.bos = bos;
        m_request.compute = m_compute.type();
        m_request.threads = session.threads;
        SECATEUR_TRY(compute, engine::loadCompute());
        SECATEUR_TRY(report, compute->score(m_request, session.context));
        return Outcome{{{"tokens", report.tokens},
                        {"nll", report.nll},
                        {"perplexity", report.perplexity},
                        {"sequence_nll", report.sequenceNll}},
                       "Perplexity " + fixed(report.perplexity, 4) + " (mean loss " + fixed(report.nll, 6)
                           + " nats over " + grouped(report.tokens) + " predicted tokens)\n",
                       {},
                       0};
    }

private:
    ModelOptions m_model;
    engine::ScoreRequest m_request;
    BosOption m_bos;
    ComputeOption m_compute;
};

} // namespace

std::unique_ptr<Command> makeScore()
{
    return std::make_unique<Score>();
}

} // namespace secateur::cli
