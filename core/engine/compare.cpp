// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <utility>

#include "core/engine/light.h"
#include "core/engine/samematrices.h"

namespace secateur::engine {

namespace {

/// The runs asked for, or all of them.
Result<std::vector<store::RunManifest>> chosenRuns(const store::Study &study, const std::vector<std::string> &names)
{
    constexpr const char *needsTwo = "a comparison needs two finished runs or more";
    if (names.empty()) {
        if (study.runs().size() < 2)
            return failure(ErrorCode::NotFound,
                           study.folder().string() + ": " + needsTwo + ", and there "
                               + (study.runs().empty() ? "is none" : "is one") + "; make them with `prune`");
        return study.runs();
    }
    std::vector<store::RunManifest> runs;
    for (const std::string &name : names) {
        SECATEUR_TRY(run, study.find(name));
        if (std::ranges::any_of(runs, [&run](const auto &other) { return other.id == run.id; }))
            return failure(ErrorCode::InvalidArgument, "run \"" + run.recipe.name + "\" is named twice");
        runs.push_back(std::move(run));
    }
    if (runs.size() < 2)
        return failure(ErrorCode::InvalidArgument, needsTwo);
    return runs;
}

/// Two samples of one domain, pruned alike: what lies between them is noise of the calibration.
bool sameDomain(const store::RunRecipe &a, const store::RunRecipe &b)
{
    if (a.combination.has_value() != b.combination.has_value()) // a mean of samples is no sample
        return false;
    return a.domain == b.domain && a.method == b.method && a.target == b.target && a.statistics == b.statistics
        && a.calibrationFingerprint != b.calibrationFingerprint;
}

/// Why "all runs" are not all that the study shows.
std::vector<std::string> leftOut(const store::Study &study)
{
    std::vector<std::string> notices;
    for (const auto &run : study.interrupted())
        notices.push_back("run \"" + run.recipe.name + "\" is not finished and was left out");
    for (const auto &error : study.damaged())
        notices.push_back("a damaged run was left out: " + error.detail);
    return notices;
}

double meanRandom(const std::vector<analysis::PairDistance> &pairs)
{
    double sum = 0.0;
    for (const auto &pair : pairs)
        sum += pair.random;
    return pairs.empty() ? 0.0 : sum / double(pairs.size());
}

} // namespace

Result<CompareReport> compare(const CompareRequest &request, const RunContext &context)
{
    SECATEUR_TRY(study, store::Study::open(request.study, store::Study::Access::Read));
    SECATEUR_TRY(runs, chosenRuns(*study, request.runs));
    SECATEUR_CHECK(checkSameMatrices(runs));
    CompareReport report;
    report.runs = std::move(runs);
    if (request.runs.empty())
        report.notices = leftOut(*study);
    report.sublayers = report.runs.front().sublayerNames();

    std::vector<std::unique_ptr<store::RunReader>> readers;
    for (const store::RunManifest &run : report.runs) {
        SECATEUR_TRY(reader, study->read(run.id));
        readers.push_back(std::move(reader));
    }
    const auto load = [&readers](std::size_t run, const MatrixId &id) { return readers[run]->mask(id); };
    SECATEUR_TRY(pairs,
                 analysis::comparePairs(readers.size(), report.runs.front().layers(), report.sublayers, request.set,
                                        load, request.threads, context));
    report.pairs = std::move(pairs);
    report.random = meanRandom(report.pairs);
    for (const auto &pair : report.pairs)
        if (sameDomain(report.runs[pair.a].recipe, report.runs[pair.b].recipe))
            report.sameDomain.push_back({pair.a, pair.b, pair.whole});
    return report;
}

} // namespace secateur::engine
