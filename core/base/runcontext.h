// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <functional>
#include <stop_token>
#include <string>
#include <utility>

#include "core/base/result.h"

namespace secateur {

/// One step of a long job, reported from the thread that runs the job.
struct Progress {
    std::string stage; ///< "load", "calibrate", "prune", "compare", …: a stable English word
    std::uint64_t done = 0; ///< in `unit`, out of `total`
    std::uint64_t total = 0; ///< 0: unknown
    std::string unit; ///< "layers", "bytes", "tokens", "pairs", …
    double tokensPerSecond = 0.0; ///< 0: does not apply
};

/// How a long job hears that it shall stop and tells how far it is. Copies share the same token and sink.
///
/// Core functions take it last, by const reference, check it at least once per layer and per calibration sample,
/// and return ErrorCode::Cancelled when it asks to stop.
class RunContext
{
public:
    RunContext() = default;
    RunContext(std::stop_token stop, std::function<void(const Progress &)> onProgress)
        : m_stop(std::move(stop)), m_onProgress(std::move(onProgress))
    {
    }

    [[nodiscard]] bool stopRequested() const { return m_stop.stop_requested(); }
    [[nodiscard]] const std::stop_token &stopToken() const { return m_stop; }

    /// An error of code Cancelled when a stop was requested.
    [[nodiscard]] Result<void> checkpoint() const
    {
        if (stopRequested())
            return failure(ErrorCode::Cancelled, "cancelled");
        return {};
    }

    void report(const Progress &progress) const
    {
        if (m_onProgress)
            m_onProgress(progress);
    }

private:
    std::stop_token m_stop;
    std::function<void(const Progress &)> m_onProgress;
};

} // namespace secateur
