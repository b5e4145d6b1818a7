// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <ctime>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/base/runcontext.h"
#include "core/base/types.h"
#include "core/tokenizer/tokenizer.h"

namespace secateur::engine {

struct ChatRequest {
    std::filesystem::path model;
    std::filesystem::path data; ///< records as data::forEachRecord() reads them, conversations as chat::messagesOf()
    bool generationPrompt = false; ///< end where the model is to answer
    bool withIds = false;
    BosPolicy bos = BosPolicy::Auto; ///< of the ids
    std::optional<std::tm> now; ///< what the template's strftime_now() tells; empty: the local time
};

struct ChatReport {
    struct Conversation {
        std::string origin; ///< "chats.jsonl, line 3"
        std::string text;
        std::vector<tokenizer::TokenId> ids;
        std::string problem; ///< why there is no text: mostly, the template refuses the conversation
    };
    std::string templateOrigin;
    std::string templateSha256;
    std::vector<Conversation> conversations;
    bool usedClock = false; ///< a text holds the date
    std::uint64_t droppedBos = 0; ///< conversations that would have begun with two BOS
};

/// The text of each conversation in a file, by the model's own chat template. A conversation that cannot be rendered is
/// listed with its problem; NotFound when the model has no template.
[[nodiscard]] Result<ChatReport> renderChats(const ChatRequest &request, const RunContext &context);

struct ChatPrompt {
    std::string text; ///< one turn of the user, up to where the model is to answer
    bool usedClock = false;
    bool droppedBos = false; ///< its ids would begin with two BOS
};
/// A prompt in the form of the model's chat template. NotFound when it has none.
[[nodiscard]] Result<ChatPrompt> chatPrompt(const std::filesystem::path &model, const std::string &prompt,
                                            const std::optional<std::tm> &now, BosPolicy bos);

} // namespace secateur::engine
