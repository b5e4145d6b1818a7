// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/pages/prunegrid.h"

#include <algorithm>

#include <QCoreApplication>
#include <QRegularExpression>

namespace secateur::app {
namespace {

constexpr std::uint64_t mostSeeds = 100;

QString words(const char *text)
{
    return QCoreApplication::translate("PruneGrid", text);
}

QString fromStd(const std::string &text)
{
    return QString::fromStdString(text);
}

QStringList wordsOf(const QString &text)
{
    static const QRegularExpression separators(QStringLiteral("[\\s,;]+"));
    return text.split(separators, Qt::SkipEmptyParts);
}

Result<PruneTarget> parseTarget(const QString &word)
{
    if (word.contains(u':')) {
        SECATEUR_TRY(pattern, NmPattern::fromText(word.toStdString()));
        return PruneTarget(pattern);
    }
    QString number = word;
    const bool percent = number.endsWith(u'%');
    if (percent)
        number.chop(1);
    bool isNumber = false;
    const double value = number.toDouble(&isNumber);
    if (!isNumber)
        return failure(ErrorCode::InvalidArgument,
                       "\"" + word.toStdString() + "\" is neither a share such as 0.5 nor a pattern such as 2:4");
    SECATEUR_TRY(sparsity, Sparsity::fromRatio(percent ? value / 100.0 : value));
    return PruneTarget(sparsity);
}

bool isTable(const std::optional<selection::LayerRule> &rule)
{
    return rule && rule->kind == selection::LayerRule::Kind::Table;
}

QStringList methodOptions(PruneMethod method, const PruneTarget &target, const PruneGrid &grid)
{
    const bool isPattern = std::holds_alternative<NmPattern>(target);
    QStringList options = {QStringLiteral("--method"), fromStd(methodName(method))};
    if (!isTable(grid.layers))
        options << (isPattern ? QStringLiteral("--pattern") : QStringLiteral("--sparsity"))
                << fromStd(targetText(target));
    if (grid.layers)
        options << QStringLiteral("--layer-sparsity") << fromStd(selection::layerRuleText(*grid.layers));
    if (usesActivations(method))
        options << QStringLiteral("--statistics") << fromStd(statisticsName(grid.statistics));
    return options;
}

/// Of a pattern with a rule, which is refused, that of the pattern alone.
QString targetName(const PruneTarget &target, const PruneGrid &grid)
{
    const std::string text = selection::targetText(target, grid.layers).value_or(targetText(target));
    return fromStd(text).replace(u':', u'-');
}

/// Why this method cannot reach this target with the grid's rule; empty: it can.
QString layersProblem(PruneMethod method, const PruneTarget &target, const PruneGrid &grid)
{
    if (!grid.layers || isTable(grid.layers))
        return {};
    if (std::holds_alternative<NmPattern>(target))
        return words("a pattern prunes all layers alike");
    return usesActivations(method) ? QString() : words("has no scores for OWL to look at");
}

} // namespace

Result<std::vector<PruneTarget>> parseTargets(const QString &text)
{
    std::vector<PruneTarget> targets;
    const auto all = wordsOf(text);
    for (const auto &word : all) {
        SECATEUR_TRY(target, parseTarget(word));
        if (std::ranges::find(targets, target) == targets.end())
            targets.push_back(target);
    }
    return targets;
}

Result<std::vector<std::uint64_t>> parseSeeds(const QString &text)
{
    static const QRegularExpression form(QStringLiteral("^(\\d{1,18})(?:-(\\d{1,18}))?$"));
    std::vector<std::uint64_t> seeds;
    const auto all = wordsOf(text);
    for (const auto &word : all) {
        const auto match = form.match(word);
        const std::uint64_t first = match.captured(1).toULongLong();
        const std::uint64_t last = match.captured(2).isEmpty() ? first : match.captured(2).toULongLong();
        if (!match.hasMatch() || last < first || last - first >= mostSeeds)
            return failure(ErrorCode::InvalidArgument,
                           "\"" + word.toStdString() + "\" is neither a seed such as 1 nor a range such as 0-4");
        for (std::uint64_t seed = first; seed <= last; ++seed)
            if (std::ranges::find(seeds, seed) == seeds.end())
                seeds.push_back(seed);
    }
    return seeds;
}

std::vector<PlannedRun> planRuns(const PruneGrid &grid, const std::filesystem::path &study,
                                 const std::filesystem::path &model, const std::set<std::string> &finished)
{
    std::vector<PlannedRun> runs;
    // A table brings its total along, so that whatever was asked for comes to one.
    const auto targets = isTable(grid.layers) ? std::vector<PruneTarget>{Sparsity()} : grid.targets;
    const auto plan = [&](const QString &domain, PruneMethod method, const PruneTarget &target, const QStringList &data,
                          const QString &suffix) -> PlannedRun & {
        PlannedRun run;
        run.domain = domain;
        run.method = method;
        run.name =
            QStringLiteral("%1-%2-%3%4").arg(domain, fromStd(methodName(method)), targetName(target, grid), suffix);
        run.problem = layersProblem(method, target, grid);
        run.looksForOutliers = grid.layers && !isTable(grid.layers);
        run.isThere = finished.contains(run.name.toStdString());
        run.arguments = QStringList{QStringLiteral("prune"),    fromStd(study.string()),
                                    QStringLiteral("--model"),  fromStd(model.string()),
                                    QStringLiteral("--domain"), domain,
                                    QStringLiteral("--run"),    run.name}
            + data + methodOptions(method, target, grid);
        return runs.emplace_back(std::move(run));
    };
    const auto suffixOf = [&grid](std::uint64_t seed) {
        return grid.seeds.size() > 1 ? QStringLiteral("-s%1").arg(seed) : QString();
    };
    for (const auto &domain : grid.domains)
        for (const auto method : grid.methods)
            for (const auto &target : targets) {
                if (!usesActivations(method))
                    continue;
                for (const auto seed : grid.seeds) {
                    auto seeded = domain;
                    seeded.data.seed = seed;
                    auto &run = plan(domain.name, method, target, commandLineOptions(seeded), suffixOf(seed));
                    run.data = seeded.data;
                    if (domain.data.files.empty())
                        run.problem = words("no files to calibrate on");
                }
            }
    if (std::ranges::find(grid.methods, PruneMethod::Magnitude) != grid.methods.end())
        for (const auto &target : targets)
            plan(QStringLiteral("none"), PruneMethod::Magnitude, target, {}, {});
    if (std::ranges::find(grid.methods, PruneMethod::Random) != grid.methods.end())
        for (const auto &target : targets)
            for (const auto seed : grid.seeds)
                plan(QStringLiteral("none"), PruneMethod::Random, target,
                     {QStringLiteral("--seed"), QString::number(seed)}, suffixOf(seed));
    return runs;
}

} // namespace secateur::app
