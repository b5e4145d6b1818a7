// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QApplication>
#include <QColor>
#include <QPalette>
#include <QString>

namespace secateur::widgets {

enum class Theme { System, Light, Dark };

/// "system", "light", "dark"; anything else is System.
[[nodiscard]] Theme themeFromName(const QString &name);
[[nodiscard]] QString themeName(Theme theme);

[[nodiscard]] QPalette lightPalette();
[[nodiscard]] QPalette darkPalette();

/// Fusion with one of our palettes. System goes by the lightness of the palette the platform gave at start, because
/// Qt 6.4 does not tell the desktop's choice.
void applyTheme(Theme theme);

/// Whether what is drawn with this palette is light on dark.
[[nodiscard]] bool isDark(const QPalette &palette);

/// Colours that mean something beside the palette's own, for text on Base or Window: contrast at least 4.5.
struct SignalColors {
    QColor good;
    QColor warning;
    QColor bad;
};
[[nodiscard]] SignalColors signalColors(const QPalette &palette);

/// WCAG 2 contrast ratio, 1 to 21.
[[nodiscard]] double contrast(const QColor &a, const QColor &b);

} // namespace secateur::widgets
