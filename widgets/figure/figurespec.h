// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <QtCore/QString>
#include <QtCore/QStringList>
#include <nlohmann/json.hpp>

#include "core/analysis/figuredata.h"
#include "core/base/result.h"

namespace secateur::widgets {

using analysis::FigureKind;

/// "mask", "jaccard-layers", "jaccard-matrix", "sparsity-profile", "accuracy", "distance-accuracy".
[[nodiscard]] QString kindName(FigureKind kind);
/// InvalidArgument, listing the kinds, for any other word.
[[nodiscard]] Result<FigureKind> kindFromName(const QString &name);
[[nodiscard]] QList<FigureKind> figureKinds();

/// How the masks of a mask figure are drawn: kept and pruned in two colours, or, as the paper's Figure 3, the values of
/// the weights that are kept.
enum class Rendering { Mask, Weights };

/// What the first and the last colour of a scale stand for.
struct ColorRange {
    double low = 0.0;
    double high = 1.0;
    friend bool operator==(const ColorRange &, const ColorRange &) = default;
};

/// "auto", or "0,0.5".
[[nodiscard]] QString rangeText(const std::optional<ColorRange> &range);
/// InvalidArgument for anything else.
[[nodiscard]] Result<std::optional<ColorRange>> rangeFromText(const QString &text);

/// All that decides how a figure looks. Sizes are physical; the paper theme (black on white) is always used.
struct FigureSpec {
    FigureKind kind = FigureKind::JaccardLayers;
    QStringList runs; ///< names or ids; empty: all (mask: the first two)
    std::optional<quint32> layer; ///< mask and jaccard-matrix
    QString sublayer; ///< as "self_attn.q_proj" or "q_proj"; empty: the first (mask), whole layers (others)
    analysis::SetKind set = analysis::SetKind::Pruned;
    QStringList tasks; ///< of accuracy and distance-accuracy; empty: all that were measured
    bool meanOfSeeds = false; ///< of accuracy: runs that differ in their calibration seed alone are one series
    Rendering rendering = Rendering::Mask; ///< of a mask figure
    /// Of the colours of a heat map, or of weights; nothing: from zero to a round number above the largest value. That
    /// is the default, because distances between domains mostly lie in the lowest third of [0, 1], where a fixed scale
    /// is one dark field; the colour bar says where the scale ends. Figures that shall be compared set it.
    std::optional<ColorRange> range;
    double widthMm = 88.9;
    double heightMm = 60.0;
    QString fontFamily = QStringLiteral("DejaVu Sans");
    double fontSizePt = 8.0; ///< of all labels
    QString palette = QStringLiteral("viridis");
    int imageDpi = 600; ///< finest raster of a mask that is too large for rectangles

    friend bool operator==(const FigureSpec &, const FigureSpec &) = default;

    /// InvalidArgument naming the field that is out of range and its limits.
    [[nodiscard]] Result<void> validate() const;
};

[[nodiscard]] nlohmann::ordered_json toJson(const FigureSpec &spec);
/// `origin` names the file in errors. BadInput for a missing or mistyped field; values as validate() has them.
[[nodiscard]] Result<FigureSpec> specFromJson(const nlohmann::json &value, const std::string &origin);

/// Whether figures of this kind show what was measured on tasks.
[[nodiscard]] bool hasTasks(FigureKind kind);
/// Whether figures of this kind have colours for numbers, and so a range.
[[nodiscard]] bool hasColorScale(FigureKind kind, Rendering rendering);

/// What the engine has to read for the figure.
[[nodiscard]] analysis::FigureChoice choiceOf(const FigureSpec &spec);

/// A width a publisher asks for: the \\columnwidth or \\textwidth that its class file sets, as documented at the time
/// of writing. They are starting points; any width can be set.
struct ColumnWidth {
    QString id; ///< "ieee-column", stable
    QString title; ///< "IEEE, one column"
    double widthMm;
    QString source; ///< "IEEEtran: 3.5 in"
};
[[nodiscard]] QList<ColumnWidth> columnWidths();
[[nodiscard]] std::optional<double> columnWidth(QStringView id);

/// A height that suits the kind at this width.
[[nodiscard]] double suggestedHeight(FigureKind kind, double widthMm);

} // namespace secateur::widgets
