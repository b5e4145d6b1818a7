// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

#include "core/base/result.h"

namespace secateur::engine {

/// A shared module that is opened only by the commands that need it.
struct Module {
    const char *file; ///< "libsecateur-compute.so"
    const char *symbol; ///< its only one: a function without arguments that gives the service
    const char *task; ///< "compute", for messages
    const char *needs; ///< what it needs to be installed and who can do without it, as a sentence
};

/// Opens a module beside the executable (build tree) or in ../lib/secateur (installed), and keeps it for the life of
/// the process. The service's address, never null; Internal with the loader's message.
[[nodiscard]] Result<void *> openModule(const Module &module);

} // namespace secateur::engine
