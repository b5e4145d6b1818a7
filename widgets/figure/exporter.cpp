// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/figure/exporter.h"

#include <algorithm>
#include <span>
#include <string>
#include <system_error>

#include "core/base/file.h"
#include "widgets/figure/manifest.h"

namespace secateur::widgets {
namespace {

struct Ending {
    const char *text;
    FigureFormat format;
};
constexpr Ending endings[] = {{".pdf", FigureFormat::Pdf}, {".svg", FigureFormat::Svg},
                              {".png", FigureFormat::Png}, {".tex", FigureFormat::Tex},
                              {".csv", FigureFormat::Csv}, {".json", FigureFormat::Manifest}};

QByteArray asBytes(const std::string &text)
{
    return QByteArray::fromStdString(text);
}

Result<std::vector<FigureFile>> filesOf(const FigureSpec &spec, const analysis::FigureData &data,
                                        const FigureScene &scene, FigureFormat format, const QString &name)
{
    const std::string manifest = manifestText(spec, data);
    switch (format) {
    case FigureFormat::Pdf: {
        SECATEUR_TRY(bytes, pdfBytes(scene, manifest));
        return std::vector<FigureFile>{{name, bytes}};
    }
    case FigureFormat::Svg: return std::vector<FigureFile>{{name, svgBytes(scene, manifest)}};
    case FigureFormat::Png: {
        SECATEUR_TRY(bytes, pngBytes(scene, spec.imageDpi, manifest));
        return std::vector<FigureFile>{{name, bytes}};
    }
    case FigureFormat::Tex: return texFiles(spec, data, scene, name, manifest);
    case FigureFormat::Csv: return std::vector<FigureFile>{{name, csvBytes(data, manifest)}};
    case FigureFormat::Manifest: return std::vector<FigureFile>{{name, asBytes(manifest + "\n")}};
    }
    return failure(ErrorCode::Internal, "unknown format of a figure");
}

/// Files beside the main one are replaced only if they are ours.
Result<void> checkMine(const std::filesystem::path &path)
{
    std::error_code ignored;
    if (!std::filesystem::exists(path, ignored))
        return {};
    SECATEUR_TRY(file, ReadFile::open(path));
    std::string start(std::size_t(std::min<std::uint64_t>(file.size(), 1024)), '\0');
    SECATEUR_CHECK(file.readAt(0, std::as_writable_bytes(std::span<char>(start))));
    if (start.find(manifestKey) != std::string::npos)
        return {};
    return failure(ErrorCode::Conflict,
                   path.string()
                       + ": this file would be written beside the figure, but is there already and was not "
                         "written by this program; choose another name for the figure");
}

} // namespace

Result<FigureFormat> formatFromPath(const std::filesystem::path &path)
{
    const QString ending = QString::fromStdString(path.extension().string()).toLower();
    for (const auto &known : endings)
        if (ending == QLatin1String(known.text))
            return known.format;
    return failure(ErrorCode::InvalidArgument,
                   path.string()
                       + ": the name must end in .pdf, .svg, .png, .tex, .csv, or .json for the manifest alone");
}

Result<Export> exportFigure(const FigureSpec &spec, const analysis::FigureData &data, FigureFormat format,
                            const QString &fileName)
{
    SECATEUR_TRY(scene, makeScene(spec, data));
    SECATEUR_TRY(files, filesOf(spec, data, scene, format, fileName));
    return Export{std::move(files), scene.notices};
}

Result<WrittenFigure> writeFigure(const FigureSpec &spec, const analysis::FigureData &data,
                                  const std::filesystem::path &path)
{
    SECATEUR_TRY(format, formatFromPath(path));
    SECATEUR_TRY(made, exportFigure(spec, data, format, QString::fromStdString(path.filename().string())));
    WrittenFigure written;
    written.notices = made.notices;
    std::vector<AtomicFile> open;
    for (std::size_t i = 0; i < made.files.size(); ++i) {
        const auto target = i == 0 ? path : path.parent_path() / made.files[i].name.toStdString();
        if (i > 0)
            SECATEUR_CHECK(checkMine(target));
        SECATEUR_TRY(file, AtomicFile::create(target));
        const QByteArray &bytes = made.files[i].bytes;
        SECATEUR_CHECK(file.write(std::string_view(bytes.constData(), std::size_t(bytes.size()))));
        open.push_back(std::move(file));
        written.files.push_back(target);
    }
    for (std::size_t i = open.size(); i-- > 0;)
        SECATEUR_CHECK(open[i].commit());
    return written;
}

} // namespace secateur::widgets
