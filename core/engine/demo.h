// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/engine/figure.h"
#include "core/engine/requests.h"

/// The demo study: the paper's questions asked of a small model of our own (resources/demo), as requests that anybody
/// could make by hand. Nothing here computes.
namespace secateur::engine {

/// Where the demo's model and data are: $SECATEUR_DEMO, ../share/secateur/demo beside an installed program, or
/// resources/demo of the source tree this was built from. NotFound says where it was looked for.
[[nodiscard]] Result<std::filesystem::path> demoFolder();

/// The study of a demo in this folder, and what it found, for people.
[[nodiscard]] std::filesystem::path demoStudy(const std::filesystem::path &folder);
[[nodiscard]] std::filesystem::path demoFindingsFile(const std::filesystem::path &folder);

/// Makes the folder where it is missing. What cannot be written to is BadInput (a full disk OutOfDisk): said before two
/// minutes of work, and with what to do.
[[nodiscard]] Result<void> prepareDemoFolder(const std::filesystem::path &folder);

/// In the notice about a task that could not be measured here, behind its name.
inline constexpr const char *demoNotMeasured = " was not measured: ";

/// How far the demo in a folder got.
struct DemoState {
    std::size_t finished = 0; ///< sub-models of those of demoPrunes()
    std::size_t all = 0;
    bool hasCode = false; ///< problems of programming languages were measured
    bool hasFindings = false;
    [[nodiscard]] bool isComplete() const { return finished == all && hasFindings; }
};
/// Nothing is finished where there is no study, or none that can be read: the demo itself then says why.
[[nodiscard]] DemoState demoState(const std::filesystem::path &folder);

/// The runs that the tables compare: nine domains at 50 %, in the order of the tables.
[[nodiscard]] std::vector<std::string> demoDomainRuns();

/// Ends the names of the runs at 60 %, one per kind of domain.
inline constexpr const char *demoSparserSuffix = "-60";

struct DemoTaskName {
    std::string domain;
    std::string task;
    std::uint64_t items = 0; ///< fewer where each takes a compiler: the whole demo is to take two minutes
};
/// The task of each domain that has problems, in the order of the tables.
[[nodiscard]] std::vector<DemoTaskName> demoTasks();

/// All sub-models: one per domain and one of all code mixed in equal parts; two more samples of two domains (the
/// floor); four domains at 60 %; two at 2:4; magnitude and random as controls. Named "python", "python-s2",
/// "python-60", "python-2-4", "magnitude", "random".
[[nodiscard]] std::vector<PruneRequest> demoPrunes(const std::filesystem::path &demo,
                                                   const std::filesystem::path &study, int threads);

/// Their measurements: the problems of each domain, then the perplexity of held-out texts. Without `allowCode` the
/// programming languages are left out, whose problems are judged by running what the model writes.
[[nodiscard]] std::vector<EvaluateRequest>
demoEvaluations(const std::filesystem::path &demo, const std::filesystem::path &study, bool allowCode, int threads);

/// The paper's figures 2 to 4 of them, into `folder`.
[[nodiscard]] std::vector<FigureRequest> demoFigures(const std::filesystem::path &study,
                                                     const std::filesystem::path &folder, int threads);

} // namespace secateur::engine
