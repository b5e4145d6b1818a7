// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"

namespace secateur::eval {

/// A question with a worked answer that stands in a prompt in front of the question that is asked.
struct Demonstration {
    std::string question;
    std::string answer;
    friend bool operator==(const Demonstration &, const Demonstration &) = default;
};
using Demonstrations = std::vector<Demonstration>;

/// From text of either kind, told apart by the first character. With "{": JSON lines with "question" and "answer" (as
/// GSM8K's own files have them). Else blocks "Q: …" and, on a line of its own, "A: …" ("Question:" and "Answer:" do as
/// well), a blank line between two blocks; both may have several lines. White space around a question or answer goes,
/// as do a byte order mark and carriage returns. `origin` names the text in errors. BadInput names the line: no such
/// blocks, one without an answer, none at all, more than 1000, not UTF-8.
[[nodiscard]] Result<Demonstrations> parseDemonstrations(std::string_view text, std::string_view origin);
/// Of a file of at most 16 MiB.
[[nodiscard]] Result<Demonstrations> readDemonstrations(const std::filesystem::path &path);

/// Eight word problems of this project's own, in the manner of those that Wei et al. (2022, "Chain-of-Thought Prompting
/// Elicits Reasoning in Large Language Models", appendix G) wrote and every published 8-shot number is made with. They
/// let the task run without that text, but a number made with them must not be compared with one made with the others.
[[nodiscard]] const Demonstrations &ownDemonstrations();

/// How demonstrations and question become a prompt.
struct PromptLayout {
    std::string beforeQuestion = "Q: ";
    std::string beforeAnswer = "\nA:"; ///< also ends the prompt
    std::string answerGap = " "; ///< in front of an answer that is given
    std::string between = "\n\n";
};
/// lm-eval's gsm8k_cot, and the code of arXiv 2501.05248: "Q: …\nA: …\n\nQ: …\nA:".
[[nodiscard]] PromptLayout chainLayout();
/// lm-eval's gsm8k: "Question: …\nAnswer: …\n\nQuestion: …\nAnswer:".
[[nodiscard]] PromptLayout questionLayout();

/// The demonstrations as the beginning that the prompts of all questions share; empty for none.
[[nodiscard]] std::string fewShotPrefix(const Demonstrations &demonstrations, const PromptLayout &layout);
/// What follows it for one question.
[[nodiscard]] std::string questionPrompt(std::string_view question, const PromptLayout &layout);
/// Both together.
[[nodiscard]] std::string fewShotPrompt(const Demonstrations &demonstrations, std::string_view question,
                                        const PromptLayout &layout);

/// Another order for each question, as the code of arXiv 2501.05248 has it. The order depends on seed and number of the
/// item alone, so that items can be evaluated in any order and in part. It is not the order that Python's
/// random.Random(seed).shuffle gives: prompts hold the same demonstrations as that code's, seldom in the same order.
[[nodiscard]] Demonstrations reshuffled(const Demonstrations &demonstrations, std::uint64_t seed, std::uint64_t item);

/// How a result has to name its demonstrations: "gsm8k-cot-8shot" for the published eight in the published order (told
/// by the SHA-256 of the prefix in chainLayout()), "gsm8k-cot-8shot-own-demos" for ownDemonstrations(), and for all
/// others "gsm8k-cot-Nshot-demos-" with the first eight digits of that sum. Two results compare where it is the same.
[[nodiscard]] std::string demonstrationProtocol(const Demonstrations &demonstrations);

} // namespace secateur::eval
