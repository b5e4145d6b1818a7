// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/engine/chat.h"

#include <charconv>
#include <chrono>

#include "core/chat/chattemplate.h"
#include "core/chat/conversation.h"
#include "core/data/dataset.h"

namespace secateur::engine {

Result<std::tm> dayFromText(const std::string &text)
{
    int year = 0;
    unsigned month = 0;
    unsigned day = 0;
    const auto number = [&](std::size_t at, std::size_t size, auto &value) {
        const char *const begin = text.data() + at;
        const auto [end, problem] = std::from_chars(begin, begin + size, value);
        return problem == std::errc() && end == begin + size;
    };
    const bool shaped = text.size() == 10 && text[4] == '-' && text[7] == '-' && number(0, 4, year)
        && number(5, 2, month) && number(8, 2, day);
    const std::chrono::year_month_day date{std::chrono::year(year), std::chrono::month(month), std::chrono::day(day)};
    if (!shaped || !date.ok() || year < 1900)
        return failure(ErrorCode::InvalidArgument, "\"" + text + "\" is no date; write it as 2026-11-28");
    std::tm time{};
    time.tm_year = year - 1900;
    time.tm_mon = int(month) - 1;
    time.tm_mday = int(day);
    time.tm_isdst = -1;
    std::mktime(&time); // fills in the day of the week and of the year
    return time;
}

std::string droppedBosNotice(std::uint64_t conversations)
{
    return (conversations == 1 ? "the text" : std::to_string(conversations) + " texts")
        + std::string(
               " of the chat template would have begun with two beginning-of-sequence tokens, the template's and "
               "the tokenizer's; one was left out");
}

Result<ChatReport> renderChats(const ChatRequest &request, const RunContext &context)
{
    SECATEUR_TRY(chatTemplate, chat::ChatTemplate::forModel(request.model));
    std::shared_ptr<const tokenizer::Tokenizer> tokenizer;
    if (request.withIds) {
        SECATEUR_TRY(opened, tokenizer::Tokenizer::forModel(request.model));
        tokenizer = opened;
    }
    ChatReport report;
    report.templateOrigin = chatTemplate->origin();
    report.templateSha256 = chatTemplate->sha256();
    const auto render = [&](const data::Record &record, ChatReport::Conversation &conversation) -> Result<void> {
        SECATEUR_TRY(messages, chat::messagesOf(data::orderedFields(record), record.origin));
        SECATEUR_TRY(rendered, chatTemplate->render(messages, {request.generationPrompt, request.now}));
        conversation.text = rendered.text;
        report.usedClock = report.usedClock || rendered.usedClock;
        if (!tokenizer)
            return {};
        SECATEUR_TRY(encoded, chat::encodeChat(*tokenizer, rendered.text, request.bos));
        conversation.ids = std::move(encoded.ids);
        report.droppedBos += encoded.droppedBos ? 1 : 0;
        return {};
    };
    const auto visit = [&](const data::Record &record) -> Result<void> {
        SECATEUR_CHECK(context.checkpoint());
        ChatReport::Conversation conversation{record.origin, {}, {}, {}};
        if (const auto done = render(record, conversation); !done)
            conversation.problem = done.error().detail;
        report.conversations.push_back(std::move(conversation));
        return {};
    };
    SECATEUR_CHECK(data::forEachRecord(request.data, visit, context));
    return report;
}

} // namespace secateur::engine
