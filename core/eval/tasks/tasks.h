// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>

#include "core/eval/registry.h"

/// The built-in tasks, one file each; eval/registry.h finds them by name.
namespace secateur::eval {

[[nodiscard]] std::shared_ptr<const Task> makeBoolq();
[[nodiscard]] std::shared_ptr<const Task> makeRte();
[[nodiscard]] std::shared_ptr<const Task> makeHellaswag();
[[nodiscard]] std::shared_ptr<const Task> makeWinogrande();
[[nodiscard]] std::shared_ptr<const Task> makeArcEasy();
[[nodiscard]] std::shared_ptr<const Task> makeArcChallenge();
[[nodiscard]] std::shared_ptr<const Task> makeOpenbookqa();
[[nodiscard]] std::shared_ptr<const Task> makePiqa();
[[nodiscard]] std::shared_ptr<const Task> makeCommonsenseqa();
[[nodiscard]] std::shared_ptr<const Task> makeWikitext2();
[[nodiscard]] Result<std::shared_ptr<const Task>> makeGsm8k(const TaskChoices &choices);
/// "translation_en_fr", "translation_fr_en". NotFound and BadInput for a WordNet that cannot be read.
[[nodiscard]] Result<std::shared_ptr<const Task>> makeTranslation(const std::string &name, const TaskChoices &choices);
/// "humaneval", "humaneval_java", …
[[nodiscard]] Result<std::shared_ptr<const Task>> makeCode(const std::string &name, const TaskChoices &choices);

} // namespace secateur::eval
