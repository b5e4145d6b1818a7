// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace secateur::demo {

using Slots = std::map<std::string, std::string>;
using Words = std::vector<std::string>;

/// `text` with every "{name}" that `slots` knows replaced; other braces stay.
[[nodiscard]] std::string fill(std::string_view text, const Slots &slots);

/// The first letter in upper case, accented French ones included.
[[nodiscard]] std::string capitalized(std::string text);

/// With "an " before a vowel, "a " otherwise.
[[nodiscard]] std::string withArticle(const std::string &noun);

} // namespace secateur::demo
