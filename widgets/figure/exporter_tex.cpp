// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <cmath>

#include <QtCore/QBuffer>
#include <QtCore/QLocale>
#include <QtGui/QColor>

#include "widgets/figure/colorscale.h"
#include "widgets/figure/exporter.h"
#include "widgets/figure/figuretable.h"
#include "widgets/figure/manifest.h"
#include "widgets/figure/papertable.h"
#include "widgets/figure/scenebuilder.h"
#include "widgets/figure/scenes.h"

namespace secateur::widgets {
namespace {

QString number(double value)
{
    return QString::number(std::round(value * 1e4) / 1e4);
}

QString text(const std::string &bytes)
{
    return QString::fromStdString(bytes);
}

QString rgb(QRgb color)
{
    return QStringLiteral("{rgb,255:red,%1;green,%2;blue,%3}").arg(qRed(color)).arg(qGreen(color)).arg(qBlue(color));
}

QString texList(const QStringList &names)
{
    QStringList out;
    for (const QString &name : names)
        out << QLatin1Char('{') + texEscaped(name) + QLatin1Char('}');
    return out.join(QLatin1Char(','));
}

/// The table for pgfplots, which knows no quotes: columns are called c0, c1, …, and names stand in the .tex file.
QByteArray plainCsv(FigureTable table, const QList<int> &columns, const QString &texName)
{
    FigureTable plain;
    for (qsizetype i = 0; i < columns.size(); ++i)
        plain.header << QStringLiteral("c%1").arg(i);
    for (const auto &row : table.rows) {
        QStringList cells;
        for (const int column : columns)
            cells << row[column];
        plain.rows.push_back(cells);
    }
    return QByteArray("# ") + manifestKey + " in " + texName.toUtf8() + "\n" + plain.csv();
}

QByteArray pngOf(const QImage &image)
{
    QImage marked = image;
    // So that a later export knows it may replace the file.
    marked.setText(QString::fromLatin1(manifestKey), QStringLiteral("in the .tex file"));
    QByteArray bytes;
    QBuffer buffer(&bytes);
    buffer.open(QIODevice::WriteOnly);
    marked.save(&buffer, "PNG");
    return bytes;
}

/// Writes the axes where the scene has its panels, so that the TeX figure has the size and layout of the others.
class TexWriter
{
public:
    TexWriter(const FigureSpec &spec, const FigureScene &scene, const QString &fileName)
        : m_spec(spec), m_scene(scene), m_fileName(fileName),
          m_base(fileName.left(fileName.lastIndexOf(QLatin1Char('.')))), m_data(m_base + QLatin1String("-data"))
    {
    }

    void operator()(const analysis::LayerDistances &data)
    {
        QList<const analysis::LayerSeries *> series;
        for (const auto &pair : data.pairs)
            series << &pair;
        for (const auto &pair : data.sameDomain)
            series << &pair;
        const bool bars = drawsBars();
        layerAxis(QString::fromStdString(data.sublayer), data.pairs.front().values.size(),
                  QStringLiteral("Jaccard distance (%1)")
                      .arg(QLatin1String(data.set == analysis::SetKind::Kept ? "kept" : "pruned")),
                  bars ? QStringLiteral("ybar=0pt, bar width=%1mm, ")
                             .arg(number(m_scene.panels[0].width() * 0.84
                                         / double(data.pairs.size() * data.pairs.front().values.size())))
                       : QString());
        addSeries(series, qsizetype(data.pairs.size()), bars);
        m_out += QStringLiteral("\\addplot[sharp plot, dash pattern=on 1.6mm off 0.8mm, line width=0.8pt, no marks, "
                                "draw=black!65] table[x=c0, y=c%1] {%2.csv}; % random masks\n")
                     .arg(series.size() + 1)
                     .arg(m_data);
        m_out += QLatin1String("\\end{axis}\n");
        addLegend();
    }

    void operator()(const analysis::SparsityProfile &data)
    {
        QList<const analysis::LayerSeries *> series;
        for (const auto &run : data.runs)
            series << &run;
        layerAxis(QString::fromStdString(data.sublayer), data.runs.front().values.size(),
                  QStringLiteral("Pruned share"), QString());
        addSeries(series, series.size(), false);
        m_out += QLatin1String("\\end{axis}\n");
        addLegend();
    }

    void operator()(const analysis::DistanceMatrix &data)
    {
        QStringList names;
        QStringList places;
        for (const auto &name : data.names) {
            places << QString::number(names.size());
            names << text(name);
        }
        names = shortNames(names);
        const ColorScale scale = scaleOf(m_spec, data);
        QStringList stops;
        for (int i = 0; i <= 16; ++i) {
            const QRgb color = scale.map->at(i / 16.0);
            stops << QStringLiteral("rgb255=(%1,%2,%3)").arg(qRed(color)).arg(qGreen(color)).arg(qBlue(color));
        }
        const double last = double(names.size()) - 0.5;
        beginAxis(m_scene.panels[0],
                  QStringLiteral("enlargelimits=false, y dir=reverse, xmin=-0.5, xmax=%1, ymin=-0.5, ymax=%1,\n"
                                 "  xtick={%2}, ytick={%2}, xticklabels={%3}, yticklabels={%3},\n"
                                 "  x tick label style={rotate=90, anchor=east}, tick style={draw=none},\n"
                                 "  colormap={secateur}{%4}, point meta min=%5, point meta max=%6,\n"
                                 "  axis on top, colorbar, colorbar style={")
                          .arg(number(last), places.join(QLatin1Char(',')), texList(names),
                               stops.join(QLatin1Char(' ')), number(scale.range.low), number(scale.range.high))
                      + barStyle(data.set, scale) + QLatin1Char('}'));
        m_out += QStringLiteral("\\addplot[matrix plot*, mesh/cols=%1, point meta=explicit] "
                                "table[x=c0, y=c1, meta=c2] {%2.csv};\n\\end{axis}\n")
                     .arg(QString::number(names.size()), m_data);
        addTexts(m_scene.panels[0]);
    }

    void operator()(const analysis::AccuracyTable &data)
    {
        const QStringList groups = groupNames(data);
        QStringList places;
        for (qsizetype i = 0; i < groups.size(); ++i)
            places << QString::number(i);
        const double bar = m_scene.panels[0].width() * 0.84 / double(data.rows.size() * data.columns.size());
        beginAxis(m_scene.panels[0],
                  QStringLiteral("ybar=0pt, bar width=%1mm, ymin=0, ymax=%2, xmin=-0.5, xmax=%3, ymajorgrids,\n"
                                 "  xtick={%4}, xticklabels={%5}, xlabel={%6}, ylabel={%7}, tick pos=left,\n"
                                 "  tick align=outside")
                      .arg(number(bar), number(m_scene.valueEnd), number(double(groups.size()) - 0.5),
                           places.join(QLatin1Char(',')), texList(groups), groupsTitle(data),
                           texEscaped(accuracyTitle(data.columns.front()))));
        QList<QRgb> colors; // as the scene has them
        for (const SceneItem &item : m_scene.items)
            if (const auto *const box = std::get_if<FillRect>(&item.shape); box && item.role == Role::Legend)
                colors << box->color;
        for (qsizetype row = 0; row < qsizetype(data.rows.size()); ++row)
            m_out += QStringLiteral("\\addplot[draw=none, fill=%1, error bars/.cd, y dir=both, y explicit] "
                                    "table[x=c0, y=c%2, y error plus=c%3, y error minus=c%4] {%5.csv}; % %6\n")
                         .arg(rgb(colors.value(row)), QString::number(3 * row + 1), QString::number(3 * row + 2),
                              QString::number(3 * row + 3), m_data, text(data.rows[std::size_t(row)].run));
        m_out += QLatin1String("\\end{axis}\n");
        addLegend();
    }

    /// A line per task: its number, and for each model the value and how far the interval reaches up and down.
    [[nodiscard]] static FigureTable barTable(const analysis::AccuracyTable &table)
    {
        const auto data = asShown(table);
        const auto exact = [](double value) { return QString::number(value, 'g', QLocale::FloatingPointShortest); };
        FigureTable lines;
        for (std::size_t column = 0; column < data.columns.size(); ++column) {
            QStringList cells{QString::number(column)};
            for (std::size_t row = 0; row < data.rows.size(); ++row) {
                const auto &cell = data.at(row, column);
                if (!cell) {
                    cells << QStringLiteral("nan") << QStringLiteral("0") << QStringLiteral("0");
                    continue;
                }
                const auto &[value, interval] = cell->measured;
                cells << exact(value) << exact(interval.high - value) << exact(value - interval.low);
            }
            lines.rows.push_back(cells);
        }
        for (std::size_t i = 0; i < 3 * data.rows.size() + 1; ++i)
            lines.header << QString::number(i);
        return lines;
    }

    void operator()(const analysis::DistanceAccuracy &data)
    {
        const auto [x, y] = scatterAxes(data);
        beginAxis(m_scene.panels[0],
                  QStringLiteral("xmin=%1, xmax=%2, ymin=%3, ymax=%4, ymajorgrids, tick pos=left, tick align=outside,\n"
                                 "  scaled ticks=false, x tick label style={/pgf/number format/fixed},\n"
                                 "  xlabel={%5}, ylabel={%6}, only marks, mark size=%7mm, error bars/y dir=both,\n"
                                 "  error bars/y explicit")
                      .arg(number(x.low), number(x.high), number(y.low), number(y.high), scatterTitle(),
                           texEscaped(accuracyTitle(data.measure)), number(markRadius(m_spec.fontSizePt * mmPerPt))));
        static const char *const marks[] = {"o", "square", "triangle", "diamond", "triangle", "pentagon"};
        const auto colors = ColorMap::named(m_spec.palette).seriesColors(int(data.domains.size()));
        for (int domain = 0; domain < int(data.domains.size()); ++domain)
            for (const bool own : {false, true}) {
                const int first = 1 + 6 * domain + (own ? 3 : 0);
                const QString mark = QLatin1String(marks[domain % 6]);
                m_out +=
                    QStringLiteral("\\addplot[%1, mark=%2%3, mark options={solid, line width=0.9pt}] table[x=c0, "
                                   "y=c%4, y error plus=c%5, y error minus=c%6] {%7.csv}; % %8%9\n")
                        .arg(rgb(colors[domain]).prepend(QLatin1String("color=")),
                             own && mark == QLatin1String("o") ? QString() : mark, QLatin1String(own ? "*" : ""),
                             QString::number(first), QString::number(first + 1), QString::number(first + 2), m_data,
                             text(data.domains[std::size_t(domain)]), QLatin1String(own ? ", its own run" : ""));
            }
        m_out += QLatin1String("\\end{axis}\n");
        addLegend();
    }

    void operator()(const analysis::MaskPair &data)
    {
        const auto images = maskImages(m_spec, data, m_scene.panels);
        QStringList titles;
        for (const auto &name : data.names)
            titles << text(name);
        titles = shortNames(titles) << QStringLiteral("Difference");
        const QString rows = QString::number(data.kept.front().rows());
        const QString cols = QString::number(data.kept.front().cols());
        for (std::size_t i = 0; i < images.size(); ++i) {
            const QString name = QStringLiteral("%1-%2.png").arg(m_base, QString::number(i + 1));
            m_files.push_back({name, pngOf(images[i])});
            beginAxis(m_scene.panels[i],
                      QStringLiteral("title={%1}, xlabel={Input column}, %2xmin=0, xmax=%3, ymin=0, ymax=%4,\n"
                                     "  xtick={0,%3}, ytick={0,%4}, %5tick align=outside, tick pos=left, axis on top")
                          .arg(texEscaped(titles[qsizetype(i)]), QLatin1String(i == 0 ? "ylabel={Output row}, " : ""),
                               cols, rows,
                               // The axis runs upwards, rows run downwards.
                               i == 0 ? QStringLiteral("yticklabels={%1,0}, ").arg(rows)
                                      : QStringLiteral("yticklabels={}, ")));
            m_out += QStringLiteral("\\addplot graphics[xmin=0, xmax=%1, ymin=0, ymax=%2] {%3};\n\\end{axis}\n")
                         .arg(cols, rows, name);
        }
        addLegend();
    }

    std::vector<FigureFile> take(const std::string &manifest, const analysis::FigureData &data)
    {
        const QString head =
            QStringLiteral(
                "% %1: %2\n% Needs \\usepackage{pgfplots} and \\pgfplotsset{compat=1.16}; the text is set in "
                "the document's font.\n"
                "\\begin{tikzpicture}\n"
                "\\path[use as bounding box] (0,0) rectangle (%3mm,%4mm);\n"
                "\\pgfplotsset{table/col sep=comma}\n")
                .arg(QLatin1String(manifestKey), QString::fromStdString(manifest), number(m_scene.widthMm),
                     number(m_scene.heightMm));
        std::vector<FigureFile> files = {
            {m_fileName, (head + m_out + QLatin1String("\\end{tikzpicture}%\n")).toUtf8()}};
        if (!std::holds_alternative<analysis::MaskPair>(data.content)) {
            const auto *const accuracy = std::get_if<analysis::AccuracyTable>(&data.content);
            const auto *const scatter = std::get_if<analysis::DistanceAccuracy>(&data.content);
            const FigureTable table = accuracy ? barTable(*accuracy) : scatter ? scatterTable(*scatter) : tableOf(data);
            QList<int> columns = {1, 0, 4};
            if (!std::holds_alternative<analysis::DistanceMatrix>(data.content)) {
                columns.clear();
                for (int i = 0; i < table.header.size(); ++i)
                    columns << i;
            }
            files.push_back({m_data + QLatin1String(".csv"), plainCsv(table, columns, m_fileName)});
        }
        for (auto &file : m_files)
            files.push_back(std::move(file));
        return files;
    }

private:
    /// The one that the scene chose for its width: the last of its labels below the plot.
    [[nodiscard]] QString scatterTitle() const
    {
        QString title;
        for (const SceneItem &item : m_scene.items)
            if (const auto *const label = std::get_if<TextLabel>(&item.shape);
                label && item.role == Role::Label && !label->turned && label->at.y() > m_scene.panels[0].bottom())
                title = label->text;
        return texEscaped(title);
    }

    [[nodiscard]] QString fontCommand() const
    {
        return QStringLiteral("\\fontsize{%1}{%2}\\selectfont")
            .arg(number(m_spec.fontSizePt), number(1.2 * m_spec.fontSizePt));
    }

    [[nodiscard]] QString barStyle(analysis::SetKind set, const ColorScale &scale) const
    {
        const ScaleTicks ticks = scaleTicks(scale.range, 5);
        QStringList places;
        for (const double value : ticks.values)
            places << number(value);
        const QRectF bar = m_scene.panels[1];
        return QStringLiteral("ylabel={Jaccard distance (%1)}, width=%2mm, xshift=%3mm, ytick={%4}, yticklabels={%5},\n"
                              "    tick style={draw=black}, tick pos=right, tick align=outside, font=%6,\n"
                              "    tick label style={font=%6}, label style={font=%6}")
            .arg(QLatin1String(set == analysis::SetKind::Kept ? "kept" : "pruned"), number(bar.width()),
                 // pgfplots begins 0.3 cm to the right of the axis.
                 number(bar.left() - m_scene.panels[0].right() - 3.0), places.join(QLatin1Char(',')),
                 ticks.texts.join(QLatin1Char(',')), fontCommand());
    }

    /// Upwards, as TikZ counts.
    [[nodiscard]] QString place(const QPointF &at) const
    {
        return QStringLiteral("(%1mm,%2mm)").arg(number(at.x()), number(m_scene.heightMm - at.y()));
    }

    void add(const FillRect &item)
    {
        m_out += QStringLiteral("\\fill[fill=%1] %2 rectangle %3;\n")
                     .arg(rgb(item.color), place(item.rect.topLeft()), place(item.rect.bottomRight()));
    }
    void add(const Stroke &item)
    {
        QString dashes;
        for (std::size_t i = 0; i < item.dashMm.size(); ++i)
            dashes += QStringLiteral("%1 %2mm ").arg(QLatin1String(i % 2 == 0 ? "on" : "off"), number(item.dashMm[i]));
        QStringList points;
        for (const QPointF &point : item.points)
            points << place(point);
        m_out += QStringLiteral("\\draw[line width=%1mm, draw=%2%3] %4;\n")
                     .arg(number(item.widthMm), rgb(item.color),
                          dashes.isEmpty() ? QString() : QStringLiteral(", dash pattern=") + dashes.trimmed(),
                          points.join(QStringLiteral(" -- ")));
    }
    void add(const TextLabel &item)
    {
        const char *const anchor = item.align == TextAlign::Left ? "base west"
            : item.align == TextAlign::Center                    ? "base"
                                                                 : "base east";
        m_out += QStringLiteral("\\node[anchor=%1, inner sep=0pt, text=%2, font=%3] at %4 {%5};\n")
                     .arg(QLatin1String(anchor), rgb(item.color), fontCommand(), place(item.at), texEscaped(item.text));
    }
    void add(const Picture &) { }

    /// Where the scene has it: pgfplots would align its entries in columns, which are wider than the page.
    void addLegend()
    {
        m_out += QLatin1String("% The legend\n");
        for (const SceneItem &item : m_scene.items)
            if (item.role == Role::Legend)
                std::visit([this](const auto &shape) { add(shape); }, item.shape);
    }

    /// The numbers in the cells of a heat map.
    void addTexts(const QRectF &panel)
    {
        for (const SceneItem &item : m_scene.items)
            if (const auto *const label = std::get_if<TextLabel>(&item.shape); label && panel.contains(label->box))
                add(*label);
    }

    /// Whether the scene has bars, which are the only rectangles among its data.
    [[nodiscard]] bool drawsBars() const
    {
        return std::ranges::any_of(m_scene.items, [](const SceneItem &item) {
            return item.role == Role::Data && std::holds_alternative<FillRect>(item.shape);
        });
    }

    void beginAxis(const QRectF &panel, const QString &options)
    {
        m_out += QStringLiteral("\\begin{axis}[scale only axis, at={(%1mm,%2mm)}, anchor=south west,\n"
                                "  width=%3mm, height=%4mm, font=%5, major tick length=1mm,\n"
                                "  xlabel near ticks, ylabel near ticks, %6]\n")
                     .arg(number(panel.left()), number(m_scene.heightMm - panel.bottom()), number(panel.width()),
                          number(panel.height()), fontCommand(), options);
    }

    void layerAxis(const QString &sublayer, std::size_t layers, const QString &title, const QString &more)
    {
        const QString label = sublayer.isEmpty() ? QStringLiteral("Layer") : QStringLiteral("Layer (%1)").arg(sublayer);
        beginAxis(m_scene.panels[0],
                  QStringLiteral("%1ymin=0, xlabel={%2}, ylabel={%3}, ymajorgrids, xmin=-0.5, xmax=%5, tick pos=left, "
                                 "tick align=outside,\n"
                                 "  ymax=%4")
                      .arg(more, texEscaped(label), texEscaped(title), number(m_scene.valueEnd),
                           number(double(layers) - 0.5)));
    }

    /// The first `main` of them solid and in colour, the others dotted and black.
    void addSeries(const QList<const analysis::LayerSeries *> &series, qsizetype main, bool bars)
    {
        const auto colors = ColorMap::named(m_spec.palette).seriesColors(int(main));
        for (qsizetype i = 0; i < series.size(); ++i) {
            QStringList names;
            for (const auto &run : series[i]->runs)
                names << text(run);
            static const char *const dashes[] = {"solid", "dash pattern=on 1.6mm off 0.8mm",
                                                 "dash pattern=on 0.5mm off 0.6mm",
                                                 "dash pattern=on 2.4mm off 0.6mm on 0.5mm off 0.6mm"};
            const QString style = i >= main
                ? QStringLiteral("sharp plot, dash pattern=on 0.5mm off 0.6mm, line width=0.8pt, no marks, draw=black")
                : bars ? QStringLiteral("draw=none, fill=") + rgb(colors[i])
                       : QStringLiteral("no marks, line width=1pt, %1, draw=%2")
                             .arg(QLatin1String(dashes[i % 4]), rgb(colors[i]));
            m_out += QStringLiteral("\\addplot[%1] table[x=c0, y=c%2] {%3.csv}; % %4\n")
                         .arg(style, QString::number(i + 1), m_data,
                              (i >= main ? QStringLiteral("same domain: ") : QString())
                                  + names.join(QStringLiteral(" -- ")));
        }
    }

    const FigureSpec &m_spec;
    const FigureScene &m_scene;
    QString m_fileName;
    QString m_base;
    QString m_data; ///< of the table, without its ending; not the name that a CSV export beside it would have
    QString m_out;
    std::vector<FigureFile> m_files;
};

} // namespace

Result<std::vector<FigureFile>> texFiles(const FigureSpec &spec, const analysis::FigureData &data,
                                         const FigureScene &scene, const QString &fileName, const std::string &manifest)
{
    // \addplot reads the names of files as TeX.
    for (const QChar c : fileName)
        if (QStringLiteral("#$%&{}\\~^ ").contains(c))
            return failure(ErrorCode::InvalidArgument,
                           "TeX cannot read files with \"" + QString(c).toStdString()
                               + "\" in their name; choose another one");
    TexWriter writer(spec, scene, fileName);
    std::visit(writer, data.content);
    return writer.take(manifest, data);
}

} // namespace secateur::widgets
