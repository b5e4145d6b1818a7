// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/pages/pruneforecast.h"

#include <algorithm>
#include <ranges>

#include <QCoreApplication>

#include "app/pages/accuracyplan.h"
#include "core/engine/light.h"

namespace secateur::app {
namespace {

/// Pruning takes its data through every layer twice, and looking for outliers once before.
constexpr double outlierPasses = 1.5;

QString words(const char *text)
{
    return QCoreApplication::translate("PruneForecast", text);
}

double secondsOf(const store::RunManifest &run, const char *part)
{
    const auto found = run.outcome.seconds.find(part);
    return found == run.outcome.seconds.end() ? 0.0 : found->second;
}

/// What a run took: so much for each token, and so much whatever the tokens are.
struct Speed {
    double perToken = 0.0;
    double fixed = 0.0;
};

std::optional<Speed> lastSpeed(const std::vector<store::RunManifest> &earlier, const std::string &host)
{
    for (const auto &run : std::views::reverse(earlier)) {
        const double calibrate = secondsOf(run, "calibrate");
        if (run.outcome.host == host && calibrate > 0.0 && run.recipe.calibrationTokens > 0)
            return Speed{calibrate / double(run.recipe.calibrationTokens),
                         std::max(0.0, secondsOf(run, "total") - calibrate - secondsOf(run, "outliers"))};
    }
    return std::nullopt;
}

/// Tokens of a text of this domain as it was last cut; nothing where none was pruned for.
std::optional<double> textLength(const std::vector<store::RunManifest> &earlier, const QString &domain)
{
    for (const auto &run : std::views::reverse(earlier))
        if (run.recipe.domain == domain.toStdString() && run.recipe.calibrationSequences > 0)
            return double(run.recipe.calibrationTokens) / double(run.recipe.calibrationSequences);
    return std::nullopt;
}

} // namespace

std::uint64_t longestSequence(const data::CalibrationRequest &request, const architecture::ModelConfig &config)
{
    const auto limit = std::uint64_t(std::max<std::int64_t>(config.maxPositions, 1));
    return std::min(request.length > 0 ? request.length : request.maxLength, limit);
}

PruneForecast forecastRuns(const std::vector<PlannedRun> &runs, const architecture::ModelConfig &config,
                           const std::vector<store::RunManifest> &earlier, const std::string &host, int threads)
{
    PruneForecast forecast;
    const auto speed = lastSpeed(earlier, host);
    forecast.measured = speed.has_value();
    for (const auto &run : runs) {
        const std::uint64_t longest = longestSequence(run.data, config);
        engine::PruneDemand demand{run.data.samples * longest, run.data.samples, longest, run.method, false, threads};
        // At most: records are often shorter than where they would be cut.
        forecast.bytes = std::max(forecast.bytes, engine::forecastPruneBytes(config, demand));
        const bool looksAtTokens = usesActivations(run.method);
        if (const auto length = textLength(earlier, run.domain); length && run.data.length == 0)
            demand.tokens = std::uint64_t(std::min(*length, double(longest)) * double(run.data.samples));
        else if (looksAtTokens && run.data.length == 0)
            forecast.atMost = true;
        const double passes = run.looksForOutliers ? outlierPasses : 1.0;
        if (!speed)
            forecast.seconds += passes * engine::forecastPruneSeconds(config, demand);
        else
            forecast.seconds += speed->fixed + (looksAtTokens ? passes * speed->perToken * double(demand.tokens) : 0.0);
    }
    return forecast;
}

QString timeWords(const PruneForecast &forecast, int runs)
{
    const QString count = runs == 1 ? words("one run") : words("%1 runs").arg(runs);
    const QString basis = forecast.measured ? words("by the last run's speed on this machine")
                                            : words("by a rule of thumb, until a run was measured here");
    QString time = roughTime(forecast.seconds);
    if (forecast.atMost)
        time = words("at most %1").arg(time);
    time[0] = time[0].toUpper();
    return words("%1 for %2, %3.").arg(time, count, basis);
}

} // namespace secateur::app
