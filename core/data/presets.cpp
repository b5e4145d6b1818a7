// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <array>
#include <optional>
#include <string_view>
#include <utility>

#include "core/data/dataset.h"

namespace secateur::data {

namespace {

/// "As in the paper's code": the prompt that the code of arXiv 2501.05248 builds from this data set (its lib/data.py).
/// guessTemplate() takes the first that fits, so a template that needs more fields stands before one that needs fewer.
std::vector<Preset> makePresets()
{
    const std::string paper = "As in the paper's code. ";
    return {
        // Commonsense
        {"openbookqa",
         "[INST]\nChoose the right option: {question.stem}#Choices: {question.choices[*].text:letters}\n[/INST]\n",
         "commonsense", paper + "Original files: question.stem, question.choices[].text. ARC has the same fields."},
        {"openbookqa_hub",
         "[INST]\nChoose the right option: {question_stem}#Choices: {choices.text:letters}\n[/INST]\n", "commonsense",
         paper + "Hub files: question_stem, choices.text[]."},
        {"hellaswag", "[INST]\nChoose the most appropriate ending: {ctx}###Options: {endings:numbers}\n[/INST]n",
         "commonsense",
         paper + "Fields ctx, endings[]. The n at the end is a slip of that code, kept to compare with it."},
        {"hellaswag_sound", "[INST]\nChoose the most appropriate ending: {ctx}###Options: {endings:numbers}\n[/INST]\n",
         "commonsense", "As hellaswag, without the slip. Fields ctx, endings[]."},
        {"commonsenseqa",
         "[INST]\nChoose the right option related to the following sentence. {question} "
         "{choices.text:letters}\n[/INST]\n",
         "commonsense", paper + "Fields question, choices.text[]."},
        {"piqa", "[INST]\nChoose the right option: {goal}#Choices: A: {sol1}, B: {sol2}\n[/INST]\n", "commonsense",
         "PIQA in the form of openbookqa; not in the paper. Fields goal, sol1, sol2."},
        {"winogrande", "[INST]\nChoose the right option: {sentence}#Choices: A: {option1}, B: {option2}\n[/INST]\n",
         "commonsense", "WinoGrande in the form of openbookqa; not in the paper. Fields sentence, option1, option2."},
        {"boolq", "{passage}\nQuestion: {question}?\nAnswer: {answer}", "commonsense",
         "BoolQ; not in the paper. Fields passage, question, answer."},
        // Math
        {"aqua", "{question}\n{options:lines}\n{rationale}", "math",
         "AQuA-RAT; not in the paper. Fields question, options[], rationale."},
        {"mathqa_options", "{Problem}\nA: {options.a}, B: {options.b}, C: {options.c}, D: {options.d}, E: {options.e}",
         "math", "MathQA with options and no rationale; not in the paper. Fields Problem, options.a to options.e."},
        {"gsm8k", "{question}\n{answer}", "math", "GSM8K, worked answers. Fields question, answer."},
        {"math_orca", "{question}\n{answer}", "math", paper + "Orca math word problems: question, answer."},
        {"math_qa", "{original_question}\n{response}", "math", paper + "MetaMathQA: original_question, response."},
        {"math_instruct", "{instruction}\n{output}", "math", paper + "MathInstruct: instruction, output."},
        // Code
        {"humaneval", "{prompt}{canonical_solution}", "code",
         "HumanEval; do not evaluate on the problems used here. Fields prompt, canonical_solution."},
        {"mbpp", "{text}\n{code}", "code", "MBPP; do not evaluate on the tasks used here. Fields text, code."},
        {"mbpp_sanitized", "{prompt}\n{code}", "code",
         "MBPP sanitized; do not evaluate on the tasks used here. Fields prompt, code."},
        {"python_alpaca", "{prompt}", "code", paper + "Python instructions with answers: prompt."},
        {"apps", "{solutions}", "code", paper + "APPS: solutions (one text that lists them all)."},
        {"github_python", "{content}", "code", paper + "Python files: content."},
        {"java", "{code}", "code", paper + "Java: code."},
        {"javascript", "{code}", "code", paper + "JavaScript: code."},
        {"cpp", "{solution}", "code", paper + "C++: solution."},
        // Translation
        {"wmt14", "#Text: {translation.en} #Translation: {translation.fr}", "translation",
         paper
             + "English to French: translation.en, translation.fr. The code pads to 4096 tokens; here nothing is "
               "padded."},
        {"opus_books", "#Text: {translation.en} #Translation: {translation.fr}", "translation",
         paper + "English to French books: translation.en, translation.fr."},
        {"song_translation", "#Text: {original_version} #Translation: {french_version}", "translation",
         paper + "Song lyrics: original_version, french_version."},
        {"en_fr", "#Text: {en} #Translation: {fr}", "translation", "The same form for pairs in two fields: en, fr."},
        // General text
        {"c4", "{text}", "general", paper + "Web text, or any other: text."},
        {"wikitext2", "{text}", "general", "WikiText, one article or paragraph a record: text."},
    };
}

/// The only field that holds text, when there is exactly one and a template can name it.
std::optional<std::string> onlyTextField(const Record &record)
{
    std::string found;
    for (const auto &[name, value] : record.fields.items()) {
        if (!value.is_string())
            continue;
        if (!found.empty())
            return std::nullopt;
        found = "{" + name + "}";
    }
    const auto parsed = FieldTemplate::parse(found);
    return parsed && parsed->render(record) ? std::optional(found) : std::nullopt;
}

} // namespace

const std::vector<Preset> &presets()
{
    static const std::vector<Preset> table = makePresets();
    return table;
}

Result<Preset> presetByName(const std::string &name)
{
    static constexpr std::array<std::pair<std::string_view, std::string_view>, 5> earlierNames = {{
        {"java_code", "java"},
        {"js_code", "javascript"},
        {"cpp_code", "cpp"},
        {"song", "song_translation"},
        {"wikitext", "wikitext2"},
    }};
    const auto earlier = std::ranges::find(earlierNames, name, &std::pair<std::string_view, std::string_view>::first);
    const std::string_view wanted = earlier == earlierNames.end() ? std::string_view(name) : earlier->second;
    std::string names;
    for (const auto &preset : presets()) {
        if (preset.name == wanted)
            return preset;
        names += (names.empty() ? "" : ", ") + preset.name;
    }
    return failure(ErrorCode::InvalidArgument, "preset \"" + name + "\" is not known; there are " + names);
}

Result<std::string> guessTemplate(const Record &record)
{
    for (const auto &preset : presets()) {
        // python_alpaca has instruction and output, too, and both of them in its prompt.
        if (preset.name == "math_instruct" && record.fields.contains("prompt"))
            continue;
        SECATEUR_TRY(parsed, FieldTemplate::parse(preset.fieldTemplate));
        if (parsed.render(record))
            return preset.fieldTemplate;
    }
    if (const auto only = onlyTextField(record))
        return *only;
    std::string names;
    for (const auto &[name, ignored] : record.fields.items())
        names += (names.empty() ? "" : ", ") + name;
    return failure(ErrorCode::BadInput,
                   record.origin + ": which field is the text? There are: " + (names.empty() ? "none" : names)
                       + "; give a template, such as {question}\\n{answer}, or a preset");
}

} // namespace secateur::data
