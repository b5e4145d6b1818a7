// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/figure/figuretable.h"

#include <algorithm>

#include <QtCore/QLocale>

#include "widgets/figure/exporter.h"
#include "widgets/figure/manifest.h"
#include "widgets/figure/scenes.h"

namespace secateur::widgets {
namespace {

QString number(double value)
{
    return QString::number(value, 'g', QLocale::FloatingPointShortest);
}

QString text(const std::string &bytes)
{
    return QString::fromStdString(bytes);
}

QString nameOf(const analysis::LayerSeries &series)
{
    QStringList names;
    for (const auto &run : series.runs)
        names << text(run);
    return names.join(QStringLiteral(" vs "));
}

FigureTable layerTable(const std::vector<const std::vector<analysis::LayerSeries> *> &lists)
{
    FigureTable table;
    table.header << QStringLiteral("layer");
    std::vector<const analysis::LayerSeries *> columns;
    for (const auto *const list : lists)
        for (const auto &series : *list) {
            table.header << nameOf(series);
            columns.push_back(&series);
        }
    const std::size_t layers = columns.empty() ? 0 : columns.front()->values.size();
    for (std::size_t layer = 0; layer < layers; ++layer) {
        QStringList row{QString::number(layer)};
        for (const auto *const series : columns)
            row << number(series->values.at(layer));
        table.rows.push_back(row);
    }
    return table;
}

struct TableMaker {
    FigureTable operator()(const analysis::LayerDistances &data) const
    {
        FigureTable table = layerTable({&data.pairs, &data.sameDomain});
        table.header << QStringLiteral("random masks");
        for (auto &row : table.rows)
            row << number(data.random);
        return table;
    }

    FigureTable operator()(const analysis::SparsityProfile &data) const { return layerTable({&data.runs}); }

    FigureTable operator()(const analysis::DistanceMatrix &data) const
    {
        FigureTable table;
        table.header = {QStringLiteral("row"), QStringLiteral("column"), QStringLiteral("run a"),
                        QStringLiteral("run b"), QStringLiteral("distance")};
        const std::size_t count = data.names.size();
        for (std::size_t row = 0; row < count; ++row)
            for (std::size_t col = 0; col < count; ++col)
                table.rows.push_back({QString::number(row), QString::number(col), text(data.names[row]),
                                      text(data.names[col]), number(data.values[row * count + col])});
        return table;
    }

    FigureTable operator()(const analysis::AccuracyTable &data) const
    {
        FigureTable table;
        for (const char *name : {"run", "task", "metric", "value", "95 % from", "to", "n", "unscored", "protocol"})
            table.header << QString::fromLatin1(name);
        for (std::size_t row = 0; row < data.rows.size(); ++row)
            for (std::size_t column = 0; column < data.columns.size(); ++column)
                if (const auto &cell = data.at(row, column))
                    table.rows.push_back({text(data.rows[row].run), text(data.columns[column].task),
                                          text(data.columns[column].metric), number(cell->measured.value),
                                          number(cell->measured.interval.low), number(cell->measured.interval.high),
                                          QString::number(cell->n), QString::number(cell->unscored),
                                          text(data.columns[column].protocol)});
        return table;
    }

    FigureTable operator()(const analysis::DistanceAccuracy &data) const
    {
        FigureTable table;
        for (const char *name : {"run", "domain", "domain's run", "distance", "task", "metric", "value", "95 % from",
                                 "to", "n", "protocol"})
            table.header << QString::fromLatin1(name);
        for (const auto &point : data.points)
            table.rows.push_back({text(point.run), text(point.domain), text(point.reference), number(point.distance),
                                  text(point.task), text(data.measure.metric), number(point.measured.value),
                                  number(point.measured.interval.low), number(point.measured.interval.high),
                                  QString::number(point.n), text(data.measure.protocol)});
        return table;
    }

    FigureTable operator()(const analysis::MaskPair &data) const
    {
        FigureTable table;
        table.header = {QStringLiteral("first row"), QStringLiteral("end row"), QStringLiteral("first column"),
                        QStringLiteral("end column")};
        for (const auto &name : data.names)
            table.header << QStringLiteral("kept in %1").arg(text(name));
        if (data.kept.size() == 2)
            table.header << QStringLiteral("differ");
        if (!data.weights.empty())
            table.header << QStringLiteral("mean weight");
        const std::size_t rows = data.kept.front().rows();
        const std::size_t cols = data.kept.front().cols();
        const std::size_t side = (std::max(rows, cols) + mostVectorCells - 1) / mostVectorCells;
        for (std::size_t row = 0; row < rows; row += side)
            for (std::size_t col = 0; col < cols; col += side)
                table.rows.push_back(block(data, row, std::min(rows, row + side), col, std::min(cols, col + side)));
        return table;
    }

    static QStringList block(const analysis::MaskPair &data, std::size_t firstRow, std::size_t endRow,
                             std::size_t firstCol, std::size_t endCol)
    {
        std::array<std::size_t, 3> counts{};
        double sum = 0.0;
        const std::size_t width = data.kept.front().cols();
        for (std::size_t row = firstRow; row < endRow; ++row)
            for (std::size_t col = firstCol; col < endCol; ++col) {
                const bool a = data.kept.front().test(row, col);
                const bool b = data.kept.back().test(row, col);
                counts[0] += a;
                counts[1] += b;
                counts[2] += a != b;
                sum += data.weights.empty() ? 0.0 : double(data.weights[row * width + col]);
            }
        const double cells = double((endRow - firstRow) * (endCol - firstCol));
        QStringList line;
        for (const std::size_t bound : {firstRow, endRow, firstCol, endCol})
            line << QString::number(bound);
        line << number(double(counts[0]) / cells);
        if (data.kept.size() == 2)
            line << number(double(counts[1]) / cells) << number(double(counts[2]) / cells);
        if (!data.weights.empty())
            line << number(sum / cells);
        return line;
    }
};

QString quoted(const QString &cell)
{
    if (!cell.contains(QLatin1Char(',')) && !cell.contains(QLatin1Char('"')) && !cell.contains(QLatin1Char('\n')))
        return cell;
    QString inner = cell;
    return QLatin1Char('"') + inner.replace(QLatin1String("\""), QLatin1String("\"\"")) + QLatin1Char('"');
}

} // namespace

QByteArray FigureTable::csv() const
{
    QString out;
    const auto add = [&out](const QStringList &cells) {
        QStringList line;
        for (const QString &cell : cells)
            line << quoted(cell);
        out += line.join(QLatin1Char(',')) + QLatin1Char('\n');
    };
    add(header);
    for (const auto &row : rows)
        add(row);
    return out.toUtf8();
}

FigureTable tableOf(const analysis::FigureData &data)
{
    return std::visit(TableMaker{}, data.content);
}

QByteArray csvBytes(const analysis::FigureData &data, const std::string &manifest)
{
    return QByteArray("# ") + manifestKey + ": " + QByteArray::fromStdString(manifest) + "\n" + tableOf(data).csv();
}

} // namespace secateur::widgets
