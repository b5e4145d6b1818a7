// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

#include "core/analysis/effectsize.h"
#include "core/store/runinfo.h"

namespace secateur::engine {

struct CompareReport;

/// Two domains that were pruned alike, with all their samples; indices into the runs.
struct DomainPair {
    std::string a;
    std::string b;
    std::string method;
    std::string target;
    analysis::DomainSamples samples;
};
/// Of runs that differ in domain or calibration sample alone; no runs without calibration, and none made of others,
/// which are no samples of a domain. In the order of the runs.
[[nodiscard]] std::vector<DomainPair> domainPairs(const std::vector<store::RunManifest> &runs);

struct DomainEffect {
    DomainPair pair;
    analysis::EffectSize size;
};
struct DomainEffects {
    std::vector<DomainEffect> found;
    std::string reason; ///< why there is none for the first pair that has none; empty: there is for all
};
/// Of whole-model distances.
[[nodiscard]] DomainEffects effectsOf(const CompareReport &report);

/// The source of chance of all effect sizes, so that the same runs give the same interval everywhere.
[[nodiscard]] analysis::DrawIndex effectDraws();

} // namespace secateur::engine
