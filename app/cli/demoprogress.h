// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

#include "core/base/runcontext.h"

namespace secateur::cli {

/// Makes one progress, in percent, of the many that the steps of `demo` tell, so that somebody who waits knows how
/// long for. A step's weight says how long it takes compared with the others.
class DemoProgress
{
public:
    /// `weights`: of all steps, in their order. `outer` must outlive this.
    DemoProgress(const RunContext &outer, const std::vector<double> &weights);

    /// For the next step. Valid until the next call. Steps beyond those that were announced weigh nothing.
    [[nodiscard]] RunContext next();

private:
    void report(const Progress &progress);

    const RunContext &m_outer;
    std::vector<double> m_weights;
    double m_all = 0.0;
    double m_before = 0.0; ///< of the steps that are done
    double m_share = 0.0; ///< of the present one: never goes back
    std::size_t m_step = 0; ///< counted from 1; 0: before the first
};

} // namespace secateur::cli
