// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <ctime>
#include <filesystem>
#include <optional>
#include <string>

#include "app/cli/arguments.h"
#include "core/base/result.h"
#include "core/base/types.h"
#include "core/engine/requests.h"

namespace secateur::cli {

/// --sparsity R or --pattern N:M.
class TargetOptions
{
public:
    void declare(Arguments &arguments, const std::string &sparsityHelp);
    [[nodiscard]] bool isGiven() const { return m_sparsity || m_pattern; }
    /// InvalidArgument for values out of range, or when none is given and there is no `fallback`.
    [[nodiscard]] Result<PruneTarget> target(std::optional<double> fallback) const;

private:
    std::optional<double> m_sparsity;
    std::optional<std::string> m_pattern;
};

/// --layer-sparsity owl|owl:M:LAMBDA|R,R,…|FILE, beside TargetOptions.
class LayerOption
{
public:
    void declare(Arguments &arguments);
    /// InvalidArgument for what is no rule, or a table beside a target, whose total it brings along; errors of reading
    /// the file.
    [[nodiscard]] Result<std::optional<selection::LayerRule>> rule(const TargetOptions &target) const;

private:
    std::optional<std::string> m_rule;
};

/// --bos auto|always|never.
class BosOption
{
public:
    void declare(Arguments &arguments);
    [[nodiscard]] Result<BosPolicy> policy() const { return bosFromName(m_name); }

private:
    std::string m_name = "auto";
};

/// --date YYYY-MM-DD, for chat templates that write the date.
class DateOption
{
public:
    Argument declare(Arguments &arguments);
    /// Empty: today. InvalidArgument.
    [[nodiscard]] Result<std::optional<std::tm>> day() const;
    /// That a text holds today's date, where it does and no day was given.
    void addNotice(bool usedClock, std::vector<std::string> &notices) const;

private:
    std::optional<std::string> m_text;
};

/// --compute f32|bf16.
class ComputeOption
{
public:
    void declare(Arguments &arguments);
    [[nodiscard]] engine::ComputeType type() const
    {
        return m_name == "bf16" ? engine::ComputeType::BF16 : engine::ComputeType::F32;
    }

private:
    std::string m_name = "f32";
};

/// MODEL, or --study S --run R for one of its sub-models; MODEL may then be left out.
class ModelOptions
{
public:
    void declare(Arguments &arguments, const std::string &modelHelp = {});
    /// What stands in the place of MODEL, whatever it is.
    [[nodiscard]] const std::optional<std::filesystem::path> &given() const { return m_model; }
    /// The dense model's path: as given, or where the study last saw it.
    [[nodiscard]] Result<std::filesystem::path> model() const;
    [[nodiscard]] const std::optional<std::filesystem::path> &study() const { return m_study; }
    [[nodiscard]] const std::string &run() const { return m_run; }

private:
    std::optional<std::filesystem::path> m_model;
    std::optional<std::filesystem::path> m_study;
    std::string m_run;
};

/// The values of --weights. InvalidArgument: `--weights: "x" PROBLEM`.
[[nodiscard]] Result<std::vector<double>> weightsFrom(const std::vector<std::string> &words,
                                                      const std::string &problem = "is not a number");

/// Whether a path is a study's folder and no model: it has a study.json, or the name of one that does not exist yet.
[[nodiscard]] bool isStudy(const std::filesystem::path &path);

} // namespace secateur::cli
