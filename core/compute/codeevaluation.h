// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/compute/generationevaluation.h"
#include "core/eval/code/codeproblem.h"
#include "core/sandbox/sandbox.h"
#include "core/sandbox/verdictmemory.h"

namespace secateur::compute {

/// Programs that the model writes, judged by their tests in the sandbox. Generating and judging are separate: what was
/// generated is kept, and judged when that is allowed. What the sandbox could not judge is no wrong answer.
class CodeEvaluation : public GeneratingEvaluation
{
public:
    using GeneratingEvaluation::GeneratingEvaluation;
    Result<void> prepare(const std::shared_ptr<const tokenizer::Tokenizer> &tokenizer) override;
    Result<void> measure(const EvaluatedRun &run, Findings &findings, const Progress &progress) override;
    Result<store::EvaluationItems> items(const Findings &findings) const override;
    std::map<std::string, std::string> versions() const override { return m_versions; }
    std::string protocol() const override { return m_protocol; }

protected:
    /// A function whose brace is closed: HumanEval-X has no stops.
    bool isComplete(std::size_t item, const std::string &text) const override
    {
        return m_problems[item].ending == eval::CodeEnding::Braces && text.ends_with('}')
            && eval::completionOf(m_problems[item], text).ended;
    }

private:
    [[nodiscard]] static bool isJudged(const Findings &findings, std::size_t item, std::uint64_t sample);
    [[nodiscard]] Result<void> importVerdicts(const std::filesystem::path &file, const EvaluatedRun &run,
                                              Findings &findings);
    [[nodiscard]] Result<void> judge(Findings &findings, const Progress &progress);
    [[nodiscard]] sandbox::Program programFor(const Findings &findings, std::size_t item, std::uint64_t sample) const;

    std::vector<eval::CodeProblem> m_problems;
    std::string m_protocol;
    std::unique_ptr<sandbox::Sandbox> m_sandbox;
    std::map<std::string, std::string> m_versions;
    sandbox::VerdictMemory m_verdicts; ///< of all runs: sub-models often write the same program
};

} // namespace secateur::compute
