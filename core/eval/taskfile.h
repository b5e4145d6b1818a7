// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <memory>
#include <optional>

#include "core/eval/task.h"

namespace secateur::eval {

/// A task of the user's own.
struct OwnTask {
    std::shared_ptr<const Task> task;
    std::optional<std::filesystem::path> items; ///< where the file names them, relative to itself
};

/// Reads a task described in a JSON file. All kinds: "name", "kind", and if wanted "title", "domain", "items".
///     "kind": "choice"      "prompt": template, "choices": [templates or plain words] or the name of a list field,
///     "gold": template
///                           that gives the right choice's number from 0, its letter, or its text
///     "kind": "generation"  "prompt", "answer": templates, "max_new_tokens" (256), "stop": [texts],
///                           "match": "exact" (blanks at the ends stripped) or "regex" with "pattern": the first match
///                           in the output is what counts as its answer (look-behind picks a part)
///     "kind": "perplexity"  "text": template (records are joined by "joint", two line ends unless given)
/// Templates are those of calibration data: "Question: {question}\nAnswer:". The protocol's name carries the file's
/// SHA-256, so that a changed description makes other numbers. BadInput names the field that is wrong.
[[nodiscard]] Result<OwnTask> readTaskFile(const std::filesystem::path &file);

} // namespace secateur::eval
