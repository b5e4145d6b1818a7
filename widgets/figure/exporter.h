// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <vector>

#include <QtCore/QByteArray>

#include "widgets/figure/figurescene.h"

namespace secateur::widgets {

enum class FigureFormat {
    Pdf,
    Svg,
    Png,
    Tex, ///< pgfplots, with the numbers (and pictures) in files beside it
    Csv,
    Manifest, ///< .json, to draw the figure again
};

/// By the ending of the name; InvalidArgument lists those there are.
[[nodiscard]] Result<FigureFormat> formatFromPath(const std::filesystem::path &path);

struct FigureFile {
    QString name; ///< without folder
    QByteArray bytes;
};

struct Export {
    std::vector<FigureFile> files; ///< the one asked for first
    QStringList notices;
};

/// All files of one export, in memory. `fileName` is the main file's, without folder. Two calls with equal arguments
/// give equal bytes, but for the date in a PDF. Needs a QGuiApplication, if only an offscreen one.
[[nodiscard]] Result<Export> exportFigure(const FigureSpec &spec, const analysis::FigureData &data, FigureFormat format,
                                          const QString &fileName);

struct WrittenFigure {
    std::vector<std::filesystem::path> files;
    QStringList notices;
};
/// exportFigure() to the disk: each file appears complete or not at all, the main one last. Conflict when a file that
/// was not asked for by name (fig.csv beside fig.tex) is there already and is not one of ours.
[[nodiscard]] Result<WrittenFigure> writeFigure(const FigureSpec &spec, const analysis::FigureData &data,
                                                const std::filesystem::path &path);

// The formats, one function each.
[[nodiscard]] Result<QByteArray> pdfBytes(const FigureScene &scene, const std::string &manifest);
[[nodiscard]] QByteArray svgBytes(const FigureScene &scene, const std::string &manifest);
[[nodiscard]] Result<QByteArray> pngBytes(const FigureScene &scene, double dpi, const std::string &manifest);
[[nodiscard]] QByteArray csvBytes(const analysis::FigureData &data, const std::string &manifest);
[[nodiscard]] Result<std::vector<FigureFile>> texFiles(const FigureSpec &spec, const analysis::FigureData &data,
                                                       const FigureScene &scene, const QString &fileName,
                                                       const std::string &manifest);

} // namespace secateur::widgets
