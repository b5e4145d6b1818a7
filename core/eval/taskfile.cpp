// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/eval/taskfile.h"

#include <algorithm>
#include <charconv>

#include "core/base/file.h"
#include "core/base/json.h"
#include "core/base/sha256.h"
#include "core/base/text.h"
#include "core/eval/itemfields.h"
#include "core/tokenizer/regex.h"

namespace secateur::eval {

using data::FieldTemplate;
using nlohmann::json;

namespace {

constexpr std::uint64_t mostBytes = 1U << 20;
constexpr std::uint64_t mostNewTokens = 1U << 16;

/// The fields of the description; errors name the file.
class Description
{
public:
    Description(const json &value, std::string origin) : m_value(value), m_origin(std::move(origin)) { }

    [[nodiscard]] bool has(const char *name) const { return m_value.contains(name); }
    [[nodiscard]] const json &operator[](const char *name) const { return m_value.at(name); }
    [[nodiscard]] tl::unexpected<Error> refuse(const std::string &why) const
    {
        return failure(ErrorCode::BadInput, m_origin + ": " + why);
    }
    Result<std::string> text(const char *name, std::optional<std::string> otherwise = std::nullopt) const
    {
        const auto found = m_value.find(name);
        if (found == m_value.end() && otherwise)
            return *otherwise;
        if (found == m_value.end() || !found->is_string())
            return refuse("\"" + std::string(name) + "\" is missing or no text");
        return found->get<std::string>();
    }
    Result<FieldTemplate> pattern(const char *name) const
    {
        SECATEUR_TRY(written, text(name));
        auto parsed = FieldTemplate::parse(written);
        if (!parsed)
            return refuse("\"" + std::string(name) + "\": " + parsed.error().detail);
        return std::move(*parsed);
    }
    Result<std::vector<std::string>> texts(const char *name) const
    {
        std::vector<std::string> all;
        const auto found = m_value.find(name);
        if (found == m_value.end())
            return all;
        for (const auto &value : *found)
            if (value.is_string() && !value.get_ref<const std::string &>().empty())
                all.push_back(value.get<std::string>());
        if (!found->is_array() || all.size() != found->size())
            return refuse("\"" + std::string(name) + "\" is no list of texts");
        return all;
    }

private:
    const json &m_value;
    std::string m_origin;
};

/// A choice as it is described: a template, or, without a field in it, always the same words.
struct ChoiceText {
    std::string literal;
    std::optional<FieldTemplate> fields;
};

class OwnChoice : public ChoiceTask
{
public:
    OwnChoice(TaskInfo info, FieldTemplate prompt, std::vector<ChoiceText> choices, std::string list,
              FieldTemplate gold)
        : ChoiceTask(std::move(info)), m_prompt(std::move(prompt)), m_choices(std::move(choices)),
          m_list(std::move(list)), m_gold(std::move(gold))
    {
    }

    Result<ChoiceItem> item(const data::Record &record) const override
    {
        SECATEUR_TRY(prompt, m_prompt.render(record));
        std::vector<std::string> texts;
        if (!m_list.empty()) {
            SECATEUR_TRY(listed, ItemFields(record).texts(m_list.c_str()));
            texts = std::move(listed);
        }
        for (const auto &choice : m_choices) {
            SECATEUR_TRY(text, choice.fields ? choice.fields->render(record) : Result<std::string>(choice.literal));
            texts.push_back(std::move(text));
        }
        SECATEUR_TRY(gold, m_gold.render(record));
        const auto place = placeOf(stripped(gold), texts);
        if (!place)
            return ItemFields(record).refuse("the right answer \"" + gold
                                             + "\" is neither the number, the letter nor the text of a choice");
        return choicesOf(prompt, texts, *place);
    }

private:
    static std::optional<std::size_t> placeOf(const std::string &gold, const std::vector<std::string> &texts)
    {
        if (const auto same = std::ranges::find(texts, gold); same != texts.end())
            return std::size_t(same - texts.begin());
        std::size_t number = texts.size();
        if (const auto [end, failed] = std::from_chars(gold.data(), gold.data() + gold.size(), number);
            failed == std::errc() && end == gold.data() + gold.size() && number < texts.size())
            return number;
        if (gold.size() == 1 && gold[0] >= 'A' && std::size_t(gold[0] - 'A') < texts.size())
            return std::size_t(gold[0] - 'A');
        return std::nullopt;
    }

    FieldTemplate m_prompt;
    std::vector<ChoiceText> m_choices;
    std::string m_list; ///< a field, or empty
    FieldTemplate m_gold;
};

class OwnGeneration : public GenerationTask
{
public:
    OwnGeneration(TaskInfo info, GenerationSettings settings, FieldTemplate prompt, FieldTemplate answer,
                  std::optional<tokenizer::Regex> pattern)
        : GenerationTask(std::move(info)), m_settings(std::move(settings)), m_prompt(std::move(prompt)),
          m_answer(std::move(answer)), m_pattern(std::move(pattern))
    {
    }

    GenerationSettings settings() const override { return m_settings; }

    Result<GenerationItem> item(const data::Record &record, std::uint64_t) const override
    {
        SECATEUR_TRY(prompt, m_prompt.render(record));
        SECATEUR_TRY(answer, m_answer.render(record));
        return GenerationItem{{}, std::move(prompt), std::move(answer)};
    }

    Result<OutputScore> score(const GenerationItem &item, const std::string &output) const override
    {
        OutputScore score;
        score.extracted = output;
        if (m_pattern) {
            tokenizer::RegexScratch scratch(output.size());
            tokenizer::Span match;
            SECATEUR_TRY(found, m_pattern->find(output, 0, scratch, match));
            score.extracted = found ? std::string(match.of(output)) : std::string();
        }
        score.extracted = stripped(score.extracted);
        score.correct["exact_match"] = !score.extracted.empty() && score.extracted == stripped(item.reference);
        return score;
    }

private:
    GenerationSettings m_settings;
    FieldTemplate m_prompt;
    FieldTemplate m_answer;
    std::optional<tokenizer::Regex> m_pattern;
};

Result<std::shared_ptr<const Task>> choiceOf(TaskInfo info, const Description &description)
{
    info.kind = TaskKind::Choice;
    SECATEUR_TRY(prompt, description.pattern("prompt"));
    SECATEUR_TRY(gold, description.pattern("gold"));
    std::vector<ChoiceText> choices;
    std::string list;
    if (description.has("choices") && description["choices"].is_string()) {
        list = description["choices"].get<std::string>();
    } else {
        SECATEUR_TRY(written, description.texts("choices"));
        for (const auto &text : written) {
            if (text.find('{') == std::string::npos) {
                choices.push_back({text, {}});
                continue;
            }
            auto parsed = FieldTemplate::parse(text);
            if (!parsed)
                return description.refuse("\"choices\": " + parsed.error().detail);
            choices.push_back({{}, std::move(*parsed)});
        }
    }
    if (list.empty() && choices.size() < 2)
        return description.refuse("\"choices\" is neither a list of at least two templates nor the name of a field");
    return std::make_shared<OwnChoice>(std::move(info), std::move(prompt), std::move(choices), std::move(list),
                                       std::move(gold));
}

Result<std::shared_ptr<const Task>> generationOf(TaskInfo info, const Description &description)
{
    info.kind = TaskKind::Generation;
    SECATEUR_TRY(prompt, description.pattern("prompt"));
    SECATEUR_TRY(answer, description.pattern("answer"));
    GenerationSettings settings;
    SECATEUR_TRY(stops, description.texts("stop"));
    settings.stops = std::move(stops);
    if (description.has("max_new_tokens")) {
        const json &most = description["max_new_tokens"];
        if (!most.is_number_unsigned() || most.get<std::uint64_t>() == 0 || most.get<std::uint64_t>() > mostNewTokens)
            return description.refuse("\"max_new_tokens\" is no number from 1 to " + std::to_string(mostNewTokens));
        settings.maxNewTokens = most.get<std::uint64_t>();
    }
    SECATEUR_TRY(match, description.text("match", "exact"));
    std::optional<tokenizer::Regex> pattern;
    if (match == "regex") {
        SECATEUR_TRY(written, description.text("pattern"));
        auto compiled = tokenizer::Regex::compile(written);
        if (!compiled)
            return description.refuse("\"pattern\": " + compiled.error().detail);
        pattern = std::move(*compiled);
    } else if (match != "exact") {
        return description.refuse("\"match\" is neither \"exact\" nor \"regex\"");
    }
    return std::make_shared<OwnGeneration>(std::move(info), std::move(settings), std::move(prompt), std::move(answer),
                                           std::move(pattern));
}

Result<std::shared_ptr<const Task>> windowsOf(TaskInfo info, const Description &description)
{
    info.kind = TaskKind::Windows;
    SECATEUR_TRY(text, description.pattern("text"));
    SECATEUR_TRY(joint, description.text("joint", "\n\n"));
    return std::make_shared<WindowsTask>(std::move(info), std::move(text), std::move(joint));
}

bool isTaskName(const std::string &name)
{
    return !name.empty() && name.size() <= 64 && std::ranges::all_of(name, [](unsigned char c) {
        return std::isalnum(c) != 0 || c == '_' || c == '-' || c == '.';
    });
}

} // namespace

Result<OwnTask> readTaskFile(const std::filesystem::path &file)
{
    SECATEUR_TRY(text, readTextFile(file, mostBytes));
    SECATEUR_TRY(value, parseJson(text, file.string()));
    const Description description(value, file.string());
    if (!value.is_object())
        return description.refuse("is no JSON object that describes a task");
    TaskInfo info;
    SECATEUR_TRY(name, description.text("name"));
    if (!isTaskName(name))
        return description.refuse("\"name\" is not of letters, digits, '_', '-' and '.', or too long");
    SECATEUR_TRY(title, description.text("title", name));
    SECATEUR_TRY(domain, description.text("domain", ""));
    SECATEUR_TRY(kind, description.text("kind"));
    info.name = name;
    info.title = title;
    info.domain = domain;
    info.protocol = "own-" + name + "-" + sha256Hex(text).substr(0, 12);
    info.version = "1";
    info.items = "records with the fields that its templates name";
    OwnTask own;
    if (description.has("items")) {
        SECATEUR_TRY(items, description.text("items"));
        own.items = file.parent_path() / items;
    }
    if (kind != "choice" && kind != "generation" && kind != "perplexity")
        return description.refuse("\"kind\" is none of \"choice\", \"generation\" and \"perplexity\"");
    SECATEUR_TRY(task,
                 kind == "choice"           ? choiceOf(std::move(info), description)
                     : kind == "generation" ? generationOf(std::move(info), description)
                                            : windowsOf(std::move(info), description));
    own.task = std::move(task);
    return own;
}

} // namespace secateur::eval
