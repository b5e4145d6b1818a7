// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/compute/jobs.h"

#include <algorithm>

#include <dnnl.h>
#include <torch/version.h>

#include "core/base/system.h"

namespace secateur::compute {

model::Precision precisionOf(engine::ComputeType type)
{
    return type == engine::ComputeType::BF16 ? model::Precision::BFloat16 : model::Precision::Float32;
}

Result<void> requireMemory(const std::string &what, std::uint64_t needed, const std::string &advice)
{
    const std::uint64_t available = availableMemory();
    if (needed > available)
        return failure(ErrorCode::OutOfMemory,
                       what + " would need about " + bytesText(needed) + " of memory, and " + bytesText(available)
                           + " are available; " + advice);
    return {};
}

Result<bool> keepsWeights(const architecture::ModelConfig &config, model::PassShape shape, const std::string &what,
                          const std::string &advice)
{
    shape.keepWeights = true;
    if (model::forecastPassBytes(config, shape) < availableMemory() / 10 * 7)
        return true;
    shape.keepWeights = false;
    SECATEUR_CHECK(requireMemory(what, model::forecastPassBytes(config, shape), advice));
    return false;
}

std::map<std::string, std::string> programVersions()
{
    const auto *const onednn = dnnl_version();
    return {
        {"secateur", SECATEUR_VERSION},
        {"libtorch", TORCH_VERSION},
        {"onednn",
         std::to_string(onednn->major) + "." + std::to_string(onednn->minor) + "." + std::to_string(onednn->patch)}};
}

Result<std::vector<NamedRun>> namedRuns(const store::Study *study, const std::vector<std::string> &names)
{
    std::vector<NamedRun> runs;
    const auto add = [&runs](const std::string &name, const std::string &id) {
        if (std::ranges::find(runs, id, &NamedRun::id) == runs.end())
            runs.push_back({name, id});
    };
    if (names.empty() || study == nullptr)
        add(store::denseRun, store::denseRun);
    for (const auto &name : names) {
        if (name == store::denseRun) {
            add(store::denseRun, store::denseRun);
            continue;
        }
        if (study == nullptr)
            return failure(ErrorCode::InvalidArgument, "a model alone has no run \"" + name + "\"; name a study");
        SECATEUR_TRY(run, study->find(name));
        add(run.recipe.name, run.id);
    }
    if (names.empty() && study != nullptr)
        for (const auto &run : study->runs())
            add(run.recipe.name, run.id);
    return runs;
}

Result<model::MaskSource> masksFrom(const store::Study &study, const std::string &run)
{
    SECATEUR_TRY(reader, study.read(run));
    const std::shared_ptr<store::RunReader> shared = std::move(reader);
    return model::MaskSource([shared](const MatrixId &id) { return shared->mask(id); });
}

Result<model::MaskSource> masksOfRun(const architecture::ModelArchive &model,
                                     const std::optional<std::filesystem::path> &study, const std::string &run,
                                     const RunContext &context)
{
    if (!study)
        return model::MaskSource();
    SECATEUR_TRY(opened, store::Study::open(*study, store::Study::Access::Read));
    SECATEUR_TRY(identity, architecture::identify(model, context));
    if (identity.fingerprint() != opened->model().fingerprint())
        return failure(ErrorCode::Conflict,
                       study->string() + ": was made from another model than " + model.path().string()
                           + "; give the model it was pruned from (" + opened->model().path + ")");
    return masksFrom(*opened, run);
}

} // namespace secateur::compute
