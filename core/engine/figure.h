// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/analysis/figuredata.h"
#include "core/architecture/modelarchive.h"
#include "core/base/result.h"
#include "core/base/runcontext.h"

namespace secateur::engine {

struct FigureDataRequest : analysis::FigureChoice {
    std::filesystem::path study;
    /// Of a figure that shows weights: where the model is now, if not where the study last saw it.
    std::optional<std::filesystem::path> model;
    /// The study's model, if it is open already and was compared with the study; saves reading its file to the end.
    std::shared_ptr<const architecture::ModelArchive> opened;
    int threads = 1;
};

/// Reads them. InvalidArgument for a choice that the kind does not know or the model does not have; NotFound.
[[nodiscard]] Result<analysis::FigureData> figureData(const FigureDataRequest &request, const RunContext &context);

/// What `secateur-cli figure` was asked. An empty field leaves what the manifest, or else the kind, says.
struct FigureRequest {
    std::filesystem::path study;
    std::optional<std::string> kind; ///< this or `manifest`
    std::optional<std::filesystem::path> manifest; ///< a saved manifest, or a figure that has one inside
    std::vector<std::string> runs;
    std::optional<std::uint64_t> layer;
    std::optional<std::string> sublayer;
    std::optional<std::string> set; ///< "pruned" or "kept"
    std::optional<std::string> column; ///< a preset of widths, "ieee-column"
    std::optional<double> widthMm;
    std::optional<double> heightMm;
    std::optional<std::string> font;
    std::optional<double> fontSizePt;
    std::optional<std::string> palette;
    std::vector<std::string> tasks; ///< of accuracy and distance-accuracy
    std::optional<std::string> seeds; ///< of accuracy: "each" or "mean"
    std::optional<std::string> rendering; ///< of mask: "mask" or "weights"
    std::optional<std::string> range; ///< of colours: "auto" or "0,1"
    std::optional<std::filesystem::path> model; ///< whose weights are drawn, if not where the study last saw it
    std::optional<std::uint64_t> dpi; ///< of PNG files, and of masks too large for rectangles
    std::filesystem::path output; ///< its ending names the format
    int threads = 1;
};

struct FigureReport {
    std::vector<std::string> files; ///< the output first, then what it needs beside it
    double widthMm = 0.0;
    double heightMm = 0.0;
    /// Of a figure of accuracy against distance: how many points, and their correlation, if there is any.
    std::optional<std::size_t> points;
    std::optional<analysis::RankCorrelation> correlation;
    std::vector<std::string> notices;
};

/// Draws figures. Its code lies in one shared module (secateur-figure), because it needs Qt and the command line does
/// not.
class FigureMaker
{
public:
    virtual ~FigureMaker() = default;
    [[nodiscard]] virtual Result<FigureReport> draw(const FigureRequest &request, const RunContext &context) = 0;
};

/// As loadCompute().
[[nodiscard]] Result<FigureMaker *> loadFigureMaker();

} // namespace secateur::engine
