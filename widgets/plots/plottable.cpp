// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/plots/plottable.h"

#include <cmath>
#include <limits>

#include <QLocale>

namespace secateur::widgets {

namespace {

constexpr int usualDecimals = 4;

QString csvField(const QString &text)
{
    static const QString special = QStringLiteral(",\"\r\n");
    for (const QChar c : text)
        if (special.contains(c))
            return QLatin1Char('"') + QString(text).replace(QLatin1Char('"'), QLatin1String("\"\"")) + QLatin1Char('"');
    return text;
}

QString latexText(const QString &text)
{
    QString out;
    for (const QChar c : text) {
        switch (c.unicode()) {
        case u'\\': out += QLatin1String("\\textbackslash{}"); break;
        case u'~': out += QLatin1String("\\textasciitilde{}"); break;
        case u'^': out += QLatin1String("\\textasciicircum{}"); break;
        case u'\u2013': out += QLatin1String("--"); break;
        case u'\u00d7': out += QLatin1String("$\\times$"); break;
        case u'\u2212': out += QLatin1String("$-$"); break;
        case u'\u2248': out += QLatin1String("$\\approx$"); break;
        case u'\u2026': out += QLatin1String("\\dots{}"); break;
        case u'{':
        case u'}':
        case u'_':
        case u'&':
        case u'%':
        case u'$':
        case u'#': out += QLatin1Char('\\'); [[fallthrough]];
        default: out += c;
        }
    }
    return out;
}

QString markdownText(QString text)
{
    return text.replace(QLatin1Char('|'), QLatin1String("\\|")).replace(QLatin1Char('\n'), QLatin1Char(' '));
}

/// One line per row of the table, the header first, each cell made by `head` or `cell`.
template <typename Head, typename Cell>
QStringList joinedRows(const PlotTable &table, const QStringList &columns, const QString &between, Head head, Cell cell)
{
    QStringList header{head(table.corner)};
    for (const QString &column : columns)
        header.append(head(column));
    QStringList lines{header.join(between)};
    for (int row = 0; row < table.rowCount(); ++row) {
        QStringList cells{head(table.rows[row])};
        for (int column = 0; column < table.columnCount(); ++column)
            cells.append(cell(row, column));
        lines.append(cells.join(between));
    }
    return lines;
}

QStringList headingsOf(const PlotTable &table)
{
    QStringList headings;
    for (int column = 0; column < table.columnCount(); ++column)
        headings << table.heading(column);
    return headings;
}

} // namespace

bool PlotTable::contains(int row, int column) const
{
    return row >= 0 && column >= 0 && row < rowCount() && column < columnCount()
        && std::size_t(row * columnCount() + column) < values.size();
}

double PlotTable::at(int row, int column) const
{
    return contains(row, column) ? values[std::size_t(row * columnCount() + column)]
                                 : std::numeric_limits<double>::quiet_NaN();
}

int PlotTable::decimalsOf(int column) const
{
    return column >= 0 && std::size_t(column) < decimals.size() ? decimals[std::size_t(column)] : usualDecimals;
}

double PlotTable::scaleOf(int column) const
{
    return column >= 0 && std::size_t(column) < scales.size() ? scales[std::size_t(column)] : 1.0;
}

QString PlotTable::heading(int column) const
{
    const QString unit = units.value(column);
    return unit.isEmpty() ? columns.value(column) : QStringLiteral("%1 (%2)").arg(columns.value(column), unit);
}

QString PlotTable::text(int row, int column) const
{
    const double value = at(row, column) * scaleOf(column);
    return std::isnan(value) ? QStringLiteral("\u2013") : QString::number(value, 'f', decimalsOf(column));
}

QString toCsv(const PlotTable &table)
{
    const auto exact = [&table](int row, int column) {
        const double value = table.at(row, column);
        return std::isnan(value) ? QString() : QString::number(value, 'g', QLocale::FloatingPointShortest);
    };
    return joinedRows(table, table.columns, QStringLiteral(","), csvField, exact).join(QLatin1String("\r\n"))
        + QLatin1String("\r\n");
}

QString toLatex(const PlotTable &table)
{
    const auto cell = [&table](int row, int column) {
        return std::isnan(table.at(row, column)) ? QStringLiteral("--") : table.text(row, column);
    };
    QStringList lines = joinedRows(table, headingsOf(table), QStringLiteral(" & "), latexText, cell);
    for (QString &line : lines)
        line += QLatin1String(" \\\\");
    lines.insert(1, QStringLiteral("\\midrule"));
    lines.prepend(QStringLiteral("\\toprule"));
    lines.prepend(QStringLiteral("\\begin{tabular}{l") + QString(table.columnCount(), QLatin1Char('r'))
                  + QLatin1Char('}'));
    lines.prepend(QStringLiteral("% needs \\usepackage{booktabs}"));
    lines << QStringLiteral("\\bottomrule") << QStringLiteral("\\end{tabular}");
    return lines.join(QLatin1Char('\n')) + QLatin1Char('\n');
}

QString toMarkdown(const PlotTable &table)
{
    const auto cell = [&table](int row, int column) { return table.text(row, column); };
    QStringList lines = joinedRows(table, headingsOf(table), QStringLiteral(" | "), markdownText, cell);
    for (QString &line : lines)
        line = QLatin1String("| ") + line + QLatin1String(" |");
    lines.insert(1, QLatin1String("| --- |") + QStringLiteral(" ---: |").repeated(table.columnCount()));
    return lines.join(QLatin1Char('\n')) + QLatin1Char('\n');
}

} // namespace secateur::widgets
