// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tokenizer/decoder.h"

#include <algorithm>
#include <cctype>
#include <limits>

#include "core/tokenizer/jsonfields.h"
#include "core/tokenizer/normalizer.h"
#include "core/tokenizer/unicode.h"

namespace secateur::tokenizer {

using nlohmann::json;

namespace {

constexpr std::size_t MaxDecodedBytes = std::size_t(1) << 30;
constexpr std::int64_t MaxStrip = 1 << 16;

int hexDigit(char c)
{
    if (!std::isxdigit(static_cast<unsigned char>(c)))
        return -1;
    return c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10;
}

/// The bytes a token spells, or its own when a character of it spells none.
void appendByteLevel(std::string &bytes, std::string_view token)
{
    const std::size_t before = bytes.size();
    for (std::size_t position = 0; position < token.size();) {
        const int byte = byteLevelByte(decodeUtf8(token, position));
        if (byte < 0) {
            bytes.resize(before);
            bytes.append(token);
            return;
        }
        bytes.push_back(static_cast<char>(byte));
    }
}

std::string join(const std::vector<std::string> &tokens, std::string_view separator)
{
    std::string text;
    for (std::size_t i = 0; i < tokens.size(); ++i)
        text.append(i == 0 ? std::string_view() : separator).append(tokens[i]);
    return text;
}

std::vector<std::string> decodeByteTokens(const std::vector<std::string> &tokens)
{
    std::vector<std::string> decoded;
    std::string bytes;
    const auto flush = [&] {
        if (!bytes.empty())
            decoded.push_back(replaceInvalidUtf8(bytes));
        bytes.clear();
    };
    for (const std::string &token : tokens) {
        if (const int byte = byteOfToken(token); byte >= 0) {
            bytes.push_back(static_cast<char>(byte));
            continue;
        }
        flush();
        decoded.push_back(token);
    }
    flush();
    return decoded;
}

std::string stripped(std::string_view token, char32_t character, std::size_t start, std::size_t stop)
{
    for (; start > 0 && !token.empty(); --start) {
        std::size_t behind = 0;
        if (decodeUtf8(token, behind) != character)
            break;
        token.remove_prefix(behind);
    }
    for (; stop > 0 && !token.empty(); --stop) {
        const std::size_t last = previousCharacter(token, token.size());
        std::size_t behind = last;
        if (decodeUtf8(token, behind) != character)
            break;
        token = token.substr(0, last);
    }
    return std::string(token);
}

/// The replacement characters of the first token stand for the space put before the text: they are dropped.
std::string withoutMetaspace(std::string_view token, const Metaspace &metaspace, bool first)
{
    const bool dropped = first && metaspace.prepend != PrependScheme::Never;
    return replaceAll(token, metaspace.replacement, dropped ? "" : " ", std::numeric_limits<std::size_t>::max())
        .value_or(std::string(token));
}

template <typename... F>
struct Overloaded : F... {
    using F::operator()...;
};
template <typename... F>
Overloaded(F...) -> Overloaded<F...>;

} // namespace

int byteOfToken(std::string_view token)
{
    if (token.size() != 6 || !token.starts_with("<0x") || token[5] != '>')
        return -1;
    const int high = hexDigit(token[3]);
    const int low = hexDigit(token[4]);
    return high < 0 || low < 0 ? -1 : high * 16 + low;
}

Result<Decoder::Step> Decoder::replaceFromJson(const json &description)
{
    SECATEUR_TRY(pattern, fields::pattern(description));
    SECATEUR_TRY(content, fields::text(description, "content"));
    if (pattern.text.empty())
        return failure(ErrorCode::BadInput, "Replace has an empty pattern");
    if (!pattern.isRegex)
        return Step(ReplaceLiteral{pattern.text, content});
    SECATEUR_TRY(regex, Regex::compile(pattern.text));
    return Step(ReplaceRegex{std::make_shared<const Regex>(std::move(regex)), content});
}

Result<Decoder::Step> Decoder::stripFromJson(const json &description)
{
    SECATEUR_TRY(content, fields::text(description, "content"));
    SECATEUR_TRY(start, fields::integer(description, "start", MaxStrip));
    SECATEUR_TRY(stop, fields::integer(description, "stop", MaxStrip));
    std::size_t end = 0;
    const char32_t character = content.empty() ? 0 : decodeUtf8(content, end);
    if (content.empty() || end != content.size())
        return failure(ErrorCode::BadInput, "Strip needs one character as its content");
    return Step(Strip{character, std::size_t(start), std::size_t(stop)});
}

Result<Decoder::Step> Decoder::stepFromJson(const json &description)
{
    const std::string type = fields::type(description);
    if (type == "ByteLevel")
        return Step(ByteLevel{});
    if (type == "ByteFallback")
        return Step(ByteFallback{});
    if (type == "Fuse")
        return Step(Fuse{});
    if (type == "Replace")
        return replaceFromJson(description);
    if (type == "Strip")
        return stripFromJson(description);
    if (type == "Metaspace") {
        SECATEUR_TRY(metaspace, Metaspace::fromJson(description));
        return Step(std::move(metaspace));
    }
    return failure(ErrorCode::Unsupported,
                   "decoder \"" + type
                       + "\" (supported: Sequence, ByteLevel, Replace, "
                         "ByteFallback, Fuse, Strip, Metaspace)");
}

Result<Decoder> Decoder::fromJson(const json &description)
{
    SECATEUR_TRY(steps, fields::flattened(description, "decoders"));
    Decoder decoder;
    for (const json &entry : steps) {
        SECATEUR_TRY(step, stepFromJson(entry));
        decoder.m_steps.push_back(std::move(step));
    }
    return decoder;
}

bool Decoder::isByteLevel() const
{
    return std::any_of(m_steps.begin(), m_steps.end(),
                       [](const Step &step) { return std::holds_alternative<ByteLevel>(step); });
}

Result<void> Decoder::apply(const Step &step, std::vector<std::string> &tokens)
{
    return std::visit(Overloaded{
                          [&](const ByteLevel &) -> Result<void> {
                              std::string bytes;
                              for (const std::string &token : tokens)
                                  appendByteLevel(bytes, token);
                              tokens = {replaceInvalidUtf8(bytes)};
                              return {};
                          },
                          [&](const ByteFallback &) -> Result<void> {
                              tokens = decodeByteTokens(tokens);
                              return {};
                          },
                          [&](const Fuse &) -> Result<void> {
                              tokens = {join(tokens, "")};
                              return {};
                          },
                          [&](const ReplaceLiteral &replace) -> Result<void> {
                              for (std::string &token : tokens) {
                                  SECATEUR_TRY(replaced, replaceAll(token, replace.from, replace.to, MaxDecodedBytes));
                                  token = std::move(replaced);
                              }
                              return {};
                          },
                          [&](const ReplaceRegex &replace) -> Result<void> {
                              RegexScratch scratch(tokens.size());
                              for (std::string &token : tokens) {
                                  SECATEUR_TRY(replaced,
                                               replaceAll(token, *replace.from, replace.to, MaxDecodedBytes, scratch));
                                  token = std::move(replaced);
                              }
                              return {};
                          },
                          [&](const Strip &strip) -> Result<void> {
                              for (std::string &token : tokens)
                                  token = stripped(token, strip.character, strip.start, strip.stop);
                              return {};
                          },
                          [&](const Metaspace &metaspace) -> Result<void> {
                              for (std::size_t i = 0; i < tokens.size(); ++i)
                                  tokens[i] = withoutMetaspace(tokens[i], metaspace, i == 0);
                              return {};
                          },
                      },
                      step);
}

Result<std::string> Decoder::decode(std::vector<std::string> tokens) const
{
    for (const Step &step : m_steps)
        SECATEUR_CHECK(apply(step, tokens));
    return join(tokens, m_steps.empty() ? " " : "");
}

} // namespace secateur::tokenizer
