// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

namespace secateur::demo {

/// A noun in both languages, singular and plural.
struct Noun {
    const char *english;
    const char *englishPlural;
    const char *french;
    const char *frenchPlural;
    bool feminine;
};

/// An adjective; its French forms by gender and number.
struct Adjective {
    const char *english;
    const char *masculine;
    const char *feminine;
    const char *masculinePlural;
    const char *femininePlural;
    const char *masculineVowel; ///< singular in front of a vowel ("bel"), where the adjective stands in front
    bool inFront;
};

/// A verb in the present tense, third person.
struct Verb {
    const char *english; ///< base form: "see"
    const char *englishThird; ///< "sees"
    const char *french; ///< "voit"
    const char *frenchPlural; ///< "voient"
};

[[nodiscard]] const std::vector<Noun> &people(); ///< and animals: who does something
[[nodiscard]] const std::vector<Noun> &things();
[[nodiscard]] const std::vector<Noun> &locations();
[[nodiscard]] const std::vector<Adjective> &adjectives();
[[nodiscard]] const std::vector<Verb> &transitiveVerbs();
[[nodiscard]] const std::vector<Verb> &intransitiveVerbs();

} // namespace secateur::demo
