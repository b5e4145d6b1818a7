// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>

#include "core/base/result.h"
#include "core/sandbox/box.h"

namespace secateur::sandbox {

/// What runs in the box around a program: our own code that reads the nonce before any code of the candidate is loaded,
/// runs candidate and tests, and says "V1 <nonce> WORD detail" on a line of its own, WORD being PASS, ASSERT, COMPILE,
/// MEMORY or ERROR. A candidate that ends the process itself leaves it unsaid.
/// A determined candidate in the same process can still forge the line: this withstands accidents and mild reward
/// hacking, while the box withstands hostility towards the host.
extern const std::string_view pythonDriver;
extern const std::string_view javaScriptDriver;
extern const std::string_view javaDriver; ///< class SecateurDriver; its argument is the class whose main() runs
extern const std::string_view cppDriver; ///< linked with --wrap=main

/// The request that runs a program. InvalidArgument for a support file or an entry whose name is not plain.
[[nodiscard]] Result<BoxRequest> requestOf(const Program &program, const Options &options);

/// The host's program that is absent, "/usr/bin/node"; "" when all that the language needs is there.
[[nodiscard]] std::string missingTool(Language language, const Tools &tools);

} // namespace secateur::sandbox
