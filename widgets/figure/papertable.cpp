// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/figure/papertable.h"

#include <QtCore/QLocale>

#include "core/analysis/measurestyle.h"
#include "widgets/figure/scenes.h"

namespace secateur::widgets {
namespace {

QString number(double value)
{
    return QString::number(value, 'g', QLocale::FloatingPointShortest);
}

struct PaperTable {
    const analysis::FigureData &data;

    FigureTable operator()(const analysis::DistanceMatrix &content) const
    {
        FigureTable table;
        table.header << QStringLiteral("run");
        const std::size_t count = content.names.size();
        for (std::size_t row = 0; row < count; ++row) {
            table.header << QString::fromStdString(content.names[row]);
            QStringList cells{QString::fromStdString(content.names[row])};
            for (std::size_t col = 0; col < count; ++col)
                cells << number(content.values[row * count + col]);
            table.rows.push_back(cells);
        }
        return table;
    }

    FigureTable operator()(const analysis::MaskPair &content) const
    {
        FigureTable table;
        table.header << QStringLiteral("masks") << QStringLiteral("weights") << QStringLiteral("share");
        const double all = double(content.kept.front().size());
        const auto add = [&](const QString &name, std::size_t count) {
            table.rows.push_back({name, QString::number(count), number(double(count) / all)});
        };
        for (std::size_t i = 0; i < content.names.size(); ++i)
            add(QStringLiteral("kept in %1").arg(QString::fromStdString(content.names[i])), content.kept[i].count());
        if (content.kept.size() != 2)
            return table;
        std::size_t both = 0;
        for (std::size_t row = 0; row < content.kept[0].rows(); ++row)
            for (std::size_t col = 0; col < content.kept[0].cols(); ++col)
                both += content.kept[0].test(row, col) && content.kept[1].test(row, col);
        add(QStringLiteral("kept in both"), both);
        add(QStringLiteral("kept in one of the two"), content.kept[0].count() + content.kept[1].count() - 2 * both);
        return table;
    }

    /// Models by tasks, each with its interval.
    FigureTable operator()(const analysis::AccuracyTable &content) const
    {
        FigureTable table;
        table.header << QStringLiteral("model");
        const QStringList names = groupNames(content);
        for (std::size_t column = 0; column < content.columns.size(); ++column)
            table.header << headingOf(names[qsizetype(column)], content.columns[column]);
        for (std::size_t row = 0; row < content.rows.size(); ++row) {
            QStringList cells{QString::fromStdString(content.rows[row].run)};
            for (std::size_t column = 0; column < content.columns.size(); ++column) {
                const auto &cell = content.at(row, column);
                const auto style = analysis::styleOf(content.columns[column].metric);
                const auto shown = [&style](double value) {
                    return QString::number(value * style.scale, 'f', style.decimals);
                };
                cells << (cell ? QStringLiteral("%1 [%2, %3]")
                                     .arg(shown(cell->measured.value), shown(cell->measured.interval.low),
                                          shown(cell->measured.interval.high))
                               : QStringLiteral("\u2013"));
            }
            table.rows.push_back(cells);
        }
        return table;
    }

    FigureTable operator()(const analysis::DistanceAccuracy &content) const
    {
        const auto style = analysis::styleOf(content.measure.metric);
        const auto shown = [&style](double value) { return QString::number(value * style.scale, 'f', style.decimals); };
        FigureTable table;
        table.header << QStringLiteral("model") << QStringLiteral("domain") << QStringLiteral("distance")
                     << QString::fromStdString(style.titleWithUnit());
        for (const auto &point : content.points)
            table.rows.push_back({QString::fromStdString(point.run), QString::fromStdString(point.domain),
                                  QString::number(point.distance, 'f', 3),
                                  QStringLiteral("%1 [%2, %3]")
                                      .arg(shown(point.measured.value), shown(point.measured.interval.low),
                                           shown(point.measured.interval.high))});
        return table;
    }

    static QString headingOf(const QString &name, const analysis::AccuracyColumn &column)
    {
        const auto style = analysis::styleOf(column.metric);
        return style.unit.empty() ? name : QStringLiteral("%1 (%2)").arg(name, QString::fromStdString(style.unit));
    }

    template <typename Content>
    FigureTable operator()(const Content &) const
    {
        return tableOf(data);
    }
};

/// Rounded where it is a number and no integer.
QString printed(const QString &cell)
{
    bool isNumber = false;
    const double value = cell.toDouble(&isNumber);
    const bool isWhole = !cell.contains(QLatin1Char('.')) && !cell.contains(QLatin1Char('e'));
    return isNumber && !isWhole ? QString::number(value, 'f', 4) : cell;
}

QStringList mapped(const QStringList &cells, QString (*change)(const QString &))
{
    QStringList out;
    for (const QString &cell : cells)
        out << change(printed(cell));
    return out;
}

QString markdownEscaped(const QString &text)
{
    QString out = text;
    return out.replace(QLatin1Char('|'), QLatin1String("\\|")).replace(QLatin1Char('\n'), QLatin1Char(' '));
}

} // namespace

QString texEscaped(const QString &text)
{
    QString out;
    for (const QChar c : text) {
        if (QStringLiteral("#$%&_{}").contains(c))
            out += QLatin1Char('\\') + QString(c);
        else if (c == QLatin1Char('\\'))
            out += QLatin1String("\\textbackslash{}");
        else if (c == QLatin1Char('~') || c == QLatin1Char('^'))
            out += QLatin1Char('\\') + QString(c) + QLatin1String("{}");
        else if (c == QChar(0x2013))
            out += QLatin1String("--");
        else if (c == QChar(0x2212)) // minus
            out += QLatin1String("$-$");
        else if (c == QChar(0x03c1)) // rho
            out += QLatin1String("$\\rho$");
        else if (c == QChar(0x2026))
            out += QLatin1String("\\dots{}");
        else
            out += c;
    }
    return out;
}

FigureTable paperTableOf(const analysis::FigureData &data)
{
    return std::visit(PaperTable{data}, data.content);
}

QString latexOf(const FigureTable &table)
{
    const auto line = [](const QStringList &cells) {
        return mapped(cells, texEscaped).join(QLatin1String(" & ")) + QLatin1String(" \\\\\n");
    };
    QString out = QStringLiteral("% needs \\usepackage{booktabs}\n\\begin{tabular}{l%1}\n\\toprule\n")
                      .arg(QString(std::max<qsizetype>(0, table.header.size() - 1), QLatin1Char('r')));
    out += line(table.header) + QLatin1String("\\midrule\n");
    for (const auto &row : table.rows)
        out += line(row);
    return out + QLatin1String("\\bottomrule\n\\end{tabular}\n");
}

QString markdownOf(const FigureTable &table)
{
    const auto line = [](const QStringList &cells) {
        return QLatin1String("| ") + mapped(cells, markdownEscaped).join(QLatin1String(" | ")) + QLatin1String(" |\n");
    };
    QString out = line(table.header) + QLatin1String("| --- |");
    out += QStringLiteral(" ---: |").repeated(std::max<qsizetype>(0, table.header.size() - 1)) + QLatin1Char('\n');
    for (const auto &row : table.rows)
        out += line(row);
    return out;
}

} // namespace secateur::widgets
