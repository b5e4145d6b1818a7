// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <ctime>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "core/base/result.h"
#include "core/format/gguf.h"

namespace secateur::chat {

/// Texts of special tokens under the names that templates use: bos_token, eos_token and so on.
using SpecialTokens = std::vector<std::pair<std::string, std::string>>;

struct RenderOptions {
    bool addGenerationPrompt = false; ///< end where the model is to answer
    std::optional<std::tm> now; ///< what strftime_now() tells; empty: the local time
};

struct Rendered {
    std::string text;
    bool usedClock = false; ///< the text depends on the date
};

/// A model's chat template: the text of a conversation as the model was trained on it. It is a program in a file that
/// anyone may have written; it is carried out by an interpreter of our own that knows the part of Jinja2 that published
/// templates use, cannot reach anything but the conversation, and stops at limits of steps, depth and size.
/// The text is that of transformers' apply_chat_template(tokenize=False) without tools. Immutable; safe from several
/// threads.
class ChatTemplate
{
public:
    /// `origin` names where it is from, for messages. BadInput with line, Unsupported for other parts of Jinja.
    [[nodiscard]] static Result<std::shared_ptr<const ChatTemplate>> parse(std::string source, std::string origin,
                                                                           SpecialTokens tokens);
    /// Of a Hugging Face folder (chat_template.jinja, or tokenizer_config.json: a text, or of several the one named
    /// "default") or a GGUF file (tokenizer.chat_template). NotFound when the model has none.
    [[nodiscard]] static Result<std::shared_ptr<const ChatTemplate>> forModel(const std::filesystem::path &model);
    [[nodiscard]] static Result<std::shared_ptr<const ChatTemplate>> fromGguf(const format::GgufFile &file);
    ~ChatTemplate();
    ChatTemplate(const ChatTemplate &) = delete;
    ChatTemplate &operator=(const ChatTemplate &) = delete;

    /// `messages` is a list of objects, mostly with role and content. BadInput with origin and line, also where the
    /// template itself refuses the conversation (raise_exception).
    [[nodiscard]] Result<Rendered> render(const nlohmann::ordered_json &messages, const RenderOptions &options) const;

    /// Whether the text may depend on the day.
    [[nodiscard]] bool mentionsClock() const { return m_mentionsClock; }
    [[nodiscard]] const std::string &origin() const { return m_origin; }
    [[nodiscard]] const std::string &sha256() const { return m_sha256; } ///< of the template's bytes

private:
    struct Program;
    ChatTemplate();

    std::string m_origin;
    std::string m_sha256;
    bool m_mentionsClock = false;
    SpecialTokens m_tokens;
    std::unique_ptr<const Program> m_program;
};

/// Midnight of a day written as 2026-11-28. InvalidArgument.
[[nodiscard]] Result<std::tm> dayFromText(const std::string &text);
/// Midnight of today, local time.
[[nodiscard]] std::tm today();

} // namespace secateur::chat
