// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/analysis/accuracytable.h"
#include "core/base/result.h"
#include "core/base/runcontext.h"
#include "core/data/dataset.h"
#include "core/engine/requests.h"
#include "core/eval/task.h"
#include "core/store/study.h"

/// The part of evaluating that needs no libtorch: which texts, which numbers from the losses, and the table of a study.
namespace secateur::engine {

/// Texts that are scored together as one task, chosen and cut in a way that the protocol names.
struct EvaluationTexts {
    std::string task; ///< "perplexity:python", or "perplexity" for the user's own file
    std::string version = "1"; ///< of the task
    std::string protocol;
    std::string domain; ///< empty for the user's own file
    std::vector<data::Provenance::File> files;
    std::vector<std::uint64_t> records; ///< their numbers over all files, ascending
    std::vector<std::string> texts; ///< as many
    BosPolicy bos = BosPolicy::Auto;
    std::uint64_t length = 0; ///< tokens at which a text is cut, or of a window
    std::uint64_t limit = 0; ///< texts when the request names no number; 0: all
    bool windows = false; ///< one text, cut into windows of equal length, each an item

    [[nodiscard]] std::string sha256() const; ///< over the texts
};

/// Used where neither a limit nor the items are named.
inline constexpr std::uint64_t defaultItems = 64;

/// Domains of a study's finished runs, in the order of the first run of each.
[[nodiscard]] std::vector<std::string> domainsOf(const store::Study &study);

/// The texts of all tasks of a request, which are perplexity ones. For a domain: records of the files that its first
/// run with text was calibrated on, filtered and rendered as for it, none of which any of its runs was calibrated on;
/// of those a sample that depends on the seed and the texts alone, so that runs made later seldom change it. `study`
/// may be null with --items. `notices` gets domains that have no such texts. InvalidArgument for unknown tasks,
/// NotFound when there is nothing to measure; BadInput or NotFound names a file that is gone or changed; Cancelled.
[[nodiscard]] Result<std::vector<EvaluationTexts>> evaluationTexts(const EvaluateRequest &request,
                                                                   const store::Study *study,
                                                                   std::vector<std::string> &notices,
                                                                   const RunContext &context);

/// The texts whose perplexity was measured, one per row of the items. They are not kept in the study, but read again
/// from where their files were, and proven to be the same. NotFound where a file is gone or its place not recorded;
/// BadInput where it changed; Unsupported for windows of one text; Cancelled.
[[nodiscard]] Result<std::vector<std::string>>
evaluatedTexts(const store::EvaluationRecipe &recipe, const store::EvaluationItems &items, const RunContext &context);

/// A task and the file it takes its items from.
struct RequestedTask {
    std::shared_ptr<const eval::Task> task;
    std::filesystem::path items;
};

/// A request's tasks, told apart by how they are measured.
struct RequestedTasks {
    std::vector<std::string> perplexity; ///< "perplexity", "perplexity:python"
    std::vector<RequestedTask> others; ///< "arc_easy=FILE", or "arc_easy" alone with the request's items
};
/// InvalidArgument for unknown tasks, and for those whose items are not named.
[[nodiscard]] Result<RequestedTasks> requestedTasks(const EvaluateRequest &request);

/// The text of a task in windows: the file's records joined. BadInput, NotFound.
[[nodiscard]] Result<EvaluationTexts> windowTexts(const EvaluateRequest &request, const RequestedTask &task,
                                                  const RunContext &context);

/// The records of a task's file, the first `limit` of them.
struct TaskItems {
    std::vector<data::Record> records; ///< at least one
    data::Provenance::File file;
};
[[nodiscard]] Result<TaskItems> taskItems(const RequestedTask &task, std::optional<std::uint64_t> limit,
                                          const RunContext &context);

/// Fills in what the results of a report are against dense, and the means over tasks of a domain. `dense` holds further
/// evaluations of dense, of an earlier time.
void compareEntries(EvaluateReport &report, const std::vector<EvaluationEntry> &dense);

/// What was measured in a study of dense and of these runs (names or ids; empty: all finished), with paired differences
/// to dense. Behind the tasks stand the means over those of a domain, where several were measured alike. Where a task
/// was measured on different texts or otherwise differently, those conditions are shown under which most runs were, the
/// newest of them; the notices say so. NotFound names a run.
[[nodiscard]] Result<analysis::AccuracyTable>
accuracyTable(const store::Study &study, const std::vector<std::string> &runs, const RunContext &context);
[[nodiscard]] Result<analysis::AccuracyTable>
accuracyTable(const std::filesystem::path &study, const std::vector<std::string> &runs, const RunContext &context);

} // namespace secateur::engine
