// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/compute/evaluationsession.h"

#include <algorithm>
#include <cmath>

#include "core/base/system.h"
#include "core/compute/jobs.h"
#include "core/engine/itemstatistics.h"
#include "core/engine/light.h"

namespace secateur::compute {

Result<void> EvaluationSession::openStudy()
{
    if (m_request.study) {
        SECATEUR_TRY(study, store::Study::open(*m_request.study, store::Study::Access::Write));
        m_study = std::move(study);
    } else if (!m_request.model) {
        return failure(ErrorCode::InvalidArgument, "name a study or a model");
    }
    SECATEUR_TRY(runs, namedRuns(m_study.get(), m_request.runs));
    m_runs = std::move(runs);
    return {};
}

Result<void> EvaluationSession::openModel()
{
    if (m_study) {
        SECATEUR_TRY(model, engine::openStudyModel(*m_study, m_request.model, m_context));
        m_model = model;
        m_fingerprint = m_study->model().fingerprint();
        return {};
    }
    SECATEUR_TRY(model, architecture::ModelArchive::open(*m_request.model));
    m_model = model;
    return {};
}

store::EvaluationRecipe EvaluationSession::recipeOf(const EvaluatedRun &run) const
{
    store::EvaluationRecipe recipe;
    recipe.run = run.id;
    recipe.modelFingerprint = m_fingerprint;
    recipe.seed = m_request.seed;
    recipe.compute = m_request.compute == engine::ComputeType::BF16 ? "bf16" : "f32";
    return recipe;
}

Result<void> EvaluationSession::recall(engine::EvaluationEntry &entry)
{
    if (!m_study)
        return {};
    const std::string wanted = entry.recipe.fingerprint();
    for (const auto &found : m_study->evaluations()) {
        if (found.recipe.fingerprint() != wanted)
            continue;
        auto items = m_study->evaluationItems(found.id, m_context);
        if (!items && items.error().code == ErrorCode::Cancelled)
            return tl::make_unexpected(std::move(items).error());
        if (!items) {
            m_notices.push_back(items.error().detail + "; it is measured again");
            continue;
        }
        entry.items = std::move(*items);
        entry.metrics = found.metrics;
        entry.seconds = found.seconds;
        entry.known = true;
        return {};
    }
    return {};
}

Result<void> EvaluationSession::keep(engine::EvaluationEntry &entry, std::uint64_t tokens, double seconds,
                                     const std::map<std::string, std::string> &versions)
{
    entry.metrics = engine::metricsOf(entry.items);
    entry.seconds = seconds;
    for (const auto &metric : entry.metrics)
        if (!std::isfinite(metric.value) || !std::isfinite(metric.high))
            return failure(ErrorCode::BadInput,
                           entry.run + ", " + entry.recipe.task
                               + ": the losses are not finite numbers, so the model's weights are damaged");
    ++m_kept;
    if (!m_study)
        return {};
    auto all = programVersions();
    all.insert(versions.begin(), versions.end());
    SECATEUR_CHECK(m_study->addEvaluation(entry.recipe,
                                          {.metrics = entry.metrics,
                                           .items = entry.items,
                                           .tokens = tokens,
                                           .seconds = seconds,
                                           .threads = m_request.threads,
                                           .versions = std::move(all)}));
    return {};
}

Result<std::unique_ptr<model::Decoder>> EvaluationSession::decoder(const EvaluatedRun &run, std::int64_t positions,
                                                                   bool keepWeights) const
{
    model::MaskSource masks;
    if (run.id != store::denseRun) {
        SECATEUR_TRY(source, masksFrom(*m_study, run.id));
        masks = std::move(source);
    }
    return model::Decoder::create(m_model, positions,
                                  {.threads = m_request.threads,
                                   .precision = precisionOf(m_request.compute),
                                   .masks = std::move(masks),
                                   .keepWeights = keepWeights});
}

} // namespace secateur::compute
