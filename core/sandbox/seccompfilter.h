// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

#include "core/base/result.h"

namespace secateur::sandbox {

/// The kernel's filter program (BPF) for what runs in a box: refuses system calls that have had holes and that no test
/// of a completion needs (namespaces, mounts, modules, tracing, keys, clocks, …), sockets other than AF_UNIX, and
/// typing into terminals. clone3 answers ENOSYS, upon which the C library uses clone, whose flags a filter can see.
/// Internal when libseccomp cannot make it.
[[nodiscard]] Result<std::string> seccompFilter();

} // namespace secateur::sandbox
