// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/figure/scenebuilder.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include <QtGui/QFontInfo>
#include <QtGui/QFontMetricsF>

namespace secateur::widgets {
namespace {

/// The part of a segment inside a rectangle, as parameters from 0 to 1 (Liang and Barsky 1984).
bool clipSegment(QPointF from, QPointF to, const QRectF &rect, double &first, double &last)
{
    const double dx = to.x() - from.x();
    const double dy = to.y() - from.y();
    const std::array<double, 4> p = {-dx, dx, -dy, dy};
    const std::array<double, 4> q = {from.x() - rect.left(), rect.right() - from.x(), from.y() - rect.top(),
                                     rect.bottom() - from.y()};
    first = 0.0;
    last = 1.0;
    for (std::size_t side = 0; side < 4; ++side) {
        if (p[side] == 0.0) {
            if (q[side] < 0.0)
                return false;
            continue;
        }
        const double t = q[side] / p[side];
        if (p[side] < 0.0)
            first = std::max(first, t);
        else
            last = std::min(last, t);
    }
    return first <= last;
}

} // namespace

std::vector<QPolygonF> clipped(const QPolygonF &points, const QRectF &rect)
{
    std::vector<QPolygonF> parts;
    bool open = false; // the last part ends at the end of the segment before
    for (qsizetype i = 0; i + 1 < points.size(); ++i) {
        double first = 0.0;
        double last = 1.0;
        if (!clipSegment(points[i], points[i + 1], rect, first, last)) {
            open = false;
            continue;
        }
        const QPointF along = points[i + 1] - points[i];
        if (!open || first > 0.0)
            parts.push_back({points[i] + first * along});
        parts.back() << points[i] + last * along;
        open = last >= 1.0;
    }
    return parts;
}

QList<double> Ticks::values() const
{
    QList<double> values;
    const int count = int(std::lround(end / step));
    for (int i = 0; i <= count; ++i)
        values << i * step;
    return values;
}

QString Ticks::text(double value) const
{
    const int decimals = std::max(0, int(std::ceil(-std::log10(step) - 1e-9)));
    return QString::number(value, 'f', decimals);
}

Ticks ticksFor(double largest, int wanted)
{
    const double rough = std::max(largest, 1e-9) / std::max(wanted, 1);
    const double power = std::pow(10.0, std::floor(std::log10(rough)));
    double step = 10.0 * power;
    for (const double factor : {1.0, 2.0, 5.0})
        if (factor * power >= rough * (1.0 - 1e-9)) {
            step = factor * power;
            break;
        }
    double end = step * std::max(1.0, std::ceil(largest / step - 1e-9));
    // A line along the frame would not be seen.
    if (largest > 0.98 * end)
        end += step;
    return {step, end};
}

SceneBuilder::SceneBuilder(const FigureSpec &spec)
    : m_sizePt(spec.fontSizePt), m_em(spec.fontSizePt * mmPerPt), m_font(spec.fontFamily)
{
    m_font.setPixelSize(measuredPixels);
    m_font.setHintingPreference(QFont::PreferNoHinting);
    m_scene.widthMm = spec.widthMm;
    m_scene.heightMm = spec.heightMm;
    m_scene.fontFamily = QFontInfo(m_font).family();
    if (m_scene.fontFamily.compare(spec.fontFamily, Qt::CaseInsensitive) != 0)
        notice(QStringLiteral("the font \"%1\" is not installed, \"%2\" was used")
                   .arg(spec.fontFamily, m_scene.fontFamily));
    const QFontMetricsF metrics(m_font);
    m_capHeight = metrics.capHeight() / measuredPixels * m_em;
    m_descent = metrics.descent() / measuredPixels * m_em;
}

double SceneBuilder::textWidth(const QString &text) const
{
    return QFontMetricsF(m_font).horizontalAdvance(text) / measuredPixels * m_em;
}

double SceneBuilder::widest(const QStringList &texts) const
{
    double width = 0.0;
    for (const QString &text : texts)
        width = std::max(width, textWidth(text));
    return width;
}

QString SceneBuilder::fitted(const QString &text, double width) const
{
    if (textWidth(text) <= width)
        return text;
    return QFontMetricsF(m_font).elidedText(text, Qt::ElideMiddle, width / m_em * measuredPixels);
}

int SceneBuilder::addPanel(const QRectF &rect)
{
    m_scene.panels.push_back(rect);
    return int(m_scene.panels.size()) - 1;
}

void SceneBuilder::addRect(Role role, int panel, const QRectF &rect, QRgb color)
{
    const QRectF inside = panel < 0 ? rect : rect.intersected(m_scene.panels[std::size_t(panel)]);
    if (inside.width() > 0.0 && inside.height() > 0.0)
        m_scene.items.push_back({role, panel, FillRect{inside, color}});
}

void SceneBuilder::addStroke(Role role, int panel, const Stroke &stroke)
{
    if (panel < 0) {
        m_scene.items.push_back({role, panel, stroke});
        return;
    }
    for (const QPolygonF &part : clipped(stroke.points, m_scene.panels[std::size_t(panel)]))
        m_scene.items.push_back({role, panel, Stroke{part, stroke.widthMm, stroke.color, stroke.dashMm}});
}

void SceneBuilder::addText(Role role, QPointF at, const QString &text, TextAlign align, TextRest rest, QRgb color)
{
    const double down = rest == TextRest::Middle ? m_capHeight / 2
        : rest == TextRest::Top                  ? m_capHeight
        : rest == TextRest::Bottom               ? -m_descent
                                                 : 0.0;
    const double width = textWidth(text);
    const double left = align == TextAlign::Left ? 0.0 : align == TextAlign::Center ? -width / 2 : -width;
    const QPointF baseline = at + QPointF(0.0, down);
    const QRectF box(baseline.x() + left, baseline.y() - m_capHeight, width, lineHeight());
    m_scene.items.push_back({role, -1, TextLabel{baseline, text, m_sizePt, align, false, color, box}});
}

void SceneBuilder::addTurnedText(Role role, QPointF at, const QString &text, TextAlign align)
{
    const double width = textWidth(text);
    // Upwards: what was to the left is now below.
    const double below = align == TextAlign::Left ? 0.0 : align == TextAlign::Center ? width / 2 : width;
    const QPointF baseline = at + QPointF(m_capHeight / 2, 0.0);
    const QRectF box(baseline.x() - m_capHeight, baseline.y() + below - width, lineHeight(), width);
    m_scene.items.push_back({role, -1, TextLabel{baseline, text, m_sizePt, align, true, inkColor, box}});
}

bool SceneBuilder::addTurnedTitle(double x, double center, double top, double bottom, const QStringList &titles)
{
    for (const QString &title : titles) {
        const double half = textWidth(title) / 2;
        if (2 * half > bottom - top)
            continue;
        addTurnedText(Role::Label, {x, std::clamp(center, top + half, bottom - half)}, title, TextAlign::Center);
        return true;
    }
    return false;
}

void SceneBuilder::addPicture(int panel, const QRectF &rect, const QImage &image)
{
    m_scene.items.push_back({Role::Data, panel, Picture{rect, image}});
}

void SceneBuilder::addFrame(int panel)
{
    const QRectF rect = m_scene.panels[std::size_t(panel)];
    const QPolygonF outline = {rect.topLeft(), rect.topRight(), rect.bottomRight(), rect.bottomLeft(), rect.topLeft()};
    addStroke(Role::Axis, -1, {outline, 0.5 * mmPerPt, inkColor, {}});
}

std::vector<SceneBuilder::Placed> SceneBuilder::placeLegend(const QList<LegendEntry> &entries, double width) const
{
    std::vector<Placed> placed;
    double x = 0.0;
    int row = 0;
    for (qsizetype i = 0; i < entries.size(); ++i) {
        const QString text = fitted(entries[i].text, width - swatchWidth(entries[i]) - gap());
        const double needed = swatchWidth(entries[i]) + gap() + textWidth(text);
        if (x > 0.0 && x + needed > width) {
            x = 0.0;
            ++row;
        }
        placed.push_back({i, text, x, row});
        x += needed + 1.2 * m_em;
    }
    return placed;
}

double SceneBuilder::legendHeight(const QList<LegendEntry> &entries, double width) const
{
    const auto placed = placeLegend(entries, width);
    return placed.empty() ? 0.0 : (placed.back().row + 1) * (lineHeight() + gap() / 2) - gap() / 2;
}

double SceneBuilder::addLegend(const QList<LegendEntry> &entries, double left, double right, double top)
{
    for (const Placed &place : placeLegend(entries, right - left)) {
        const LegendEntry &entry = entries[place.entry];
        const double middle = top + place.row * (lineHeight() + gap() / 2) + m_capHeight / 2;
        const double x = left + place.x;
        if (entry.mark >= 0) {
            addStroke(Role::Legend, -1,
                      {markOutline(entry.mark, {x + swatchWidth(entry) / 2, middle}, markRadius(m_em)),
                       0.9 * mmPerPt,
                       entry.color,
                       {}});
        } else if (entry.line) {
            addStroke(Role::Legend, -1,
                      {{QPointF(x, middle), QPointF(x + swatchWidth(entry), middle)},
                       entry.widthMm,
                       entry.color,
                       entry.dashMm});
        } else {
            const double side = m_capHeight;
            const QRectF box(x, middle - side / 2, side, side);
            addRect(Role::Legend, -1, box, entry.color);
            // A pale box needs an outline on white paper.
            addStroke(Role::Legend, -1,
                      {{box.topLeft(), box.topRight(), box.bottomRight(), box.bottomLeft(), box.topLeft()},
                       0.5 * mmPerPt,
                       inkColor,
                       {}});
        }
        addText(Role::Legend, {x + swatchWidth(entry) + gap(), middle}, place.text, TextAlign::Left, TextRest::Middle);
    }
    return top + legendHeight(entries, right - left);
}

} // namespace secateur::widgets
