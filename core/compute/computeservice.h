// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/engine/compute.h"

namespace secateur::compute {

/// engine::Compute on libtorch. Holds no state: each call opens what it needs and lets go of it.
class ComputeService final : public engine::Compute
{
public:
    Result<engine::PruneReport> prune(const engine::PruneRequest &request, const RunContext &context) override;
    Result<engine::ScoreReport> score(const engine::ScoreRequest &request, const RunContext &context) override;
    Result<engine::EvaluateReport> evaluate(const engine::EvaluateRequest &request, const RunContext &context) override;
    Result<engine::GenerateReport> generate(const engine::GenerateRequest &request,
                                            const std::function<void(std::string_view)> &onText,
                                            const RunContext &context) override;
    Result<engine::SideBySideReport> generateSideBySide(const engine::SideBySideRequest &request,
                                                        const OnModelText &onText, const RunContext &context) override;
};

} // namespace secateur::compute
