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

/// "mask", "jaccard-layers", "jaccard-matrix", "sparsity-profile".
[[nodiscard]] QString kindName(FigureKind kind);
/// Unsupported for "accuracy", which needs evaluations; InvalidArgument, listing the kinds, for any other word.
[[nodiscard]] Result<FigureKind> kindFromName(const QString &name);
[[nodiscard]] QList<FigureKind> figureKinds();

/// All that decides how a figure looks. Sizes are physical; the paper theme (black on white) is always used.
struct FigureSpec {
    FigureKind kind = FigureKind::JaccardLayers;
    QStringList runs; ///< names or ids; empty: all (mask: the first two)
    std::optional<quint32> layer; ///< mask and jaccard-matrix
    QString sublayer; ///< as "self_attn.q_proj" or "q_proj"; empty: the first (mask), whole layers (others)
    analysis::SetKind set = analysis::SetKind::Pruned;
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

/// A width a publisher asks for. They are starting points: the window lets the user edit the list.
struct ColumnWidth {
    QString id; ///< "ieee-column", stable
    QString title; ///< "IEEE, one column"
    double widthMm;
};
[[nodiscard]] QList<ColumnWidth> columnWidths();
[[nodiscard]] std::optional<double> columnWidth(QStringView id);

/// A height that suits the kind at this width.
[[nodiscard]] double suggestedHeight(FigureKind kind, double widthMm);

} // namespace secateur::widgets
