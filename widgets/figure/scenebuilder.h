// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

#include <QtCore/QList>
#include <QtGui/QFont>

#include "widgets/figure/figurescene.h"

namespace secateur::widgets {

inline constexpr double mmPerPt = 25.4 / 72.0;

/// Colours of the paper theme.
inline constexpr QRgb inkColor = 0xff1a1a1a;
inline constexpr QRgb gridColor = 0xffdcdcdc;
inline constexpr QRgb baselineColor = 0xff595959;

/// Where the point of a text lies vertically.
enum class TextRest { Baseline, Middle, Top, Bottom };

/// An entry of a legend: a box, a piece of a line, or a mark.
struct LegendEntry {
    QString text;
    QRgb color = 0;
    bool line = false;
    double widthMm = 0.3; ///< of the line
    std::vector<double> dashMm = {};
    int mark = -1; ///< markOutline(); negative: none
};

/// A closed outline around a point, of a shape of its own for each of the first six marks.
[[nodiscard]] QPolygonF markOutline(int mark, QPointF centre, double radius);
[[nodiscard]] double markRadius(double em);

/// Measures text in the figure's font and collects primitives; what belongs to a panel is cut to it.
class SceneBuilder
{
public:
    explicit SceneBuilder(const FigureSpec &spec);

    [[nodiscard]] double em() const { return m_em; } ///< the font's size in mm
    [[nodiscard]] double capHeight() const { return m_capHeight; }
    [[nodiscard]] double descent() const { return m_descent; }
    [[nodiscard]] double lineHeight() const { return m_capHeight + m_descent; } ///< of a text's box
    [[nodiscard]] double margin() const { return 0.25 * m_em; }
    [[nodiscard]] double gap() const { return 0.45 * m_em; }
    [[nodiscard]] double textWidth(const QString &text) const;
    [[nodiscard]] double widest(const QStringList &texts) const;
    /// The text, or its ends around an ellipsis where it is wider than `width`.
    [[nodiscard]] QString fitted(const QString &text, double width) const;

    int addPanel(const QRectF &rect);
    void addRect(Role role, int panel, const QRectF &rect, QRgb color);
    void addStroke(Role role, int panel, const Stroke &stroke);
    void addText(Role role, QPointF at, const QString &text, TextAlign align, TextRest rest, QRgb color = inkColor);
    /// Turned to read upwards, `at` in the middle of it in both directions.
    void addTurnedText(Role role, QPointF at, const QString &text, TextAlign align);
    /// The first of the titles that fits between `top` and `bottom`, turned, as near to `center` as it can be. False
    /// when none fits.
    bool addTurnedTitle(double x, double center, double top, double bottom, const QStringList &titles);
    void addPicture(int panel, const QRectF &rect, const QImage &image);
    void addFrame(int panel);

    /// In rows from `top` downwards, between `left` and `right`; returns where the last row ends.
    double addLegend(const QList<LegendEntry> &entries, double left, double right, double top);
    /// How high addLegend will be.
    [[nodiscard]] double legendHeight(const QList<LegendEntry> &entries, double width) const;

    void notice(const QString &text) { m_scene.notices << text; }
    void setValueEnd(double end) { m_scene.valueEnd = end; }
    void setTitle(const QString &title) { m_scene.title = title; }
    [[nodiscard]] FigureScene take() { return std::move(m_scene); }

private:
    struct Placed {
        qsizetype entry;
        QString text;
        double x;
        int row;
    };
    [[nodiscard]] std::vector<Placed> placeLegend(const QList<LegendEntry> &entries, double width) const;
    [[nodiscard]] double swatchWidth(const LegendEntry &entry) const { return entry.line ? 1.6 * m_em : m_capHeight; }

    FigureScene m_scene;
    double m_sizePt;
    double m_em;
    double m_capHeight = 0.0;
    double m_descent = 0.0;
    /// Widths are measured at this size, where no rounding to pixels is felt.
    static constexpr int measuredPixels = 1000;
    QFont m_font;
};

/// The parts of a polyline inside a rectangle.
[[nodiscard]] std::vector<QPolygonF> clipped(const QPolygonF &points, const QRectF &rect);

/// Values 0, step, … up to and including `end`; `end` is at least `largest`, about `wanted` steps.
struct Ticks {
    double step = 1.0;
    double end = 1.0;
    [[nodiscard]] QList<double> values() const;
    [[nodiscard]] QString text(double value) const; ///< as many decimals as the step has
};
[[nodiscard]] Ticks ticksFor(double largest, int wanted);

} // namespace secateur::widgets
