// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <utility>

#include "core/base/text.h"
#include "core/engine/distanceaccuracy.h"
#include "core/engine/evaluate.h"
#include "core/engine/figure.h"
#include "core/engine/light.h"
#include "core/engine/sparsityprofile.h"

namespace secateur::engine {
namespace {

using analysis::FigureData;
using analysis::LayerSeries;
using store::RunManifest;

/// The whole name of a sublayer that may be given without its "self_attn." or "mlp.".
Result<std::string> wholeSublayer(const RunManifest &run, const std::string &wanted)
{
    const auto names = run.sublayerNames();
    const auto fits = [&wanted](const std::string &name) { return name == wanted || shortSublayer(name) == wanted; };
    const auto found = std::ranges::find_if(names, fits);
    if (found == names.end())
        return failure(ErrorCode::InvalidArgument,
                       "the model has no sublayer \"" + wanted + "\"; it has " + joined(names));
    return *found;
}

Result<void> checkLayer(const RunManifest &run, std::optional<std::uint32_t> layer)
{
    if (layer && *layer >= run.layers())
        return failure(ErrorCode::InvalidArgument,
                       "there is no layer " + std::to_string(*layer) + "; the model has layers 0 to "
                           + std::to_string(run.layers() - 1));
    return {};
}

/// Both choices, checked against the model. Kinds that have a layer axis cannot be of one layer.
Result<void> settleMatrix(FigureDataRequest &request, const RunManifest &run)
{
    const bool layerAxis =
        request.kind == analysis::FigureKind::JaccardLayers || request.kind == analysis::FigureKind::SparsityProfile;
    if (layerAxis && request.layer)
        return failure(ErrorCode::InvalidArgument,
                       "this kind of figure shows all layers, so it cannot be of one; leave --layer out");
    const bool accuracy =
        request.kind == analysis::FigureKind::Accuracy || request.kind == analysis::FigureKind::DistanceAccuracy;
    if (accuracy && (request.layer || !request.sublayer.empty()))
        return failure(ErrorCode::InvalidArgument,
                       "accuracy is of whole models, so it cannot be of a layer; leave --layer and --sublayer out");
    SECATEUR_CHECK(checkLayer(run, request.layer));
    if (request.sublayer.empty())
        return {};
    SECATEUR_TRY(name, wholeSublayer(run, request.sublayer));
    request.sublayer = name;
    if (request.kind == analysis::FigureKind::JaccardMatrix && !request.layer)
        return failure(ErrorCode::InvalidArgument, "a sublayer of which layer? Give --layer, too");
    return {};
}

analysis::FigureSource sourceOf(const RunManifest &run)
{
    return {run.recipe.name,        run.id,
            run.recipe.domain,      methodName(run.recipe.method),
            run.recipe.target,      run.recipe.calibrationFingerprint,
            store::filesSha256(run)};
}

Result<std::vector<RunManifest>> chosenRuns(const store::Study &study, const std::vector<std::string> &names)
{
    std::vector<RunManifest> runs;
    for (const auto &name : names) {
        SECATEUR_TRY(run, study.find(name));
        runs.push_back(std::move(run));
    }
    if (names.empty())
        runs = study.runs();
    if (runs.empty())
        return failure(ErrorCode::NotFound,
                       study.folder().string() + ": there is no finished run; make one with `prune`");
    return runs;
}

std::vector<std::string> namesOf(const CompareReport &report, std::size_t a, std::size_t b)
{
    return {report.runs[a].recipe.name, report.runs[b].recipe.name};
}

const std::vector<double> &seriesOf(const analysis::PairDistance &pair, const std::string &sublayer)
{
    return sublayer.empty() ? pair.perLayer : pair.perSublayer.at(sublayer);
}

CompareRequest compareRequest(const FigureDataRequest &request, std::vector<std::string> runs)
{
    return {request.study, std::move(runs), request.set, request.threads};
}

/// A run pruned like `run` from another sample of the same domain.
const RunManifest *partnerOf(const store::Study &study, const RunManifest &run)
{
    const auto &recipe = run.recipe;
    const auto found = std::ranges::find_if(study.runs(), [&](const RunManifest &other) {
        return other.recipe.domain == recipe.domain && other.recipe.method == recipe.method
            && other.recipe.target == recipe.target && other.recipe.statistics == recipe.statistics
            && other.recipe.combination.has_value() == recipe.combination.has_value()
            && other.recipe.calibrationFingerprint != recipe.calibrationFingerprint;
    });
    return found == study.runs().end() ? nullptr : &*found;
}

/// The floor when no two of the chosen runs are of one domain: the first of them against its partner in the study.
Result<std::vector<LayerSeries>> floorFromStudy(const FigureDataRequest &request, const store::Study &study,
                                                const CompareReport &chosen, const RunContext &context)
{
    for (const RunManifest &run : chosen.runs)
        if (const RunManifest *const partner = partnerOf(study, run)) {
            // Silent: the progress of the comparison proper has reached its end.
            const RunContext silent(context.stopToken(), {});
            SECATEUR_TRY(report, compare(compareRequest(request, {run.id, partner->id}), silent));
            return std::vector<LayerSeries>{{namesOf(report, 0, 1), seriesOf(report.pairs.front(), request.sublayer)}};
        }
    return std::vector<LayerSeries>();
}

bool isSameDomain(const CompareReport &report, const analysis::PairDistance &pair)
{
    return std::ranges::any_of(report.sameDomain,
                               [&pair](const SameDomainPair &same) { return same.a == pair.a && same.b == pair.b; });
}

Result<void> readLayerDistances(FigureDataRequest request, const store::Study &study, FigureData &data,
                                const RunContext &context)
{
    SECATEUR_TRY(report, compare(compareRequest(request, request.runs), context));
    analysis::LayerDistances content;
    content.set = request.set;
    content.sublayer = request.sublayer;
    content.random = report.random;
    for (const auto &pair : report.pairs) {
        auto &list = isSameDomain(report, pair) ? content.sameDomain : content.pairs;
        list.push_back({namesOf(report, pair.a, pair.b), seriesOf(pair, request.sublayer)});
    }
    if (content.pairs.empty())
        content.pairs.swap(content.sameDomain); // whoever asks for such a pair alone wants to see it
    else if (content.sameDomain.empty()) {
        SECATEUR_TRY(floor, floorFromStudy(request, study, report, context));
        content.sameDomain = std::move(floor);
    }
    data.notices = report.notices;
    data.content = std::move(content);
    return {};
}

double valueOf(const analysis::PairDistance &pair, const FigureDataRequest &request)
{
    return request.layer ? seriesOf(pair, request.sublayer)[*request.layer] : pair.whole;
}

Result<void> readDistanceMatrix(const FigureDataRequest &request, FigureData &data, const RunContext &context)
{
    SECATEUR_TRY(report, compare(compareRequest(request, request.runs), context));
    analysis::DistanceMatrix content;
    content.set = request.set;
    content.random = report.random;
    content.part = request.layer ? "layer " + std::to_string(*request.layer) : "whole model";
    if (!request.sublayer.empty())
        content.part += ", " + request.sublayer;
    const std::size_t count = report.runs.size();
    content.values.assign(count * count, 0.0);
    for (const auto &run : report.runs)
        content.names.push_back(run.recipe.name);
    for (const auto &pair : report.pairs)
        content.values[pair.a * count + pair.b] = content.values[pair.b * count + pair.a] = valueOf(pair, request);
    data.notices = report.notices;
    data.content = std::move(content);
    return {};
}

/// The values of the matrix in the model, which has to be the one that the study was made from.
Result<std::vector<float>> readWeights(const FigureDataRequest &request, const store::Study &study, const MatrixId &id,
                                       const RunContext &context)
{
    auto model = request.opened;
    if (!model) {
        SECATEUR_TRY(opened, openStudyModel(study, request.model, context));
        model = std::move(opened);
    }
    const auto *const tensor = model->find(tensorName(id));
    if (!tensor || tensor->shape.size() != 2)
        return failure(ErrorCode::NotFound, "the model has no matrix " + tensorName(id));
    std::vector<float> values(std::size_t(tensor->shape[0]) * std::size_t(tensor->shape[1]));
    SECATEUR_CHECK(model->readF32(tensor->name, values));
    return values;
}

Result<void> readMasks(FigureDataRequest request, const store::Study &study, std::vector<RunManifest> &runs,
                       FigureData &data, const RunContext &context)
{
    if (request.runs.size() > 2)
        return failure(ErrorCode::InvalidArgument, "a mask figure shows one run or two; name no more with --runs");
    if (runs.size() > 2)
        runs.resize(2);
    if (request.runs.empty() && study.runs().size() > 2)
        data.notices.push_back("shows the first two runs, " + runs[0].recipe.name + " and " + runs[1].recipe.name
                               + "; name others with --runs");
    const MatrixId id{LayerIndex{request.layer.value_or(0)},
                      request.sublayer.empty() ? runs.front().sublayerNames().front() : request.sublayer};
    if (!request.layer || request.sublayer.empty())
        data.notices.push_back("shows layer " + std::to_string(id.layer.value) + ", " + id.sublayer
                               + "; choose with --layer and --sublayer");
    analysis::MaskPair content;
    content.id = id;
    for (const RunManifest &run : runs) {
        SECATEUR_TRY(reader, study.read(run.id));
        SECATEUR_TRY(kept, reader->mask(id));
        content.names.push_back(run.recipe.name);
        content.kept.push_back(std::move(kept));
    }
    if (content.kept.front().rows() != content.kept.back().rows()
        || content.kept.front().cols() != content.kept.back().cols())
        return failure(ErrorCode::BadInput, "the masks of the two runs differ in shape; run `verify`");
    if (request.weights) {
        SECATEUR_TRY(weights, readWeights(request, study, id, context));
        if (weights.size() != content.kept.front().size())
            return failure(ErrorCode::BadInput, "the masks and the weights differ in shape; run `verify`");
        content.weights = std::move(weights);
    }
    data.content = std::move(content);
    return {};
}

/// What two columns must have alike to share an axis: numbers under different protocols look alike and are not.
std::string conditionsOf(const analysis::AccuracyColumn &column)
{
    return column.metric + " (" + column.protocol + ", " + column.compute + ")";
}

/// Without names, all that were measured like the first; the others are told.
analysis::AccuracyTable likeTheFirst(const analysis::AccuracyTable &all)
{
    std::vector<std::size_t> chosen;
    std::string others;
    for (std::size_t column = 0; column < all.columns.size(); ++column) {
        if (conditionsOf(all.columns[column]) == conditionsOf(all.columns.front()))
            chosen.push_back(column);
        else
            others += (others.empty() ? "" : ", ") + all.columns[column].task + "/" + all.columns[column].metric;
    }
    auto table = analysis::selectColumns(all, chosen);
    if (!others.empty())
        table.notices.push_back("not shown, because they were measured otherwise and cannot share an axis: " + others
                                + "; choose them with --tasks");
    return table;
}

/// The columns of the wanted tasks, in their order: "arc_easy/acc_norm", or a task alone for its first metric.
Result<analysis::AccuracyTable> onlyTasks(const analysis::AccuracyTable &all, const std::vector<std::string> &tasks)
{
    if (tasks.empty())
        return likeTheFirst(all);
    std::vector<std::size_t> chosen;
    for (const auto &task : tasks) {
        const auto found = std::ranges::find_if(all.columns, [&task](const analysis::AccuracyColumn &column) {
            return column.task == task || column.task + "/" + column.metric == task;
        });
        if (found == all.columns.end()) {
            std::vector<std::string> known;
            for (const auto &column : all.columns)
                known.push_back(column.task + "/" + column.metric);
            return failure(ErrorCode::NotFound, "no task \"" + task + "\" was measured; there are " + joined(known));
        }
        chosen.push_back(std::size_t(found - all.columns.begin()));
    }
    const auto &first = all.columns[chosen.front()];
    for (const std::size_t column : chosen)
        if (conditionsOf(all.columns[column]) != conditionsOf(first))
            return failure(ErrorCode::InvalidArgument,
                           "the tasks were measured in different ways and cannot share an axis: " + first.task + " as "
                               + conditionsOf(first) + ", " + all.columns[column].task + " as "
                               + conditionsOf(all.columns[column]) + "; choose tasks of one kind with --tasks");
    return analysis::selectColumns(all, chosen);
}

/// What was measured of the runs on the wanted tasks, which share an axis.
Result<analysis::AccuracyTable> readTable(const FigureDataRequest &request, const store::Study &study,
                                          const std::vector<RunManifest> &runs, const RunContext &context)
{
    std::vector<std::string> ids;
    for (const RunManifest &run : runs)
        ids.push_back(run.id);
    SECATEUR_TRY(all, accuracyTable(study, ids, context));
    if (all.columns.empty())
        return failure(ErrorCode::NotFound,
                       study.folder().string() + ": there are no evaluations of these runs; make them with `evaluate`");
    return onlyTasks(all, request.tasks);
}

std::string measureNotice(const analysis::AccuracyColumn &column)
{
    return "protocol " + column.protocol + ", " + column.compute + "; intervals: " + column.interval;
}

Result<void> readAccuracy(const FigureDataRequest &request, const store::Study &study,
                          const std::vector<RunManifest> &runs, FigureData &data, const RunContext &context)
{
    SECATEUR_TRY(table, readTable(request, study, runs, context));
    if (request.meanOfSeeds)
        table = analysis::meansOverSeeds(table);
    data.notices = table.notices;
    data.notices.push_back(measureNotice(table.columns.front()));
    data.content = std::move(table);
    return {};
}

Result<void> readDistanceAccuracy(const FigureDataRequest &request, const store::Study &study,
                                  const std::vector<RunManifest> &runs, FigureData &data, const RunContext &context)
{
    SECATEUR_TRY(table, readTable(request, study, runs, context));
    SECATEUR_TRY(report, distanceAccuracy(study, table, request.set, request.threads, context));
    data.notices = table.notices;
    data.notices.insert(data.notices.end(), report.notices.begin(), report.notices.end());
    data.notices.push_back(
        "rank correlation of distance and " + report.data.measure.metric + ": " + analysis::correlationText(report.data)
        + "; the interval takes the points as independent, which those of one run or domain are not");
    data.notices.push_back(measureNotice(report.data.measure));
    data.content = std::move(report.data);
    return {};
}

} // namespace

analysis::SparsityProfile sparsityProfile(const std::vector<RunManifest> &runs, const std::string &sublayer)
{
    analysis::SparsityProfile profile;
    profile.sublayer = sublayer;
    for (const RunManifest &run : runs) {
        std::vector<double> pruned(run.layers(), 0.0);
        std::vector<double> total(run.layers(), 0.0);
        for (const auto &info : run.sublayers)
            if (sublayer.empty() || info.id.sublayer == sublayer) {
                pruned[info.id.layer.value] += double(info.pruned);
                total[info.id.layer.value] += double(info.rows) * double(info.cols);
            }
        for (std::size_t layer = 0; layer < pruned.size(); ++layer)
            pruned[layer] = total[layer] > 0.0 ? pruned[layer] / total[layer] : 0.0;
        profile.runs.push_back({{run.recipe.name}, std::move(pruned)});
    }
    return profile;
}

Result<FigureData> figureData(const FigureDataRequest &asked, const RunContext &context)
{
    FigureDataRequest request = asked;
    SECATEUR_TRY(study, store::Study::open(request.study, store::Study::Access::Read));
    SECATEUR_TRY(runs, chosenRuns(*study, request.runs));
    if (runs.front().sublayers.empty())
        return failure(ErrorCode::BadInput, "run \"" + runs.front().recipe.name + "\" has no matrices; run `verify`");
    SECATEUR_CHECK(settleMatrix(request, runs.front()));
    FigureData data;
    switch (request.kind) {
    case analysis::FigureKind::Mask: SECATEUR_CHECK(readMasks(request, *study, runs, data, context)); break;
    case analysis::FigureKind::JaccardLayers: SECATEUR_CHECK(readLayerDistances(request, *study, data, context)); break;
    case analysis::FigureKind::JaccardMatrix: SECATEUR_CHECK(readDistanceMatrix(request, data, context)); break;
    case analysis::FigureKind::Accuracy: SECATEUR_CHECK(readAccuracy(request, *study, runs, data, context)); break;
    case analysis::FigureKind::DistanceAccuracy:
        SECATEUR_CHECK(readDistanceAccuracy(request, *study, runs, data, context));
        break;
    case analysis::FigureKind::SparsityProfile: data.content = sparsityProfile(runs, request.sublayer); break;
    }
    for (const RunManifest &run : runs)
        data.sources.push_back(sourceOf(run));
    // The name alone: the path often holds its owner's.
    std::error_code ignored;
    data.study = std::filesystem::weakly_canonical(request.study, ignored).filename().string();
    data.modelSha256 = study->model().fingerprint();
    return data;
}

} // namespace secateur::engine
