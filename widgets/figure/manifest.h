// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <string>

#include "widgets/figure/figurespec.h"

namespace secateur::widgets {

/// The spec with all that the data decided: the runs that are shown, and a mask's layer and sublayer. A figure stays
/// the same when the study gets more runs.
[[nodiscard]] FigureSpec resolved(const FigureSpec &spec, const analysis::FigureData &data);

/// What is embedded in every exported figure, as JSON in one line: the resolved spec, the study's and runs' identities
/// with checksums, this program's version, and the command that draws it again. No names of hosts, users, folders or
/// files, no dates.
[[nodiscard]] std::string manifestText(const FigureSpec &spec, const analysis::FigureData &data);

/// The spec of a manifest, which is a file of its own or inside a PDF, SVG, PNG, TeX or CSV file that exportFigure()
/// wrote. BadInput when there is none or it is malformed; NotFound, Io.
[[nodiscard]] Result<FigureSpec> readManifest(const std::filesystem::path &path);

/// The key of PNG texts, and the name that comment lines begin with.
inline constexpr const char *manifestKey = "secateur-manifest";
/// The XML element that holds the manifest in SVG and in the metadata of PDF.
inline constexpr const char *manifestElement = "secateur:manifest";
inline constexpr const char *manifestNamespace = "https://secateur.invalid/ns/figure/1";

/// A text between XML tags.
[[nodiscard]] QString xmlEscaped(const QString &text);

} // namespace secateur::widgets
