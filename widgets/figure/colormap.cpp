// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/figure/colormap.h"

#include <algorithm>
#include <cmath>
#include <span>
#include <utility>
#include <vector>

namespace secateur::widgets {
namespace {

/// L* between which the series of a chart lie; all four maps reach these.
constexpr double darkestSeries = 24.0;
constexpr double palestSeries = 78.0;

/// Lightness and two opponent channels of OKLab (Ottosson 2020), in which equal steps look about equal.
using Lab = std::array<double, 3>;

double toLinear(int channel)
{
    const double value = channel / 255.0;
    return value <= 0.04045 ? value / 12.92 : std::pow((value + 0.055) / 1.055, 2.4);
}

int fromLinear(double value)
{
    const double clamped = std::clamp(value, 0.0, 1.0);
    const double encoded = clamped <= 0.0031308 ? 12.92 * clamped : 1.055 * std::pow(clamped, 1 / 2.4) - 0.055;
    return int(std::lround(255.0 * encoded));
}

Lab toLab(QRgb color)
{
    const double r = toLinear(qRed(color));
    const double g = toLinear(qGreen(color));
    const double b = toLinear(qBlue(color));
    const double l = std::cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
    const double m = std::cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
    const double s = std::cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
    return {0.2104542553 * l + 0.7936177850 * m - 0.0040720468 * s,
            1.9779984951 * l - 2.4285922050 * m + 0.4505937099 * s,
            0.0259040371 * l + 0.7827717662 * m - 0.8086757660 * s};
}

QRgb fromLab(const Lab &lab)
{
    const auto cube = [](double value) { return value * value * value; };
    const double l = cube(lab[0] + 0.3963377774 * lab[1] + 0.2158037573 * lab[2]);
    const double m = cube(lab[0] - 0.1055613458 * lab[1] - 0.0638541728 * lab[2]);
    const double s = cube(lab[0] - 0.0894841775 * lab[1] - 1.2914855480 * lab[2]);
    return qRgb(fromLinear(4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s),
                fromLinear(-1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s),
                fromLinear(-0.0041960863 * l - 0.7034186147 * m + 1.7076147010 * s));
}

/// Slopes of one channel at the anchors such that the curve is smooth and never turns between two of them.
std::vector<double> slopesOf(std::span<const Lab> anchors, std::size_t channel)
{
    std::vector<double> slopes(anchors.size(), 0.0);
    for (std::size_t i = 1; i + 1 < anchors.size(); ++i) {
        const double before = anchors[i][channel] - anchors[i - 1][channel];
        const double after = anchors[i + 1][channel] - anchors[i][channel];
        if (before * after > 0.0)
            slopes[i] = 2.0 * before * after / (before + after);
    }
    slopes.front() = anchors[1][channel] - anchors[0][channel];
    slopes.back() = anchors[anchors.size() - 1][channel] - anchors[anchors.size() - 2][channel];
    return slopes;
}

/// The cubic curve through the anchors at `steps` + 1 even parameters.
std::vector<Lab> curveThrough(std::span<const Lab> anchors, int steps)
{
    std::vector<Lab> curve(std::size_t(steps) + 1);
    for (std::size_t channel = 0; channel < 3; ++channel) {
        const auto slopes = slopesOf(anchors, channel);
        for (std::size_t i = 0; i < curve.size(); ++i) {
            const double position = double(i) / steps * double(anchors.size() - 1);
            const auto left = std::min(std::size_t(position), anchors.size() - 2);
            const double t = position - double(left);
            const double u = 1.0 - t;
            curve[i][channel] = (1 + 2 * t) * u * u * anchors[left][channel] + t * u * u * slopes[left]
                + t * t * (3 - 2 * t) * anchors[left + 1][channel] - t * t * u * slopes[left + 1];
        }
    }
    return curve;
}

double distance(const Lab &a, const Lab &b)
{
    return std::hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);
}

/// `count` colours at equal distances along a smooth curve through the anchors.
std::vector<QRgb> evenColors(std::initializer_list<QRgb> anchors, int count)
{
    std::vector<Lab> labs;
    for (const QRgb anchor : anchors)
        labs.push_back(toLab(anchor));
    const auto curve = curveThrough(labs, 4096);
    std::vector<double> length(curve.size(), 0.0);
    for (std::size_t i = 1; i < curve.size(); ++i)
        length[i] = length[i - 1] + distance(curve[i - 1], curve[i]);
    std::vector<QRgb> colors;
    for (int i = 0; i < count; ++i) {
        const double wanted = length.back() * i / (count - 1);
        const auto at = std::lower_bound(length.begin(), length.end(), wanted) - length.begin();
        colors.push_back(fromLab(curve[std::min(std::size_t(at), curve.size() - 1)]));
    }
    return colors;
}

std::array<QRgb, 256> sequentialTable(std::initializer_list<QRgb> anchors)
{
    std::array<QRgb, 256> table{};
    std::ranges::copy(evenColors(anchors, 256), table.begin());
    return table;
}

/// Two arms that meet in the palest colour, which is the last of one and the first of the other.
std::array<QRgb, 256> divergingTable(std::initializer_list<QRgb> lower, std::initializer_list<QRgb> upper)
{
    std::array<QRgb, 256> table{};
    std::ranges::copy(evenColors(lower, 128), table.begin());
    std::ranges::copy(evenColors(upper, 128), table.begin() + 128);
    return table;
}

} // namespace

ColorMap::ColorMap(QString id, bool diverging, std::array<QRgb, 256> table)
    : m_id(std::move(id)), m_diverging(diverging), m_table(table)
{
}

const std::array<ColorMap, 4> &ColorMap::all()
{
    static const std::array<ColorMap, 4> maps = {
        ColorMap(QStringLiteral("viridis"), false,
                 sequentialTable({0xff440154, 0xff3b528b, 0xff21918c, 0xff5ec962, 0xfffde725})),
        ColorMap(QStringLiteral("cividis"), false,
                 sequentialTable({0xff00224e, 0xff414d6b, 0xff7c7b78, 0xffbcaf6f, 0xfffee838})),
        ColorMap(QStringLiteral("magma"), false,
                 sequentialTable({0xff000004, 0xff51127c, 0xffb73779, 0xfffc8961, 0xfffcfdbf})),
        ColorMap(QStringLiteral("blue-orange"), true,
                 divergingTable({0xff0b2a5c, 0xff2f6fb3, 0xff9cc4e4, 0xfff5f5f5},
                                {0xfff5f5f5, 0xfff6bf85, 0xffcf6a12, 0xff5e2600})),
    };
    return maps;
}

const QStringList &ColorMap::ids()
{
    static const QStringList ids = [] {
        QStringList list;
        for (const ColorMap &map : all())
            list << map.id();
        return list;
    }();
    return ids;
}

bool ColorMap::exists(QStringView id)
{
    return std::ranges::any_of(all(), [id](const ColorMap &map) { return map.id() == id; });
}

const ColorMap &ColorMap::named(QStringView id)
{
    const auto found = std::ranges::find_if(all(), [id](const ColorMap &map) { return map.id() == id; });
    return found == all().end() ? all().front() : *found;
}

QRgb ColorMap::at(double t) const
{
    if (std::isnan(t))
        return absentColor();
    return m_table[std::size_t(std::lround(255.0 * std::clamp(t, 0.0, 1.0)))];
}

double ColorMap::lightness(QRgb color)
{
    const double y =
        0.2126 * toLinear(qRed(color)) + 0.7152 * toLinear(qGreen(color)) + 0.0722 * toLinear(qBlue(color));
    // CIE 15: the cube root, and a line near black where it would be too steep.
    return y > 216.0 / 24389.0 ? 116.0 * std::cbrt(y) - 16.0 : y * 24389.0 / 27.0;
}

QRgb ColorMap::textColorOn(QRgb background)
{
    return lightness(background) > 55.0 ? qRgb(0, 0, 0) : qRgb(255, 255, 255);
}

QRgb ColorMap::ofLightness(double wanted, bool upperArm) const
{
    double dark = upperArm ? 1.0 : 0.0;
    double pale = m_diverging ? 0.5 : 1.0;
    for (int i = 0; i < 12; ++i) { // 256 entries
        const double middle = (dark + pale) / 2.0;
        (lightness(at(middle)) < wanted ? dark : pale) = middle;
    }
    return at(pale);
}

QList<QRgb> ColorMap::seriesColors(int count) const
{
    if (count == 1)
        return {at(m_diverging ? 0.12 : 0.3)};
    QList<QRgb> colors;
    for (int i = 0; i < count; ++i) // of a diverging map from both arms in turn, so that neighbours differ in hue too
        colors.append(
            ofLightness(darkestSeries + (palestSeries - darkestSeries) * i / (count - 1), m_diverging && i % 2 == 1));
    return colors;
}

} // namespace secateur::widgets
