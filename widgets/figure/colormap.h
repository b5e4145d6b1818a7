// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>

#include <QtCore/QString>
#include <QtCore/QStringList>
#include <QtGui/QRgb>

namespace secateur::widgets {

/// 256 colours for values in [0, 1]. Sequential maps grow steadily lighter, so that they survive a grey printer and
/// every kind of colour vision; the diverging one is lightest in its middle. Immutable, safe from any thread.
class ColorMap
{
public:
    /// "viridis", "cividis", "magma" (sequential) and "blue-orange" (diverging).
    [[nodiscard]] static const QStringList &ids();
    [[nodiscard]] static bool exists(QStringView id);
    /// Viridis for an id that does not exist.
    [[nodiscard]] static const ColorMap &named(QStringView id);

    [[nodiscard]] const QString &id() const { return m_id; }
    [[nodiscard]] bool isDiverging() const { return m_diverging; }
    /// The colour of `t`, which is brought into [0, 1]; absentColor() for NaN.
    [[nodiscard]] QRgb at(double t) const;
    [[nodiscard]] const std::array<QRgb, 256> &table() const { return m_table; }

    /// For cells without a value: a middle grey, to be hatched where there is room.
    [[nodiscard]] static QRgb absentColor() { return qRgb(190, 190, 190); }
    /// Black or white, whichever is easier to read on `background`.
    [[nodiscard]] static QRgb textColorOn(QRgb background);
    /// CIE L* (0 black … 100 white, D65) of an sRGB colour.
    [[nodiscard]] static double lightness(QRgb color);
    /// `count` colours for the series of a chart, in even steps of lightness from dark to as pale as white paper bears:
    /// two of up to 8 differ by L* 7 or more, of up to 4 by 15 or more, so that grey print keeps them apart.
    [[nodiscard]] QList<QRgb> seriesColors(int count) const;

private:
    /// The colour of this lightness, of a diverging map from the lower or the upper arm.
    [[nodiscard]] QRgb ofLightness(double wanted, bool upperArm) const;

    ColorMap(QString id, bool diverging, std::array<QRgb, 256> table);
    [[nodiscard]] static const std::array<ColorMap, 4> &all();

    QString m_id;
    bool m_diverging;
    std::array<QRgb, 256> m_table;
};

} // namespace secateur::widgets
