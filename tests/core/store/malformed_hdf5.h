// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "tests/support/malformed.h"

namespace secateur::test {

/// Cases 70 and 71 of design/safety.md B.7: layer files in which one thing is wrong, and some oddities that must load.
[[nodiscard]] std::vector<MalformedCase> malformedHdf5();

/// The bytes of a sound layer file, made from sampleLayer(0).
[[nodiscard]] std::string soundLayerFile();

/// As small as a layer file gets: one mask of 3 x 9 and its norm.
[[nodiscard]] std::string smallestLayerFile();

/// How many objects of the file carry a time, which would make equal contents different bytes.
[[nodiscard]] int objectsWithTimes(const std::filesystem::path &file);

} // namespace secateur::test
