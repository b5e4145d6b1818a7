// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/widgets/figure/figuresamples.h"

#include <cmath>

namespace secateur::test {

using namespace widgets;

namespace {

std::string runName(int run)
{
    static const char *const names[] = {"python", "java", "math", "translation", "general"};
    return std::string(names[run % 5]) + (run < 5 ? "" : std::to_string(run)) + "-wanda-0.5";
}

analysis::FigureData dataOf(analysis::FigureContent content, int runs)
{
    analysis::FigureData data;
    data.content = std::move(content);
    data.study = "roses.secateur";
    data.modelSha256 = std::string(64, 'a');
    for (int run = 0; run < runs; ++run)
        data.sources.push_back({runName(run), "20260101T000000Z-" + std::to_string(run), "python", "wanda", "0.5",
                                std::string(64, 'b'), std::string(64, 'c')});
    return data;
}

std::vector<double> wave(int layers, double level, double phase)
{
    std::vector<double> values;
    for (int layer = 0; layer < layers; ++layer)
        values.push_back(level + 0.1 * std::sin(phase + 0.3 * layer));
    return values;
}

} // namespace

analysis::FigureData layerSample(int runs, int layers)
{
    analysis::LayerDistances content;
    content.random = 2.0 / 3.0;
    for (int a = 0; a < runs; ++a)
        for (int b = a + 1; b < runs; ++b)
            content.pairs.push_back({{runName(a), runName(b)}, wave(layers, 0.2 + 0.03 * b, a)});
    content.sameDomain.push_back(
        {{runName(0), "python-again-wanda-0.5"}, std::vector<double>(std::size_t(layers), 0.05)});
    return dataOf(content, runs);
}

analysis::FigureData matrixSample(int runs)
{
    analysis::DistanceMatrix content;
    content.part = "whole model";
    for (int a = 0; a < runs; ++a) {
        content.names.push_back(runName(a));
        for (int b = 0; b < runs; ++b)
            content.values.push_back(a == b ? 0.0 : double(a + b) / (2.0 * runs));
    }
    return dataOf(content, runs);
}

analysis::FigureData maskSample(std::size_t rows, std::size_t cols)
{
    analysis::MaskPair content;
    content.id = {LayerIndex{3}, "self_attn.q_proj"};
    content.names = {runName(0), runName(1)};
    mask::BitMatrix a(rows, cols);
    mask::BitMatrix b(rows, cols);
    for (std::size_t row = 0; row < rows; ++row)
        for (std::size_t col = 0; col < cols; ++col) {
            const bool kept = (row * 7 + col * 13) % 5 < 2;
            a.set(row, col, kept);
            b.set(row, col, (row + 3 * col) % 10 == 0 ? !kept : kept);
        }
    content.kept = {a, b};
    return dataOf(content, 2);
}

analysis::FigureData weightSample(std::size_t rows, std::size_t cols)
{
    auto data = maskSample(rows, cols);
    auto &content = std::get<analysis::MaskPair>(data.content);
    for (std::size_t i = 0; i < rows * cols; ++i)
        content.weights.push_back(float(std::sin(0.7 * double(i))));
    return data;
}

analysis::FigureData profileSample(int runs, int layers)
{
    analysis::SparsityProfile content;
    for (int run = 0; run < runs; ++run)
        content.runs.push_back({{runName(run)}, wave(layers, 0.4 + 0.05 * run, run)});
    return dataOf(content, runs);
}

analysis::FigureData accuracySample(int runs, int tasks)
{
    analysis::AccuracyTable content;
    content.rows.push_back({"dense", "dense", "", "", ""});
    for (int run = 0; run < runs; ++run)
        content.rows.push_back({runName(run), "id", "python", "wanda", "0.5"});
    for (int task = 0; task < tasks; ++task)
        content.columns.push_back({"perplexity:" + std::string(1, char('a' + task)), std::string(1, char('a' + task)),
                                   "perplexity", "", true, "heldout-perplexity-1", "95 % bootstrap", "f32", 12});
    for (int row = 0; row <= runs; ++row)
        for (int task = 0; task < tasks; ++task) {
            const double value = 8.0 + 2.0 * row + 3.0 * task;
            analysis::AccuracyCell cell;
            cell.measured = {value, {value - 1.5, value + 2.5}};
            cell.n = 12;
            content.cells.push_back(row == runs && task == tasks - 1 ? std::nullopt : std::optional(cell));
        }
    return dataOf(content, runs);
}

analysis::FigureData shareSample(int runs, int tasks)
{
    auto data = accuracySample(runs, tasks);
    auto &content = std::get<analysis::AccuracyTable>(data.content);
    for (std::size_t task = 0; task < content.columns.size(); ++task) {
        auto &column = content.columns[task];
        column.task = "arc_" + std::string(1, char('a' + task));
        column.domain = "csr";
        column.metric = "acc";
        column.label = "ARC-" + std::string(1, char('A' + task));
        column.lowerIsBetter = false;
    }
    for (auto &cell : content.cells)
        if (cell) {
            auto &[value, interval] = cell->measured;
            value /= 40.0;
            interval = {interval.low / 40.0, interval.high / 40.0};
        }
    return data;
}

analysis::FigureData scatterSample(int runs, int domains)
{
    analysis::DistanceAccuracy content;
    content.measure.task = "perplexity:python";
    content.measure.metric = "acc";
    content.measure.lowerIsBetter = false;
    content.measure.protocol = "lm-eval-zero-shot";
    std::vector<double> distances;
    std::vector<double> values;
    for (int domain = 0; domain < domains; ++domain) {
        content.domains.push_back(runName(domain).substr(0, runName(domain).find('-')));
        for (int run = 0; run < runs; ++run) {
            analysis::DistancePoint point;
            point.run = runName(run);
            point.domain = content.domains.back();
            point.reference = runName(domain);
            point.own = run == domain;
            point.distance = point.own ? 0.0 : 0.2 + 0.03 * ((run + 2 * domain) % 7);
            const double value = 0.6 - point.distance + 0.02 * domain;
            point.task = "task";
            point.measured = {value, {value - 0.06, value + 0.05}};
            point.n = 100;
            distances.push_back(point.distance);
            values.push_back(value);
            content.points.push_back(point);
        }
    }
    content.correlation = analysis::rankCorrelation(distances, values, analysis::mersenneTwisterDraws(0));
    return dataOf(content, runs);
}

FigureSpec specOf(FigureKind kind, double widthMm)
{
    FigureSpec spec;
    spec.kind = kind;
    spec.widthMm = widthMm;
    spec.heightMm = suggestedHeight(kind, widthMm);
    return spec;
}

namespace {

QRectF boundsOf(const SceneItem &item)
{
    if (const auto *const rect = std::get_if<FillRect>(&item.shape))
        return rect->rect;
    if (const auto *const stroke = std::get_if<Stroke>(&item.shape))
        return stroke->points.boundingRect();
    if (const auto *const text = std::get_if<TextLabel>(&item.shape))
        return text->box;
    return std::get<Picture>(item.shape).rect;
}

bool inside(const QRectF &inner, const QRectF &outer)
{
    constexpr double slack = 1e-6;
    return outer.adjusted(-slack, -slack, slack, slack).contains(inner)
        || (inner.left() >= outer.left() - slack && inner.right() <= outer.right() + slack
            && inner.top() >= outer.top() - slack && inner.bottom() <= outer.bottom() + slack);
}

QString placeText(const QRectF &rect)
{
    return QStringLiteral("(%1, %2, %3 x %4)").arg(rect.x()).arg(rect.y()).arg(rect.width()).arg(rect.height());
}

} // namespace

QStringList problemsOf(const FigureScene &scene)
{
    QStringList problems;
    const QRectF page(0, 0, scene.widthMm, scene.heightMm);
    QList<TextLabel> texts;
    for (const auto &item : scene.items) {
        const QRectF bounds = boundsOf(item);
        const auto *const text = std::get_if<TextLabel>(&item.shape);
        const QString what = text ? text->text : placeText(bounds);
        if (!inside(bounds, page))
            problems << what + QStringLiteral(" leaves the page");
        if (item.panel >= 0 && !inside(bounds, scene.panels[std::size_t(item.panel)]))
            problems << what + QStringLiteral(" leaves its axes");
        if (const auto *const stroke = std::get_if<Stroke>(&item.shape);
            stroke && stroke->widthMm < 0.5 * 25.4 / 72 - 1e-9)
            problems << what + QStringLiteral(" is thinner than half a point");
        if (!text)
            continue;
        for (const auto &other : texts)
            if (other.box.intersects(text->box))
                problems << QStringLiteral("\"%1\" overlaps \"%2\"").arg(text->text, other.text);
        texts << *text;
    }
    // Texts outside the axes stay clear of them; values in the cells of a heat map are meant to lie inside.
    for (const auto &text : texts)
        for (const auto &panel : scene.panels)
            if (panel.intersects(text.box) && !panel.contains(text.box))
                problems << QStringLiteral("\"%1\" lies across the edge of the axes").arg(text.text);
    return problems;
}

} // namespace secateur::test
