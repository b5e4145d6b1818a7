// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "core/base/runcontext.h"
#include "core/sandbox/program.h"

namespace secateur::eval {

/// Which settings around the same problems: those of the benchmarks' own harnesses, or those of the code of arXiv
/// 2501.05248 (longer time limits; MBPP asked in chat and its code extracted from the answer).
enum class CodePreset { Standard, Paper };

/// How the model's text becomes a completion.
enum class CodeEnding {
    Stops, ///< cut at the first stop string
    Braces, ///< cut behind the brace that closes the function the prompt opened, and close the class around it
    Answer, ///< extract the code from a chatty answer
};

/// One problem of HumanEval, HumanEval-X, MultiPL-E or MBPP.
struct CodeProblem {
    std::string id; ///< "HumanEval/0", "HumanEval_53_add", "CPP/0", "11": as the file has it
    std::string
        protocol; ///< "humaneval-openai", "humaneval-x", "multipl-e", "mbpp-bigcode-zero-shot", …, "-paper" added
    sandbox::Language language = sandbox::Language::Python;
    std::string prompt; ///< what the model is given, as text
    std::string programPrompt; ///< what of it begins the program; "" where the answer is the whole program
    std::vector<std::string> stops;
    CodeEnding ending = CodeEnding::Stops;
    std::string tests;
    std::string separator; ///< between completion and tests
    std::string entry; ///< Java: the class whose main() runs the tests
    std::string reference; ///< a right completion of `programPrompt`; "" where the file has none
    std::chrono::milliseconds timeLimit{3000};
};

/// All problems of a .jsonl (also gzipped), .json, … file, whose kind is told by their fields:
/// - {task_id "…", prompt, entry_point, test}: HumanEval (Chen et al. 2021), stops of lm-evaluation-harness and the
/// paper;
/// - {task_id "CPP/…", "Java/…", "JavaScript/…", declaration, prompt, test}: HumanEval-X (Zheng et al. 2023);
/// - {name, language, prompt, tests, stop_tokens}: MultiPL-E (Cassano et al. 2023) as bigcode-evaluation-harness runs
/// it:
///   prompt without blanks at its ends, "<file_sep>" stops too;
/// - {task_id 11, text or prompt, code, test_list}: MBPP (Austin et al. 2021), plain or sanitized, zero-shot as InCoder
/// and
///   bigcode-evaluation-harness ask: text and first test in a docstring.
/// BadInput names file and record (also of a repeated id); Unsupported a kind or language that is none of these.
[[nodiscard]] Result<std::vector<CodeProblem>> readCodeProblems(const std::filesystem::path &file, CodePreset preset,
                                                                const RunContext &context);

/// `text` up to the first place where any of `stops` begins; empty stops are passed over.
[[nodiscard]] std::string cutAtStop(std::string_view text, const std::vector<std::string> &stops);

/// The code in an answer that may talk around it: what follows the first of ```python, [PY], [PYTHON], [SOL], ```,
/// [BEGIN] that is there, in this order of preference, up to the mark that closes it or the end; without any, the whole
/// answer.
[[nodiscard]] std::string extractCode(std::string_view answer);

/// A text that a model wrote for a problem, as a completion.
struct Completion {
    std::string text;
    bool ended = false; ///< a stop was seen: what the model writes after this does not matter
};
[[nodiscard]] Completion completionOf(const CodeProblem &problem, std::string_view written);

/// The program that judges a completion. Java programs that import org.javatuples get stand-ins for Pair to Quartet.
[[nodiscard]] sandbox::Program programOf(const CodeProblem &problem, const std::string &completion);

} // namespace secateur::eval
