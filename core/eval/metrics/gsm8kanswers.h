// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>

namespace secateur::eval {

/// How the answer is taken out of what a model wrote for GSM8K. Digits are 0 to 9 but where Paper says otherwise.
enum class AnswerFilter {
    /// lm-eval gsm8k_cot, strict-match: the first "The answer is (-?[0-9.,]+)." where the last dot of the pattern is
    /// any
    /// character but a line end. So "The answer is 42" at the end of the text gives "4", and "… 7" nothing.
    ChainStrict,
    /// lm-eval gsm8k, strict-match: the first "#### (-?[0-9.,]+)".
    HashStrict,
    /// flexible-extract of both: the last of (-?[$0-9.,]{2,})|(-?[0-9]+), with its final dot where it has one.
    Flexible,
    /// The code of arXiv 2501.05248: the first number between the first and the second "the answer is" (in any case),
    /// or
    /// where there is none of these words the last number of the text; commas removed before. A number is -?\d+\.?\d*,
    /// whose \d are all of Unicode's decimal digits; a final dot goes.
    Paper,
};

/// What stands for an answer that is not there.
inline constexpr std::string_view InvalidAnswer = "[invalid]";

/// The answer by one filter, or InvalidAnswer. Linear in the text.
[[nodiscard]] std::string extractAnswer(std::string_view output, AnswerFilter filter);

/// The gold answer of a record's "answer" as gsm8k_cot takes it: what follows the last "####", without the white space
/// around it.
[[nodiscard]] std::string goldAnswer(std::string_view answer);

/// exact_match of lm-eval for GSM8K: equal once both have lost commas, dollar signs, all up to the last "#### " and a
/// final dot, in lower case. `gold` may be a record's whole "answer" or its goldAnswer().
[[nodiscard]] bool answersMatch(std::string_view extracted, std::string_view gold);

/// How the paper's code compares: as strings, with the number that HashStrict finds in a record's whole "answer",
/// without commas. So "18.0" is not "18". False where either is InvalidAnswer.
[[nodiscard]] bool paperAnswersMatch(std::string_view extracted, std::string_view answer);

} // namespace secateur::eval
