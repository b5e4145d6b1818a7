// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>

#include "app/cli/command.h"

namespace secateur::cli {

[[nodiscard]] std::unique_ptr<Command> makeInspect();
[[nodiscard]] std::unique_ptr<Command> makeTokenize();
[[nodiscard]] std::unique_ptr<Command> makeChat();
[[nodiscard]] std::unique_ptr<Command> makeScore();
[[nodiscard]] std::unique_ptr<Command> makeGenerate();
[[nodiscard]] std::unique_ptr<Command> makePrune();
[[nodiscard]] std::unique_ptr<Command> makeCompare();
[[nodiscard]] std::unique_ptr<Command> makeMasks();
[[nodiscard]] std::unique_ptr<Command> makeNorms();
[[nodiscard]] std::unique_ptr<Command> makeApply();
[[nodiscard]] std::unique_ptr<Command> makeResparsify();
[[nodiscard]] std::unique_ptr<Command> makeCombine();
[[nodiscard]] std::unique_ptr<Command> makeExport();
[[nodiscard]] std::unique_ptr<Command> makeEvaluate();
[[nodiscard]] std::unique_ptr<Command> makeFigure();
[[nodiscard]] std::unique_ptr<Command> makeRuns();
[[nodiscard]] std::unique_ptr<Command> makeDelete();
[[nodiscard]] std::unique_ptr<Command> makeVerify();
[[nodiscard]] std::unique_ptr<Command> makeDemo();
[[nodiscard]] std::unique_ptr<Command> makeCompletion();
[[nodiscard]] std::unique_ptr<Command> makeProbe();

/// All of them, in the order of the help.
[[nodiscard]] CommandList allCommands();

} // namespace secateur::cli
