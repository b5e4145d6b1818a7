// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace secateur::test {

/// The rules of CONTRIBUTING.md that a program can check. Each function returns what is wrong, one sentence an entry,
/// each beginning with the file (and line). `path` is relative to the project's root, with "/".

/// Room to room: who may include whom. Libraries: Qt never in core, torch in the torch rooms only, HDF5 in the store's
/// .cpp files only, each other library in the one room that wraps it. Form: project headers in quotes from the root.
[[nodiscard]] std::vector<std::string> checkIncludes(const std::string &path, std::string_view content);

/// SPDX line, `#pragma once`, length, no assert.
[[nodiscard]] std::vector<std::string> checkForm(const std::string &path, std::string_view content);

/// `libraries`: what the loader prints for a program (LD_TRACE_LOADED_OBJECTS), all libraries it would map.
/// `forbidden`: beginnings of file names.
[[nodiscard]] std::vector<std::string> checkLibraries(const std::string &program, std::string_view libraries,
                                                      const std::vector<std::string> &forbidden);

} // namespace secateur::test
