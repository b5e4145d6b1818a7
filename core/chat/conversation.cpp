// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/chat/conversation.h"

#include <algorithm>
#include <array>

namespace secateur::chat {

namespace {

using json = nlohmann::ordered_json;

const json *field(const json &fields, const char *name)
{
    const auto found = fields.find(name);
    return found == fields.end() || found->is_null() ? nullptr : &*found;
}

json message(const char *role, const json &content)
{
    return {{"role", role}, {"content", content}};
}

bool isListOfObjects(const json &value)
{
    return value.is_array() && !value.empty()
        && std::all_of(value.begin(), value.end(), [](const json &item) { return item.is_object(); });
}

/// The role that ShareGPT calls so; others keep their name.
std::string roleOf(const std::string &speaker)
{
    static constexpr std::array<std::pair<std::string_view, const char *>, 6> roles = {{
        {"human", "user"},
        {"gpt", "assistant"},
        {"chatgpt", "assistant"},
        {"bing", "assistant"},
        {"bard", "assistant"},
        {"model", "assistant"},
    }};
    const auto known =
        std::find_if(roles.begin(), roles.end(), [&](const auto &role) { return role.first == speaker; });
    return known == roles.end() ? speaker : known->second;
}

Result<json> fromShareGpt(const json &turns, const std::string &origin)
{
    json messages = json::array();
    for (const json &turn : turns) {
        const json *const speaker = field(turn, "from");
        const json *const text = field(turn, "value");
        if (!speaker && turn.contains("role")) {
            messages.push_back(turn);
            continue;
        }
        if (!speaker || !speaker->is_string() || !text)
            return failure(ErrorCode::BadInput,
                           origin + ": turn " + std::to_string(messages.size() + 1)
                               + " of the conversation lacks \"from\" or \"value\"");
        messages.push_back(message(roleOf(speaker->get<std::string>()).c_str(), *text));
    }
    return messages;
}

/// A text becomes a message of this role; a list of messages stays one.
void append(json &messages, const char *role, const json &value)
{
    if (!isListOfObjects(value))
        messages.push_back(message(role, value));
    else
        messages.insert(messages.end(), value.begin(), value.end());
}

struct Pair {
    const char *question;
    const char *answer;
};
constexpr std::array<Pair, 5> pairs = {{{"prompt", "response"},
                                        {"prompt", "completion"},
                                        {"instruction", "output"},
                                        {"instruction", "response"},
                                        {"question", "answer"}}};

json systemMessages(const json &fields)
{
    json messages = json::array();
    for (const char *name : {"system", "system_prompt"}) {
        const json *const text = field(fields, name);
        if (text && text->is_string() && !text->get_ref<const std::string &>().empty() && messages.empty())
            messages.push_back(message("system", *text));
    }
    return messages;
}

} // namespace

Result<json> messagesOf(const json &fields, const std::string &origin)
{
    if (const json *const messages = field(fields, "messages"); messages && isListOfObjects(*messages))
        return *messages;
    json messages = systemMessages(fields);
    for (const char *name : {"conversations", "conversation"}) {
        const json *const turns = field(fields, name);
        if (!turns || !isListOfObjects(*turns))
            continue;
        SECATEUR_TRY(read, fromShareGpt(*turns, origin));
        messages.insert(messages.end(), read.begin(), read.end());
        return messages;
    }
    for (const auto &[question, answer] : pairs) {
        const json *const asked = field(fields, question);
        const json *const answered = field(fields, answer);
        const auto fits = [](const json *value) { return value && (value->is_string() || isListOfObjects(*value)); };
        if (!fits(asked) || !fits(answered))
            continue;
        const json *const input = field(fields, "input");
        const bool hasInput = asked->is_string() && std::string_view(question) == "instruction" && input
            && input->is_string() && !input->get_ref<const std::string &>().empty();
        append(messages, "user",
               hasInput ? json(asked->get<std::string>() + "\n\n" + input->get<std::string>()) : *asked);
        append(messages, "assistant", *answered);
        return messages;
    }
    std::string names;
    for (const auto &[name, ignored] : fields.items())
        names += (names.empty() ? "" : ", ") + name;
    return failure(ErrorCode::BadInput,
                   origin
                       + ": is no conversation. Expected are messages, conversations, or prompt and response; there "
                         "are: "
                       + (names.empty() ? "no fields" : names));
}

Result<EncodedChat> encodeChat(const tokenizer::Tokenizer &tokenizer, std::string_view text, BosPolicy bos)
{
    SECATEUR_TRY(ids, tokenizer.encode(text, bos));
    EncodedChat chat{std::move(ids), false};
    const auto begin = tokenizer.bosId();
    const bool doubled = bos == BosPolicy::Auto && begin && chat.ids.size() > 1 && chat.ids[0] == *begin
        && chat.ids[1] == *begin && tokenizer.addsBos();
    if (doubled) {
        chat.ids.erase(chat.ids.begin());
        chat.droppedBos = true;
    }
    return chat;
}

std::string droppedBosNotice(std::uint64_t texts)
{
    return (texts == 1 ? "the text" : std::to_string(texts) + " texts")
        + std::string(
               " of the chat template would have begun with two beginning-of-sequence tokens, the template's and "
               "the tokenizer's; one was left out");
}

} // namespace secateur::chat
