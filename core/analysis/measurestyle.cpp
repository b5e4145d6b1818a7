// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/analysis/measurestyle.h"

#include <cctype>
#include <map>

namespace secateur::analysis {

namespace {

std::string titleOf(const std::string &metric)
{
    static const std::map<std::string, std::string> known = {
        {"acc", "Accuracy"},
        {"acc_norm", "Accuracy by length"},
        {"exact_match_strict", "Strict exact match"},
        {"exact_match_flexible", "Flexible exact match"},
        {"exact_match_paper", "Exact match as in the paper's code"},
        {"meteor", "METEOR"},
        {"meteor_best", "METEOR of the best sample"},
        {"bleu", "BLEU"},
        {"chrf", "chrF"},
    };
    if (const auto found = known.find(metric); found != known.end())
        return found->second;
    std::string title = metric;
    if (!title.starts_with("pass@") && !title.empty())
        title.front() = char(std::toupper(static_cast<unsigned char>(title.front())));
    return title;
}

} // namespace

MeasureStyle styleOf(const std::string &metric)
{
    if (metric == "perplexity")
        return {1.0, 2, {}, titleOf(metric)};
    if (metric == "bleu" || metric == "chrf") // from 0 to 100 already
        return {1.0, 1, {}, titleOf(metric)};
    return {100.0, 1, "%", titleOf(metric)};
}

} // namespace secateur::analysis
