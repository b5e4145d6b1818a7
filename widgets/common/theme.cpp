// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/common/theme.h"

#include <cmath>

#include "widgets/common/workbenchstyle.h"

namespace secateur::widgets {
namespace {

struct Shades {
    QColor window;
    QColor base;
    QColor alternate;
    QColor button;
    QColor text;
    QColor faint; ///< disabled and placeholder text
    QColor accent;
    QColor link;
    QColor light; ///< bevels
    QColor mid;
    QColor dark;
};

QPalette paletteOf(const Shades &shades)
{
    QPalette palette(shades.text, shades.button, shades.light, shades.dark, shades.mid, shades.text, Qt::white,
                     shades.base, shades.window);
    palette.setColor(QPalette::Midlight, shades.light);
    palette.setColor(QPalette::Shadow, Qt::black);
    palette.setColor(QPalette::AlternateBase, shades.alternate);
    palette.setColor(QPalette::ToolTipBase, shades.base);
    palette.setColor(QPalette::ToolTipText, shades.text);
    palette.setColor(QPalette::PlaceholderText, shades.faint);
    palette.setColor(QPalette::Highlight, shades.accent);
    palette.setColor(QPalette::HighlightedText, Qt::white);
    palette.setColor(QPalette::Link, shades.link);
    palette.setColor(QPalette::LinkVisited, shades.link);
    for (const auto role : {QPalette::WindowText, QPalette::Text, QPalette::ButtonText, QPalette::HighlightedText})
        palette.setColor(QPalette::Disabled, role, shades.faint);
    palette.setColor(QPalette::Disabled, QPalette::Highlight, shades.mid);
    return palette;
}

double linear(double channel)
{
    return channel <= 0.04045 ? channel / 12.92 : std::pow((channel + 0.055) / 1.055, 2.4);
}

double luminance(const QColor &color)
{
    return 0.2126 * linear(color.redF()) + 0.7152 * linear(color.greenF()) + 0.0722 * linear(color.blueF());
}

} // namespace

Theme themeFromName(const QString &name)
{
    if (name == QStringLiteral("light"))
        return Theme::Light;
    return name == QStringLiteral("dark") ? Theme::Dark : Theme::System;
}

QString themeName(Theme theme)
{
    switch (theme) {
    case Theme::Light: return QStringLiteral("light");
    case Theme::Dark: return QStringLiteral("dark");
    case Theme::System: break;
    }
    return QStringLiteral("system");
}

QPalette lightPalette()
{
    return paletteOf({QColor(0xf3f4f6), QColor(0xffffff), QColor(0xf7f8fa), QColor(0xeceef1), QColor(0x1c1f24),
                      QColor(0x6b7280), QColor(0x2563a8), QColor(0x1d5a9e), QColor(0xffffff), QColor(0xc3c8d0),
                      QColor(0xa2a9b4)});
}

QPalette darkPalette()
{
    return paletteOf({QColor(0x202327), QColor(0x17191c), QColor(0x1d2024), QColor(0x2c3036), QColor(0xe4e7eb),
                      QColor(0x8f97a3), QColor(0x2f6db3), QColor(0x7ab3ef), QColor(0x3a3f47), QColor(0x3b4048),
                      QColor(0x121416)});
}

void applyTheme(Theme theme)
{
    // As the platform had it before the first call.
    static const bool systemIsDark = isDark(QApplication::palette());
    if (qobject_cast<WorkbenchStyle *>(QApplication::style()) == nullptr)
        QApplication::setStyle(new WorkbenchStyle);
    const bool dark = theme == Theme::Dark || (theme == Theme::System && systemIsDark);
    QApplication::setPalette(dark ? darkPalette() : lightPalette());
}

bool isDark(const QPalette &palette)
{
    return luminance(palette.color(QPalette::WindowText)) > luminance(palette.color(QPalette::Window));
}

SignalColors signalColors(const QPalette &palette)
{
    if (isDark(palette))
        return {QColor(0x5cc08a), QColor(0xe0b04c), QColor(0xff8f85)};
    return {QColor(0x1f6f43), QColor(0x825400), QColor(0xb3261e)};
}

double contrast(const QColor &a, const QColor &b)
{
    const double first = luminance(a) + 0.05;
    const double second = luminance(b) + 0.05;
    return std::max(first, second) / std::min(first, second);
}

} // namespace secateur::widgets
