// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/commands.h"
#include "app/cli/pruneoutcome.h"
#include "app/cli/sharedoptions.h"
#include "core/engine/combine.h"

namespace secateur::cli {
namespace {

class Combine : public Command
{
public:
    std::string name() const override { return "combine"; }
    std::string summary() const override
    {
        return "Make a run of the masks of others: a sub-model for two domains, what all keep, A without B";
    }
    std::vector<std::string> examples() const override
    {
        return {"combine both.secateur --runs code,math --rule union",
                "combine both.secateur --runs code,math --rule scores --sparsity 0.5",
                "combine both.secateur --runs code,math --rule scores --weights 3,1 --pattern 2:4",
                "combine both.secateur --runs code,math --rule difference --name code-only"};
    }
    void declare(Arguments &arguments) override
    {
        arguments.path("STUDY", m_request.study, "The study's folder", "").required();
        arguments.list("-r,--runs", m_request.runs, "A,B,...", "Names or ids of the runs to combine").required();
        arguments
            .text(
                "--rule", m_rule, "RULE",
                "Keep a weight that any of the runs keeps (union), all of them (intersection), more than half of them "
                "(majority), or the first and none of the others (difference); or select anew by the weighted mean "
                "of their scores, each domain's divided by the mean of its norms in the matrix (scores)")
            .oneOf({"union", "intersection", "majority", "difference", "scores"})
            .required();
        arguments.list("--weights", m_weights, "W,W,...", "Scores: what each run counts (default: all the same)");
        m_target.declare(arguments, "Scores: share of each row's weights to prune, in [0, 1) (default: as the runs)");
        arguments.text("-n,--name", m_request.name, "NAME",
                       "Name of the new run (default: made from domains and rule)");
        arguments.path("-m,--model", m_request.model,
                       "Scores: the model, when it is no longer where the study last saw it", "MODEL");
    }
    Result<Outcome> run(const Session &session) override
    {
        SECATEUR_TRY(rule, mask::ruleFromName(m_rule));
        SECATEUR_TRY(weights, weightsFrom(m_weights, "is no number; one per run is wanted, like 3,1"));
        m_request.rule = rule;
        m_request.weights = std::move(weights);
        if (m_target.isGiven()) {
            SECATEUR_TRY(target, m_target.target(std::nullopt));
            m_request.target = target;
        }
        m_request.threads = session.threads;
        SECATEUR_TRY(report, engine::combine(m_request, session.context));
        return pruneOutcome(report);
    }

private:
    engine::CombineRequest m_request;
    std::string m_rule;
    std::vector<std::string> m_weights;
    TargetOptions m_target;
};

} // namespace

std::unique_ptr<Command> makeCombine()
{
    return std::make_unique<Combine>();
}

} // namespace secateur::cli
