// SPDX-License-Identifier: GPL-3.0-or-later
#include <QtCore/QBuffer>
#include <QtGui/QColor>

#include "widgets/figure/exporter.h"
#include "widgets/figure/manifest.h"
#include "widgets/figure/scenebuilder.h"

namespace secateur::widgets {
namespace {

/// Millimetres with four decimals at most: a tenth of a micrometre.
QString number(double value)
{
    QString text = QString::number(value, 'f', 4);
    while (text.endsWith(QLatin1Char('0')))
        text.chop(1);
    if (text.endsWith(QLatin1Char('.')))
        text.chop(1);
    return text == QLatin1String("-0") ? QStringLiteral("0") : text;
}

QString color(QRgb value)
{
    return QColor::fromRgb(value).name();
}

/// Writes one element per primitive. Qt's own SVG writer loses clips and turns text into its metrics.
class SvgWriter
{
public:
    explicit SvgWriter(QString &out) : m_out(out) { }

    void operator()(const FillRect &item) const
    {
        m_out += QStringLiteral("<rect x=\"%1\" y=\"%2\" width=\"%3\" height=\"%4\" fill=\"%5\"/>\n")
                     .arg(number(item.rect.x()), number(item.rect.y()), number(item.rect.width()),
                          number(item.rect.height()), color(item.color));
    }

    void operator()(const Stroke &item) const
    {
        QStringList points;
        for (const QPointF &point : item.points)
            points << number(point.x()) + QLatin1Char(',') + number(point.y());
        QStringList dashes;
        for (const double length : item.dashMm)
            dashes << number(length);
        const QString dash = dashes.isEmpty()
            ? QString()
            : QStringLiteral(" stroke-dasharray=\"%1\"").arg(dashes.join(QLatin1Char(' ')));
        m_out += QStringLiteral("<polyline points=\"%1\" fill=\"none\" stroke=\"%2\" stroke-width=\"%3\"%4/>\n")
                     .arg(points.join(QLatin1Char(' ')), color(item.color), number(item.widthMm), dash);
    }

    void operator()(const TextLabel &item) const
    {
        const char *const anchor = item.align == TextAlign::Left ? "start"
            : item.align == TextAlign::Center                    ? "middle"
                                                                 : "end";
        const QString place = item.turned
            ? QStringLiteral("transform=\"translate(%1 %2) rotate(-90)\"").arg(number(item.at.x()), number(item.at.y()))
            : QStringLiteral("x=\"%1\" y=\"%2\"").arg(number(item.at.x()), number(item.at.y()));
        m_out += QStringLiteral("<text %1 font-size=\"%2\" text-anchor=\"%3\" fill=\"%4\">")
                     .arg(place, number(item.sizePt * mmPerPt), QLatin1String(anchor), color(item.color))
            + xmlEscaped(item.text) + QLatin1String("</text>\n");
    }

    void operator()(const Picture &item) const
    {
        QByteArray bytes;
        QBuffer buffer(&bytes);
        buffer.open(QIODevice::WriteOnly);
        item.image.save(&buffer, "PNG");
        m_out += QStringLiteral("<image x=\"%1\" y=\"%2\" width=\"%3\" height=\"%4\" preserveAspectRatio=\"none\" "
                                "image-rendering=\"pixelated\" xlink:href=\"data:image/png;base64,")
                     .arg(number(item.rect.x()), number(item.rect.y()), number(item.rect.width()),
                          number(item.rect.height()))
            + QString::fromLatin1(bytes.toBase64()) + QLatin1String("\"/>\n");
    }

private:
    QString &m_out;
};

} // namespace

QByteArray svgBytes(const FigureScene &scene, const std::string &manifest)
{
    const QString width = number(scene.widthMm);
    const QString height = number(scene.heightMm);
    QString family = scene.fontFamily;
    family.remove(QLatin1Char('\''));
    QString out =
        QStringLiteral(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
            "<svg xmlns=\"http://www.w3.org/2000/svg\" "
            "xmlns:xlink=\"http://www.w3.org/1999/xlink\" xmlns:secateur=\"%4\" width=\"%1mm\" height=\"%2mm\" "
            "viewBox=\"0 0 %1 %2\" font-family=\"'%3', sans-serif\">\n")
            .arg(width, height, xmlEscaped(family), QLatin1String(manifestNamespace));
    out += QLatin1String("<title>") + xmlEscaped(scene.title) + QLatin1String("</title>\n");
    const QLatin1String element(manifestElement);
    out += QLatin1String("<metadata><") + element + QLatin1Char('>') + xmlEscaped(QString::fromStdString(manifest))
        + QLatin1String("</") + element + QLatin1String("></metadata>\n");
    out += QStringLiteral("<rect width=\"%1\" height=\"%2\" fill=\"#ffffff\"/>\n").arg(width, height);
    const SvgWriter write(out);
    for (const SceneItem &item : scene.items)
        std::visit(write, item.shape);
    out += QLatin1String("</svg>\n");
    return out.toUtf8();
}

} // namespace secateur::widgets
