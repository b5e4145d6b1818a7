// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/commands.h"
#include "app/cli/pruneoutcome.h"
#include "app/cli/sharedoptions.h"
#include "core/engine/light.h"

namespace secateur::cli {
namespace {

class Resparsify : public Command
{
public:
    std::string name() const override { return "resparsify"; }
    std::string summary() const override
    {
        return "Make a run of another sparsity from stored norms, without a forward pass";
    }
    std::vector<std::string> examples() const override
    {
        return {"resparsify code.secateur python-wanda-0.5 --sparsity 0.6",
                "resparsify code.secateur python-wanda-0.5 --pattern 2:4 --run python-24"};
    }
    void declare(Arguments &arguments) override
    {
        arguments.path("STUDY", m_request.study, "The study's folder", "").required();
        arguments.text("RUN", m_request.run, "", "The run whose norms to use: its name or id").required();
        m_target.declare(arguments, "Share of each row's weights to prune, in [0, 1)");
        arguments.text("-r,--run", m_request.name, "NAME", "Name of the new run (default: made from the parent's)");
        arguments.path("-m,--model", m_request.model, "The model, when it is no longer where the study last saw it",
                       "MODEL");
    }
    Result<Outcome> run(const Session &session) override
    {
        SECATEUR_TRY(target, m_target.target(std::nullopt));
        m_request.target = target;
        m_request.threads = session.threads;
        SECATEUR_TRY(report, engine::resparsify(m_request, session.context));
        return pruneOutcome(report);
    }

private:
    engine::ResparsifyRequest m_request;
    TargetOptions m_target;
};

} // namespace

std::unique_ptr<Command> makeResparsify()
{
    return std::make_unique<Resparsify>();
}

} // namespace secateur::cli
