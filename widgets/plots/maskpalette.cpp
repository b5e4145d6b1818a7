// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/plots/maskpalette.h"

#include <cmath>

#include <QPalette>

#include "widgets/figure/colormap.h"

namespace secateur::widgets {

namespace {

int mixed(int from, int to, double share)
{
    return int(std::lround(from + (to - from) * share));
}

QRgb mixed(QRgb from, QRgb to, double share)
{
    return qRgb(mixed(qRed(from), qRed(to), share), mixed(qGreen(from), qGreen(to), share),
                mixed(qBlue(from), qBlue(to), share));
}

/// Straight lines through five colours; the middle one is zero.
std::array<QRgb, 256> rampOf(const std::array<QRgb, 5> &stops)
{
    std::array<QRgb, 256> ramp{};
    for (std::size_t i = 0; i < ramp.size(); ++i) {
        const double at = double(i) / double(ramp.size() - 1) * double(stops.size() - 1);
        const std::size_t left = std::min(std::size_t(at), stops.size() - 2);
        ramp[i] = mixed(stops[left], stops[left + 1], at - double(left));
    }
    return ramp;
}

} // namespace

MaskPalette MaskPalette::light()
{
    MaskPalette palette;
    palette.outside = qRgb(0xe4, 0xe5, 0xe7);
    palette.kept = qRgb(0x1d, 0x3f, 0x66);
    palette.pruned = qRgb(0xf7, 0xf6, 0xf1);
    palette.onlyA = qRgb(0x1b, 0x56, 0xa8);
    palette.onlyB = qRgb(0xe0, 0x7b, 0x12);
    palette.both = qRgb(0xc6, 0xca, 0xd0);
    palette.neither = qRgb(0xfa, 0xfa, 0xf7);
    palette.blank = qRgb(0xff, 0xff, 0xff);
    palette.differs = qRgb(0xc8, 0x12, 0x1e);
    palette.diverging = ColorMap::named(u"blue-orange").table();
    palette.line = QColor(0x6b, 0x70, 0x78);
    palette.headLine = QColor(0x14, 0x7d, 0x6f);
    palette.cross = QColor(0xb0, 0x10, 0x5c);
    palette.text = QColor(0x2a, 0x2e, 0x34);
    return palette;
}

MaskPalette MaskPalette::dark()
{
    MaskPalette palette;
    palette.outside = qRgb(0x1a, 0x1c, 0x1f);
    palette.kept = qRgb(0xa9, 0xcd, 0xf2);
    palette.pruned = qRgb(0x24, 0x29, 0x30);
    palette.onlyA = qRgb(0x6f, 0xb4, 0xff);
    palette.onlyB = qRgb(0xff, 0xb0, 0x54);
    palette.both = qRgb(0x52, 0x58, 0x62);
    palette.neither = qRgb(0x24, 0x28, 0x2d);
    palette.blank = qRgb(0x1f, 0x23, 0x28);
    palette.differs = qRgb(0xff, 0x5c, 0x5c);
    palette.diverging = rampOf({qRgb(0xa8, 0xd2, 0xff), qRgb(0x3d, 0x79, 0xb8), qRgb(0x3a, 0x3d, 0x42),
                                qRgb(0xb8, 0x74, 0x30), qRgb(0xff, 0xcf, 0x96)});
    palette.line = QColor(0x8a, 0x90, 0x99);
    palette.headLine = QColor(0x4f, 0xc3, 0xae);
    palette.cross = QColor(0xff, 0x7a, 0xb8);
    palette.text = QColor(0xdd, 0xe0, 0xe4);
    return palette;
}

MaskPalette MaskPalette::forPalette(const QPalette &palette)
{
    return palette.color(QPalette::Window).lightness() < 128 ? dark() : light();
}

MaskPalette withDots(MaskPalette palette)
{
    palette.onlyA = palette.differs;
    palette.onlyB = palette.differs;
    palette.both = palette.blank;
    palette.neither = palette.blank;
    return palette;
}

} // namespace secateur::widgets
