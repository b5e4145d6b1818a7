// SPDX-License-Identifier: GPL-3.0-or-later
#include <cmath>

#include <QtCore/QBuffer>
#include <QtGui/QPageLayout>
#include <QtGui/QPdfWriter>

#include "widgets/figure/exporter.h"
#include "widgets/figure/manifest.h"
#include "widgets/figure/scenebuilder.h"
#include "widgets/figure/scenepainter.h"

namespace secateur::widgets {
namespace {

constexpr int resolution = 1200;

/// XMP with the title and the manifest, in place of Qt's own, which holds the date a second time.
QByteArray metadata(const FigureScene &scene, const std::string &manifest)
{
    const QString text = QStringLiteral("<?xpacket begin=\"\" id=\"W5M0MpCehiHzreSzNTczkc9d\"?>\n"
                                        "<x:xmpmeta xmlns:x=\"adobe:ns:meta/\">\n"
                                        "<rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\">\n"
                                        "<rdf:Description rdf:about=\"\" xmlns:dc=\"http://purl.org/dc/elements/1.1/\" "
                                        "xmlns:secateur=\"%1\">\n"
                                        "<dc:title><rdf:Alt><rdf:li xml:lang=\"x-default\">%2</rdf:li></rdf:Alt>"
                                        "</dc:title>\n"
                                        "<%3>%4</%3>\n"
                                        "</rdf:Description>\n</rdf:RDF>\n</x:xmpmeta>\n<?xpacket end=\"w\"?>\n")
                             .arg(QLatin1String(manifestNamespace), xmlEscaped(scene.title),
                                  QLatin1String(manifestElement), xmlEscaped(QString::fromStdString(manifest)));
    return text.toUtf8();
}

/// Qt makes pages of whole points; the box is set to the exact size, in as many bytes, so that offsets stay true. The
/// page hangs from its top left corner.
Result<void> setExactPage(QByteArray &bytes, const FigureScene &scene)
{
    const QByteArray key = "/MediaBox [";
    const qsizetype begin = bytes.indexOf(key) + key.size();
    const qsizetype end = bytes.indexOf(']', begin);
    const auto parts = bytes.mid(begin, end - begin).split(' ');
    if (begin < key.size() || end < 0 || parts.size() != 4)
        return failure(ErrorCode::Internal, "the PDF file has no page box");
    const double top = parts[3].toDouble();
    const auto number = [](double value) { return QByteArray::number(std::round(value * 1e3) / 1e3); };
    QByteArray box =
        "0 " + number(top - scene.heightMm / mmPerPt) + ' ' + number(scene.widthMm / mmPerPt) + ' ' + number(top);
    if (box.size() > end - begin)
        return failure(ErrorCode::Internal, "the PDF file's page box has no room for the exact size");
    bytes.replace(begin, end - begin, box.leftJustified(end - begin, ' '));
    return {};
}

} // namespace

Result<QByteArray> pdfBytes(const FigureScene &scene, const std::string &manifest)
{
    QByteArray bytes;
    QBuffer buffer(&bytes);
    buffer.open(QIODevice::WriteOnly);
    QPdfWriter writer(&buffer);
    writer.setResolution(resolution);
    writer.setPageLayout(QPageLayout(QPageSize(QSizeF(scene.widthMm, scene.heightMm), QPageSize::Millimeter,
                                               QStringLiteral("figure"), QPageSize::ExactMatch),
                                     QPageLayout::Portrait, QMarginsF(0, 0, 0, 0), QPageLayout::Millimeter));
    writer.setTitle(scene.title);
    writer.setCreator(QStringLiteral("Secateur " SECATEUR_VERSION));
    writer.setDocumentXmpMetadata(metadata(scene, manifest));
    writer.addFileAttachment(QStringLiteral("manifest.json"), QByteArray::fromStdString(manifest + "\n"),
                             QStringLiteral("application/json"));
    QPainter painter;
    if (!painter.begin(&writer))
        return failure(ErrorCode::Internal, "the PDF file could not be begun");
    paintScene(scene, painter, resolution / 25.4, false);
    if (!painter.end())
        return failure(ErrorCode::Internal, "the PDF file could not be finished");
    SECATEUR_CHECK(setExactPage(bytes, scene));
    return bytes;
}

} // namespace secateur::widgets
