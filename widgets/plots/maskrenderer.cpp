// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/plots/maskrenderer.h"

#include <array>

#include "widgets/plots/maskcounts.h"
#include "widgets/plots/maskraster.h"

namespace secateur::widgets {

namespace {

using Level = mask::DensityPyramid::Level;

/// Colours weighted by shares of 255. Three channels of 7 fraction bits in one word, so that a pixel is a few
/// additions.
class WeightedColour
{
public:
    explicit WeightedColour(QRgb colour)
    {
        for (std::size_t share = 0; share < m_table.size(); ++share)
            m_table[share] =
                scaled(qRed(colour), share) << 32 | scaled(qGreen(colour), share) << 16 | scaled(qBlue(colour), share);
    }
    [[nodiscard]] std::uint64_t operator[](std::uint32_t share) const { return m_table[share]; }

    [[nodiscard]] static QRgb toRgb(std::uint64_t sum)
    {
        sum += std::uint64_t(64) << 32 | 64U << 16 | 64U;
        return qRgb(int(sum >> 39) & 0xff, int(sum >> 23) & 0xff, int(sum >> 7) & 0xff);
    }

private:
    static std::uint64_t scaled(int channel, std::size_t share)
    {
        return (std::uint64_t(channel) * share * 128 + 127) / 255;
    }
    std::array<std::uint64_t, 256> m_table{};
};

std::array<QRgb, 256> mixes(QRgb zero, QRgb one)
{
    const WeightedColour from(zero);
    const WeightedColour to(one);
    std::array<QRgb, 256> table{};
    for (std::uint32_t share = 0; share < table.size(); ++share)
        table[share] = WeightedColour::toRgb(from[255 - share] + to[share]);
    return table;
}

/// The four sets of a difference, as a colour.
class FourColours
{
public:
    explicit FourColours(const MaskPalette &palette)
        : m_onlyA(palette.onlyA), m_onlyB(palette.onlyB), m_both(palette.both), m_neither(palette.neither)
    {
    }
    /// Shares of 255; rounding may have made them a little more than that together.
    [[nodiscard]] QRgb mix(std::uint32_t onlyA, std::uint32_t onlyB, std::uint32_t both) const
    {
        onlyA = std::min(onlyA, 255U);
        onlyB = std::min(onlyB, 255U - onlyA);
        both = std::min(both, 255U - onlyA - onlyB);
        return WeightedColour::toRgb(m_onlyA[onlyA] + m_onlyB[onlyB] + m_both[both]
                                     + m_neither[255U - onlyA - onlyB - both]);
    }

private:
    WeightedColour m_onlyA;
    WeightedColour m_onlyB;
    WeightedColour m_both;
    WeightedColour m_neither;
};

bool bitAt(const mask::BitMatrix &bits, std::uint32_t row, std::uint32_t col)
{
    return bits.test(row, col);
}

/// The mean of a level's blocks under one pixel.
std::uint32_t meanOf(const Level &level, const CellSpan &rows, const CellSpan &cols)
{
    std::uint32_t sum = 0;
    for (std::uint32_t row = rows.begin; row < rows.end; ++row)
        for (std::uint32_t col = cols.begin; col < cols.end; ++col)
            sum += level.values[row * level.cols + col];
    const std::uint32_t blocks = rows.size() * cols.size();
    switch (blocks) { // dividing by what the compiler knows is cheap
    case 1: return sum;
    case 2: return (sum + 1) / 2;
    case 4: return (sum + 2) / 4;
    default: return (sum + blocks / 2) / blocks;
    }
}

QImage maskFromLevel(const MaskData &mask, const Level &level, const CellWindow &window, const MaskPalette &palette)
{
    const MaskRaster raster(window, mask.rows(), mask.cols(), level.cellsPerSide);
    const auto colours = mixes(palette.pruned, palette.kept);
    return paintRaster(raster, window, palette.outside, [&](const CellSpan &rows, QRgb *line) {
        for (int x = raster.first; x < raster.last; ++x)
            line[x] = colours[meanOf(level, rows, raster.cols[std::size_t(x)])];
    });
}

QImage maskFromCounts(const MaskData &mask, const CellWindow &window, const MaskPalette &palette, bool all)
{
    const MaskRaster raster(window, mask.rows(), mask.cols());
    const auto pixels = pixelBits(raster.cols);
    const auto colours = mixes(palette.pruned, palette.kept);
    ShareScales scales(raster.cols);
    std::vector<std::uint32_t> counts(raster.cols.size());
    return paintRaster(raster, window, palette.outside, [&](const CellSpan &rows, QRgb *line) {
        std::fill(counts.begin(), counts.end(), 0U);
        std::uint32_t looked = 0;
        for (std::uint32_t row = rows.begin; row < rows.end; row += rowStep(rows, all), ++looked)
            addCounts(mask.bits().row(row), pixels, counts);
        const auto &scale = scales.forRows(looked);
        for (int x = raster.first; x < raster.last; ++x)
            line[x] = colours[ShareScales::share(counts[std::size_t(x)], scale[std::size_t(x)])];
    });
}

QImage maskFromCells(const MaskData &mask, const CellWindow &window, const MaskPalette &palette)
{
    const MaskRaster raster(window, mask.rows(), mask.cols());
    const std::array<QRgb, 2> colours = {palette.pruned, palette.kept};
    return paintRaster(raster, window, palette.outside, [&](const CellSpan &rows, QRgb *line) {
        for (int x = raster.first; x < raster.last; ++x)
            line[x] = colours[bitAt(mask.bits(), rows.begin, raster.cols[std::size_t(x)].begin)];
    });
}

QImage differenceFromLevels(const MaskDifference &difference, std::size_t index, const CellWindow &window,
                            const MaskPalette &palette)
{
    const Level &onlyA = difference.onlyA().levels()[index];
    const Level &onlyB = difference.onlyB().levels()[index];
    const Level &both = difference.both().levels()[index];
    const MaskRaster raster(window, difference.rows(), difference.cols(), onlyA.cellsPerSide);
    const FourColours colours(palette);
    return paintRaster(raster, window, palette.outside, [&](const CellSpan &rows, QRgb *line) {
        for (int x = raster.first; x < raster.last; ++x) {
            const CellSpan cols = raster.cols[std::size_t(x)];
            line[x] = colours.mix(meanOf(onlyA, rows, cols), meanOf(onlyB, rows, cols), meanOf(both, rows, cols));
        }
    });
}

QImage differenceFromCounts(const MaskDifference &difference, const CellWindow &window, const MaskPalette &palette,
                            bool all)
{
    const MaskRaster raster(window, difference.rows(), difference.cols());
    const auto pixels = pixelBits(raster.cols);
    const FourColours colours(palette);
    ShareScales scales(raster.cols);
    PairCounts counts(raster.cols.size());
    return paintRaster(raster, window, palette.outside, [&](const CellSpan &rows, QRgb *line) {
        counts.clear();
        std::uint32_t looked = 0;
        for (std::uint32_t row = rows.begin; row < rows.end; row += rowStep(rows, all), ++looked)
            addPairCounts(difference.a().bits().row(row), difference.b().bits().row(row), pixels, counts);
        const auto &scale = scales.forRows(looked);
        for (int x = raster.first; x < raster.last; ++x) {
            const auto i = std::size_t(x);
            const auto share = [&](std::uint32_t count) { return ShareScales::share(count, scale[i]); };
            line[x] = colours.mix(share(counts.a[i] - counts.both[i]), share(counts.b[i] - counts.both[i]),
                                  share(counts.both[i]));
        }
    });
}

QImage differenceFromCells(const MaskDifference &difference, const CellWindow &window, const MaskPalette &palette)
{
    const MaskRaster raster(window, difference.rows(), difference.cols());
    const std::array<QRgb, 4> colours = {palette.neither, palette.onlyA, palette.onlyB, palette.both};
    return paintRaster(raster, window, palette.outside, [&](const CellSpan &rows, QRgb *line) {
        for (int x = raster.first; x < raster.last; ++x) {
            const std::uint32_t col = raster.cols[std::size_t(x)].begin;
            const std::size_t inA = bitAt(difference.a().bits(), rows.begin, col);
            const std::size_t inB = bitAt(difference.b().bits(), rows.begin, col);
            line[x] = colours[inA + 2 * inB];
        }
    });
}

} // namespace

QImage drawMask(const MaskData &mask, const CellWindow &window, const MaskPalette &palette, MaskQuality quality)
{
    if (window.cellsAreVisible())
        return maskFromCells(mask, window, palette);
    const Level *const level = levelFor(mask.density().levels(), window.pixelsPerCell);
    if (quality == MaskQuality::Moving && level)
        return maskFromLevel(mask, *level, window, palette);
    return maskFromCounts(mask, window, palette, quality == MaskQuality::Settled);
}

QImage drawDifference(const MaskDifference &difference, const CellWindow &window, const MaskPalette &palette,
                      MaskQuality quality)
{
    if (window.cellsAreVisible())
        return differenceFromCells(difference, window, palette);
    const auto &levels = difference.both().levels();
    const Level *const level = levelFor(levels, window.pixelsPerCell);
    if (quality == MaskQuality::Moving && level)
        return differenceFromLevels(difference, std::size_t(level - levels.data()), window, palette);
    return differenceFromCounts(difference, window, palette, quality == MaskQuality::Settled);
}

} // namespace secateur::widgets
