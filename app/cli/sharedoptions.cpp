// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/sharedoptions.h"

#include <algorithm>
#include <charconv>

#include "core/base/file.h"
#include "core/chat/chattemplate.h"
#include "core/store/names.h"
#include "core/store/study.h"

namespace secateur::cli {

namespace {

constexpr std::uint64_t longestRule = 1 << 16; ///< bytes of a file of shares

} // namespace

void TargetOptions::declare(Arguments &arguments, const std::string &sparsityHelp)
{
    const Argument sparsity = arguments.number("-s,--sparsity", m_sparsity, "R", sparsityHelp);
    arguments.text("--pattern", m_pattern, "N:M", "Instead: of each M weights in a row prune N, e.g. 2:4 or 4:8")
        .excludes(sparsity);
}

Result<PruneTarget> TargetOptions::target(std::optional<double> fallback) const
{
    if (m_pattern) {
        SECATEUR_TRY(pattern, NmPattern::fromText(*m_pattern));
        return PruneTarget(pattern);
    }
    const auto ratio = m_sparsity ? m_sparsity : fallback;
    if (!ratio)
        return failure(ErrorCode::InvalidArgument, "give --sparsity R or --pattern N:M");
    SECATEUR_TRY(sparsity, Sparsity::fromRatio(*ratio));
    return PruneTarget(sparsity);
}

void LayerOption::declare(Arguments &arguments)
{
    arguments.text("--layer-sparsity", m_rule, "RULE",
                   "Prune layers differently: owl (layers with more outliers less, total as --sparsity says), "
                   "owl:M:LAMBDA (published: 5 and 0.08), a share for each layer such as 0.4,0.5,0.6, or a file of "
                   "them");
}

Result<std::optional<selection::LayerRule>> LayerOption::rule(const TargetOptions &target) const
{
    using selection::LayerRule;
    if (!m_rule)
        return std::optional<LayerRule>();
    std::string text = *m_rule;
    std::error_code failed;
    if (std::filesystem::is_regular_file(*m_rule, failed)) {
        SECATEUR_TRY(content, readTextFile(*m_rule, longestRule));
        std::ranges::replace(content, '\n', ',');
        while (content.ends_with(','))
            content.pop_back();
        text = content;
    }
    SECATEUR_TRY(rule, selection::layerRuleFromText(text));
    if (rule.kind == LayerRule::Kind::Table && target.isGiven())
        return failure(ErrorCode::InvalidArgument,
                       "--layer-sparsity says how much to prune of each layer; leave out --sparsity and --pattern");
    return std::optional(rule);
}

void BosOption::declare(Arguments &arguments)
{
    arguments
        .text("--bos", m_name, "WHEN",
              "Beginning-of-sequence token: auto (as the tokenizer does it, the default), always or never")
        .oneOf({"auto", "always", "never"});
}

Argument DateOption::declare(Arguments &arguments)
{
    return arguments.text("--date", m_text, "YYYY-MM-DD", "The day that a chat template is told (default: today)");
}

void DateOption::addNotice(bool usedClock, std::vector<std::string> &notices) const
{
    if (usedClock && !m_text)
        notices.emplace_back("the chat template writes today's date; --date makes it another one");
}

Result<std::optional<std::tm>> DateOption::day() const
{
    if (!m_text)
        return std::optional<std::tm>();
    SECATEUR_TRY(day, chat::dayFromText(*m_text));
    return std::optional(day);
}

void ComputeOption::declare(Arguments &arguments)
{
    arguments
        .text("--compute", m_name, "TYPE", "Arithmetic: f32 (the default) or bf16, where the processor is good at it")
        .oneOf({"f32", "bf16"});
}

void ModelOptions::declare(Arguments &arguments, const std::string &modelHelp)
{
    arguments.path("MODEL", m_model,
                   modelHelp.empty() ? "Hugging Face folder or GGUF file; may be left out with --study" : modelHelp,
                   "");
    const Argument study =
        arguments.path("--study", m_study, "Use a sub-model of this study instead of the dense model", "STUDY");
    const Argument run = arguments.text("--run", m_run, "RUN", "Which sub-model: a run's name or id").needs(study);
    Argument(study).needs(run);
}

Result<std::filesystem::path> ModelOptions::model() const
{
    if (m_model)
        return *m_model;
    if (!m_study)
        return failure(ErrorCode::InvalidArgument, "name a MODEL, or a sub-model with --study and --run");
    SECATEUR_TRY(study, store::Study::open(*m_study, store::Study::Access::Read));
    return std::filesystem::path(study->model().path);
}

Result<std::vector<double>> weightsFrom(const std::vector<std::string> &words, const std::string &problem)
{
    std::vector<double> weights;
    for (const std::string &word : words) {
        double weight = 0.0;
        const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), weight);
        if (error != std::errc() || end != word.data() + word.size())
            return failure(ErrorCode::InvalidArgument, "--weights: \"" + word + "\" " + problem);
        weights.push_back(weight);
    }
    return weights;
}

bool isStudy(const std::filesystem::path &path)
{
    std::error_code failed;
    return std::filesystem::exists(path / store::studyFileName, failed) || path.extension() == ".secateur";
}

} // namespace secateur::cli
