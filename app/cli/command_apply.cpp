// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/commands.h"
#include "app/cli/text.h"
#include "core/base/system.h"
#include "core/engine/light.h"

namespace secateur::cli {
namespace {

class Apply : public Command
{
public:
    std::string name() const override { return "apply"; }
    std::string summary() const override { return "Make a sub-model of the dense model and an archive of masks"; }
    std::vector<std::string> examples() const override
    {
        return {"apply python-masks.safetensors --model path/to/model -o python-half"};
    }
    void declare(Arguments &arguments) override
    {
        arguments.path("MASKS", m_request.masks, "What `masks` wrote: one bit a weight", "").required();
        arguments.path("-m,--model", m_request.model, "The dense model that was pruned", "MODEL").required();
        arguments.path("-o,--output", m_request.output, "The folder to write; new, or empty", "DIR").required();
    }
    Result<Outcome> run(const Session &session) override
    {
        SECATEUR_TRY(report, engine::applyMasks(m_request, session.context));
        return Outcome{{{"files", report.files}, {"bytes", report.bytes}, {"sparsity", report.sparsity}},
                       printable(m_request.output.string()) + ": " + std::to_string(report.files.size()) + " files, "
                           + bytesText(report.bytes) + ", " + fixed(100.0 * report.sparsity, 2)
                           + " % of the prunable weights are zero\n",
                       {},
                       0};
    }

private:
    engine::ApplyMasksRequest m_request;
};

} // namespace

std::unique_ptr<Command> makeApply()
{
    return std::make_unique<Apply>();
}

} // namespace secateur::cli
