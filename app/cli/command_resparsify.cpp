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
                "resparsify code.secateur python-wanda-0.5 --pattern 2:4 --run python-24",
                "resparsify code.secateur python-wanda-0.5 --sparsity 0.7 --layer-sparsity owl"};
    }
    void declare(Arguments &arguments) override
    {
        arguments.path("STUDY", m_request.study, "The study's folder", "").required();
        arguments.text("RUN", m_request.run, "", "The run whose norms to use: its name or id").required();
        m_target.declare(arguments, "Share of each row's weights to prune, in [0, 1)");
        m_layers.declare(arguments);
        arguments.text("-r,--run", m_request.name, "NAME", "Name of the new run (default: made from the parent's)");
        arguments.path("-m,--model", m_request.model, "The model, when it is no longer where the study last saw it",
                       "MODEL");
    }
    Result<Outcome> run(const Session &session) override
    {
        SECATEUR_TRY(layers, m_layers.rule(m_target));
        const bool isTable = layers && layers->kind == selection::LayerRule::Kind::Table;
        SECATEUR_TRY(target, m_target.target(isTable ? std::optional(0.0) : std::nullopt));
        m_request.target = target;
        m_request.layers = layers;
        m_request.threads = session.threads;
        SECATEUR_TRY(report, engine::resparsify(m_request, session.context));
        return pruneOutcome(report);
    }

private:
    engine::ResparsifyRequest m_request;
    TargetOptions m_target;
    LayerOption m_layers;
};

} // namespace

std::unique_ptr<Command> makeResparsify()
{
    return std::make_unique<Resparsify>();
}

} // namespace secateur::cli
