// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/analysis/columnshare.h"
#include "core/analysis/parts.h"
#include "core/base/result.h"
#include "core/base/runcontext.h"
#include "core/store/runinfo.h"

/// What lies behind a distance: which weights the domains share and which are each one's own, part by part, and how
/// many input columns hold their differences. Reads masks only, no weights.
namespace secateur::engine {

enum class PartKind {
    Layers,
    Heads, ///< of attention: rows of q, k and v, columns of o; k and v have a head for several of q where they share
    Neurons, ///< rows of every matrix, which are its outputs
};

struct DomainPartsRequest {
    std::filesystem::path study;
    std::vector<std::string> runs; ///< names or ids, two or more; empty: the first of each domain, pruned alike
    analysis::SetKind set = analysis::SetKind::Kept;
    PartKind kind = PartKind::Layers;
    std::optional<std::filesystem::path> model; ///< Heads, for the size of one; empty: where the study last saw it
};

struct DomainPart {
    std::uint32_t layer = 0;
    std::string sublayer; ///< empty: the whole layer
    std::uint64_t index = 0; ///< of the head or the row
    analysis::PartCounts counts; ///< by run, as in the report
};

struct DomainPartsReport {
    std::vector<store::RunManifest> runs;
    std::vector<DomainPart> parts; ///< layer by layer, in the model's order
    analysis::PartCounts whole; ///< sum over the model (Heads: over attention)
    std::vector<std::string> notices; ///< which runs were chosen
};

/// NotFound, InvalidArgument for fewer than two runs; Conflict when the model is another one; Cancelled. Reports stage
/// "count".
[[nodiscard]] Result<DomainPartsReport> domainParts(const DomainPartsRequest &request, const RunContext &context);

/// Differences of a pair of runs by input column.
struct ColumnShares {
    analysis::ColumnDifferences whole;
    std::map<std::string, analysis::ColumnDifferences> perSublayer; ///< over all layers
};
/// NotFound; BadInput for a damaged run; Cancelled. Reports stage "columns".
[[nodiscard]] Result<ColumnShares> columnShares(const std::filesystem::path &study, const std::string &runA,
                                                const std::string &runB, const RunContext &context);

} // namespace secateur::engine
