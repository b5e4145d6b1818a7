// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "core/base/result.h"
#include "core/tokenizer/tokenizer.h"

namespace secateur::chat {

/// The messages of a dataset's record, for ChatTemplate::render():
/// - "messages": as they are, if they are a list of objects;
/// - "conversations" or "conversation": ShareGPT's list of {"from", "value"}: system, human or user, gpt or assistant;
/// - "prompt" with "response" or "completion", "instruction" (and "input") with "output" or "response", "question" with
///   "answer": one turn of user and assistant. Prompt and completion may also be lists of messages.
/// A text "system" or "system_prompt" beside the last two forms comes first.
/// BadInput names the record by `origin` and lists the fields that it has.
[[nodiscard]] Result<nlohmann::ordered_json> messagesOf(const nlohmann::ordered_json &fields,
                                                        const std::string &origin);

/// The ids of a rendered conversation.
struct EncodedChat {
    std::vector<tokenizer::TokenId> ids;
    bool droppedBos = false; ///< template and tokenizer both began with BOS, and one of them was left out
};
/// With BosPolicy::Auto, the tokenizer adds BOS where it always does, unless the text begins with it already.
[[nodiscard]] Result<EncodedChat> encodeChat(const tokenizer::Tokenizer &tokenizer, std::string_view text,
                                             BosPolicy bos);

/// What is said when rendered texts began with BOS and the tokenizer would have added another.
[[nodiscard]] std::string droppedBosNotice(std::uint64_t texts);

} // namespace secateur::chat
