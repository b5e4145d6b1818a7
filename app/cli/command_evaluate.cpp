// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/commands.h"
#include "app/cli/evaluationoutcome.h"
#include "app/cli/sharedoptions.h"
#include "app/cli/text.h"
#include "core/base/file.h"
#include "core/base/text.h"
#include "core/engine/compute.h"
#include "core/engine/light.h"
#include "core/eval/registry.h"

namespace secateur::cli {
namespace {

class Evaluate : public Command
{
public:
    std::string name() const override { return "evaluate"; }
    std::string summary() const override { return "Measure the dense model and its sub-models on tasks and on texts"; }
    std::vector<std::string> examples() const override
    {
        return {"evaluate code.secateur --tasks perplexity",
                "evaluate code.secateur --tasks perplexity:python --runs python,math,dense --limit 200 --json",
                "evaluate code.secateur --tasks arc_easy=ARC-Easy-Test.jsonl,boolq=val.jsonl --limit 100",
                "evaluate code.secateur --tasks humaneval=HumanEval.jsonl --samples 10 --temperature 0.8 "
                "--allow-code-execution",
                "evaluate code.secateur --tasks perplexity --items heldout.jsonl --details losses.jsonl",
                "evaluate model.gguf --tasks perplexity --items heldout.txt"};
    }
    void declare(Arguments &arguments) override
    {
        arguments.path("STUDY", m_subject, "The study's folder; or a model, with --items", "").required();
        arguments
            .list("-t,--tasks", m_request.tasks, "T,...",
                  "perplexity (held-out texts of all domains, or --items), perplexity:DOMAIN, or T=FILE with the items "
                  "of T, one of "
                      + joined(eval::taskNames()))
            .required();
        arguments.path("--items", m_request.items,
                       "The items of a single task: .jsonl, .json, .csv, .tsv, .txt, also .gz");
        arguments.text("--where", m_request.filter, "FILTER",
                       "Of --items only these records, e.g. \"language == 'python' and len(text) < 20000\"; for "
                       "--tasks perplexity");
        arguments.list("-r,--runs", m_request.runs, "A,...,dense",
                       "Names or ids of runs, and dense for the whole model (default: dense and all runs)");
        arguments.count("-n,--limit", m_request.limit, "N", "Items per task (default: all; of held-out texts 64)", 1);
        arguments.count("--seed", m_request.seed, "S", "Of the choice of texts, and of sampling (default 0)");
        arguments.count("-l,--length", m_request.length, "L",
                        "Tokens of a window, and at which own texts are cut (default: 2048)", 2);
        m_bos.declare(arguments);
        arguments.count("--samples", m_request.samples, "n", "Outputs per item, of tasks that generate", 1);
        arguments.number("--temperature", m_request.temperature, "T", "Of sampling; 0: the likeliest token each time");
        arguments.number("--top-p", m_request.topP, "P",
                         "Sample from the likeliest tokens that reach this probability");
        arguments.count("--top-k", m_request.topK, "K", "Sample from this many of the likeliest tokens; 0: all");
        arguments.count("--max-new-tokens", m_request.maxNewTokens, "N", "Length of an output at most", 1);
        arguments.path("--demonstrations", m_request.demonstrations,
                       "The worked examples of gsm8k_cot: lines of JSON, or blocks of Q: and A:");
        arguments.path("--wordnet", m_request.wordNet,
                       "A WordNet for METEOR where it has synonyms: translation into English, and --paper (default: an "
                       "installed one)",
                       "DIR");
        arguments.flag("--paper", m_request.paper, "The settings of the paper's own code instead of the standard ones");
        arguments.flag("--allow-code-execution", m_request.allowCodeExecution,
                       "Run the programs that the model writes, in the sandbox");
        arguments.flag("--generations-only", m_request.generationsOnly,
                       "Write programs without running them; --details has them");
        arguments.path("-m,--model", m_request.model, "Where the study's model is now, if it moved", "MODEL");
        arguments.paths("--data", m_request.data, "Where the calibration files are now, if they moved");
        arguments.path("--verdicts", m_request.verdicts,
                       "Statuses of programs that were run elsewhere: lines of --details, with another status");
        m_compute.declare(arguments);
        arguments.path("--details", m_details, "Write a line of JSON per run, task and text there", "OUT.jsonl");
    }
    Result<Outcome> run(const Session &session) override
    {
        SECATEUR_CHECK(settleSubject());
        if (m_details && m_request.study)
            SECATEUR_CHECK(engine::checkOutsideStudy(*m_details, *m_request.study));
        SECATEUR_TRY(bos, m_bos.policy());
        m_request.bos = bos;
        m_request.compute = m_compute.type();
        m_request.threads = session.threads;
        SECATEUR_TRY(compute, engine::loadCompute());
        SECATEUR_TRY(report, compute->evaluate(m_request, session.context));
        if (m_details)
            SECATEUR_CHECK(writeFileAtomically(*m_details, evaluationDetails(report)));
        return Outcome{evaluationJson(report), evaluationText(report), report.notices, 0};
    }

private:
    Result<void> settleSubject()
    {
        if (isStudy(m_subject)) {
            m_request.study = m_subject;
            return {};
        }
        if (m_request.model)
            return failure(ErrorCode::InvalidArgument,
                           "--model goes with a study, and " + m_subject.string() + " is none");
        m_request.model = m_subject;
        return {};
    }

    engine::EvaluateRequest m_request;
    std::filesystem::path m_subject;
    std::optional<std::filesystem::path> m_details;
    BosOption m_bos;
    ComputeOption m_compute;
};

} // namespace

std::unique_ptr<Command> makeEvaluate()
{
    return std::make_unique<Evaluate>();
}

} // namespace secateur::cli
