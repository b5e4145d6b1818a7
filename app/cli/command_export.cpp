// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/commands.h"
#include "app/cli/text.h"
#include "core/base/system.h"
#include "core/engine/light.h"

namespace secateur::cli {
namespace {

class Export : public Command
{
public:
    std::string name() const override { return "export"; }
    std::string summary() const override { return "Write a sub-model as a Hugging Face folder with zeros in place"; }
    std::vector<std::string> examples() const override
    {
        return {"export code.secateur python-wanda-0.5 -o python-half",
                "export code.secateur python-wanda-0.5 -o python-half --model /data/model"};
    }
    void declare(Arguments &arguments) override
    {
        arguments.path("STUDY", m_request.study, "The study's folder", "").required();
        arguments.text("RUN", m_request.run, "", "A run's name or id").required();
        arguments.path("-o,--output", m_request.output, "The folder to write; new, or empty", "DIR").required();
        arguments.text("--format", m_format, "FORMAT", "dense, the only one: same dtype, names and shards, with zeros")
            .oneOf({"dense"});
        arguments.path("-m,--model", m_request.model, "The model, when it is no longer where the study last saw it",
                       "MODEL");
    }
    Result<Outcome> run(const Session &session) override
    {
        SECATEUR_TRY(report, engine::exportDense(m_request, session.context));
        return Outcome{{{"files", report.files}, {"bytes", report.bytes}, {"sparsity", report.sparsity}},
                       printable(m_request.output.string()) + ": " + std::to_string(report.files.size()) + " files, "
                           + bytesText(report.bytes) + ", " + fixed(100.0 * report.sparsity, 2)
                           + " % of the prunable weights are zero\n",
                       {},
                       0};
    }

private:
    engine::ExportRequest m_request;
    std::string m_format = "dense";
};

} // namespace

std::unique_ptr<Command> makeExport()
{
    return std::make_unique<Export>();
}

} // namespace secateur::cli
