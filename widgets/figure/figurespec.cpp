// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/figure/figurespec.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include <QtCore/QLocale>

#include "widgets/figure/colormap.h"

namespace secateur::widgets {
namespace {

constexpr double leastSideMm = 20.0;
constexpr double largestSideMm = 1000.0;
constexpr double leastFontPt = 4.0;
constexpr double largestFontPt = 40.0;
constexpr qsizetype mostRuns = 64;

struct NamedKind {
    FigureKind kind;
    const char *name;
};
constexpr NamedKind namedKinds[] = {{FigureKind::Mask, "mask"},
                                    {FigureKind::JaccardLayers, "jaccard-layers"},
                                    {FigureKind::JaccardMatrix, "jaccard-matrix"},
                                    {FigureKind::SparsityProfile, "sparsity-profile"},
                                    {FigureKind::Accuracy, "accuracy"},
                                    {FigureKind::DistanceAccuracy, "distance-accuracy"}};

Result<void> inRange(const char *field, double value, double least, double most)
{
    if (std::isfinite(value) && value >= least && value <= most)
        return {};
    const auto number = [](double v) { return QString::number(v).toStdString(); };
    return failure(ErrorCode::InvalidArgument,
                   std::string(field) + " is " + number(value) + ", and must be from " + number(least) + " to "
                       + number(most));
}

/// Printable, and short enough for a message and a file.
bool isName(const QString &text)
{
    return !text.isEmpty() && text.size() <= 200
        && std::ranges::all_of(text, [](QChar c) { return c.isPrint() || c.isSurrogate(); });
}

/// Reads the fields of a spec in a row and keeps the first problem.
class SpecReader
{
public:
    SpecReader(const nlohmann::json &value, const std::string &origin) : m_value(value), m_origin(origin) { }

    QString text(const char *key)
    {
        const auto *const found = find(key);
        if (found && !found->is_string())
            refuse(key, "a text");
        return found && found->is_string() ? QString::fromStdString(found->get<std::string>()) : QString();
    }
    double number(const char *key)
    {
        const auto *const found = find(key);
        if (found && !found->is_number())
            refuse(key, "a number");
        return found && found->is_number() ? found->get<double>() : 0.0;
    }
    std::optional<quint32> layer()
    {
        const auto *const found = find("layer");
        if (!found || found->is_null())
            return std::nullopt;
        if (!found->is_number_unsigned() || found->get<std::uint64_t>() > std::numeric_limits<quint32>::max()) {
            refuse("layer", "a layer's number or null");
            return std::nullopt;
        }
        return found->get<quint32>();
    }
    QStringList names(const char *key, bool isOptional = false)
    {
        QStringList names;
        if (isOptional && !m_value.contains(key))
            return names;
        const auto *const found = find(key);
        if (found && !found->is_array())
            refuse(key, "a list of names");
        for (const auto &name : found && found->is_array() ? *found : nlohmann::json::array()) {
            if (!name.is_string()) {
                refuse(key, "a list of names");
                break;
            }
            names << QString::fromStdString(name.get<std::string>());
        }
        return names;
    }
    /// Manifests of before there was a choice have none: then the scale ended at 0 and 1.
    std::optional<ColorRange> range(FigureKind kind)
    {
        const auto found = m_value.find("range");
        if (found == m_value.end())
            return kind == FigureKind::JaccardMatrix ? std::optional(ColorRange{0.0, 1.0}) : std::nullopt;
        if (*found == "auto")
            return std::nullopt;
        if (found->is_array() && found->size() == 2 && (*found)[0].is_number() && (*found)[1].is_number())
            return ColorRange{(*found)[0].get<double>(), (*found)[1].get<double>()};
        refuse("range", "\"auto\" or two numbers");
        return std::nullopt;
    }
    bool meanOfSeeds()
    {
        const auto found = m_value.find("seeds"); // older manifests have none
        if (found != m_value.end() && *found != "each" && *found != "mean")
            refuse("seeds", "\"each\" or \"mean\"");
        return found != m_value.end() && *found == "mean";
    }
    Rendering rendering()
    {
        const auto found = m_value.find("rendering");
        if (found != m_value.end() && *found != "mask" && *found != "weights")
            refuse("rendering", "\"mask\" or \"weights\"");
        return found != m_value.end() && *found == "weights" ? Rendering::Weights : Rendering::Mask;
    }
    [[nodiscard]] const std::optional<Error> &problem() const { return m_problem; }
    void refuse(const char *key, const char *expected)
    {
        if (!m_problem)
            m_problem = Error{ErrorCode::BadInput, m_origin + ": \"" + key + "\" of the figure must be " + expected};
    }

private:
    const nlohmann::json *find(const char *key)
    {
        const auto found = m_value.find(key);
        if (found == m_value.end())
            refuse(key, "there");
        return found == m_value.end() ? nullptr : &*found;
    }

    const nlohmann::json &m_value;
    const std::string &m_origin;
    std::optional<Error> m_problem;
};

} // namespace

QString kindName(FigureKind kind)
{
    for (const auto &named : namedKinds)
        if (named.kind == kind)
            return QString::fromLatin1(named.name);
    return QString();
}

QList<FigureKind> figureKinds()
{
    QList<FigureKind> kinds;
    for (const auto &named : namedKinds)
        kinds << named.kind;
    return kinds;
}

Result<FigureKind> kindFromName(const QString &name)
{
    std::string known;
    for (const auto &named : namedKinds) {
        if (name == QLatin1String(named.name))
            return named.kind;
        known += known.empty() ? "" : ", ";
        known += named.name;
    }
    return failure(ErrorCode::InvalidArgument,
                   "\"" + name.toStdString() + "\" is no kind of figure; there are " + known);
}

bool hasTasks(FigureKind kind)
{
    return kind == FigureKind::Accuracy || kind == FigureKind::DistanceAccuracy;
}

bool hasColorScale(FigureKind kind, Rendering rendering)
{
    return kind == FigureKind::JaccardMatrix || (kind == FigureKind::Mask && rendering == Rendering::Weights);
}

QString rangeText(const std::optional<ColorRange> &range)
{
    const auto number = [](double value) { return QString::number(value, 'g', QLocale::FloatingPointShortest); };
    return range ? number(range->low) + QLatin1Char(',') + number(range->high) : QStringLiteral("auto");
}

Result<std::optional<ColorRange>> rangeFromText(const QString &text)
{
    if (text == QLatin1String("auto"))
        return std::optional<ColorRange>();
    const QStringList parts = text.split(QLatin1Char(','));
    bool lowIsNumber = false;
    bool highIsNumber = false;
    const double low = parts.first().toDouble(&lowIsNumber);
    const double high = parts.last().toDouble(&highIsNumber);
    if (parts.size() != 2 || !lowIsNumber || !highIsNumber)
        return failure(ErrorCode::InvalidArgument,
                       "\"" + text.toStdString() + "\" is no range of values; give auto, or two numbers as in 0,0.5");
    return std::optional(ColorRange{low, high});
}

namespace {

Result<void> checkRange(const FigureSpec &spec)
{
    if (!spec.range)
        return {};
    const auto [low, high] = *spec.range;
    const auto wrong = [](const std::string &why) { return failure(ErrorCode::InvalidArgument, why); };
    if (!hasColorScale(spec.kind, spec.rendering))
        return wrong("this kind of figure has no colours for numbers, so it has no range; leave it out");
    if (!std::isfinite(low) || !std::isfinite(high) || !(low < high))
        return wrong("the range of colours must be two numbers, the smaller one first");
    if (spec.kind == FigureKind::JaccardMatrix && (low < 0.0 || high > 1.0))
        return wrong("distances lie between 0 and 1, and so must the range of their colours");
    if (spec.kind == FigureKind::Mask && low != -high)
        return wrong("the range of weights must have zero in its middle, as in -0.2,0.2, for the colours have");
    return {};
}

} // namespace

Result<void> FigureSpec::validate() const
{
    if (rendering == Rendering::Weights && kind != FigureKind::Mask)
        return failure(ErrorCode::InvalidArgument, "only a figure of masks can show weights");
    SECATEUR_CHECK(checkRange(*this));
    SECATEUR_CHECK(inRange("the width in mm", widthMm, leastSideMm, largestSideMm));
    SECATEUR_CHECK(inRange("the height in mm", heightMm, leastSideMm, largestSideMm));
    SECATEUR_CHECK(inRange("the font size in pt", fontSizePt, leastFontPt, largestFontPt));
    SECATEUR_CHECK(inRange("the resolution of images in dpi", imageDpi, 36, 2400));
    if (!ColorMap::exists(palette))
        return failure(ErrorCode::InvalidArgument,
                       "\"" + palette.toStdString() + "\" is no palette; there are "
                           + ColorMap::ids().join(QStringLiteral(", ")).toStdString());
    if (!isName(fontFamily))
        return failure(ErrorCode::InvalidArgument, "the font's name is empty, too long or not printable");
    if (!sublayer.isEmpty() && !isName(sublayer))
        return failure(ErrorCode::InvalidArgument, "the sublayer's name is too long or not printable");
    if (runs.size() > mostRuns)
        return failure(ErrorCode::InvalidArgument, "a figure can show 64 runs at most");
    if (tasks.size() > mostRuns || !std::ranges::all_of(tasks, isName))
        return failure(ErrorCode::InvalidArgument,
                       "a task's name is empty, too long or not printable, or there are too many");
    if (!tasks.isEmpty() && !hasTasks(kind))
        return failure(ErrorCode::InvalidArgument, "only a figure of accuracy has tasks");
    if (meanOfSeeds && kind != FigureKind::Accuracy)
        return failure(ErrorCode::InvalidArgument, "only a figure of accuracy has means over seeds");
    if (!std::ranges::all_of(runs, isName))
        return failure(ErrorCode::InvalidArgument, "a run's name is empty, too long or not printable");
    return {};
}

nlohmann::ordered_json toJson(const FigureSpec &spec)
{
    nlohmann::ordered_json runs = nlohmann::ordered_json::array();
    for (const QString &run : spec.runs)
        runs.push_back(run.toStdString());
    nlohmann::ordered_json tasks = nlohmann::ordered_json::array();
    for (const QString &task : spec.tasks)
        tasks.push_back(task.toStdString());
    return {{"kind", kindName(spec.kind).toStdString()},
            {"runs", runs},
            {"layer", spec.layer ? nlohmann::ordered_json(*spec.layer) : nlohmann::ordered_json()},
            {"sublayer", spec.sublayer.toStdString()},
            {"set", spec.set == analysis::SetKind::Kept ? "kept" : "pruned"},
            {"tasks", tasks},
            {"seeds", spec.meanOfSeeds ? "mean" : "each"},
            {"rendering", spec.rendering == Rendering::Weights ? "weights" : "mask"},
            {"range",
             spec.range ? nlohmann::ordered_json({spec.range->low, spec.range->high}) : nlohmann::ordered_json("auto")},
            {"width_mm", spec.widthMm},
            {"height_mm", spec.heightMm},
            {"font", spec.fontFamily.toStdString()},
            {"font_size_pt", spec.fontSizePt},
            {"palette", spec.palette.toStdString()},
            {"image_dpi", spec.imageDpi}};
}

Result<FigureSpec> specFromJson(const nlohmann::json &value, const std::string &origin)
{
    if (!value.is_object())
        return failure(ErrorCode::BadInput, origin + ": the figure must be an object");
    SpecReader reader(value, origin);
    const QString kind = reader.text("kind");
    const QString set = reader.text("set");
    FigureSpec spec;
    spec.runs = reader.names("runs");
    spec.tasks = reader.names("tasks", true); // older manifests have none
    spec.layer = reader.layer();
    spec.sublayer = reader.text("sublayer");
    spec.widthMm = reader.number("width_mm");
    spec.heightMm = reader.number("height_mm");
    spec.fontFamily = reader.text("font");
    spec.fontSizePt = reader.number("font_size_pt");
    spec.palette = reader.text("palette");
    const double dpi = reader.number("image_dpi");
    spec.imageDpi = dpi >= 0 && dpi <= 1e6 ? int(dpi) : -1;
    if (!reader.problem() && set != QLatin1String("pruned") && set != QLatin1String("kept"))
        reader.refuse("set", "\"pruned\" or \"kept\"");
    if (reader.problem())
        return tl::make_unexpected(*reader.problem());
    spec.set = set == QLatin1String("kept") ? analysis::SetKind::Kept : analysis::SetKind::Pruned;
    const auto asInput = [&origin](Error error) {
        error = withContext(std::move(error), origin);
        if (error.code == ErrorCode::InvalidArgument)
            error.code = ErrorCode::BadInput; // the file is wrong, not the command
        return tl::make_unexpected(std::move(error));
    };
    const auto known = kindFromName(kind);
    if (!known)
        return asInput(known.error());
    spec.kind = *known;
    spec.range = reader.range(spec.kind);
    spec.rendering = reader.rendering();
    spec.meanOfSeeds = reader.meanOfSeeds();
    if (reader.problem())
        return tl::make_unexpected(*reader.problem());
    if (const auto valid = spec.validate(); !valid)
        return asInput(valid.error());
    return spec;
}

analysis::FigureChoice choiceOf(const FigureSpec &spec)
{
    analysis::FigureChoice choice;
    choice.kind = spec.kind;
    for (const QString &run : spec.runs)
        choice.runs.push_back(run.toStdString());
    if (spec.layer)
        choice.layer = *spec.layer;
    choice.sublayer = spec.sublayer.toStdString();
    choice.set = spec.set;
    for (const QString &task : spec.tasks)
        choice.tasks.push_back(task.toStdString());
    choice.meanOfSeeds = spec.meanOfSeeds;
    choice.weights = spec.rendering == Rendering::Weights;
    return choice;
}

QList<ColumnWidth> columnWidths()
{
    const auto row = [](const char *id, const char *title, double widthMm, const char *source) {
        return ColumnWidth{QString::fromLatin1(id), QString::fromLatin1(title), widthMm, QString::fromLatin1(source)};
    };
    return {row("ieee-column", "IEEE, one column", 88.9, "IEEEtran: 3.5 in"),
            row("ieee-page", "IEEE, two columns", 181.9, "IEEEtran: 7.16 in"),
            row("acm-column", "ACM sigconf, one column", 84.6, "acmart, sigconf: 3.33 in"),
            row("acm-page", "ACM sigconf, two columns", 177.8, "acmart, sigconf: 7 in"),
            row("neurips", "NeurIPS, ICLR", 139.7, "their style files: 5.5 in"),
            row("icml-column", "ICML, one column", 82.5, "its style file: 3.25 in"),
            row("icml-page", "ICML, two columns", 171.4, "its style file: 6.75 in"),
            row("acl-column", "ACL, one column", 77.0, "acl.sty: 7.7 cm"),
            row("acl-page", "ACL, two columns", 160.0, "acl.sty: 16 cm")};
}

std::optional<double> columnWidth(QStringView id)
{
    for (const auto &column : columnWidths())
        if (column.id == id)
            return column.widthMm;
    return std::nullopt;
}

double suggestedHeight(FigureKind kind, double widthMm)
{
    const double share = kind == FigureKind::JaccardMatrix ? 0.8 : kind == FigureKind::Mask ? 0.43 : 0.62;
    return std::clamp(std::round(widthMm * share * 10.0) / 10.0, 40.0, 160.0);
}

} // namespace secateur::widgets
