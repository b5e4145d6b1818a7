// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/figure/figurescene.h"

#include <algorithm>
#include <cmath>

#include "widgets/figure/scenes.h"

namespace secateur::widgets {

QStringList shortNames(const QStringList &names)
{
    if (names.size() < 2)
        return names;
    QString tail = names.front();
    for (const QString &name : names) {
        qsizetype same = 0;
        while (same < std::min(tail.size(), name.size())
               && tail[tail.size() - 1 - same] == name[name.size() - 1 - same])
            ++same;
        tail = tail.right(same);
    }
    // From a dash on, as in "-wanda-0.5", so that no word is cut.
    const qsizetype dash = tail.indexOf(QLatin1Char('-'));
    tail = dash < 0 ? QString() : tail.mid(dash);
    QStringList cut;
    for (const QString &name : names)
        cut << name.chopped(tail.size());
    return cut.contains(QString()) ? names : cut;
}

tl::unexpected<Error> tooSmall(const FigureSpec &spec, const std::string &what)
{
    const auto number = [](double value) { return QString::number(value).toStdString(); };
    return failure(ErrorCode::InvalidArgument,
                   "a figure of " + number(spec.widthMm) + " x " + number(spec.heightMm) + " mm is too small for "
                       + what + " at " + number(spec.fontSizePt) + " pt; make it larger or the font smaller");
}

Result<FigureScene> makeScene(const FigureSpec &spec, const analysis::FigureData &data)
{
    SECATEUR_CHECK(spec.validate());
    SceneBuilder builder(spec);
    struct Draw {
        SceneBuilder &builder;
        const FigureSpec &spec;
        Result<void> operator()(const analysis::LayerDistances &content) const
        {
            return drawLayerDistances(builder, spec, content);
        }
        Result<void> operator()(const analysis::DistanceMatrix &content) const
        {
            return drawDistanceMatrix(builder, spec, content);
        }
        Result<void> operator()(const analysis::MaskPair &content) const { return drawMasks(builder, spec, content); }
        Result<void> operator()(const analysis::SparsityProfile &content) const
        {
            return drawSparsityProfile(builder, spec, content);
        }
        Result<void> operator()(const analysis::AccuracyTable &content) const
        {
            return drawAccuracy(builder, spec, content);
        }
        Result<void> operator()(const analysis::DistanceAccuracy &content) const
        {
            return drawDistanceAccuracy(builder, spec, content);
        }
    };
    SECATEUR_CHECK(std::visit(Draw{builder, spec}, data.content));
    return builder.take();
}

double fittingHeight(const FigureSpec &spec, const analysis::FigureData &data)
{
    constexpr double most = 230.0; // of a page
    FigureSpec tried = spec;
    tried.heightMm = suggestedHeight(spec.kind, spec.widthMm);
    if (const auto *const masks = std::get_if<analysis::MaskPair>(&data.content);
        masks && masks->kept.front().size() > 0)
        tried.heightMm = std::clamp(std::ceil(10.0 * maskHeight(spec, *masks)) / 10.0, 20.0, most);
    for (auto scene = makeScene(tried, data); !scene && tried.heightMm * 1.1 < most; scene = makeScene(tried, data))
        tried.heightMm = std::round(11.0 * tried.heightMm) / 10.0;
    return tried.heightMm;
}

} // namespace secateur::widgets
