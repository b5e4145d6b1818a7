// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <variant>
#include <vector>

#include <QtCore/QRectF>
#include <QtCore/QString>
#include <QtCore/QStringList>
#include <QtGui/QImage>
#include <QtGui/QPolygonF>
#include <QtGui/QRgb>

#include "core/analysis/figuredata.h"
#include "core/base/result.h"
#include "widgets/figure/figurespec.h"

namespace secateur::widgets {

/// What a primitive stands for; tests and the window's accessible description read it.
enum class Role { Data, Baseline, Axis, Label, Legend };

struct FillRect {
    QRectF rect;
    QRgb color = 0;
};

struct Stroke {
    QPolygonF points;
    double widthMm = 0.2;
    QRgb color = 0;
    std::vector<double> dashMm; ///< on, off, …; empty: solid
};

enum class TextAlign { Left, Center, Right };

struct TextLabel {
    QPointF at; ///< on the baseline, at the side `align` says; before the turn
    QString text;
    double sizePt = 8.0;
    TextAlign align = TextAlign::Left;
    bool turned = false; ///< a quarter to the left around `at`, reads upwards
    QRgb color = 0;
    QRectF box; ///< what it covers, from the height of capitals to the descenders
};

/// Drawn at one pixel per pixel of the image, never interpolated.
struct Picture {
    QRectF rect;
    QImage image;
};

struct SceneItem {
    Role role = Role::Data;
    int panel = -1; ///< index into FigureScene::panels for what lies inside axes
    std::variant<FillRect, Stroke, TextLabel, Picture> shape;
};

/// A figure as a list of primitives in millimetres, y downwards, drawn in their order on white. The preview and every
/// export come from the same scene. Nothing needs a clip: items of a panel are cut to it when the scene is made.
struct FigureScene {
    double widthMm = 0.0;
    double heightMm = 0.0;
    QString fontFamily; ///< the one that is really used
    QString title; ///< one sentence, for assistive technology and files' metadata
    std::vector<QRectF> panels; ///< the insides of the axes
    double valueEnd = 0.0; ///< where the value axis of a chart ends, which begins at 0
    std::vector<SceneItem> items;
    QStringList notices;
};

/// InvalidArgument when the spec is not valid, or the page too small for what must be on it. Needs a QGuiApplication
/// for the fonts; deterministic.
[[nodiscard]] Result<FigureScene> makeScene(const FigureSpec &spec, const analysis::FigureData &data);

/// A height that suits these data at the spec's width: no blank paper around masks, room for all legends. Needs a
/// QGuiApplication.
[[nodiscard]] double fittingHeight(const FigureSpec &spec, const analysis::FigureData &data);

/// The names without a tail that all share ("python-wanda-0.5", "math-wanda-0.5": "python", "math").
[[nodiscard]] QStringList shortNames(const QStringList &names);

} // namespace secateur::widgets
