// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/engine/domainparts.h"

#include <algorithm>

#include "core/architecture/modelarchive.h"
#include "core/engine/samematrices.h"
#include "core/mask/maskalgebra.h"
#include "core/store/study.h"

namespace secateur::engine {

namespace {

using analysis::PartCounts;
using analysis::PartCut;
using store::RunManifest;

/// The first run of each domain, pruned like the first of all.
std::vector<RunManifest> oneOfEachDomain(const store::Study &study, std::vector<std::string> &notices)
{
    std::vector<RunManifest> runs;
    for (const RunManifest &run : study.runs()) {
        const auto &recipe = run.recipe;
        if (recipe.combination || recipe.calibrationFingerprint.empty())
            continue;
        const bool fits = runs.empty()
            || (recipe.method == runs.front().recipe.method && recipe.target == runs.front().recipe.target
                && recipe.statistics == runs.front().recipe.statistics);
        const auto sameDomain = [&recipe](const RunManifest &other) { return other.recipe.domain == recipe.domain; };
        if (fits && std::ranges::none_of(runs, sameDomain))
            runs.push_back(run);
    }
    std::string names;
    for (const RunManifest &run : runs)
        names += (names.empty() ? "" : ", ") + run.recipe.name;
    if (runs.size() != study.runs().size())
        notices.push_back("core and specific weights are those of one run per domain: " + names
                          + "; choose others with --runs");
    return runs;
}

Result<std::vector<RunManifest>> chosenRuns(const store::Study &study, const DomainPartsRequest &request,
                                            std::vector<std::string> &notices)
{
    std::vector<RunManifest> runs;
    for (const std::string &name : request.runs) {
        SECATEUR_TRY(run, study.find(name));
        runs.push_back(std::move(run));
    }
    if (request.runs.empty())
        runs = oneOfEachDomain(study, notices);
    if (runs.size() < 2)
        return failure(request.runs.empty() ? ErrorCode::NotFound : ErrorCode::InvalidArgument,
                       "what domains share and what is one's own needs runs of two domains or more");
    SECATEUR_CHECK(checkSameMatrices(runs));
    return runs;
}

/// Cells of a head. The configuration is compared with that of the study; no weights are read.
Result<std::size_t> headCells(const store::Study &study, const DomainPartsRequest &request)
{
    if (request.kind != PartKind::Heads)
        return std::size_t(0);
    const auto &recorded = study.model();
    SECATEUR_TRY(model, architecture::ModelArchive::open(request.model.value_or(recorded.path)));
    if (architecture::configSha256(model->config()) != recorded.configSha256)
        return failure(ErrorCode::Conflict,
                       model->path().string() + ": is not the model that the study was made from; give its path");
    return std::size_t(model->config().headDim);
}

/// How a matrix is cut; nothing where it has no such parts.
std::optional<PartCut> cutOf(PartKind kind, const store::SublayerInfo &matrix, std::size_t headCells)
{
    using Along = PartCut::Along;
    const std::string &name = matrix.id.sublayer;
    switch (kind) {
    case PartKind::Layers: return PartCut{Along::Rows, std::size_t(matrix.rows)};
    case PartKind::Neurons: return PartCut{Along::Rows, 1};
    case PartKind::Heads: break;
    }
    if (!name.starts_with("self_attn."))
        return std::nullopt;
    return PartCut{name == "self_attn.o_proj" ? Along::Columns : Along::Rows, headCells};
}

class PartsMaker
{
public:
    PartsMaker(const DomainPartsRequest &request, std::size_t headCells)
        : m_request(request), m_headCells(headCells) { }

    Result<void> add(const RunReaders &readers, const store::SublayerInfo &matrix, DomainPartsReport &report) const
    {
        const auto cut = cutOf(m_request.kind, matrix, m_headCells);
        if (!cut)
            return {};
        SECATEUR_TRY(masks, masksOf(readers, matrix.id));
        SECATEUR_TRY(counts, analysis::countParts(mask::pointersTo(masks), m_request.set, *cut));
        for (std::size_t index = 0; index < counts.size(); ++index)
            addPart(matrix.id, index, std::move(counts[index]), report);
        return {};
    }

private:
    void addPart(const MatrixId &id, std::size_t index, PartCounts counts, DomainPartsReport &report) const
    {
        report.whole += counts;
        const bool layers = m_request.kind == PartKind::Layers;
        if (layers && !report.parts.empty() && report.parts.back().layer == id.layer.value)
            report.parts.back().counts += counts;
        else
            report.parts.push_back({id.layer.value, layers ? std::string() : id.sublayer, index, std::move(counts)});
    }

    const DomainPartsRequest &m_request;
    std::size_t m_headCells;
};

} // namespace

Result<DomainPartsReport> domainParts(const DomainPartsRequest &request, const RunContext &context)
{
    SECATEUR_TRY(study, store::Study::open(request.study, store::Study::Access::Read));
    DomainPartsReport report;
    SECATEUR_TRY(runs, chosenRuns(*study, request, report.notices));
    report.runs = std::move(runs);
    SECATEUR_TRY(readers, openRuns(*study, report.runs));
    SECATEUR_TRY(cells, headCells(*study, request));
    const PartsMaker maker(request, cells);
    const RunManifest &first = report.runs.front();
    for (const store::SublayerInfo &matrix : first.sublayers) {
        SECATEUR_CHECK(context.checkpoint());
        context.report({"count", matrix.id.layer.value, first.layers(), "layers"});
        SECATEUR_CHECK(maker.add(readers, matrix, report));
    }
    context.report({"count", first.layers(), first.layers(), "layers"});
    return report;
}

Result<ColumnShares> columnShares(const std::filesystem::path &folder, const std::string &runA, const std::string &runB,
                                  const RunContext &context)
{
    SECATEUR_TRY(study, store::Study::open(folder, store::Study::Access::Read));
    SECATEUR_TRY(a, study->read(runA));
    SECATEUR_TRY(b, study->read(runB));
    SECATEUR_CHECK(checkSameMatrices({a->manifest(), b->manifest()}));
    ColumnShares shares;
    const RunManifest &first = a->manifest();
    for (const store::SublayerInfo &matrix : first.sublayers) {
        SECATEUR_CHECK(context.checkpoint());
        context.report({"columns", matrix.id.layer.value, first.layers(), "layers"});
        SECATEUR_TRY(keptA, a->mask(matrix.id));
        SECATEUR_TRY(keptB, b->mask(matrix.id));
        analysis::ColumnDifferences matrixShares;
        SECATEUR_CHECK(matrixShares.add(keptA, keptB));
        shares.whole.add(matrixShares);
        shares.perSublayer[matrix.id.sublayer].add(matrixShares);
    }
    context.report({"columns", first.layers(), first.layers(), "layers"});
    return shares;
}

} // namespace secateur::engine
