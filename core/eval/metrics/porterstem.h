// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>

namespace secateur::eval {

/// The stem of a lower-case word by Porter (1980), "An algorithm for suffix stripping", with the departures that NLTK
/// makes by default: twelve irregular stems, -ied and -ies of four letters keep their e, -y becomes -i behind any
/// consonant but the first letter, -alli is taken before the other suffixes of step 2, -bli for -abli, and -fulli and
/// -logi besides. Letters other than a to z count as consonants. Linear in the word.
[[nodiscard]] std::string porterStem(std::string_view word);

} // namespace secateur::eval
