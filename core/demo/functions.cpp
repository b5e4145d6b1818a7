// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/demo/functions.h"

#include <string_view>

#include "core/demo/functionfamilies.h"
#include "core/demo/text.h"

namespace secateur::demo {

namespace {

ValueType typeOf(char letter)
{
    switch (letter) {
    case 'I': return ValueType::Integer;
    case 'B': return ValueType::Boolean;
    case 'S': return ValueType::Text;
    default: return ValueType::List;
    }
}

Condition drawCondition(Random &random)
{
    Condition condition;
    condition.kind = Condition::Kind(random.below(8));
    condition.constant = condition.kind == Condition::Divisible ? random.between(3, 7) : random.between(2, 15);
    return condition;
}

Change drawChange(Random &random)
{
    Change change;
    change.kind = Change::Kind(random.below(5));
    change.constant = change.kind == Change::Times ? random.between(3, 9) : random.between(1, 9);
    return change;
}

Choices drawChoices(Random &random)
{
    static const Words letters = {"a", "b", "c", "d", "e", "i", "l", "m", "n", "o", "p", "r", "s", "t", "u", "x"};
    static const Words words = {"big", "red", "old", "new", "my", "one", "end", "go", "up", "no"};
    Choices choices;
    choices.condition = drawCondition(random);
    choices.change = drawChange(random);
    do {
        choices.otherChange = drawChange(random);
    } while (choices.otherChange.words() == choices.change.words());
    choices.k = random.between(2, 9);
    choices.m = choices.k + random.between(1, 9);
    choices.letter = random.pick(letters);
    do {
        choices.otherLetter = random.pick(letters);
    } while (choices.otherLetter == choices.letter);
    choices.word = random.pick(words);
    return choices;
}

/// The words of what a family uses: with its id they say which problem it is.
std::string problemOf(const Family &family, const Choices &choices)
{
    std::string problem = family.id;
    for (const char use : std::string_view(family.uses)) {
        problem += '|';
        switch (use) {
        case 'P': problem += choices.condition.words(); break;
        case 'T': problem += choices.change.words(); break;
        case 'U': problem += choices.otherChange.words(); break;
        case 'k': problem += std::to_string(choices.k); break;
        case 'm': problem += std::to_string(choices.m); break;
        case 'c': problem += choices.letter; break;
        case 'd': problem += choices.otherLetter; break;
        default: problem += choices.word; break;
        }
    }
    return problem;
}

Slots slotsOf(const Choices &choices, const Slots &names, const std::string &subject, Language language)
{
    Slots slots = names;
    slots["P"] = choices.condition.words();
    slots["T"] = choices.change.words();
    slots["U"] = choices.otherChange.words();
    slots["p"] = choices.condition.expression(subject, language);
    slots["i"] = choices.condition.expression("i", language);
    slots["t"] = choices.change.expression(subject);
    slots["u"] = choices.otherChange.expression(subject);
    slots["j"] = choices.change.expression("i");
    slots["k"] = std::to_string(choices.k);
    slots["m"] = std::to_string(choices.m);
    slots["c"] = choices.letter;
    slots["d"] = choices.otherLetter;
    slots["w"] = choices.word;
    return slots;
}

Slots drawNames(Random &random)
{
    static const std::vector<std::pair<std::string, std::string>> lists = {
        {"values", "v"}, {"numbers", "n"}, {"items", "x"}, {"data", "d"}};
    static const Words numbers = {"n", "x", "value", "number"};
    static const std::vector<std::pair<std::string, std::string>> pairs = {{"a", "b"}, {"x", "y"}, {"left", "right"}};
    static const Words texts = {"text", "word", "s", "name"};
    const auto &[list, element] = random.pick(lists);
    const auto &[first, second] = random.pick(pairs);
    return {{"xs", list}, {"v", element}, {"n", random.pick(numbers)},
            {"a", first}, {"b", second},  {"s", random.pick(texts)}};
}

const Family &drawFamily(Random &random)
{
    const auto &lists = listFamilies();
    const auto &numbers = numberFamilies();
    const auto &texts = textFamilies();
    std::size_t at = random.below(lists.size() + numbers.size() + texts.size());
    if (at < lists.size())
        return lists[at];
    at -= lists.size();
    return at < numbers.size() ? numbers[at] : texts[at - numbers.size()];
}

} // namespace

Function drawFunction(Random &random)
{
    const Family &family = drawFamily(random);
    const Choices choices = drawChoices(random);
    const Slots names = drawNames(random);
    const std::string kinds = family.parameters;
    Function function;
    function.problem = problemOf(family, choices);
    function.name = random.pick(family.names);
    function.result = typeOf(family.result);
    if (kinds == "II")
        function.parameters = {{names.at("a"), ValueType::Integer}, {names.at("b"), ValueType::Integer}};
    else
        function.parameters = {{names.at(kinds == "L" ? "xs" : kinds == "I" ? "n" : "s"), typeOf(kinds[0])}};
    const std::string subject = names.at(kinds == "L" ? "v" : "n");
    for (int language = 0; language < 4; ++language)
        function.bodies[language] = fill(family.bodies[language], slotsOf(choices, names, subject, Language(language)));
    function.description = fill(random.pick(family.descriptions), slotsOf(choices, names, subject, Language::Python));
    const bool conditioned = std::string_view(family.uses).find('P') != std::string_view::npos;
    function.constant = conditioned ? choices.condition.constant : choices.k;
    if (std::string_view(family.uses).find('c') != std::string_view::npos)
        function.letter = choices.letter;
    function.run = [run = family.run, choices](const Values &arguments) { return run(choices, arguments); };
    return function;
}

namespace {

/// Mostly one with the letter.
const std::string &drawText(const std::string &letter, Random &random)
{
    static const Words texts = {"banana", "river",  "old tree", "sun",   "apple pie", "stone", "mountain", "lemon",
                                "paper",  "rabbit", "xylem",    "court", "people",    "bed",   "dance",    "box",
                                "salad",  "class",  "desert",   "panda", "ice cream", "soup",  "umbrella", "oxen"};
    while (true) {
        const std::string &text = random.pick(texts);
        if (text.find(letter) != std::string::npos || random.chance(10))
            return text;
    }
}

} // namespace

Values drawArguments(const Function &function, Random &random)
{
    Values values;
    const auto number = [&] {
        return random.chance(40) ? function.constant + random.between(-1, 1) : random.between(1, 20);
    };
    for (const auto &parameter : function.parameters) {
        if (parameter.type == ValueType::Text) {
            values.emplace_back(drawText(function.letter, random));
        } else if (parameter.type == ValueType::Integer) {
            values.emplace_back(number());
        } else {
            std::vector<std::int64_t> list(std::size_t(random.between(2, 5)));
            for (auto &value : list)
                value = number();
            values.emplace_back(std::move(list));
        }
    }
    return values;
}

} // namespace secateur::demo
