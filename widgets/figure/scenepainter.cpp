// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/figure/scenepainter.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "widgets/figure/scenebuilder.h"

namespace secateur::widgets {
namespace {

/// Fonts are set in whole pixels, so they are made large and scaled: 8 pt stays 8 pt exactly.
constexpr int fontPixels = 100;

/// How much of which old pixels one new pixel covers, along one side.
struct Span {
    int first = 0;
    std::vector<float> weights; ///< sum 1
};

std::vector<Span> spansOf(int from, int to)
{
    std::vector<Span> spans;
    for (int i = 0; i < to; ++i) {
        const double begin = double(i) * from / to;
        const double end = double(i + 1) * from / to;
        Span span{int(begin), {}};
        for (int j = span.first; j < from && double(j) < end - 1e-9; ++j)
            span.weights.push_back(float((std::min(end, j + 1.0) - std::max(begin, double(j))) / (end - begin)));
        spans.push_back(std::move(span));
    }
    return spans;
}

class Painter
{
public:
    Painter(const FigureScene &scene, QPainter &painter, double unitsPerMm, bool raster)
        : m_painter(painter), m_scale(unitsPerMm), m_raster(raster), m_font(scene.fontFamily)
    {
        m_font.setPixelSize(fontPixels);
        m_font.setHintingPreference(QFont::PreferNoHinting);
    }

    void operator()(const FillRect &item) const { m_painter.fillRect(toUnits(item.rect), QColor::fromRgb(item.color)); }

    void operator()(const Stroke &item) const
    {
        QPen pen(QColor::fromRgb(item.color), item.widthMm * m_scale, Qt::SolidLine, Qt::FlatCap, Qt::MiterJoin);
        if (!item.dashMm.empty()) {
            QList<qreal> dashes; // in pen widths
            for (const double length : item.dashMm)
                dashes << length / item.widthMm;
            pen.setDashPattern(dashes);
        }
        m_painter.setPen(pen);
        m_painter.setBrush(Qt::NoBrush);
        QPolygonF points;
        for (const QPointF &point : item.points)
            points << point * m_scale;
        m_painter.drawPolyline(points);
    }

    void operator()(const TextLabel &item) const
    {
        m_painter.save();
        m_painter.translate(item.at * m_scale);
        if (item.turned)
            m_painter.rotate(-90);
        const double factor = item.sizePt * mmPerPt * m_scale / fontPixels;
        m_painter.scale(factor, factor);
        m_painter.setFont(m_font);
        m_painter.setPen(QColor::fromRgb(item.color));
        const double width = QFontMetricsF(m_font).horizontalAdvance(item.text);
        const double left = item.align == TextAlign::Left ? 0.0 : item.align == TextAlign::Center ? -width / 2 : -width;
        m_painter.drawText(QPointF(left, 0), item.text);
        m_painter.restore();
    }

    void operator()(const Picture &item) const
    {
        const QRectF target = toUnits(item.rect);
        if (!m_raster) {
            m_painter.drawImage(target, item.image);
            return;
        }
        const QRect pixels = target.toRect();
        m_painter.drawImage(pixels.topLeft(), resampled(item.image, pixels.size()));
    }

private:
    [[nodiscard]] QRectF toUnits(const QRectF &rect) const { return {rect.topLeft() * m_scale, rect.size() * m_scale}; }

    QPainter &m_painter;
    double m_scale;
    bool m_raster;
    QFont m_font;
};

} // namespace

QImage resampled(const QImage &image, QSize size)
{
    if (image.isNull() || size.isEmpty())
        return {};
    const QImage source = image.convertToFormat(QImage::Format_RGB32);
    const auto columns = spansOf(source.width(), size.width());
    const auto lines = spansOf(source.height(), size.height());
    QImage result(size, QImage::Format_RGB32);
    std::vector<std::array<float, 3>> sums(std::size_t(source.width()));
    for (int y = 0; y < size.height(); ++y) {
        std::ranges::fill(sums, std::array<float, 3>{});
        for (std::size_t i = 0; i < lines[std::size_t(y)].weights.size(); ++i) {
            const float weight = lines[std::size_t(y)].weights[i];
            const auto *const line =
                reinterpret_cast<const QRgb *>(source.constScanLine(lines[std::size_t(y)].first + int(i)));
            for (int x = 0; x < source.width(); ++x) {
                auto &sum = sums[std::size_t(x)];
                sum[0] += weight * float(qRed(line[x]));
                sum[1] += weight * float(qGreen(line[x]));
                sum[2] += weight * float(qBlue(line[x]));
            }
        }
        auto *const out = reinterpret_cast<QRgb *>(result.scanLine(y));
        for (int x = 0; x < size.width(); ++x) {
            std::array<float, 3> mean{};
            const Span &span = columns[std::size_t(x)];
            for (std::size_t i = 0; i < span.weights.size(); ++i)
                for (std::size_t c = 0; c < 3; ++c)
                    mean[c] += span.weights[i] * sums[std::size_t(span.first) + i][c];
            out[x] = qRgb(int(std::lround(mean[0])), int(std::lround(mean[1])), int(std::lround(mean[2])));
        }
    }
    return result;
}

void paintScene(const FigureScene &scene, QPainter &painter, double unitsPerMm, bool raster)
{
    painter.save();
    painter.setRenderHint(QPainter::LosslessImageRendering);
    painter.setRenderHint(QPainter::SmoothPixmapTransform, false);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setRenderHint(QPainter::TextAntialiasing);
    const Painter draw(scene, painter, unitsPerMm, raster);
    for (const SceneItem &item : scene.items)
        std::visit(draw, item.shape);
    painter.restore();
}

QImage renderScene(const FigureScene &scene, double dpi)
{
    const double pixelsPerMm = dpi / 25.4;
    QImage image(std::max(1, int(std::lround(scene.widthMm * pixelsPerMm))),
                 std::max(1, int(std::lround(scene.heightMm * pixelsPerMm))), QImage::Format_RGB32);
    if (image.isNull())
        return image;
    image.fill(Qt::white);
    QPainter painter(&image);
    paintScene(scene, painter, pixelsPerMm, true);
    return image;
}

} // namespace secateur::widgets
