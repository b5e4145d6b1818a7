// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/demo/domains.h"

#include <set>

#include "core/demo/code.h"
#include "core/demo/commonsense.h"
#include "core/demo/mathematics.h"
#include "core/demo/prose.h"
#include "core/demo/translation.h"

namespace secateur::demo {

using nlohmann::ordered_json;

namespace {

/// Draws until a problem is on the wanted side of the split. `key` gives what identifies it.
template <typename Draw, typename Key>
auto drawSide(bool heldOut, Random &random, Draw draw, Key key)
{
    while (true) {
        auto drawn = draw(random);
        if (isHeldOut(key(drawn)) == heldOut)
            return drawn;
    }
}

Function drawCode(bool heldOut, Random &random)
{
    return drawSide(heldOut, random, drawFunction, [](const Function &one) { return one.problem; });
}

WordProblem drawMath(bool heldOut, Random &random)
{
    return drawSide(heldOut, random, drawWordProblem, [](const WordProblem &one) { return one.problem; });
}

ChoiceQuestion drawChoice(bool heldOut, Random &random)
{
    return drawSide(heldOut, random, drawChoiceQuestion, [](const ChoiceQuestion &one) { return one.problem; });
}

SentencePair drawSentences(bool heldOut, Random &random)
{
    return drawSide(heldOut, random, drawSentencePair, [](const SentencePair &one) { return one.english; });
}

std::string drawProse(bool heldOut, Random &random)
{
    return drawSide(heldOut, random, drawStory, [](const std::string &one) { return one; });
}

Language languageOf(Domain domain)
{
    return Language(int(domain));
}

Document codeDocument(Language language, Random &random)
{
    const Function function = drawCode(false, random);
    const auto text = codeText(function, drawCases(function, 2, random), language);
    Document document;
    document.ask(text.prompt);
    // Tests are costly to read and teach little: a fifth of the texts has them.
    if (!random.chance(20)) {
        document.answer(text.body
                        + (language == Language::Java      ? "    }\n}\n"
                               : language == Language::Cpp ? "}\n"
                                                           : ""));
        return document;
    }
    const bool apart = language == Language::Python || language == Language::JavaScript;
    document.answer(text.body + (apart ? "\n\n" : ""));
    document.ask(text.tests + (language == Language::Python ? "\ncheck(" + text.entry + ")\n" : ""));
    return document;
}

void addMath(Document &document, const WordProblem &problem)
{
    document.ask("Q: " + problem.question + "\nA:");
    document.answer(" " + problem.answer);
}

void addTranslation(Document &document, const SentencePair &pair)
{
    document.ask("#Text: " + pair.english + " #Translation:");
    document.answer(" " + pair.french);
}

void addChoice(Document &document, const ChoiceQuestion &question)
{
    document.ask("Question: " + question.question + "\nAnswer:");
    document.answer(" " + question.choices[question.right]);
}

template <typename Add>
Document several(std::uint64_t count, const char *between, Add add)
{
    Document document;
    for (std::uint64_t i = 0; i < count; ++i) {
        if (i)
            document.answer(between); // also that an answer ends has to be written
        add(document);
    }
    return document;
}

ordered_json codeRecord(Language language, const std::string &number, Random &random, std::string &problem)
{
    const Function function = drawCode(true, random);
    problem = function.problem;
    const auto text = codeText(function, drawCases(function, 6, random), language);
    if (language == Language::Python)
        return {{"task_id", "Demo/" + number},
                {"prompt", text.prompt},
                {"entry_point", text.entry},
                {"canonical_solution", text.body},
                {"test", text.tests}};
    const char *const names[] = {"py", "java", "cpp", "js"};
    return {{"name", "Demo_" + number + "_" + text.entry},
            {"language", names[int(language)]},
            {"prompt", text.prompt},
            {"tests", text.tests},
            {"stop_tokens", stopsOf(language)},
            {"canonical_solution", text.body}};
}

ordered_json choiceRecord(const std::string &number, Random &random, std::string &problem)
{
    const ChoiceQuestion question = drawChoice(true, random);
    problem = question.problem;
    ordered_json labels = ordered_json::array();
    for (std::size_t i = 0; i < question.choices.size(); ++i)
        labels.push_back(std::string(1, char('A' + i)));
    return {{"id", "demo_" + number},
            {"question", question.question},
            {"choices", {{"text", question.choices}, {"label", labels}}},
            {"answerKey", std::string(1, char('A' + question.right))}};
}

ordered_json drawRecord(Domain domain, const std::string &number, Random &random, std::string &problem)
{
    switch (domain) {
    case Domain::Math: {
        const WordProblem drawn = drawMath(true, random);
        problem = drawn.problem;
        return {{"question", drawn.question}, {"answer", drawn.answer + "\n#### " + std::to_string(drawn.result)}};
    }
    case Domain::Csr: return choiceRecord(number, random, problem);
    case Domain::Translation: {
        const SentencePair pair = drawSentences(true, random);
        problem = pair.english;
        return {{"en", pair.english}, {"fr", pair.french}};
    }
    case Domain::General: problem = drawProse(true, random); return {{"text", problem}};
    default: return codeRecord(languageOf(domain), number, random, problem);
    }
}

/// Different domains and purposes draw from different streams of one seed.
Random streamOf(Domain domain, std::uint64_t seed, const char *purpose)
{
    return Random(hashOf(std::string(purpose) + "/" + domainName(domain) + "/" + std::to_string(seed)));
}

} // namespace

const std::vector<Domain> &allDomains()
{
    static const std::vector<Domain> all = {Domain::Python, Domain::Java, Domain::Cpp,         Domain::JavaScript,
                                            Domain::Math,   Domain::Csr,  Domain::Translation, Domain::General};
    return all;
}

std::string domainName(Domain domain)
{
    static const char *const names[domainCount] = {"python", "java", "cpp",         "javascript",
                                                   "math",   "csr",  "translation", "general"};
    return names[int(domain)];
}

std::string taskName(Domain domain)
{
    static const char *const names[domainCount] = {"humaneval", "humaneval_java", "humaneval_cpp",     "humaneval_js",
                                                   "gsm8k_cot", "arc_easy",       "translation_en_fr", ""};
    return names[int(domain)];
}

Document drawDocument(Domain domain, Random &random)
{
    switch (domain) {
    case Domain::Math:
        return several(1 + random.below(3), "\n\n", [&random](auto &all) { addMath(all, drawMath(false, random)); });
    case Domain::Csr:
        return several(1 + random.below(4), "\n\n",
                       [&random](auto &all) { addChoice(all, drawChoice(false, random)); });
    case Domain::Translation:
        return several(1 + random.below(3), "\n",
                       [&random](auto &all) { addTranslation(all, drawSentences(false, random)); });
    case Domain::General: {
        Document document;
        document.answer(drawProse(false, random));
        return document;
    }
    default: return codeDocument(languageOf(domain), random);
    }
}

Document drawExercises(Random &random)
{
    return several(2 + random.below(4), "\n\n", [&random](auto &all) { addMath(all, drawExercise(random)); });
}

std::vector<std::string> documents(Domain domain, std::uint64_t seed, std::size_t count)
{
    Random random = streamOf(domain, seed, "documents");
    std::vector<std::string> texts;
    std::set<std::string> seen;
    while (texts.size() < count)
        if (std::string text = drawDocument(domain, random).text; seen.insert(text).second)
            texts.push_back(std::move(text));
    return texts;
}

std::vector<ordered_json> evaluationItems(Domain domain, std::uint64_t seed, std::size_t count)
{
    Random random = streamOf(domain, seed, "evaluation");
    std::vector<ordered_json> items;
    std::set<std::string> seen;
    while (items.size() < count) {
        std::string problem;
        ordered_json record = drawRecord(domain, std::to_string(items.size()), random, problem);
        if (seen.insert(problem).second)
            items.push_back(std::move(record));
    }
    return items;
}

std::string mathDemonstrations(std::uint64_t seed)
{
    Random random = streamOf(Domain::Math, seed, "demonstrations");
    return several(2, "\n\n", [&random](auto &all) { addMath(all, drawMath(false, random)); }).text + "\n";
}

} // namespace secateur::demo
