// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <deque>
#include <optional>

namespace secateur::cli {

/// Guesses how long the rest of a stage takes from its last steps: the median of their seconds per unit, so that one
/// slow step (a cold cache, a busy machine) does not throw the guess off. The caller brings the clock, in seconds.
class RemainingTime
{
public:
    /// The stage stood at `done` units at `now`. Reports closer than a fifth of a second to the last step are merged.
    void add(double now, std::uint64_t done);
    /// Seconds until `total`, or nothing before the first whole step.
    [[nodiscard]] std::optional<double> until(std::uint64_t total) const;

private:
    struct Point {
        double time = 0.0;
        std::uint64_t done = 0;
    };
    std::optional<Point> m_start;
    Point m_latest;
    std::deque<double> m_secondsPerUnit; ///< of the last steps, newest last
};

} // namespace secateur::cli
