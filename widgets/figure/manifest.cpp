// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/figure/manifest.h"

#include <algorithm>
#include <vector>

#include <QtCore/QBuffer>
#include <QtGui/QImageReader>

#include "core/base/file.h"
#include "core/base/json.h"

namespace secateur::widgets {
namespace {

/// Figures are small; the limit keeps a wrong file from filling the memory.
constexpr std::uint64_t mostBytes = 256U << 20;
constexpr int manifestVersion = 1;

Result<QByteArray> contentOf(const std::filesystem::path &path)
{
    SECATEUR_TRY(file, ReadFile::open(path));
    if (file.size() > mostBytes)
        return failure(ErrorCode::BadInput, path.string() + ": too large for a figure or a manifest");
    QByteArray bytes(qsizetype(file.size()), '\0');
    SECATEUR_CHECK(file.readAt(0, std::as_writable_bytes(std::span<char>(bytes.data(), std::size_t(bytes.size())))));
    return bytes;
}

QString xmlUnescaped(QString text)
{
    return text.replace(QLatin1String("&lt;"), QLatin1String("<"))
        .replace(QLatin1String("&gt;"), QLatin1String(">"))
        .replace(QLatin1String("&quot;"), QLatin1String("\""))
        .replace(QLatin1String("&amp;"), QLatin1String("&"));
}

/// In SVG, and in the metadata of PDF, which are not compressed.
QByteArray fromElement(const QByteArray &content)
{
    const QByteArray start = QByteArray("<") + manifestElement + ">";
    const qsizetype begin = content.indexOf(start);
    const qsizetype end = content.indexOf(QByteArray("</") + manifestElement + ">", begin);
    if (begin < 0 || end < 0)
        return {};
    const qsizetype from = begin + start.size();
    return xmlUnescaped(QString::fromUtf8(content.mid(from, end - from))).toUtf8();
}

/// In TeX and CSV: "% secateur-manifest: {…}".
QByteArray fromComment(const QByteArray &content)
{
    const QByteArray mark = QByteArray(manifestKey) + ": ";
    const qsizetype begin = content.left(4096).indexOf(mark);
    if (begin < 0)
        return {};
    const qsizetype end = content.indexOf('\n', begin);
    return content.mid(begin + mark.size(), end < 0 ? -1 : end - begin - mark.size());
}

QByteArray fromPng(const QByteArray &content)
{
    QBuffer buffer;
    buffer.setData(content);
    QImageReader reader(&buffer, "png");
    return reader.text(QString::fromLatin1(manifestKey)).toUtf8();
}

QByteArray manifestIn(const QByteArray &content)
{
    if (content.startsWith("\x89PNG"))
        return fromPng(content);
    if (content.startsWith("%PDF") || content.startsWith("<?xml") || content.startsWith("<svg"))
        return fromElement(content);
    if (content.trimmed().startsWith('{'))
        return content;
    return fromComment(content);
}

} // namespace

QString xmlEscaped(const QString &text)
{
    return text.toHtmlEscaped();
}

FigureSpec resolved(const FigureSpec &spec, const analysis::FigureData &data)
{
    FigureSpec exact = spec;
    exact.runs.clear();
    for (const auto &source : data.sources)
        exact.runs << QString::fromStdString(source.run);
    if (const auto *const masks = std::get_if<analysis::MaskPair>(&data.content)) {
        exact.layer = masks->id.layer.value;
        exact.sublayer = QString::fromStdString(masks->id.sublayer);
    }
    if (const auto *const table = std::get_if<analysis::AccuracyTable>(&data.content)) {
        exact.tasks.clear();
        for (const auto &column : table->columns)
            exact.tasks << QString::fromStdString(column.task + '/' + column.metric);
    }
    if (const auto *const scatter = std::get_if<analysis::DistanceAccuracy>(&data.content)) {
        exact.tasks.clear();
        for (const auto &point : scatter->points)
            if (const auto task = QString::fromStdString(point.task + '/' + scatter->measure.metric);
                !exact.tasks.contains(task))
                exact.tasks << task;
    }
    return exact;
}

namespace {

/// How the numbers of a figure of accuracy were measured; empty for others.
nlohmann::ordered_json protocolsOf(const analysis::FigureData &data)
{
    nlohmann::ordered_json protocols = nlohmann::ordered_json::array();
    const auto add = [&protocols](const analysis::AccuracyColumn &column) {
        protocols.push_back({{"task", column.task},
                             {"metric", column.metric},
                             {"protocol", column.protocol},
                             {"compute", column.compute},
                             {"interval", column.interval},
                             {"items", column.items}});
    };
    if (const auto *const table = std::get_if<analysis::AccuracyTable>(&data.content))
        std::ranges::for_each(table->columns, add);
    if (const auto *const scatter = std::get_if<analysis::DistanceAccuracy>(&data.content))
        add(scatter->measure);
    return protocols;
}

} // namespace

std::string manifestText(const FigureSpec &spec, const analysis::FigureData &data)
{
    nlohmann::ordered_json runs = nlohmann::ordered_json::array();
    for (const auto &source : data.sources)
        runs.push_back({{"name", source.run},
                        {"id", source.id},
                        {"domain", source.domain},
                        {"method", source.method},
                        {"target", source.target},
                        {"calibration_sha256", source.calibrationSha256},
                        {"files_sha256", source.filesSha256}});
    nlohmann::ordered_json manifest = {
        {"secateur_figure", manifestVersion},
        {"version", SECATEUR_VERSION},
        {"figure", toJson(resolved(spec, data))},
        {"study", data.study},
        {"model_sha256", data.modelSha256},
        {"runs", runs},
        {"command", "secateur-cli figure " + data.study + " --figure THIS-FILE -o NEW-FILE"}};
    if (const auto protocols = protocolsOf(data); !protocols.empty())
        manifest["protocols"] = protocols;
    return manifest.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

Result<FigureSpec> readManifest(const std::filesystem::path &path)
{
    SECATEUR_TRY(content, contentOf(path));
    const QByteArray text = manifestIn(content);
    const std::string origin = path.string();
    if (text.trimmed().isEmpty())
        return failure(ErrorCode::BadInput, origin + ": there is no manifest of a figure in it");
    SECATEUR_TRY(json, parseJson({text.constData(), std::size_t(text.size())}, origin, {16, 100'000}));
    if (!json.is_object() || !json.contains("secateur_figure") || !json.contains("figure"))
        return failure(ErrorCode::BadInput, origin + ": not the manifest of a figure");
    if (!json["secateur_figure"].is_number_unsigned() || json["secateur_figure"] > manifestVersion)
        return failure(ErrorCode::Unsupported, origin + ": the manifest is of a newer version of this program");
    return specFromJson(json["figure"], origin);
}

} // namespace secateur::widgets
