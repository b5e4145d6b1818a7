// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/demo/translation.h"

#include <optional>
#include <string_view>

#include "core/demo/lexicon.h"
#include "core/demo/text.h"

namespace secateur::demo {

namespace {

enum class Determiner { The, A, This, My, Their };

/// Whether a French word begins with a vowel sound, before which articles are shortened. All words of the lexicon that
/// begin with h have a silent one.
bool beginsWithVowel(std::string_view word)
{
    for (const std::string_view start : {"a", "e", "i", "o", "u", "h", "é", "è", "ê", "î", "â"})
        if (word.starts_with(start))
            return true;
    return false;
}

std::string englishDeterminer(Determiner determiner, bool plural, const std::string &next)
{
    switch (determiner) {
    case Determiner::The: return "the";
    case Determiner::A: return plural ? "some" : withArticle(next).substr(0, withArticle(next).find(' '));
    case Determiner::This: return plural ? "these" : "this";
    case Determiner::My: return "my";
    case Determiner::Their: break;
    }
    return "their";
}

/// With the blank behind it, or the apostrophe that replaces it.
std::string frenchDeterminer(Determiner determiner, bool plural, bool feminine, bool vowel)
{
    switch (determiner) {
    case Determiner::The: return plural ? "les " : vowel ? "l'" : feminine ? "la " : "le ";
    case Determiner::A: return plural ? "des " : feminine ? "une " : "un ";
    case Determiner::This: return plural ? "ces " : feminine ? "cette " : vowel ? "cet " : "ce ";
    case Determiner::My: return plural ? "mes " : feminine && !vowel ? "ma " : "mon ";
    case Determiner::Their: break;
    }
    return plural ? "leurs " : "leur ";
}

std::string agreeing(const Adjective &adjective, const Noun &noun, bool plural)
{
    if (noun.feminine)
        return plural ? adjective.femininePlural : adjective.feminine;
    if (plural)
        return adjective.masculinePlural;
    return adjective.inFront && beginsWithVowel(noun.french) ? adjective.masculineVowel : adjective.masculine;
}

/// A noun with determiner and perhaps an adjective.
struct Phrase {
    std::string english;
    std::string french;
    bool plural = false;
};

Phrase drawPhrase(const std::vector<Noun> &nouns, std::uint64_t adjectivePercent, std::uint64_t pluralPercent,
                  Random &random)
{
    const Noun &noun = random.pick(nouns);
    Phrase phrase;
    phrase.plural = random.chance(pluralPercent);
    const auto determiner = Determiner(random.chance(50) ? 0 : random.below(5));
    const Adjective *const adjective = random.chance(adjectivePercent) ? &random.pick(adjectives()) : nullptr;
    const std::string english =
        (adjective ? std::string(adjective->english) + " " : "") + (phrase.plural ? noun.englishPlural : noun.english);
    phrase.english = englishDeterminer(determiner, phrase.plural, english) + " " + english;

    const std::string name = phrase.plural ? noun.frenchPlural : noun.french;
    const std::string form = adjective ? agreeing(*adjective, noun, phrase.plural) : "";
    const std::string french = !adjective ? name : adjective->inFront ? form + " " + name : name + " " + form;
    // "de beaux livres": an adjective in front shortens the plural article.
    const bool shortened = determiner == Determiner::A && phrase.plural && adjective && adjective->inFront;
    phrase.french =
        (shortened ? "de " : frenchDeterminer(determiner, phrase.plural, noun.feminine, beginsWithVowel(french)))
        + french;
    return phrase;
}

Phrase drawPlace(Random &random)
{
    static const std::vector<std::pair<const char *, const char *>> prepositions = {
        {"in", "dans"}, {"behind", "derrière"}, {"near", "près de"}, {"in front of", "devant"}};
    const auto &[english, french] = random.pick(prepositions);
    // "près de le" is written "près du": places behind it take "this" or "my" only.
    Phrase phrase;
    do {
        phrase = drawPhrase(locations(), 20, 10, random);
    } while (std::string_view(french) == "près de"
             && (phrase.french.starts_with("l") || phrase.french.starts_with("de") || phrase.french.starts_with("u")));
    return {std::string(english) + " " + phrase.english, std::string(french) + " " + phrase.french, false};
}

struct When {
    const char *english;
    const char *french;
};

const When &drawWhen(Random &random)
{
    static const std::vector<When> all = {{"today", "aujourd'hui"},       {"every day", "tous les jours"},
                                          {"in the morning", "le matin"}, {"in the evening", "le soir"},
                                          {"now", "maintenant"},          {"often", "souvent"},
                                          {"on Sunday", "le dimanche"},   {"in summer", "en été"}};
    return random.pick(all);
}

Phrase drawVerb(const std::vector<Verb> &verbs, bool plural, Random &random)
{
    const Verb &verb = random.pick(verbs);
    const std::string french = plural ? verb.frenchPlural : verb.french;
    if (random.chance(20))
        return {(plural ? "do not " : "does not ") + std::string(verb.english),
                (beginsWithVowel(french) ? "n'" : "ne ") + french + " pas", plural};
    return {plural ? verb.english : verb.englishThird, french, plural};
}

} // namespace

SentencePair drawSentencePair(Random &random)
{
    const Phrase subject = drawPhrase(people(), 35, 30, random);
    const bool transitive = random.chance(70);
    const Phrase verb = drawVerb(transitive ? transitiveVerbs() : intransitiveVerbs(), subject.plural, random);
    std::string english = subject.english + " " + verb.english;
    std::string french = subject.french + " " + verb.french;
    if (transitive) {
        const Phrase object = drawPhrase(random.chance(75) ? things() : people(), 35, 30, random);
        english += " " + object.english;
        french += " " + object.french;
    }
    if (random.chance(transitive ? 25 : 70)) {
        const Phrase place = drawPlace(random);
        english += " " + place.english;
        french += " " + place.french;
    }
    if (random.chance(25)) {
        const When &when = drawWhen(random);
        english += std::string(" ") + when.english;
        french += std::string(" ") + when.french;
    }
    return {capitalized(english) + ".", capitalized(french) + "."};
}

} // namespace secateur::demo
