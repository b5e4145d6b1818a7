// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/eval/tasks/demonstrations.h"

#include <optional>

#include "core/base/file.h"
#include "core/base/json.h"
#include "core/base/sha256.h"
#include "core/data/sampler.h"
#include "core/data/utf8.h"

namespace secateur::eval {

namespace {

constexpr std::size_t MaxDemonstrations = 1000;
constexpr std::uint64_t MaxFileBytes = std::uint64_t(16) << 20;

std::string_view trimmed(std::string_view text)
{
    constexpr std::string_view blanks = " \t\r\n";
    const auto begin = text.find_first_not_of(blanks);
    return begin == std::string_view::npos ? std::string_view()
                                           : text.substr(begin, text.find_last_not_of(blanks) + 1 - begin);
}

/// Lines with their numbers, without line ends.
class Lines
{
public:
    explicit Lines(std::string_view text) : m_rest(text) { }

    std::optional<std::string_view> next()
    {
        if (m_rest.empty())
            return std::nullopt;
        const auto end = m_rest.find('\n');
        std::string_view line = m_rest.substr(0, end);
        m_rest.remove_prefix(end == std::string_view::npos ? m_rest.size() : end + 1);
        ++m_number;
        if (line.ends_with('\r'))
            line.remove_suffix(1);
        return line;
    }
    [[nodiscard]] std::size_t number() const { return m_number; }

private:
    std::string_view m_rest;
    std::size_t m_number = 0;
};

/// What follows one of the marks at the start of a line.
std::optional<std::string_view> behindMark(std::string_view line, std::string_view shortMark, std::string_view longMark)
{
    for (const auto mark : {shortMark, longMark})
        if (line.starts_with(mark))
            return line.substr(mark.size());
    return std::nullopt;
}

Error atLine(std::string_view origin, std::size_t line, const std::string &problem)
{
    return {ErrorCode::BadInput, std::string(origin) + ", line " + std::to_string(line) + ": " + problem};
}

/// Reads "Q: …" and "A: …" line by line.
class BlockParser
{
public:
    explicit BlockParser(std::string_view origin) : m_origin(origin) { }

    Result<Demonstrations> parse(std::string_view text)
    {
        Lines lines(text);
        bool afterBlank = true;
        while (const auto line = lines.next()) {
            SECATEUR_CHECK(take(*line, afterBlank, lines.number()));
            afterBlank = trimmed(*line).empty();
        }
        SECATEUR_CHECK(close());
        return std::move(m_found);
    }

private:
    Result<void> take(std::string_view line, bool afterBlank, std::size_t number)
    {
        const auto question = behindMark(line, "Q:", "Question:");
        const auto answer = behindMark(line, "A:", "Answer:");
        if (question && afterBlank) {
            SECATEUR_CHECK(close());
            m_begin = number;
            m_question = *question;
            m_answer.reset();
        } else if (m_begin == 0) {
            if (!trimmed(line).empty())
                return tl::make_unexpected(atLine(
                    m_origin, number, R"(expected "Q: " and a question, or JSON lines with question and answer)"));
        } else if (answer && !m_answer) {
            m_answer = *answer;
        } else {
            (m_answer ? *m_answer : m_question).append("\n").append(line);
        }
        return {};
    }

    /// Ends the block that is open.
    Result<void> close()
    {
        if (m_begin == 0)
            return {};
        const auto question = trimmed(m_question);
        const auto answer = m_answer ? trimmed(*m_answer) : std::string_view();
        if (question.empty() || answer.empty())
            return tl::make_unexpected(atLine(m_origin, m_begin,
                                              R"(this question has no answer (a line that begins with "A: "); of a )"
                                              "whole prompt leave the last question out"));
        m_found.push_back({std::string(question), std::string(answer)});
        return {};
    }

    std::string_view m_origin;
    Demonstrations m_found;
    std::size_t m_begin = 0; ///< line of the open block; 0 before the first
    std::string m_question;
    std::optional<std::string> m_answer;
};

Result<Demonstrations> parseJsonLines(std::string_view text, std::string_view origin)
{
    Demonstrations found;
    Lines lines(text);
    while (const auto line = lines.next()) {
        if (trimmed(*line).empty())
            continue;
        SECATEUR_TRY(record, parseJson(*line, std::string(origin) + ", line " + std::to_string(lines.number())));
        Demonstration demonstration;
        for (const auto &[name, value] :
             {std::pair("question", &demonstration.question), std::pair("answer", &demonstration.answer)}) {
            const auto field = record.find(name);
            if (!record.is_object() || field == record.end() || !field->is_string())
                return tl::make_unexpected(
                    atLine(origin, lines.number(), "expected an object with the texts question and answer"));
            *value = trimmed(field->get_ref<const std::string &>());
            if (value->empty())
                return tl::make_unexpected(atLine(origin, lines.number(), std::string("the ") + name + " is empty"));
        }
        found.push_back(std::move(demonstration));
    }
    return found;
}

} // namespace

Result<Demonstrations> parseDemonstrations(std::string_view text, std::string_view origin)
{
    if (const auto bad = data::firstInvalidUtf8(text))
        return failure(ErrorCode::BadInput,
                       std::string(origin) + ": byte " + std::to_string(*bad)
                           + " is not UTF-8; save the file as UTF-8");
    if (text.starts_with("\xEF\xBB\xBF"))
        text.remove_prefix(3);
    SECATEUR_TRY(found,
                 trimmed(text).starts_with('{') ? parseJsonLines(text, origin) : BlockParser(origin).parse(text));
    if (found.empty() || found.size() > MaxDemonstrations)
        return failure(ErrorCode::BadInput,
                       std::string(origin) + ": has " + std::to_string(found.size()) + " demonstrations; between 1 and "
                           + std::to_string(MaxDemonstrations) + " can be used");
    return std::move(found);
}

Result<Demonstrations> readDemonstrations(const std::filesystem::path &path)
{
    SECATEUR_TRY(text, readTextFile(path, MaxFileBytes));
    return parseDemonstrations(text, path.string());
}

PromptLayout chainLayout()
{
    return {};
}

PromptLayout questionLayout()
{
    return {"Question: ", "\nAnswer:", " ", "\n\n"};
}

std::string fewShotPrefix(const Demonstrations &demonstrations, const PromptLayout &layout)
{
    std::string prefix;
    for (const Demonstration &demonstration : demonstrations)
        prefix +=
            questionPrompt(demonstration.question, layout) + layout.answerGap + demonstration.answer + layout.between;
    return prefix;
}

std::string questionPrompt(std::string_view question, const PromptLayout &layout)
{
    return layout.beforeQuestion + std::string(question) + layout.beforeAnswer;
}

std::string fewShotPrompt(const Demonstrations &demonstrations, std::string_view question, const PromptLayout &layout)
{
    return fewShotPrefix(demonstrations, layout) + questionPrompt(question, layout);
}

Demonstrations reshuffled(const Demonstrations &demonstrations, std::uint64_t seed, std::uint64_t item)
{
    // The item's seed is number `item` of the generator's outputs, whose state grows by a constant each time.
    constexpr std::uint64_t step = 0x9E3779B97F4A7C15U;
    data::ShuffledOrder order(demonstrations.size(), SplitMix64(seed + item * step).next());
    Demonstrations shuffled;
    while (order.remaining() > 0)
        shuffled.push_back(demonstrations[order.draw()]);
    return shuffled;
}

std::string demonstrationProtocol(const Demonstrations &demonstrations)
{
    constexpr std::string_view published = "3d55795c084e26f6ebb6925833999a44f75c4280eb7ab4d66f9bb940244e4847";
    const std::string name = "gsm8k-cot-" + std::to_string(demonstrations.size()) + "shot";
    if (demonstrations == ownDemonstrations())
        return name + "-own-demos";
    const std::string sum = sha256Hex(fewShotPrefix(demonstrations, chainLayout()));
    return sum == published ? name : name + "-demos-" + sum.substr(0, 8);
}

} // namespace secateur::eval
