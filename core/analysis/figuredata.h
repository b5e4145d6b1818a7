// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "core/analysis/accuracytable.h"
#include "core/analysis/distance.h"
#include "core/analysis/distanceaccuracy.h"
#include "core/base/types.h"
#include "core/mask/bitmatrix.h"

/// What a figure shows, as plain values: gathered by the engine, drawn by widgets/figure, which knows no study.
namespace secateur::analysis {

enum class FigureKind {
    Mask, ///< the paper's Figure 3: the masks of one matrix in two runs, and where they differ
    JaccardLayers, ///< its Figure 4: distances of pairs of runs, layer by layer
    JaccardMatrix, ///< distances of all pairs, run by run
    SparsityProfile, ///< share of pruned weights, layer by layer
    Accuracy, ///< the paper's Figure 2: what dense and the runs reach on each task
    DistanceAccuracy, ///< what runs reach in a domain against how far their masks are from the domain's
};

/// Which numbers of a study a figure shows.
struct FigureChoice {
    FigureKind kind = FigureKind::JaccardLayers;
    std::vector<std::string> runs; ///< names or ids; empty: all (mask: the first two)
    std::optional<std::uint32_t> layer;
    std::string sublayer; ///< whole or short name ("q_proj"); empty: the first (mask), whole layers (others)
    SetKind set = SetKind::Pruned;
    std::vector<std::string> tasks; ///< accuracy and distance-accuracy; empty: all that were measured
    bool meanOfSeeds = false; ///< accuracy: one series for runs that differ in their calibration seed alone
    bool weights = false; ///< mask: the values of the weights, too, which are the model's

    friend bool operator==(const FigureChoice &, const FigureChoice &) = default;
};

/// A line or a row of bars: one value per layer.
struct LayerSeries {
    std::vector<std::string> runs; ///< one, or the two that are compared
    std::vector<double> values;
};

/// Distances in [0, 1].
struct LayerDistances {
    std::vector<LayerSeries> pairs;
    std::vector<LayerSeries> sameDomain; ///< two samples of one domain: the floor that noise alone gives
    double random = 0.0; ///< what masks drawn by chance would give
    SetKind set = SetKind::Pruned;
    std::string sublayer; ///< empty: whole layers
};

struct DistanceMatrix {
    std::vector<std::string> names;
    std::vector<double> values; ///< row-major, names.size() squared, symmetric with a zero diagonal
    double random = 0.0;
    SetKind set = SetKind::Pruned;
    std::string part; ///< "whole model", "layer 3", "layer 3, self_attn.q_proj"
};

/// One matrix in one or two runs; bits are 1 where the weight is kept.
struct MaskPair {
    std::vector<std::string> names; ///< one or two
    std::vector<mask::BitMatrix> kept; ///< as many, of one shape
    MatrixId id;
    std::vector<float> weights; ///< of the matrix before pruning, row-major; empty unless they were asked for
};

struct SparsityProfile {
    std::vector<LayerSeries> runs; ///< shares in [0, 1]
    std::string sublayer; ///< empty: whole layers
};

using FigureContent =
    std::variant<LayerDistances, DistanceMatrix, MaskPair, SparsityProfile, AccuracyTable, DistanceAccuracy>;

/// Where a figure's numbers come from, for its manifest: nothing that names a person or a machine.
struct FigureSource {
    std::string run; ///< name
    std::string id;
    std::string domain;
    std::string method;
    std::string target;
    std::string calibrationSha256;
    std::string filesSha256; ///< of the run's list of files with their checksums
};

struct FigureData {
    FigureContent content;
    std::string study; ///< name of its folder, without the path to it
    std::string modelSha256;
    std::vector<FigureSource> sources;
    std::vector<std::string> notices; ///< choices made for the user, runs left out
};

} // namespace secateur::analysis
