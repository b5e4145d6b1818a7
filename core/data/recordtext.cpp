// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/recordtext.h"

#include <array>

#include "core/chat/conversation.h"

namespace secateur::data {

namespace {

constexpr std::string_view chatPrefix = "chat template ";
constexpr std::size_t hashSize = 64;
constexpr const char *dayFormat = ", %Y-%m-%d";

std::string dayText(const std::tm &day)
{
    std::array<char, 32> buffer{};
    return {buffer.data(), std::strftime(buffer.data(), buffer.size(), dayFormat, &day)};
}

} // namespace

RecordText::RecordText(FieldTemplate fields) : m_maker(std::move(fields))
{
    m_text = std::get<FieldTemplate>(m_maker).text();
}

RecordText::RecordText(std::shared_ptr<const chat::ChatTemplate> chat, const std::tm &day)
    : m_maker(Chat{std::move(chat), day})
{
    const auto &made = *std::get<Chat>(m_maker).chat;
    m_text = std::string(chatPrefix) + made.sha256() + (made.mentionsClock() ? dayText(day) : std::string());
}

Result<RecordText> RecordText::fromDescription(const std::string &text, const std::filesystem::path &model)
{
    if (!isChatText(text)) {
        SECATEUR_TRY(fields, FieldTemplate::parse(text));
        return RecordText(std::move(fields));
    }
    SECATEUR_TRY(chat, chat::ChatTemplate::forModel(model));
    std::tm day{};
    const std::string written = text.substr(chatPrefix.size() + hashSize);
    if (!written.empty()) {
        SECATEUR_TRY(given, chat::dayFromText(written.substr(std::min<std::size_t>(2, written.size()))));
        day = given;
    }
    RecordText result(std::move(chat), day);
    if (result.text() != text)
        return failure(ErrorCode::Conflict,
                       "the texts were written by the " + text + ", but " + model.string() + " has the " + result.text()
                           + "; name the model as it was with --model");
    return result;
}

Result<std::string> RecordText::render(const Record &record) const
{
    const auto *const fields = std::get_if<FieldTemplate>(&m_maker);
    if (fields)
        return fields->render(record);
    const Chat &maker = std::get<Chat>(m_maker);
    SECATEUR_TRY(messages, chat::messagesOf(orderedFields(record), record.origin));
    auto rendered = maker.chat->render(messages, {false, maker.day});
    if (!rendered)
        return tl::make_unexpected(withContext(rendered.error(), record.origin));
    return std::move(rendered->text);
}

bool isChatText(const std::string &description)
{
    return description.starts_with(chatPrefix) && description.size() >= chatPrefix.size() + hashSize;
}

} // namespace secateur::data
