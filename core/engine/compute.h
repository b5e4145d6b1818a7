// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <string_view>

#include "core/base/result.h"
#include "core/base/runcontext.h"
#include "core/engine/requests.h"
#include "core/engine/sidebyside.h"

namespace secateur::engine {

/// The functions that need libtorch. Their code lies in one shared module (secateur-compute), because loading libtorch
/// takes a second and no light command should pay for it.
class Compute
{
public:
    virtual ~Compute() = default;
    [[nodiscard]] virtual Result<PruneReport> prune(const PruneRequest &request, const RunContext &context) = 0;
    [[nodiscard]] virtual Result<ScoreReport> score(const ScoreRequest &request, const RunContext &context) = 0;
    /// Measures each run on each task, adding to the study what is not there yet with the same recipe. What was
    /// finished before it was cancelled is kept.
    [[nodiscard]] virtual Result<EvaluateReport> evaluate(const EvaluateRequest &request,
                                                          const RunContext &context) = 0;
    /// `onText` receives each piece of text as it becomes complete.
    [[nodiscard]] virtual Result<GenerateReport> generate(const GenerateRequest &request,
                                                          const std::function<void(std::string_view)> &onText,
                                                          const RunContext &context) = 0;
    /// Lets models of a study continue one prompt, one after another (the reference first), and compares what they
    /// expect along one text. `onText` receives each piece of text with the number of its model. Once there is text,
    /// a stop ends it with what is there and `cancelled`.
    using OnModelText = std::function<void(std::size_t model, const std::string &run, std::string_view text)>;
    [[nodiscard]] virtual Result<SideBySideReport>
    generateSideBySide(const SideBySideRequest &request, const OnModelText &onText, const RunContext &context) = 0;
};

/// Opens the module on first use and keeps it for the life of the process: next to the executable (build tree), or in
/// ../lib/secateur (installed). Internal when it cannot be opened, with the loader's message and what to install.
[[nodiscard]] Result<Compute *> loadCompute();

} // namespace secateur::engine
