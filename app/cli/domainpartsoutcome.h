// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

#include <nlohmann/json.hpp>

#include "core/engine/domainparts.h"

/// What `compare` tells beyond distances.
namespace secateur::cli {

/// The table of --columns, pair by pair.
class ColumnsOutcome
{
public:
    /// Of one pair: {half, curve[{columns, differences}], per_sublayer{q_proj: half}}, all shares from 0 to 1.
    nlohmann::ordered_json add(const std::string &runA, const std::string &runB, const engine::ColumnShares &shares);
    [[nodiscard]] std::string text() const;

private:
    std::vector<std::vector<std::string>> m_rows;
};

/// {runs[], kind, core, specific{run: n}, none, weights, parts[{…}]}; of neurons no parts, which are too many: --csv.
[[nodiscard]] nlohmann::ordered_json partsJson(const engine::DomainPartsReport &report, engine::PartKind kind);
/// All layers, or the heads or neurons that have the largest share of specific weights.
[[nodiscard]] std::string partsText(const engine::DomainPartsReport &report, engine::PartKind kind,
                                    analysis::SetKind set);
/// One line per part: layer,sublayer,index,weights,core,specific,none, and "only RUN" for each run; counts of weights.
[[nodiscard]] std::string partsCsv(const engine::DomainPartsReport &report);

} // namespace secateur::cli
