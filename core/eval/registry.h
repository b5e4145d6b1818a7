// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/eval/task.h"

namespace secateur::eval {

/// What may be chosen about the built-in tasks.
struct TaskChoices {
    bool paper = false; ///< as the code of arXiv 2501.05248 has them, with its quirks, where it differs
    std::optional<std::filesystem::path> demonstrations = {}; ///< of GSM8K; none: ownDemonstrations()
    std::optional<std::filesystem::path> wordNet =
        {}; ///< of METEOR in English; none: an installed one, if there is any
};

/// Names of all built-in tasks, in the order in which they are shown.
[[nodiscard]] const std::vector<std::string> &taskNames();
/// InvalidArgument lists the names there are; BadInput for demonstrations that cannot be read.
[[nodiscard]] Result<std::shared_ptr<const Task>> taskByName(const std::string &name, const TaskChoices &choices = {});
/// Names by which runs of a task's domain may be called in a study: "csr", "commonsense".
[[nodiscard]] bool isDomainName(const std::string &taskDomain, const std::string &studyDomain);

} // namespace secateur::eval
