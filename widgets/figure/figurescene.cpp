// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/figure/figurescene.h"

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
    };
    SECATEUR_CHECK(std::visit(Draw{builder, spec}, data.content));
    return builder.take();
}

} // namespace secateur::widgets
