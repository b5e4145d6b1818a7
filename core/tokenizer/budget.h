// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>

#include "core/base/result.h"

namespace secateur::tokenizer {

/// The wall-clock time that patterns from a file may spend on one text: 2 s, and 2 s more per further MB
/// (design/safety.md B.4).
class Budget
{
public:
    using Clock = std::chrono::steady_clock;

    explicit Budget(std::size_t textBytes)
        : m_deadline(Clock::now()
                     + std::chrono::duration_cast<Clock::duration>(
                         std::chrono::duration<double>(2.0 * std::max(1.0, double(textBytes) / 1e6))))
    {
    }

    /// BadInput when the time is spent.
    [[nodiscard]] Result<void> check() const
    {
        if (Clock::now() > m_deadline)
            return failure(ErrorCode::BadInput,
                           "the tokenizer's patterns take more than 2 s per MB on this text; the tokenizer.json is "
                           "broken or hostile");
        return {};
    }

private:
    Clock::time_point m_deadline;
};

} // namespace secateur::tokenizer
