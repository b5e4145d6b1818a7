// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/figure/figureservice.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <limits>
#include <system_error>
#include <utility>

#include "core/engine/light.h"
#include "widgets/figure/exporter.h"
#include "widgets/figure/manifest.h"

namespace secateur::app {
namespace {

using engine::FigureReport;
using engine::FigureRequest;
using widgets::FigureSpec;

QString text(const std::string &bytes)
{
    return QString::fromStdString(bytes);
}

/// The spec of the manifest, or the usual one of a kind.
Result<FigureSpec> startSpec(const FigureRequest &request)
{
    if (request.manifest)
        return widgets::readManifest(*request.manifest);
    if (!request.kind)
        return failure(ErrorCode::InvalidArgument, "which figure? Give KIND, or --figure with a manifest");
    FigureSpec spec;
    SECATEUR_TRY(kind, widgets::kindFromName(text(*request.kind)));
    spec.kind = kind;
    if (spec.kind == widgets::FigureKind::Mask)
        spec.widthMm = 139.7; // three panels need more than a column
    return spec;
}

Result<void> applySize(FigureSpec &spec, const FigureRequest &request)
{
    if (request.column) {
        const auto width = widgets::columnWidth(text(*request.column));
        if (!width) {
            std::string known;
            for (const auto &column : widgets::columnWidths())
                known += (known.empty() ? "" : ", ") + column.id.toStdString();
            return failure(ErrorCode::InvalidArgument, "\"" + *request.column + "\" is no column; there are " + known);
        }
        spec.widthMm = *width;
    }
    spec.widthMm = request.widthMm.value_or(spec.widthMm);
    if (request.heightMm)
        spec.heightMm = *request.heightMm;
    else if (!request.manifest)
        spec.heightMm = widgets::suggestedHeight(spec.kind, spec.widthMm);
    return {};
}

Result<FigureSpec> wantedSpec(const FigureRequest &request)
{
    SECATEUR_TRY(spec, startSpec(request));
    SECATEUR_CHECK(applySize(spec, request));
    if (!request.runs.empty()) {
        spec.runs.clear();
        for (const auto &run : request.runs)
            spec.runs << text(run);
    }
    if (request.layer && *request.layer > std::numeric_limits<quint32>::max())
        return failure(ErrorCode::InvalidArgument, "there is no layer " + std::to_string(*request.layer));
    if (request.layer)
        spec.layer = quint32(*request.layer);
    if (request.sublayer)
        spec.sublayer = text(*request.sublayer);
    if (request.set)
        spec.set = *request.set == "kept" ? analysis::SetKind::Kept : analysis::SetKind::Pruned;
    if (!request.tasks.empty()) {
        spec.tasks.clear();
        for (const auto &task : request.tasks)
            spec.tasks << text(task);
    }
    if (request.seeds)
        spec.meanOfSeeds = *request.seeds == "mean";
    if (request.rendering)
        spec.rendering = *request.rendering == "weights" ? widgets::Rendering::Weights : widgets::Rendering::Mask;
    if (request.range) {
        SECATEUR_TRY(range, widgets::rangeFromText(text(*request.range)));
        spec.range = range;
    }
    if (request.font)
        spec.fontFamily = text(*request.font);
    spec.fontSizePt = request.fontSizePt.value_or(spec.fontSizePt);
    if (request.palette)
        spec.palette = text(*request.palette);
    if (request.dpi)
        spec.imageDpi = int(std::min<std::uint64_t>(*request.dpi, 1'000'000));
    SECATEUR_CHECK(spec.validate());
    return spec;
}

engine::FigureDataRequest dataRequest(const FigureSpec &spec, const FigureRequest &request)
{
    return {widgets::choiceOf(spec), request.study, request.model, nullptr, request.threads};
}

/// Neither the manifest nor anything in the study may be overwritten.
Result<void> checkOutput(const FigureRequest &request)
{
    namespace fs = std::filesystem;
    std::error_code ignored;
    SECATEUR_CHECK(engine::checkOutsideStudy(request.output, request.study));
    if (request.manifest && fs::equivalent(request.output, *request.manifest, ignored))
        return failure(ErrorCode::InvalidArgument,
                       request.output.string()
                           + ": this is the manifest that the figure is drawn from; choose another "
                             "name");
    return {};
}

/// Standard error is the command line's, which may promise JSON there; Qt's remarks about the desktop are no help.
void keepQuiet(QtMsgType type, const QMessageLogContext &, const QString &message)
{
    if (type == QtFatalMsg) {
        std::fputs(qPrintable(message + QLatin1Char('\n')), stderr);
        std::abort();
    }
}

} // namespace

FigureService::FigureService()
{
    if (QCoreApplication::instance())
        return;
    // No display is needed, and none is touched.
    ::setenv("QT_QPA_PLATFORM", "offscreen", 1);
    qInstallMessageHandler(keepQuiet);
    static int argc = 1;
    static char name[] = "secateur-cli";
    static char *argv[] = {name, nullptr};
    m_application = std::make_unique<QGuiApplication>(argc, argv);
}

Result<FigureReport> FigureService::draw(const FigureRequest &request, const RunContext &context)
{
    SECATEUR_CHECK(widgets::formatFromPath(request.output));
    SECATEUR_CHECK(checkOutput(request));
    SECATEUR_TRY(spec, wantedSpec(request));
    SECATEUR_TRY(data, engine::figureData(dataRequest(spec, request), context));
    SECATEUR_CHECK(context.checkpoint());
    if (!request.heightMm && !request.manifest)
        spec.heightMm = widgets::fittingHeight(spec, data);
    SECATEUR_TRY(written, widgets::writeFigure(spec, data, request.output));
    FigureReport report;
    for (const auto &file : written.files)
        report.files.push_back(file.string());
    report.widthMm = spec.widthMm;
    report.heightMm = spec.heightMm;
    if (const auto *const scatter = std::get_if<analysis::DistanceAccuracy>(&data.content)) {
        report.points = scatter->points.size();
        report.correlation = scatter->correlation;
    }
    report.notices = data.notices;
    for (const QString &notice : written.notices)
        report.notices.push_back(notice.toStdString());
    return report;
}

} // namespace secateur::app
