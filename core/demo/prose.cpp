// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/demo/prose.h"

#include "core/demo/text.h"

namespace secateur::demo {

namespace {

struct Person {
    const char *name;
    const char *he;
    const char *his;
    const char *him;
};

const Person &drawPerson(Random &random)
{
    static const std::vector<Person> all = {
        {"Anna", "she", "her", "her"},  {"Ben", "he", "his", "him"},    {"Clara", "she", "her", "her"},
        {"David", "he", "his", "him"},  {"Emma", "she", "her", "her"},  {"Felix", "he", "his", "him"},
        {"Grace", "she", "her", "her"}, {"Henry", "he", "his", "him"},  {"Martha", "she", "her", "her"},
        {"Robert", "he", "his", "him"}, {"Sofia", "she", "her", "her"}, {"Thomas", "he", "his", "him"},
    };
    return random.pick(all);
}

std::string beginning(Random &random)
{
    static const std::vector<const char *> all = {
        "{N} lived in {home} at the edge of {town}.",         "Once there was {kind} named {N} who lived in {home}.",
        "On {weather} morning in {season}, {N} left {home}.", "{N} and {his} {relative} lived near {town}.",
        "For many years {N} had worked in {town}.",           "It was {weather} day in {season}, and {N} was at home.",
    };
    return random.pick(all);
}

std::string setting(Random &random)
{
    static const std::vector<const char *> all = {
        "The {nature} was quiet, and the wind came from {town}.",
        "Outside the {nature} looked {look} in the light of the {daytime}.",
        "Nobody had been there since {season}.",
        "Every {daytime} {he} walked along the {nature} with {his} {animal}.",
        "{He} liked the {nature}, because it was so {look}.",
        "In {season} the {nature} was always {look}.",
    };
    return random.pick(all);
}

std::string event(Random &random)
{
    static const std::vector<const char *> all = {
        "One {daytime} {he} found {thing} under {spot}.",        "Then {he} saw that {his} {animal} was gone.",
        "That {daytime} a stranger came and asked for {thing}.", "Suddenly {he} heard a noise behind {spot}.",
        "{His} {relative} had left {thing} near {spot}.",        "But when {he} came back, {thing} lay on {spot}.",
    };
    return random.pick(all);
}

std::string reaction(Random &random)
{
    static const std::vector<const char *> all = {
        "{He} was {mood} and did not know what to do.",
        "\"How {look} it is,\" {he} said to {his} {relative}.",
        "So {he} took {his} coat and went to the {nature}.",
        "{N} looked for {him} all {daytime}, but found only {thing}.",
        "{He} thought about it for a long time and felt {mood}.",
        "At first {he} wanted to tell {his} {relative}, but then {he} kept it a secret.",
    };
    return random.pick(all);
}

std::string ending(Random &random)
{
    static const std::vector<const char *> all = {
        "In the end everyone in {town} was {mood}.",
        "Since then {N} has never left {home} without {thing}.",
        "That night {he} slept well, and the {nature} was {look} again.",
        "And when {season} came, they still talked about it.",
        "{His} {relative} only laughed and closed the door.",
        "Nobody ever learned what had happened.",
    };
    return random.pick(all);
}

Slots drawSlots(const Person &person, Random &random)
{
    static const Words homes = {"a small house", "an old mill", "a room above the shop", "a white cottage",
                                "the castle"};
    static const Words towns = {"the village", "the harbor", "the city", "a little town", "the river"};
    static const Words seasons = {"spring", "summer", "autumn", "winter"};
    static const Words weathers = {"a cold", "a bright", "a rainy", "a windy", "a foggy", "a warm"};
    static const Words natures = {"forest", "garden", "field", "beach", "lake", "hill", "road", "orchard"};
    static const Words looks = {"strange", "beautiful", "dark", "peaceful", "wild", "lonely", "golden", "old"};
    static const Words daytimes = {"morning", "evening", "night", "afternoon", "day"};
    static const Words animals = {"dog", "cat", "horse", "goat", "bird", "donkey"};
    static const Words relatives = {"sister", "brother", "grandmother", "uncle", "friend", "neighbor"};
    static const Words things = {"a key",  "an old letter", "a silver coin", "a broken lamp",     "a map",
                                 "a book", "a red scarf",   "a wooden box",  "a basket of apples"};
    static const Words spots = {"the stairs", "a stone", "the oak tree", "the table", "the bridge", "the gate"};
    static const Words moods = {"happy", "afraid", "surprised", "tired", "proud", "sad", "curious"};
    return {{"N", person.name},
            {"he", person.he},
            {"He", capitalized(person.he)},
            {"his", person.his},
            {"His", capitalized(person.his)},
            {"him", person.him},
            {"kind", person.he[0] == 's' ? "a woman" : "a man"},
            {"home", random.pick(homes)},
            {"town", random.pick(towns)},
            {"season", random.pick(seasons)},
            {"weather", random.pick(weathers)},
            {"nature", random.pick(natures)},
            {"look", random.pick(looks)},
            {"daytime", random.pick(daytimes)},
            {"animal", random.pick(animals)},
            {"relative", random.pick(relatives)},
            {"thing", random.pick(things)},
            {"spot", random.pick(spots)},
            {"mood", random.pick(moods)}};
}

} // namespace

std::string drawStory(Random &random)
{
    const Person &person = drawPerson(random);
    std::string story;
    const auto add = [&](const std::string &pattern) {
        story += (story.empty() ? "" : " ") + fill(pattern, drawSlots(person, random));
    };
    add(beginning(random));
    add(setting(random));
    add(event(random));
    add(reaction(random));
    if (random.chance(60))
        add(setting(random));
    if (random.chance(60))
        add(event(random));
    if (random.chance(40))
        add(reaction(random));
    add(ending(random));
    return story;
}

} // namespace secateur::demo
