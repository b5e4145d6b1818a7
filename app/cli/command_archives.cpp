// SPDX-License-Identifier: GPL-3.0-or-later
#include <utility>

#include "app/cli/commands.h"
#include "app/cli/text.h"
#include "core/base/system.h"
#include "core/engine/light.h"

namespace secateur::cli {
namespace {

/// `masks` and `norms`: one run written as one safetensors file.
class WriteArchive : public Command
{
public:
    using Function = Result<engine::WriteReport> (*)(const std::filesystem::path &, const std::string &,
                                                     const std::filesystem::path &, const RunContext &);
    WriteArchive(std::string name, std::string summary, Function write)
        : m_name(std::move(name)), m_summary(std::move(summary)), m_write(write)
    {
    }

    std::string name() const override { return m_name; }
    std::string summary() const override { return m_summary; }
    std::vector<std::string> examples() const override
    {
        return {m_name + " code.secateur python-wanda-0.5 -o python-" + m_name + ".safetensors"};
    }
    void declare(Arguments &arguments) override
    {
        arguments.path("STUDY", m_study, "The study's folder", "").required();
        arguments.text("RUN", m_run, "", "A run's name or id").required();
        arguments.path("-o,--output", m_output, "The file to write", "OUT.safetensors").required();
    }
    Result<Outcome> run(const Session &session) override
    {
        SECATEUR_TRY(report, m_write(m_study, m_run, m_output, session.context));
        return Outcome{{{"tensors", report.tensors}, {"bytes", report.bytes}},
                       printable(m_output.string()) + ": " + std::to_string(report.tensors) + " tensors, "
                           + bytesText(report.bytes) + "\n",
                       {},
                       0};
    }

private:
    std::string m_name;
    std::string m_summary;
    Function m_write;
    std::filesystem::path m_study;
    std::string m_run;
    std::filesystem::path m_output;
};

} // namespace

std::unique_ptr<Command> makeMasks()
{
    return std::make_unique<WriteArchive>("masks", "Write the masks of a run, one bit a weight, 1 = kept",
                                          engine::writeMasks);
}

std::unique_ptr<Command> makeNorms()
{
    return std::make_unique<WriteArchive>("norms", "Write the activation norms of a run, float32 for each input column",
                                          engine::writeNorms);
}

} // namespace secateur::cli
