// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/architecture/modelarchive.h"
#include "core/base/result.h"
#include "core/base/runcontext.h"
#include "core/compute/jobs.h"
#include "core/engine/requests.h"
#include "core/model/decoder.h"
#include "core/store/study.h"

namespace secateur::compute {

using EvaluatedRun = NamedRun;

/// What all kinds of evaluation share: the open study and model, the runs, what is known already, and keeping what was
/// found. Belongs to one thread; request and context must outlive it.
class EvaluationSession
{
public:
    EvaluationSession(const engine::EvaluateRequest &request, const RunContext &context)
        : m_request(request), m_context(context)
    {
    }

    /// The study, if there is one, and the runs. InvalidArgument, NotFound, Locked.
    [[nodiscard]] Result<void> openStudy();
    /// After wrong names were told: reads the model's files to the end where it has to be recognised.
    [[nodiscard]] Result<void> openModel();

    [[nodiscard]] const engine::EvaluateRequest &request() const { return m_request; }
    [[nodiscard]] const RunContext &context() const { return m_context; }
    [[nodiscard]] store::Study *study() const { return m_study.get(); } ///< null for a model alone
    [[nodiscard]] const architecture::ModelArchive &model() const { return *m_model; }
    [[nodiscard]] const std::vector<EvaluatedRun> &runs() const { return m_runs; }
    [[nodiscard]] std::vector<std::string> &notices() { return m_notices; }
    [[nodiscard]] std::size_t kept() const { return m_kept; }

    /// The parts of a recipe that do not depend on the task.
    [[nodiscard]] store::EvaluationRecipe recipeOf(const EvaluatedRun &run) const;
    /// Fills the entry from the study, when a sound evaluation of its recipe is there.
    [[nodiscard]] Result<void> recall(engine::EvaluationEntry &entry);
    /// Makes the metrics from the entry's items, and keeps both in the study. BadInput for losses that are no numbers.
    [[nodiscard]] Result<void> keep(engine::EvaluationEntry &entry, std::uint64_t tokens, double seconds,
                                    const std::map<std::string, std::string> &versions = {});

    /// The model or sub-model, for sequences of at most `positions` tokens.
    [[nodiscard]] Result<std::unique_ptr<model::Decoder>> decoder(const EvaluatedRun &run, std::int64_t positions,
                                                                  bool keepWeights) const;

private:
    const engine::EvaluateRequest &m_request;
    const RunContext &m_context;
    std::unique_ptr<store::Study> m_study;
    std::shared_ptr<const architecture::ModelArchive> m_model;
    std::string m_fingerprint;
    std::vector<EvaluatedRun> m_runs;
    std::vector<std::string> m_notices;
    std::size_t m_kept = 0;
};

} // namespace secateur::compute
