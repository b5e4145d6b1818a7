// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/commands.h"
#include "core/store/probe.h"

namespace secateur::cli {
namespace {

/// Reads a layer file that may be hostile in a process that may die of it; the study store starts it.
class Probe : public Command
{
public:
    std::string name() const override { return "probe-h5"; }
    std::string summary() const override { return "Check one layer file of a study in a process of its own"; }
    std::vector<std::string> examples() const override { return {"probe-h5 layer-0000.h5"}; }
    bool hidden() const override { return true; }
    void declare(Arguments &arguments) override { arguments.path("FILE", m_file, "The layer file", "").required(); }
    Result<Outcome> run(const Session &) override
    {
        SECATEUR_CHECK(store::probeLayerFile(m_file));
        return Outcome{{{"file", m_file.string()}}, "", {}, 0};
    }

private:
    std::filesystem::path m_file;
};

} // namespace

std::unique_ptr<Command> makeProbe()
{
    return std::make_unique<Probe>();
}

} // namespace secateur::cli
