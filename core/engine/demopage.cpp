// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <cstdio>

#include "core/engine/demofindings.h"

namespace secateur::engine {
namespace {

using analysis::Estimate;

std::string number(double value, int digits)
{
    char text[64];
    std::snprintf(text, sizeof text, "%.*f", digits, value);
    return text;
}

/// "62.5 (44.0-78.1)", in percent; an en dash where nothing was measured.
std::string share(const std::optional<Estimate> &estimate)
{
    constexpr double percent = 100;
    if (!estimate)
        return "–";
    return number(percent * estimate->value, 1) + " (" + number(percent * estimate->interval.low, 1) + "–"
        + number(percent * estimate->interval.high, 1) + ")";
}

std::string points(const Estimate &estimate)
{
    constexpr double percent = 100;
    return number(percent * estimate.value, 1) + " points (95 % from " + number(percent * estimate.interval.low, 1)
        + " to " + number(percent * estimate.interval.high, 1) + ")";
}

std::string accuracyTable(const DemoFindings &findings)
{
    std::string text = "| Run |";
    std::string rule = "|---|";
    for (const auto &task : findings.tasks) {
        std::string metric = task.metric;
        std::ranges::replace(metric, '_', ' '); // so that a narrow column can break it
        text += " " + task.domain + ", " + metric + ", n = " + std::to_string(task.items) + " |";
        rule += "---:|";
    }
    text += "\n" + rule + "\n";
    for (std::size_t run = 0; run < findings.runs.size(); ++run) {
        text += "| " + findings.runs[run] + " |";
        for (const auto &task : findings.tasks)
            text += (findings.runs[run] == task.domain ? " **" : " ") + share(task.values[run])
                + (findings.runs[run] == task.domain ? "** |" : " |");
        text += "\n";
    }
    return text;
}

std::string distanceTable(const DemoFindings &findings)
{
    std::string text = "| Pairs of masks | Pairs | Mean distance | From | To |\n|---|---:|---:|---:|---:|\n";
    for (const auto &group : findings.distances)
        text += "| " + group.pairs + " | " + std::to_string(group.count) + " | " + number(group.mean, 4) + " | "
            + number(group.least, 4) + " | " + number(group.most, 4) + " |\n";
    return text + "| two random masks, expected | | " + number(findings.random, 4) + " | | |\n";
}

/// Whether the interval leaves 0 out, in words.
std::string verdict(const Estimate &difference)
{
    if (difference.interval.covers(0))
        return "This interval covers 0: these items do not tell whether a sub-model is better at home.";
    return difference.value > 0 ? "A sub-model keeps more of its own domain than the others do."
                                : "A sub-model keeps less of its own domain than the others do.";
}

std::string judged(const Estimate &difference)
{
    return points(difference) + (difference.interval.covers(0) ? "; not distinguishable" : "");
}

std::string ownTable(const DemoFindings &findings)
{
    std::string text;
    for (const auto &task : findings.tasks)
        if (task.ownLessOthers)
            text += "- " + task.domain + ": " + judged(*task.ownLessOthers)
                + (task.ownLessOthersSparser ? ". At 60 %: " + judged(*task.ownLessOthersSparser) : "") + "\n";
    return text;
}

} // namespace

std::string demoPage(const DemoFindings &findings)
{
    std::string text = "# What the demo study found\n\n";
    text += "All numbers were computed by this run of the program; intervals are 95 %.\n\n";
    if (!findings.tasks.empty()) {
        text += "## Accuracy\n\nIn percent, with the interval; in bold each sub-model on its own domain.\n\n"
            + accuracyTable(findings) + "\n";
        text +=
            "The sub-model of a domain, less the mean of those of the other domains, on the same items, at 50 %:\n\n"
            + ownTable(findings) + "\n";
    }
    if (findings.ownLessOthers)
        text +=
            "Over all domains: " + points(*findings.ownLessOthers) + ". " + verdict(*findings.ownLessOthers) + "\n\n";
    text +=
        "## Distance of masks\n\nJaccard distance of the pruned weights, whole model.\n\n" + distanceTable(findings);
    return text;
}

} // namespace secateur::engine
