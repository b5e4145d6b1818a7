// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/figure/figurescene.h"

namespace secateur::test {

/// Distances of all pairs of `runs` runs over `layers` layers, with a floor and the random baseline.
[[nodiscard]] analysis::FigureData layerSample(int runs, int layers);
[[nodiscard]] analysis::FigureData matrixSample(int runs);
/// Two masks of this shape that differ in about a tenth of their cells.
[[nodiscard]] analysis::FigureData maskSample(std::size_t rows, std::size_t cols);
/// The same with weights between -1 and 1, which differ from cell to cell.
[[nodiscard]] analysis::FigureData weightSample(std::size_t rows, std::size_t cols);
[[nodiscard]] analysis::FigureData profileSample(int runs, int layers);

/// Dense and `runs` runs on `tasks` tasks, with intervals; the last run was not measured on the last task.
[[nodiscard]] analysis::FigureData accuracySample(int runs, int tasks);
/// Points of all pairs of a run and a domain; accuracies are shares.
[[nodiscard]] analysis::FigureData scatterSample(int runs, int domains);
/// As accuracySample, with shares of right answers.
[[nodiscard]] analysis::FigureData shareSample(int runs, int tasks);

[[nodiscard]] widgets::FigureSpec specOf(widgets::FigureKind kind, double widthMm = 88.9);

/// What is wrong with a scene: texts that overlap or leave the page, items outside their panel, strokes too thin.
[[nodiscard]] QStringList problemsOf(const widgets::FigureScene &scene);

/// All items of one sort with this role, in the order of drawing.
template <typename Shape>
[[nodiscard]] QList<Shape> shapesOf(const widgets::FigureScene &scene, widgets::Role role)
{
    QList<Shape> shapes;
    for (const auto &item : scene.items)
        if (const auto *const shape = std::get_if<Shape>(&item.shape); shape && item.role == role)
            shapes << *shape;
    return shapes;
}

} // namespace secateur::test
