// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

#include "core/base/result.h"

namespace secateur::store {

/// The secret of this user on this machine (64 hexadecimal digits in $XDG_DATA_HOME/secateur/host-id, or
/// ~/.local/share/secateur/host-id, readable by the user only). It marks manifests as written here.
/// Empty when there is none: then everything counts as written elsewhere, which costs a check and loses nothing.
[[nodiscard]] std::string hostKey();

/// The same, made first when it is missing; empty where it cannot be made (a read-only home).
[[nodiscard]] std::string ensureHostKey();

} // namespace secateur::store
