// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/chat/chattemplate.h"

#include <algorithm>
#include <charconv>
#include <chrono>

#include "core/base/sha256.h"
#include "core/chat/interpreter.h"
#include "core/chat/parser.h"
#include "core/tokenizer/unicode.h"

namespace secateur::chat {

namespace {

constexpr std::size_t mostTemplateBytes = 1 << 20;

/// More than any published template needs for a conversation of this size, and over in a second or two.
Limits limitsFor(std::uint64_t messages, std::uint64_t bytes)
{
    constexpr std::uint64_t mostSteps = 50'000'000;
    constexpr std::uint64_t mostMade = std::uint64_t(512) << 20;
    Limits limits;
    limits.steps = std::min(mostSteps, 1'000'000 + 10'000 * messages);
    limits.madeBytes = std::min(mostMade, (std::uint64_t(64) << 20) + 64 * bytes);
    limits.outputBytes = (std::uint64_t(1) << 20) + 4 * bytes;
    return limits;
}

std::tm localNow()
{
    const std::time_t seconds = std::time(nullptr);
    std::tm now{};
    localtime_r(&seconds, &now);
    return now;
}

} // namespace

struct ChatTemplate::Program {
    Body body;
};

ChatTemplate::ChatTemplate() = default;
ChatTemplate::~ChatTemplate() = default;

Result<std::shared_ptr<const ChatTemplate>> ChatTemplate::parse(std::string source, std::string origin,
                                                                SpecialTokens tokens)
{
    if (source.size() > mostTemplateBytes)
        return failure(ErrorCode::BadInput,
                       origin + ": the chat template has " + std::to_string(source.size()) + " bytes; at most "
                           + std::to_string(mostTemplateBytes) + " are read");
    if (!tokenizer::isValidUtf8(source))
        return failure(ErrorCode::BadInput, origin + ": the chat template is not UTF-8");
    auto body = parseTemplate(source);
    if (!body)
        return tl::make_unexpected(withContext(body.error(), origin));
    std::shared_ptr<ChatTemplate> result(new ChatTemplate);
    result->m_sha256 = sha256Hex(source);
    result->m_mentionsClock = source.find("strftime_now") != std::string::npos;
    result->m_origin = std::move(origin);
    result->m_tokens = std::move(tokens);
    result->m_program = std::make_unique<const Program>(Program{std::move(*body)});
    return std::shared_ptr<const ChatTemplate>(std::move(result));
}

Result<Rendered> ChatTemplate::render(const nlohmann::ordered_json &messages, const RenderOptions &options) const
{
    if (!messages.is_array())
        return failure(ErrorCode::BadInput, "a conversation is a list of messages");
    const std::string size = messages.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
    auto list = Value::fromJson(messages);
    if (!list)
        return tl::make_unexpected(withContext(list.error(), "the conversation"));
    Interpreter interpreter(limitsFor(messages.size(), size.size()), options.now ? *options.now : localNow());
    interpreter.define("messages", std::move(*list));
    interpreter.define("tools", Value::none());
    interpreter.define("documents", Value::none());
    interpreter.define("add_generation_prompt", Value::boolean(options.addGenerationPrompt));
    for (const auto &[name, text] : m_tokens)
        interpreter.define(name, Value::text(text));
    auto text = interpreter.render(m_program->body);
    if (!text)
        return tl::make_unexpected(withContext(text.error(), m_origin));
    return Rendered{std::move(*text), interpreter.usedClock()};
}

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

std::tm today()
{
    std::tm day = localNow();
    day.tm_hour = day.tm_min = day.tm_sec = 0;
    return day;
}

} // namespace secateur::chat
