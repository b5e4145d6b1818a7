// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/pages/maskswork.h"

#include <array>
#include <cmath>
#include <cstdlib>
#include <utility>

#include "core/base/parallel.h"
#include "core/engine/light.h"
#include "core/selection/selection.h"

namespace secateur::app {

namespace {

Result<void> checkpoint(const std::stop_token &stop)
{
    return RunContext(stop, {}).checkpoint();
}

/// The ratio of "0.5" or "2:4", for the slider's place; 0 for anything else.
double ratioOf(const std::string &target)
{
    if (const auto pattern = NmPattern::fromText(target))
        return pattern->ratio();
    char *end = nullptr;
    const double ratio = std::strtod(target.c_str(), &end);
    return end != target.c_str() && ratio >= 0.0 && ratio < 1.0 ? ratio : 0.0;
}

Result<void> addDifference(MaskPair &pair, int threads)
{
    pair.difference.reset();
    if (!pair.a.mask || !pair.b.mask)
        return {};
    SECATEUR_TRY(difference, widgets::MaskDifference::make(pair.a.mask, pair.b.mask, threads));
    pair.difference = std::move(difference);
    return {};
}

Result<mask::BitMatrix> select(const MaskSide &side, const MatrixId &id, const selection::WeightView &weights,
                               Sparsity sparsity, int threads)
{
    if (side.madeOfMasks || (usesActivations(side.method) && !side.norms))
        return failure(ErrorCode::NotFound,
                       "run \"" + side.runName + "\" has "
                           + (side.madeOfMasks ? "masks made of others', so there are no scores" : "no norms")
                           + " to select from");
    const auto norms = side.norms ? std::span<const float>(*side.norms) : std::span<const float>();
    SECATEUR_TRY(found, selection::select(side.method, sparsity, id, weights, norms, side.seed, threads));
    return std::move(found.kept);
}

/// Whether two runs have the same masks at every sparsity: magnitudes know no domain.
bool selectAlike(const MaskSide &a, const MaskSide &b)
{
    return a.method == PruneMethod::Magnitude && b.method == PruneMethod::Magnitude && !a.madeOfMasks && !b.madeOfMasks;
}

} // namespace

bool MaskSide::isApproximateAt(double otherRatio, LayerIndex layer) const
{
    if (!mask || !usesActivations(method) || dense || layer.value == 0)
        return false;
    return approximate || std::abs(otherRatio - ratio) > 1e-9;
}

Result<const store::RunReader *> MasksReader::reader(const std::string &run)
{
    auto &kept = m_readers[run];
    if (!kept) {
        SECATEUR_TRY(opened, m_study->read(run));
        kept = std::move(opened);
    }
    return kept.get();
}

Result<MaskSide> MasksReader::side(const std::string &run, const MatrixId &id, mask::BitMatrix &kept)
{
    MaskSide side;
    if (run.empty())
        return side;
    SECATEUR_TRY(opened, reader(run));
    const store::RunRecipe &recipe = opened->manifest().recipe;
    SECATEUR_TRY(bits, opened->mask(id));
    kept = std::move(bits);
    side.runId = run;
    side.runName = recipe.name;
    side.method = recipe.method;
    side.target = recipe.target;
    side.ratio = ratioOf(recipe.target);
    side.dense = recipe.statistics == StatisticsMode::Dense;
    side.approximate = recipe.approximate;
    side.seed = recipe.calibration.seed;
    side.madeOfMasks = recipe.isMadeOfMasks();
    if (recipe.hasNorms()) {
        SECATEUR_TRY(norms, opened->norm(id));
        side.norms = std::make_shared<const std::vector<float>>(std::move(norms));
    }
    return side;
}

Result<MaskPair> MasksReader::read(const Request &request, int threads, const std::stop_token &stop)
{
    const std::lock_guard lock(m_mutex);
    SECATEUR_CHECK(checkpoint(stop));
    const auto known = [this](const std::string &run) { return run.empty() || m_study->find(run).has_value(); };
    // A run made since the study was opened is seen only after opening it again.
    if (!m_study || m_folder != request.study || !known(request.runA) || !known(request.runB)) {
        m_readers.clear();
        SECATEUR_TRY(opened, store::Study::open(request.study, store::Study::Access::Read));
        m_study = std::move(opened);
        m_folder = request.study;
    }
    MaskPair pair;
    pair.id = request.id;
    std::array<mask::BitMatrix, 2> kept;
    SECATEUR_TRY(a, side(request.runA, request.id, kept[0]));
    SECATEUR_CHECK(checkpoint(stop));
    SECATEUR_TRY(b, side(request.runB, request.id, kept[1]));
    SECATEUR_CHECK(checkpoint(stop));
    pair.a = std::move(a);
    pair.b = std::move(b);
    const std::array<MaskSide *, 2> sides = {&pair.a, &pair.b};
    parallelFor(sides.size(), threads, [&](std::size_t side) {
        if (!sides[side]->runId.empty())
            sides[side]->mask = std::make_shared<const widgets::MaskData>(std::move(kept[side]));
    });
    SECATEUR_CHECK(addDifference(pair, threads));
    return pair;
}

Result<void> WeightsReader::open(const std::filesystem::path &study, const std::filesystem::path &model,
                                 const std::stop_token &stop)
{
    if (m_model && m_study == study && m_path == model)
        return {};
    m_model.reset();
    m_last.reset();
    SECATEUR_TRY(opened, store::Study::open(study, store::Study::Access::Read));
    const auto path = model.empty() ? std::nullopt : std::optional(model);
    SECATEUR_TRY(archive, engine::openStudyModel(*opened, path, RunContext(stop, {})));
    m_model = std::move(archive);
    m_study = study;
    m_path = model;
    return {};
}

Result<MatrixWeights> WeightsReader::read(const std::filesystem::path &study, const std::filesystem::path &model,
                                          const MatrixId &id, const std::stop_token &stop)
{
    const std::lock_guard lock(m_mutex);
    SECATEUR_CHECK(checkpoint(stop));
    SECATEUR_CHECK(open(study, model, stop));
    if (m_last && m_last->id == id)
        return *m_last;
    m_last.reset(); // before the next one is allocated
    const auto *const tensor = m_model->find(tensorName(id));
    if (!tensor || tensor->shape.size() != 2)
        return failure(ErrorCode::NotFound, "the model has no matrix " + tensorName(id));
    std::vector<float> values(std::size_t(tensor->shape[0]) * std::size_t(tensor->shape[1]));
    SECATEUR_CHECK(m_model->readF32(tensor->name, values));
    SECATEUR_TRY(
        weights,
        widgets::makeWeightMatrix(std::size_t(tensor->shape[0]), std::size_t(tensor->shape[1]), std::move(values)));
    MatrixWeights made{id, std::move(weights)};
    if (id.sublayer.starts_with("self_attn."))
        made.headCells = m_model->config().headDim;
    made.headsAlongRows = id.sublayer != "self_attn.o_proj";
    m_last = made;
    return made;
}

Result<MaskPair> selectPair(const MaskPair &pair, const widgets::WeightMatrix &weights, double ratio, int threads,
                            const std::stop_token &stop)
{
    SECATEUR_TRY(sparsity, Sparsity::fromRatio(ratio));
    const selection::WeightView view{weights.rows, weights.cols, weights.values};
    MaskPair selected = pair;
    std::vector<MaskSide *> sides;
    for (MaskSide *const side : {&selected.a, &selected.b})
        if (side->mask && !(sides.size() == 1 && selectAlike(*sides.front(), *side)))
            sides.push_back(side);
    std::vector<mask::BitMatrix> kept; // each selected by all threads; then summed up side by side
    for (const MaskSide *const side : sides) {
        SECATEUR_CHECK(checkpoint(stop));
        SECATEUR_TRY(bits, select(*side, pair.id, view, sparsity, threads));
        kept.push_back(std::move(bits));
    }
    SECATEUR_CHECK(checkpoint(stop));
    parallelFor(sides.size(), threads, [&](std::size_t side) {
        sides[side]->mask = std::make_shared<const widgets::MaskData>(std::move(kept[side]));
    });
    if (sides.size() == 1 && pair.a.mask && pair.b.mask)
        selected.b.mask = selected.a.mask;
    SECATEUR_CHECK(checkpoint(stop));
    SECATEUR_CHECK(addDifference(selected, threads));
    return selected;
}

namespace {

/// A side that is no run, or whose weights are not there, has no picture.
Result<std::shared_ptr<const widgets::KeptWeights>> pictureOf(const MaskSide &side, const MatrixWeights &weights)
{
    if (!side.mask)
        return nullptr;
    return widgets::KeptWeights::make(weights.weights, side.mask);
}

/// All that needs weights: another sparsity, and the weights rendering.
Result<void> addWeights(MasksPicture &picture, const MasksWanted &wanted, int threads, const std::stop_token &stop)
{
    if (wanted.ratio) {
        SECATEUR_TRY(pair, selectPair(picture.asPruned, *picture.weights->weights, *wanted.ratio, threads, stop));
        picture.pair = std::move(pair);
    }
    if (wanted.weightPictures) {
        SECATEUR_TRY(a, pictureOf(picture.pair.a, *picture.weights));
        SECATEUR_TRY(b, pictureOf(picture.pair.b, *picture.weights));
        picture.weightsA = std::move(a);
        picture.weightsB = std::move(b);
    }
    return {};
}

} // namespace

Result<MasksPicture> preparePicture(MasksReader &masks, WeightsReader &weights, const MasksWanted &wanted,
                                    const MasksPicture *previous, int threads, const std::stop_token &stop)
{
    MasksPicture picture;
    picture.made = wanted;
    if (previous && previous->made.request == wanted.request) {
        picture.asPruned = previous->asPruned;
    } else {
        SECATEUR_TRY(read, masks.read(wanted.request, threads, stop));
        picture.asPruned = std::move(read);
    }
    picture.pair = picture.asPruned;
    if (!wanted.weights && !wanted.weightPictures && !wanted.ratio)
        return picture;
    auto read = weights.read(wanted.request.study, wanted.model, wanted.request.id, stop);
    if (!read && read.error().code == ErrorCode::Cancelled)
        return tl::make_unexpected(read.error());
    if (!read) {
        picture.weightsError = read.error();
        return picture;
    }
    picture.weights = std::move(*read);
    SECATEUR_CHECK(addWeights(picture, wanted, threads, stop));
    return picture;
}

float scoreOf(float weight, const std::vector<float> *norms, std::size_t column)
{
    return norms && column < norms->size() ? std::abs(weight) * std::sqrt((*norms)[column]) : std::abs(weight);
}

} // namespace secateur::app
