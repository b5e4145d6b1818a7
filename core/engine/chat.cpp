// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/engine/chat.h"

#include "core/chat/chattemplate.h"
#include "core/chat/conversation.h"
#include "core/data/dataset.h"

namespace secateur::engine {

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

Result<ChatPrompt> chatPrompt(const std::filesystem::path &model, const std::string &prompt,
                              const std::optional<std::tm> &now, BosPolicy bos)
{
    SECATEUR_TRY(chatTemplate, chat::ChatTemplate::forModel(model));
    SECATEUR_TRY(tokenizer, tokenizer::Tokenizer::forModel(model));
    SECATEUR_TRY(rendered, chatTemplate->render({{{"role", "user"}, {"content", prompt}}}, {true, now}));
    SECATEUR_TRY(encoded, chat::encodeChat(*tokenizer, rendered.text, bos));
    return ChatPrompt{rendered.text, rendered.usedClock, encoded.droppedBos};
}

} // namespace secateur::engine
