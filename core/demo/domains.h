// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "core/demo/random.h"

namespace secateur::demo {

/// The domains of the demo study, in the order of its tables.
enum class Domain { Python, Java, Cpp, JavaScript, Math, Csr, Translation, General };
inline constexpr std::size_t domainCount = 8;

[[nodiscard]] const std::vector<Domain> &allDomains();
/// "python", "java", "cpp", "javascript", "math", "csr", "translation", "general".
[[nodiscard]] std::string domainName(Domain domain);
/// The task of core/eval that its items are for; "" for General, which is measured by perplexity.
[[nodiscard]] std::string taskName(Domain domain);

/// A text, and which bytes of it answer something: what a model that was given the rest has to write.
struct Document {
    std::string text;
    std::vector<std::pair<std::size_t, std::size_t>> answers; ///< [begin, end) in order; the whole text for General

    void ask(const std::string &part) { text += part; }
    void answer(const std::string &part)
    {
        answers.emplace_back(text.size(), text.size() + part.size());
        text += part;
    }
};

/// A text of the domain for training or calibration; none of its problems is held out. One to four problems each.
[[nodiscard]] Document drawDocument(Domain domain, Random &random);

/// Two to five exercises in arithmetic, as practice for Domain::Math.
[[nodiscard]] Document drawExercises(Random &random);

/// `count` texts; all different. The same seed gives the same texts everywhere.
[[nodiscard]] std::vector<std::string> documents(Domain domain, std::uint64_t seed, std::size_t count);

/// `count` problems that are held out, no two alike, as records of the task's own file format; for General {"text"}
/// with held-out stories.
[[nodiscard]] std::vector<nlohmann::ordered_json> evaluationItems(Domain domain, std::uint64_t seed, std::size_t count);

/// Two worked examples for the prompts of the math task, from problems that are not held out: "Q: …\nA: …" blocks as
/// eval::parseDemonstrations reads them.
[[nodiscard]] std::string mathDemonstrations(std::uint64_t seed);

} // namespace secateur::demo
