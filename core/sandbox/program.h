// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace secateur::sandbox {

enum class Language { Python, Java, Cpp, JavaScript };

/// "python", "java", "cpp", "js": as benchmarks and result files name them.
[[nodiscard]] std::string_view languageName(Language language);
[[nodiscard]] std::optional<Language> languageFromName(std::string_view name);

/// A further source file of a program, such as a class its imports name.
struct SourceFile {
    std::string path; ///< relative, of letters, digits, '.', '-', '_' and '/': "Pair.java"
    std::string text;
};

/// A completion with the tests that judge it. How they go together is the language's custom:
/// - Python: prompt + completion is one unit, `tests` another that is executed after it in the same namespace, so that
/// an
///   open string or bracket of the completion cannot swallow the tests;
/// - C++: prompt + completion + separator + tests is one translation unit with a main(); 0 from it is a pass;
/// - Java: the same in a file `entry`.java; main() of the class `entry` returning is a pass;
/// - JavaScript: the same as one CommonJS module, the tests in a function of their own with a console and a require
/// that
///   the candidate cannot replace; a console.assert that does not hold is a failed test.
struct Program {
    Language language = Language::Python;
    std::string prompt; ///< trusted: from the benchmark
    std::string completion; ///< written by a model
    std::string separator; ///< between completion and tests
    std::string tests; ///< trusted: from the benchmark
    std::string entry = "Main"; ///< Java: the class whose main() runs the tests
    std::vector<SourceFile> support; ///< Java: compiled too
    std::chrono::milliseconds timeLimit{3000}; ///< of the run, by the clock and by the processor; compiling has its own
};

/// What in a completion may be an attempt at the verdict rather than at the task ("__eq__", "sys.exit", …), or simply
/// needs an eye. A word counts only as a whole word. Each once, in a fixed order.
[[nodiscard]] std::vector<std::string> suspiciousWords(Language language, std::string_view completion);

} // namespace secateur::sandbox
