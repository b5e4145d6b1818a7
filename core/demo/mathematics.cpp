// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/demo/mathematics.h"

#include <vector>

#include "core/demo/text.h"

namespace secateur::demo {

namespace {

/// The numbers of a problem: {a}, {b}, {c}, … in its texts are those drawn, {x}, {y}, {z} the steps' results.
struct Numbers {
    std::vector<std::int64_t> drawn;
    std::vector<std::int64_t> steps; ///< the last one is the answer
};

struct ProblemKind {
    const char *id;
    Numbers (*draw)(Random &);
    std::vector<const char *> questions;
    const char *answer; ///< without the last sentence
};

Numbers adding(Random &r)
{
    const auto a = r.between(2, 30), b = r.between(2, 12);
    return {{a, b}, {a + b}};
}

Numbers takingAway(Random &r)
{
    const auto b = r.between(2, 12), a = b + r.between(1, 28);
    return {{a, b}, {a - b}};
}

Numbers multiplying(Random &r)
{
    const auto a = r.between(2, 9), b = r.between(2, 6);
    return {{a, b}, {a * b}};
}

Numbers dividing(Random &r)
{
    const auto b = r.between(2, 6), x = r.between(2, 9);
    return {{b * x, b}, {x}};
}

Numbers multiplyingThenAdding(Random &r)
{
    const auto a = r.between(2, 8), b = r.between(2, 5), c = r.between(2, 9);
    return {{a, b, c}, {a * b, a * b + c}};
}

Numbers multiplyingThenTaking(Random &r)
{
    const auto a = r.between(2, 8), b = r.between(2, 5), c = r.between(1, std::min<std::int64_t>(9, a * b - 1));
    return {{a, b, c}, {a * b, a * b - c}};
}

Numbers addingThenTaking(Random &r)
{
    const auto a = r.between(5, 25), b = r.between(2, 9), c = r.between(2, std::min<std::int64_t>(12, a + b - 1));
    return {{a, b, c}, {a + b, a + b - c}};
}

Numbers addingTwice(Random &r)
{
    const auto a = r.between(2, 15), b = r.between(2, 12), c = r.between(2, 9);
    return {{a, b, c}, {a + b, a + b + c}};
}

Numbers addingThenMultiplying(Random &r)
{
    const auto a = r.between(1, 5), b = r.between(1, 4), c = r.between(2, 5);
    return {{a, b, c}, {a + b, (a + b) * c}};
}

Numbers paying(Random &r)
{
    const auto a = r.between(2, 6), b = r.between(2, 5), x = a * b;
    const auto c = x + r.between(1, 12);
    return {{a, b, c}, {x, c - x}};
}

Numbers doublingThenAdding(Random &r)
{
    const auto a = r.between(2, 15);
    return {{a}, {2 * a, 2 * a + a}};
}

Numbers multiplyingAddingTaking(Random &r)
{
    const auto a = r.between(2, 6), b = r.between(2, 5), c = r.between(2, 9), d = r.between(2, 9);
    const auto x = a * b;
    return {{a, b, c, d}, {x, x + c, x + c - d}};
}

const std::vector<ProblemKind> &oneStep()
{
    static const std::vector<ProblemKind> kinds = {
        {"get",
         adding,
         {"{N} has {a} {things}. {M} gives {N} {b} more. How many {things} does {N} have now?",
          "{N} found {a} {things} in the {place} and later {b} more. How many {things} did {N} find in all?"},
         "{a} + {b} = {x}."},
        {"together",
         adding,
         {"{N} has {a} {things} and {M} has {b}. How many {things} do they have together?",
          "There are {a} {things} in the {place} and {b} in the {other}. How many {things} are there in all?"},
         "Together that is {a} + {b} = {x}."},
        {"give",
         takingAway,
         {"{N} has {a} {things} and gives {b} of them to {M}. How many {things} are left?",
          "There were {a} {things} in the {place}. {N} took {b} of them. How many {things} are left?"},
         "{a} - {b} = {x} are left."},
        {"compare",
         takingAway,
         {"{N} has {a} {things} and {M} has {b}. How many more {things} does {N} have?",
          "The {place} has {a} {things} and the {other} has {b}. How many more {things} does the {place} have?"},
         "The difference is {a} - {b} = {x}."},
        {"boxes",
         multiplying,
         {"{N} has {a} {boxes} with {b} {things} each. How many {things} does {N} have?",
          "There are {a} {boxes} in the {place} and {b} {things} in each. How many {things} are there?"},
         "{a} * {b} = {x}."},
        {"share",
         dividing,
         {"{N} puts {a} {things} into {b} {boxes}, the same number in each. How many {things} are in each?",
          "{b} friends share {a} {things} equally. How many {things} does each friend get?"},
         "Each gets {a} / {b} = {x}."},
    };
    return kinds;
}

const std::vector<ProblemKind> &severalSteps()
{
    static const std::vector<ProblemKind> kinds = {
        {"boxes_more",
         multiplyingThenAdding,
         {"{N} has {a} {boxes} with {b} {things} each and {c} more {things}. How many {things} does {N} have?",
          "{N} buys {a} {boxes} of {b} {things} and gets {c} {things} from {M}. How many {things} does {N} have?"},
         "The {boxes} hold {a} * {b} = {x}. With the others that is {x} + {c} = {y}."},
        {"boxes_less",
         multiplyingThenTaking,
         {"{N} has {a} {boxes} with {b} {things} each and loses {c} {things}. How many {things} are left?",
          "{N} fills {a} {boxes} with {b} {things} each. {M} takes {c} of the {things}. How many are left?"},
         "The {boxes} hold {a} * {b} = {x}. Then {x} - {c} = {y} are left."},
        {"get_give",
         addingThenTaking,
         {"{N} has {a} {things}, gets {b} more and gives {c} to {M}. How many {things} are left?",
          "There were {a} {things} in the {place}. {N} brought {b} and {M} took {c}. How many {things} are there now?"},
         "First there are {a} + {b} = {x}. Then {x} - {c} = {y} are left."},
        {"three",
         addingTwice,
         {"{N} has {a} {things}, {M} has {b} and {L} has {c}. How many {things} do they have together?",
          "{N} found {a} {things} on Monday, {b} on Tuesday and {c} on Friday. How many {things} are that in all?"},
         "The first two make {a} + {b} = {x}. In all that is {x} + {c} = {y}."},
        {"each_day",
         addingThenMultiplying,
         {"Every day {N} makes {a} {things} in the morning and {b} in the evening. How many {things} does {N} make in "
          "{c} days?",
          "Each of {c} {boxes} holds {a} old and {b} new {things}. How many {things} are there in all?"},
         "One has {a} + {b} = {x}. So {c} have {x} * {c} = {y}."},
        {"change",
         paying,
         {"{N} buys {a} {things} for {b} dollars each and pays with {c} dollars. How many dollars does {N} get back?",
          "{N} has {c} dollars and buys {a} {things} for {b} dollars each. How many dollars are left?"},
         "The {things} cost {a} * {b} = {x} dollars. {c} - {x} = {y} are left."},
        {"twice",
         doublingThenAdding,
         {"{N} has {a} {things} and {M} has twice as many. How many {things} do they have together?",
          "The {place} has {a} {things} and the {other} has twice as many. How many {things} are there in all?"},
         "Twice as many is 2 * {a} = {x}. Together that is {x} + {a} = {y}."},
        {"boxes_more_less",
         multiplyingAddingTaking,
         {"{N} has {a} {boxes} with {b} {things} each, gets {c} more {things} and gives {d} to {M}. How many {things} "
          "are "
          "left?",
          "{N} buys {a} {boxes} of {b} {things}, finds {c} {things} and loses {d}. How many {things} does {N} have?"},
         "The {boxes} hold {a} * {b} = {x}. With the others that is {x} + {c} = {y}. Then {y} - {d} = {z} are left."},
    };
    return kinds;
}

Slots drawWords(Random &random)
{
    static const Words things = {"apples", "books",  "coins",  "stones", "pens",   "eggs", "stamps", "cards",
                                 "nuts",   "lemons", "shells", "cups",   "plates", "toys", "roses",  "keys"};
    static const Words boxes = {"boxes", "bags", "baskets", "shelves", "jars", "crates"};
    static const Words places = {"garden", "kitchen", "school", "shop", "market", "library", "house", "office"};
    Words names = {"Anna", "Ben",  "Clara", "David", "Emma", "Felix", "Grace", "Henry",
                   "Ida",  "Jack", "Kate",  "Leo",   "Mary", "Nora",  "Oscar", "Paul"};
    random.shuffle(names);
    std::size_t at = random.below(places.size());
    const std::string &place = places[at];
    const std::string &other = places[(at + 1 + random.below(places.size() - 1)) % places.size()];
    return {{"N", names[0]},
            {"M", names[1]},
            {"L", names[2]},
            {"things", random.pick(things)},
            {"boxes", random.pick(boxes)},
            {"place", place},
            {"other", other}};
}

} // namespace

WordProblem drawWordProblem(Random &random)
{
    const bool single = random.chance(35);
    const ProblemKind &kind = random.pick(single ? oneStep() : severalSteps());
    const Numbers numbers = kind.draw(random);
    Slots slots = drawWords(random);
    WordProblem problem;
    problem.problem = kind.id;
    for (std::size_t i = 0; i < numbers.drawn.size(); ++i) {
        slots[std::string(1, char('a' + i))] = std::to_string(numbers.drawn[i]);
        problem.problem += "|" + std::to_string(numbers.drawn[i]);
    }
    for (std::size_t i = 0; i < numbers.steps.size(); ++i)
        slots[std::string(1, char('x' + i))] = std::to_string(numbers.steps[i]);
    problem.result = numbers.steps.back();
    problem.question = fill(random.pick(kind.questions), slots);
    problem.answer = fill(kind.answer, slots) + " The answer is " + std::to_string(problem.result) + ".";
    return problem;
}

WordProblem drawExercise(Random &random)
{
    static const Words words = {"How much is {e}?", "What is {e}?", "Compute {e}."};
    std::int64_t a = 0;
    std::int64_t b = 0;
    WordProblem exercise;
    const std::uint64_t operation = random.below(6);
    if (operation < 2) {
        a = random.between(1, 48);
        b = random.between(1, 12);
        exercise.result = a + b;
    } else if (operation < 4) {
        b = random.between(1, 12);
        a = b + random.between(1, 46);
        exercise.result = a - b;
    } else if (operation == 4) {
        a = random.between(2, 9);
        b = random.between(2, 9);
        exercise.result = a * b;
    } else {
        b = random.between(2, 6);
        exercise.result = random.between(2, 9);
        a = b * exercise.result;
    }
    const char *const signs[] = {"+", "+", "-", "-", "*", "/"};
    exercise.problem = std::to_string(a) + " " + signs[operation] + " " + std::to_string(b);
    exercise.question = fill(random.pick(words), {{"e", exercise.problem}});
    exercise.answer = exercise.problem + " = " + std::to_string(exercise.result) + ". The answer is "
        + std::to_string(exercise.result) + ".";
    return exercise;
}

} // namespace secateur::demo
