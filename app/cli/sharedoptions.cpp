// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/sharedoptions.h"

#include <charconv>

#include "core/engine/chat.h"
#include "core/store/names.h"
#include "core/store/study.h"

namespace secateur::cli {

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

void BosOption::declare(Arguments &arguments)
{
    arguments
        .text("--bos", m_name, "WHEN",
              "Beginning-of-sequence token: auto (as the tokenizer does it, the default), always or never")
        .oneOf({"auto", "always", "never"});
}

void DateOption::declare(Arguments &arguments)
{
    arguments.text("--date", m_text, "YYYY-MM-DD", "The day that a chat template is told (default: today)");
}

Result<std::optional<std::tm>> DateOption::day() const
{
    if (!m_text)
        return std::optional<std::tm>();
    SECATEUR_TRY(day, engine::dayFromText(*m_text));
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
