// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/demo/commonsense.h"

#include <algorithm>

#include "core/demo/ontology.h"

namespace secateur::demo {

namespace {

constexpr std::size_t choiceCount = 4;

/// The right answer among three of `others`, in any order.
void setChoices(ChoiceQuestion &question, const std::string &right, Words others, Random &random)
{
    std::ranges::sort(others);
    const auto repeated = std::ranges::unique(others);
    others.erase(repeated.begin(), repeated.end());
    std::erase(others, right);
    random.shuffle(others);
    others.resize(std::min(others.size(), choiceCount - 1));
    others.push_back(right);
    random.shuffle(others);
    question.right = std::size_t(std::ranges::find(others, right) - others.begin());
    question.choices = std::move(others);
}

ChoiceQuestion aboutRelation(const Relation &relation, Random &random)
{
    const auto &[x, y] = random.pick(relation.facts);
    const bool forward = random.chance(50);
    const auto &phrases = forward ? relation.forward : relation.backward;
    const std::size_t phrase = random.below(phrases.size());
    ChoiceQuestion question;
    // The question itself: "What is made of glass?" has several answers, and is held out with all of them.
    question.problem =
        std::string(relation.id) + "|" + (forward ? x : y) + "|" + (forward ? "f" : "b") + std::to_string(phrase);
    question.question = capitalized(fill(phrases[phrase], {{"x", x}, {"y", y}}));
    const auto written = [&relation](const char *answer) { return fill(relation.answer, {{"y", answer}}); };
    Words others;
    for (const auto &[otherX, otherY] : relation.facts) {
        if (forward && std::string(otherX) != x)
            others.push_back(written(otherY));
        if (!forward && std::string(otherY) != y)
            others.emplace_back(otherX);
    }
    setChoices(question, forward ? written(y) : std::string(x), others, random);
    return question;
}

ChoiceQuestion aboutEffect(Random &random)
{
    static const std::vector<const char *> phrases = {"What happens when {x} {y}?", "If {x} {y}, what happens to it?",
                                                      "{x} {y}. What will happen?"};
    const Effect &effect = random.pick(effects());
    const std::string thing = random.pick(effect.things);
    const std::string condition = random.pick(effect.conditions);
    ChoiceQuestion question;
    question.problem = "effect|" + thing + "|" + condition;
    question.question = capitalized(fill(random.pick(phrases), {{"x", thing}, {"y", condition}}));
    Words others;
    for (const auto &other : effects())
        others.emplace_back(other.outcome);
    setChoices(question, effect.outcome, others, random);
    return question;
}

ChoiceQuestion aboutSize(Random &random)
{
    static const std::vector<std::pair<const char *, bool>> phrases = {
        {"Which is bigger, {x} or {y}?", true},
        {"Which is smaller, {x} or {y}?", false},
        {"What takes up more space, {x} or {y}?", true},
        {"What takes up less space, {x} or {y}?", false}};
    const Words &things = thingsBySize();
    std::size_t small = random.below(things.size() - 1);
    std::size_t big = small + 1 + random.below(things.size() - 1 - small);
    const auto &[phrase, biggerWins] = random.pick(phrases);
    ChoiceQuestion question;
    question.problem = "size|" + things[small] + "|" + things[big];
    const bool turned = random.chance(50);
    question.question = fill(phrase, {{"x", things[turned ? big : small]}, {"y", things[turned ? small : big]}});
    setChoices(question, things[biggerWins ? big : small], {things[biggerWins ? small : big]}, random);
    return question;
}

} // namespace

ChoiceQuestion drawChoiceQuestion(Random &random)
{
    const std::uint64_t kind = random.below(100);
    if (kind < 15)
        return aboutSize(random);
    if (kind < 30)
        return aboutEffect(random);
    // Relations by the number of their facts, so that all facts are met equally often.
    std::size_t facts = 0;
    for (const auto &relation : relations())
        facts += relation.facts.size();
    std::size_t at = random.below(facts);
    for (const auto &relation : relations()) {
        if (at < relation.facts.size())
            return aboutRelation(relation, random);
        at -= relation.facts.size();
    }
    return aboutEffect(random);
}

} // namespace secateur::demo
