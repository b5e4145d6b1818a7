// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/eval/code/codeproblem.h"

#include <algorithm>
#include <cstdlib>
#include <set>

#include "core/base/text.h"
#include "core/data/dataset.h"
#include "core/eval/itemfields.h"

namespace secateur::eval {

namespace {

using nlohmann::json;
using sandbox::Language;
using namespace std::chrono_literals;

bool has(const data::Record &record, std::initializer_list<const char *> fields)
{
    for (const char *field : fields)
        if (!record.fields.contains(field))
            return false;
    return true;
}

/// Of any length, unlike the choices of a question.
Result<std::vector<std::string>> textList(const ItemFields &fields, const char *name)
{
    const auto &all = fields.record().fields;
    const auto at = all.find(name);
    std::vector<std::string> texts;
    if (at != all.end() && at->is_array())
        for (const auto &value : *at)
            if (value.is_string())
                texts.push_back(value.get<std::string>());
    if (at == all.end() || !at->is_array() || texts.size() != at->size())
        return fields.refuse("has no list of texts \"" + std::string(name) + "\"");
    return texts;
}

std::string lines(const std::vector<std::string> &all)
{
    std::string text;
    for (const auto &line : all)
        text += line + '\n';
    return text;
}

/// A Java virtual machine takes a second to start on a busy machine.
std::chrono::milliseconds standardLimit(Language language)
{
    return language == Language::Java ? 10s : 3s;
}

/// "" where the file has none.
Result<std::string> canonicalSolution(const ItemFields &fields)
{
    return fields.has("canonical_solution") ? fields.text("canonical_solution") : Result<std::string>(std::string());
}

Result<CodeProblem> humanEval(const data::Record &record)
{
    const ItemFields fields(record);
    CodeProblem problem;
    problem.protocol = "humaneval-openai";
    SECATEUR_TRY(id, fields.text("task_id"));
    SECATEUR_TRY(prompt, fields.text("prompt"));
    SECATEUR_TRY(test, fields.text("test"));
    SECATEUR_TRY(entry, fields.text("entry_point"));
    problem.id = id;
    problem.prompt = problem.programPrompt = prompt;
    problem.separator = "\n";
    problem.tests = test + "\ncheck(" + entry + ")\n";
    problem.stops = {"\nclass", "\ndef", "\n#", "\nif", "\nprint"};
    SECATEUR_TRY(solution, canonicalSolution(fields));
    problem.reference = solution;
    return problem;
}

Result<CodeProblem> humanEvalX(const data::Record &record)
{
    const ItemFields fields(record);
    CodeProblem problem;
    problem.protocol = "humaneval-x";
    SECATEUR_TRY(id, fields.text("task_id"));
    SECATEUR_TRY(prompt, fields.text("prompt"));
    SECATEUR_TRY(test, fields.text("test"));
    const std::string name = id.substr(0, id.find('/'));
    if (name == "CPP")
        problem.language = Language::Cpp;
    else if (name == "Java")
        problem.language = Language::Java;
    else if (name == "JavaScript")
        problem.language = Language::JavaScript;
    else
        return failure(ErrorCode::Unsupported,
                       record.origin + ": the language of task \"" + id
                           + "\" is not one that can be run here (CPP, Java, JavaScript; Python as HumanEval)");
    problem.id = id;
    problem.prompt = problem.programPrompt = prompt;
    problem.separator = "\n";
    problem.tests = test;
    problem.entry = "Main";
    problem.ending = CodeEnding::Braces;
    problem.timeLimit = standardLimit(problem.language);
    SECATEUR_TRY(solution, canonicalSolution(fields));
    problem.reference = solution;
    return problem;
}

Result<CodeProblem> multiplE(const data::Record &record)
{
    const ItemFields fields(record);
    CodeProblem problem;
    problem.protocol = "multipl-e";
    SECATEUR_TRY(name, fields.text("name"));
    SECATEUR_TRY(language, fields.text("language"));
    SECATEUR_TRY(prompt, fields.text("prompt"));
    SECATEUR_TRY(tests, fields.text("tests"));
    SECATEUR_TRY(stops, textList(fields, "stop_tokens"));
    const auto known = sandbox::languageFromName(language);
    if (!known || *known == Language::Python)
        return failure(ErrorCode::Unsupported,
                       record.origin + ": programs in \"" + language + "\" cannot be run here (cpp, java, js)");
    problem.id = name;
    problem.language = *known;
    problem.prompt = problem.programPrompt = stripped(prompt);
    problem.separator = "\n";
    problem.tests = tests;
    problem.entry = "Problem";
    problem.stops = stops;
    problem.stops.emplace_back("<file_sep>");
    problem.timeLimit = standardLimit(problem.language);
    return problem;
}

Result<CodeProblem> mbpp(const data::Record &record, CodePreset preset)
{
    const ItemFields fields(record);
    CodeProblem problem;
    const bool sanitized = !record.fields.contains("text");
    SECATEUR_TRY(task, fields.text(sanitized ? "prompt" : "text"));
    SECATEUR_TRY(tests, textList(fields, "test_list"));
    const auto &id = record.fields.at("task_id");
    if (!id.is_number_unsigned())
        return fields.refuse("the field \"task_id\" is not a number");
    if (tests.empty())
        return fields.refuse("the field \"test_list\" holds no test");
    problem.id = id.dump();
    // Before the tests, but behind the completion: there is a setup that uses a class of it.
    if (record.fields.contains("test_setup_code")) {
        SECATEUR_TRY(setup, fields.text("test_setup_code"));
        problem.tests = setup + "\n";
    }
    if (record.fields.contains("test_imports")) {
        SECATEUR_TRY(imports, textList(fields, "test_imports"));
        problem.tests += lines(imports);
    }
    problem.tests += lines(tests);
    SECATEUR_TRY(code, fields.text("code"));
    problem.reference = code;
    const std::string kind = sanitized ? "mbpp-sanitized" : "mbpp";
    if (preset == CodePreset::Paper) {
        problem.protocol = kind + "-raw-prompt"; // that code wraps it in the tags of each model's chat
        problem.prompt = "You are an expert Python programmer, don't explain anything, just write the code.\n"
                         "This is your task: "
            + task + "\nYour code should pass these tests:\n\n" + lines(tests);
        problem.ending = CodeEnding::Answer;
    } else {
        problem.protocol = kind + "-bigcode-zero-shot";
        problem.prompt = problem.programPrompt = "\"\"\"\n" + task + "\n" + tests.front() + "\n\"\"\"\n";
        problem.stops = {"\nclass", "\nassert", "\n\"\"\"", "\nprint", "\nif", "\n<|/", "\n```"};
    }
    return problem;
}

Result<CodeProblem> problemOf(const data::Record &record, CodePreset preset)
{
    if (has(record, {"test_list", "task_id"}))
        return mbpp(record, preset);
    if (has(record, {"language", "prompt", "tests", "stop_tokens"}))
        return multiplE(record);
    if (has(record, {"entry_point", "prompt", "test", "task_id"}))
        return humanEval(record);
    if (has(record, {"declaration", "prompt", "test", "task_id"}))
        return humanEvalX(record);
    std::string names;
    for (const auto &[name, value] : record.fields.items())
        names += (names.empty() ? "" : ", ") + name;
    return failure(ErrorCode::Unsupported,
                   record.origin + ": not a problem of HumanEval, HumanEval-X, MultiPL-E or MBPP;"
                       + " it has the fields " + names);
}

/// MBPP's one file of 974 tasks holds its prompt, validation and training tasks too; the paper's test split (Austin et
/// al. 2021) is 11 to 510. A file of tasks of another split alone is taken as it is.
void keepTestSplit(std::vector<CodeProblem> &problems)
{
    const auto isTest = [](const CodeProblem &problem) {
        const auto number = std::strtoull(problem.id.c_str(), nullptr, 10);
        return number >= 11 && number <= 510;
    };
    const std::string &protocol = problems.front().protocol;
    if (protocol.starts_with("mbpp-") && !protocol.starts_with("mbpp-sanitized")
        && std::ranges::any_of(problems, isTest))
        std::erase_if(problems, [&isTest](const CodeProblem &problem) { return !isTest(problem); });
}

} // namespace

Result<std::vector<CodeProblem>> readCodeProblems(const std::filesystem::path &file, CodePreset preset,
                                                  const RunContext &context)
{
    std::vector<CodeProblem> problems;
    std::set<std::string> ids;
    SECATEUR_CHECK(data::forEachRecord(
        file,
        [&](const data::Record &record) -> Result<void> {
            SECATEUR_TRY(problem, problemOf(record, preset));
            if (!ids.insert(problem.id).second)
                return failure(ErrorCode::BadInput, record.origin + ": a second problem with the id " + problem.id);
            if (preset == CodePreset::Paper) {
                problem.timeLimit = problem.ending == CodeEnding::Answer ? 10s : 90s;
                problem.protocol += "-paper";
            }
            problems.push_back(std::move(problem));
            return {};
        },
        context));
    if (problems.empty())
        return failure(ErrorCode::BadInput, file.string() + ": there is no problem in it");
    keepTestSplit(problems);
    return problems;
}

} // namespace secateur::eval
