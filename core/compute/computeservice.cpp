// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/compute/computeservice.h"

#include <exception>
#include <new>

#include "core/base/system.h"
#include "core/compute/jobs.h"

namespace secateur::compute {

namespace {

/// The one place where exceptions of libtorch, oneDNN and the allocator become errors.
template <typename Job>
auto guarded(const Job &job) -> decltype(job())
{
    try {
        return job();
    } catch (const std::bad_alloc &) {
        return failure(ErrorCode::OutOfMemory,
                       "memory ran out (" + bytesText(peakResidentBytes())
                           + " in use at the peak); use fewer or shorter samples, or fewer "
                             "threads");
    } catch (const std::exception &error) {
        return failure(ErrorCode::Internal, error.what());
    }
}

} // namespace

Result<engine::PruneReport> ComputeService::prune(const engine::PruneRequest &request, const RunContext &context)
{
    return guarded([&] { return pruneJob(request, context); });
}

Result<engine::ScoreReport> ComputeService::score(const engine::ScoreRequest &request, const RunContext &context)
{
    return guarded([&] { return scoreJob(request, context); });
}

Result<engine::EvaluateReport> ComputeService::evaluate(const engine::EvaluateRequest &request,
                                                        const RunContext &context)
{
    return guarded([&] { return evaluateJob(request, context); });
}

Result<engine::GenerateReport> ComputeService::generate(const engine::GenerateRequest &request,
                                                        const std::function<void(std::string_view)> &onText,
                                                        const RunContext &context)
{
    return guarded([&] { return generateJob(request, onText, context); });
}

Result<engine::SideBySideReport> ComputeService::generateSideBySide(const engine::SideBySideRequest &request,
                                                                    const OnModelText &onText,
                                                                    const RunContext &context)
{
    return guarded([&] { return sideBySideJob(request, onText, context); });
}

} // namespace secateur::compute
