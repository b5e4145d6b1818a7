// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tokenizer/normalizer.h"

#include "core/tokenizer/jsonfields.h"

namespace secateur::tokenizer {

using nlohmann::json;

namespace {

constexpr std::size_t GrowthFactor = 32;
constexpr std::size_t GrowthSlack = 4096;

tl::unexpected<Error> tooLong()
{
    return failure(ErrorCode::BadInput, "the normaliser makes the text more than 32 times as long");
}

template <typename... F>
struct Overloaded : F... {
    using F::operator()...;
};
template <typename... F>
Overloaded(F...) -> Overloaded<F...>;

/// Without the white space at these sides.
std::string withoutBlanks(std::string_view text, bool left, bool right)
{
    const auto isBlank = [&](std::size_t at) { return charClass(decodeUtf8(text, at)) == CharClass::Space; };
    std::size_t begin = 0;
    while (left && begin < text.size() && isBlank(begin))
        static_cast<void>(decodeUtf8(text, begin));
    std::size_t end = text.size();
    while (right && end > begin && isBlank(previousCharacter(text, end)))
        end = previousCharacter(text, end);
    return std::string(text.substr(begin, end - begin));
}

} // namespace

Result<std::string> replaceAll(std::string_view text, std::string_view from, std::string_view to, std::size_t limit)
{
    std::string out;
    out.reserve(text.size() + text.size() / 4);
    std::size_t position = 0;
    for (std::size_t found = text.find(from); found != std::string_view::npos; found = text.find(from, position)) {
        out.append(text.substr(position, found - position)).append(to);
        position = found + from.size();
        if (out.size() > limit)
            return tooLong();
    }
    out.append(text.substr(position));
    return out;
}

Result<std::string> replaceAll(std::string_view text, const Regex &from, std::string_view to, std::size_t limit,
                               RegexScratch &scratch)
{
    SECATEUR_TRY(matches, from.findAll(text, scratch));
    std::string out;
    std::size_t position = 0;
    for (const Span &match : matches) {
        out.append(text.substr(position, match.begin - position)).append(to);
        position = match.end;
        if (out.size() > limit)
            return tooLong();
    }
    out.append(text.substr(position));
    return out;
}

Result<Normalizer::Step> Normalizer::replaceFromJson(const json &description)
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

Result<Normalizer::Step> Normalizer::stepFromJson(const json &description)
{
    const std::string type = fields::type(description);
    if (type == "Replace")
        return replaceFromJson(description);
    if (type == "Prepend") {
        SECATEUR_TRY(text, fields::text(description, "prepend"));
        return Step(Prepend{text});
    }
    if (type == "NFC")
        return Step(NormalForm::C);
    if (type == "NFD")
        return Step(NormalForm::D);
    if (type == "NFKC")
        return Step(NormalForm::Kc);
    if (type == "NFKD")
        return Step(NormalForm::Kd);
    if (type == "Precompiled") {
        SECATEUR_TRY(text, fields::text(description, "precompiled_charsmap"));
        SECATEUR_TRY(map, Charsmap::fromBase64(text));
        return Step(std::make_shared<const Charsmap>(std::move(map)));
    }
    if (type == "Strip") {
        SECATEUR_TRY(left, fields::boolean(description, "strip_left", true));
        SECATEUR_TRY(right, fields::boolean(description, "strip_right", true));
        return Step(Strip{left, right});
    }
    return failure(ErrorCode::Unsupported,
                   "normalizer \"" + type
                       + "\" (supported: Sequence, Prepend, Replace, NFC, "
                         "NFD, NFKC, NFKD, Precompiled, Strip)");
}

Result<Normalizer> Normalizer::fromJson(const json &description)
{
    SECATEUR_TRY(steps, fields::flattened(description, "normalizers"));
    Normalizer normalizer;
    for (const json &entry : steps) {
        SECATEUR_TRY(step, stepFromJson(entry));
        normalizer.m_steps.push_back(std::move(step));
    }
    return normalizer;
}

Result<std::string> Normalizer::applyStep(const Step &step, std::string text, std::size_t limit, RegexScratch &scratch)
{
    return std::visit(
        Overloaded{
            [&](const Prepend &prepend) -> Result<std::string> {
                return text.empty() ? std::move(text) : prepend.text + text;
            },
            [&](const ReplaceLiteral &replace) { return replaceAll(text, replace.from, replace.to, limit); },
            [&](const ReplaceRegex &replace) { return replaceAll(text, *replace.from, replace.to, limit, scratch); },
            [&](NormalForm form) { return normalizeUnicode(text, form, limit); },
            [&](const Strip &strip) -> Result<std::string> { return withoutBlanks(text, strip.left, strip.right); },
            [&](const std::shared_ptr<const Charsmap> &map) { return map->apply(text, limit); },
        },
        step);
}

Result<std::string> Normalizer::apply(std::string_view text, RegexScratch &scratch) const
{
    const std::size_t limit = text.size() * GrowthFactor + GrowthSlack;
    std::string current(text);
    for (const Step &step : m_steps) {
        SECATEUR_TRY(next, applyStep(step, std::move(current), limit, scratch));
        if (next.size() > limit)
            return tooLong();
        current = std::move(next);
    }
    return current;
}

} // namespace secateur::tokenizer
