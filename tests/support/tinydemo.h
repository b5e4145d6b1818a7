// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>

namespace secateur::test {

/// What the demo study is made of, with a random model and two problems of each kind, so that `secateur-cli demo` takes
/// seconds: for $SECATEUR_DEMO. Returns the folder. Throws std::runtime_error when the disk refuses.
std::filesystem::path writeTinyDemo(const std::filesystem::path &folder);

} // namespace secateur::test
