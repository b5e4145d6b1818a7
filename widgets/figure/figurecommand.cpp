// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/figure/figurecommand.h"

#include <QtCore/QLocale>
#include <QtCore/QRegularExpression>

namespace secateur::widgets {
namespace {

QString number(double value)
{
    return QString::number(value, 'g', QLocale::FloatingPointShortest);
}

/// What the kind has no use for must not be said: the command line refuses it.
QStringList choiceArguments(const FigureSpec &spec)
{
    QStringList words;
    if (!spec.runs.isEmpty())
        words << QStringLiteral("--runs") << spec.runs.join(QLatin1Char(','));
    if (spec.layer)
        words << QStringLiteral("--layer") << QString::number(*spec.layer);
    if (!spec.sublayer.isEmpty())
        words << QStringLiteral("--sublayer") << spec.sublayer;
    if (!spec.tasks.isEmpty())
        words << QStringLiteral("--tasks") << spec.tasks.join(QLatin1Char(','));
    if (spec.meanOfSeeds)
        words << QStringLiteral("--seeds") << QStringLiteral("mean");
    words << QStringLiteral("--set")
          << (spec.set == analysis::SetKind::Kept ? QStringLiteral("kept") : QStringLiteral("pruned"));
    if (spec.rendering == Rendering::Weights)
        words << QStringLiteral("--rendering") << QStringLiteral("weights");
    if (hasColorScale(spec.kind, spec.rendering)) // one word: the first number may be negative
        words << QStringLiteral("--range=") + rangeText(spec.range);
    return words;
}

} // namespace

QStringList figureArguments(const FigureSpec &spec, const QString &study, const QString &output, const QString &model)
{
    QStringList words = {QStringLiteral("figure"), study, kindName(spec.kind)};
    words << choiceArguments(spec);
    if (spec.rendering == Rendering::Weights && !model.isEmpty())
        words << QStringLiteral("--model") << model;
    words << QStringLiteral("--width-mm") << number(spec.widthMm) << QStringLiteral("--height-mm")
          << number(spec.heightMm) << QStringLiteral("--font") << spec.fontFamily << QStringLiteral("--font-size")
          << number(spec.fontSizePt) << QStringLiteral("--palette") << spec.palette << QStringLiteral("--dpi")
          << QString::number(spec.imageDpi) << QStringLiteral("-o") << output;
    return words;
}

QString shellLine(const QString &program, const QStringList &arguments)
{
    static const QRegularExpression plain(QStringLiteral("^[A-Za-z0-9_./:=,+-]+$"));
    QStringList words;
    for (QString word : QStringList(program) + arguments)
        words << (plain.match(word).hasMatch() ? word
                                               : QLatin1Char('\'')
                          + word.replace(QLatin1String("'"), QLatin1String("'\\''")) + QLatin1Char('\''));
    return words.join(QLatin1Char(' '));
}

} // namespace secateur::widgets
