// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/eval/itemfields.h"

#include <algorithm>
#include <charconv>

namespace secateur::eval {

using nlohmann::json;

namespace {

std::string fieldNames(const json &fields)
{
    std::string names;
    for (const auto &[name, value] : fields.items())
        names += (names.empty() ? "" : ", ") + name;
    return names;
}

/// [{"text", "label"}], or {"text": […], "label": […]}.
Result<void> readOptions(const json &choices, const ItemFields &fields, LetteredQuestion &question)
{
    const auto add = [&](const json &text, const json &label) {
        if (!text.is_string() || !label.is_string())
            return false;
        question.texts.push_back(text.get<std::string>());
        question.labels.push_back(label.get<std::string>());
        return true;
    };
    bool sound = true;
    if (choices.is_array()) {
        for (const auto &choice : choices)
            sound = sound && choice.is_object() && choice.contains("text") && choice.contains("label")
                && add(choice.at("text"), choice.at("label"));
    } else if (choices.is_object() && choices.contains("text") && choices.contains("label")
               && choices.at("text").is_array() && choices.at("label").is_array()
               && choices.at("text").size() == choices.at("label").size()) {
        for (std::size_t i = 0; sound && i < choices.at("text").size(); ++i)
            sound = add(choices.at("text").at(i), choices.at("label").at(i));
    } else {
        sound = false;
    }
    if (!sound || question.texts.size() < 2)
        return fields.refuse("\"choices\" is no list of at least two texts with a label each");
    return {};
}

} // namespace

tl::unexpected<Error> ItemFields::refuse(const std::string &why) const
{
    return failure(ErrorCode::BadInput,
                   m_record.origin + ": " + why + " (its fields are " + fieldNames(m_record.fields)
                       + "); name a file of the layout that this task takes");
}

Result<std::string> ItemFields::text(const char *name) const
{
    const auto found = m_record.fields.find(name);
    if (found == m_record.fields.end() || !found->is_string())
        return refuse("has no text \"" + std::string(name) + "\"");
    return found->get<std::string>();
}

Result<std::size_t> ItemFields::number(const char *name, std::size_t count) const
{
    const auto found = m_record.fields.find(name);
    std::uint64_t value = count;
    if (found != m_record.fields.end()) {
        if (found->is_boolean())
            value = found->get<bool>() ? 1 : 0;
        else if (found->is_number_unsigned())
            value = found->get<std::uint64_t>();
        else if (const auto *const text = found->get_ptr<const std::string *>(); text && !text->empty())
            if (const auto [end, failed] = std::from_chars(text->data(), text->data() + text->size(), value);
                failed != std::errc() || end != text->data() + text->size())
                value = count;
    }
    if (value >= count)
        return refuse("has no \"" + std::string(name) + "\" from 0 to " + std::to_string(count - 1));
    return std::size_t(value);
}

Result<std::vector<std::string>> ItemFields::texts(const char *name) const
{
    const auto found = m_record.fields.find(name);
    std::vector<std::string> read;
    if (found != m_record.fields.end() && found->is_array())
        for (const auto &value : *found)
            if (value.is_string())
                read.push_back(value.get<std::string>());
    if (read.size() < 2 || read.size() != found->size())
        return refuse("has no list \"" + std::string(name) + "\" of at least two texts");
    return read;
}

Result<LetteredQuestion> letteredQuestion(const data::Record &record)
{
    const ItemFields fields(record);
    LetteredQuestion question;
    const auto nested = record.fields.find("question");
    if (nested != record.fields.end() && nested->is_object()) {
        const data::Record inner{*nested, record.origin + ": \"question\""};
        SECATEUR_TRY(stem, ItemFields(inner).text("stem"));
        question.stem = stem;
        SECATEUR_CHECK(readOptions(nested->value("choices", json()), fields, question));
    } else {
        SECATEUR_TRY(stem, fields.text(fields.has("question_stem") ? "question_stem" : "question"));
        question.stem = stem;
        SECATEUR_CHECK(readOptions(record.fields.value("choices", json()), fields, question));
    }
    SECATEUR_TRY(key, fields.text("answerKey"));
    const auto gold = std::ranges::find(question.labels, key);
    if (gold == question.labels.end())
        return fields.refuse("the answer \"" + key + "\" is none of its choices");
    question.gold = std::size_t(gold - question.labels.begin());
    return question;
}

std::uint64_t characters(std::string_view utf8)
{
    return std::uint64_t(std::ranges::count_if(utf8, [](char c) { return (c & '\xC0') != '\x80'; }));
}

ChoiceItem choicesOf(const std::string &context, const std::vector<std::string> &texts, std::size_t gold)
{
    ChoiceItem item;
    item.gold = gold;
    for (const auto &text : texts)
        item.choices.push_back({context, " " + text, characters(text)});
    return item;
}

} // namespace secateur::eval
