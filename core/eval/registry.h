// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "core/eval/task.h"

namespace secateur::eval {

/// Names of all built-in tasks, in the order in which they are shown.
[[nodiscard]] const std::vector<std::string> &taskNames();
/// InvalidArgument lists the names there are.
[[nodiscard]] Result<std::shared_ptr<const Task>> taskByName(const std::string &name);
/// Names by which runs of a task's domain may be called in a study: "csr", "commonsense".
[[nodiscard]] bool isDomainName(const std::string &taskDomain, const std::string &studyDomain);

} // namespace secateur::eval
