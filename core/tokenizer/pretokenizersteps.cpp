// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tokenizer/pretokenizersteps.h"

#include "core/tokenizer/jsonfields.h"
#include "core/tokenizer/normalizer.h"
#include "core/tokenizer/unicode.h"
#include "core/tokenizer/wordscanner.h"

namespace secateur::tokenizer {

using nlohmann::json;

namespace {

void appendPieces(const Piece &piece, const std::vector<Span> &spans, std::vector<Piece> &out)
{
    for (const Span &span : spans)
        out.push_back({span.of(piece.text), piece.first && span.begin == 0});
}

class ScannerStep final : public PreTokenizerStep
{
public:
    explicit ScannerStep(WordScanner scanner) : m_scanner(scanner) { }
    Result<void> split(const Piece &piece, EncodeScratch &, std::vector<Piece> &out) const override
    {
        for (std::size_t position = 0; position < piece.text.size();) {
            const std::size_t end = m_scanner.wordEnd(piece.text, position);
            out.push_back({piece.text.substr(position, end - position), piece.first && position == 0});
            position = end;
        }
        return {};
    }

private:
    WordScanner m_scanner;
};

class RegexStep final : public PreTokenizerStep
{
public:
    RegexStep(Regex regex, Behaviour behaviour, bool inverted)
        : m_regex(std::move(regex)), m_behaviour(behaviour), m_inverted(inverted)
    {
    }
    Result<void> split(const Piece &piece, EncodeScratch &scratch, std::vector<Piece> &out) const override
    {
        SECATEUR_TRY(found, m_regex.findAll(piece.text, scratch.regex));
        MatchList matches(m_inverted);
        for (const Span &span : found)
            matches.addDelimiter(span);
        appendPieces(piece, applyBehaviour(matches.finish(piece.text.size()), m_behaviour), out);
        return {};
    }

private:
    Regex m_regex;
    Behaviour m_behaviour;
    bool m_inverted;
};

class LiteralStep final : public PreTokenizerStep
{
public:
    LiteralStep(std::string delimiter, Behaviour behaviour, bool inverted)
        : m_delimiter(std::move(delimiter)), m_behaviour(behaviour), m_inverted(inverted)
    {
    }
    Result<void> split(const Piece &piece, EncodeScratch &, std::vector<Piece> &out) const override
    {
        MatchList matches(m_inverted);
        std::size_t position = 0;
        while (!m_delimiter.empty() && (position = piece.text.find(m_delimiter, position)) != std::string_view::npos) {
            matches.addDelimiter({position, position + m_delimiter.size()});
            position += m_delimiter.size();
        }
        appendPieces(piece, applyBehaviour(matches.finish(piece.text.size()), m_behaviour), out);
        return {};
    }

private:
    std::string m_delimiter;
    Behaviour m_behaviour;
    bool m_inverted;
};

class CharacterStep final : public PreTokenizerStep
{
public:
    CharacterStep(Delimiter delimiter, Behaviour behaviour) : m_delimiter(delimiter), m_behaviour(behaviour) { }
    Result<void> split(const Piece &piece, EncodeScratch &, std::vector<Piece> &out) const override
    {
        MatchList matches(false);
        bool any = false;
        for (std::size_t position = 0; position < piece.text.size();) {
            const std::size_t begin = position;
            if (isDelimiter(decodeUtf8(piece.text, position))) {
                matches.addDelimiter({begin, position});
                any = true;
            }
        }
        if (any)
            appendPieces(piece, applyBehaviour(matches.finish(piece.text.size()), m_behaviour), out);
        else if (!piece.text.empty())
            out.push_back(piece);
        return {};
    }

private:
    bool isDelimiter(char32_t character) const
    {
        switch (m_delimiter) {
        case Delimiter::Number: return charClass(character) == CharClass::Number;
        case Delimiter::Space: return charClass(character) == CharClass::Space;
        case Delimiter::Punctuation: return isPunctuation(character);
        }
        return false;
    }
    Delimiter m_delimiter;
    Behaviour m_behaviour;
};

class PrefixSpaceStep final : public PreTokenizerStep
{
public:
    Result<void> split(const Piece &piece, EncodeScratch &scratch, std::vector<Piece> &out) const override
    {
        if (piece.text.starts_with(' '))
            out.push_back(piece);
        else
            out.push_back({scratch.keep(" " + std::string(piece.text)), piece.first});
        return {};
    }
};

class MetaspaceStep final : public PreTokenizerStep
{
public:
    explicit MetaspaceStep(const Metaspace &metaspace)
        : m_metaspace(metaspace), m_words(metaspace.replacement, Behaviour::MergedWithNext, false)
    {
    }
    Result<void> split(const Piece &piece, EncodeScratch &scratch, std::vector<Piece> &out) const override
    {
        const std::size_t limit = piece.text.size() * m_metaspace.replacement.size();
        SECATEUR_TRY(text, replaceAll(piece.text, " ", m_metaspace.replacement, limit));
        const bool wanted = m_metaspace.prepend == PrependScheme::Always
            || (m_metaspace.prepend == PrependScheme::First && piece.first);
        if (wanted && !text.starts_with(m_metaspace.replacement))
            text.insert(0, m_metaspace.replacement);
        const Piece replaced = {scratch.keep(std::move(text)), piece.first};
        if (m_metaspace.split)
            return m_words.split(replaced, scratch, out);
        out.push_back(replaced);
        return {};
    }

private:
    Metaspace m_metaspace;
    LiteralStep m_words;
};

} // namespace

Result<Metaspace> Metaspace::fromJson(const json &description)
{
    Metaspace metaspace;
    SECATEUR_TRY(replacement, fields::optionalText(description, "replacement"));
    if (replacement)
        metaspace.replacement = *replacement;
    std::size_t end = 0;
    if (!metaspace.replacement.empty())
        static_cast<void>(decodeUtf8(metaspace.replacement, end));
    if (metaspace.replacement.empty() || end != metaspace.replacement.size())
        return failure(ErrorCode::BadInput, "Metaspace needs one character as its replacement");
    SECATEUR_TRY(prefix, fields::boolean(description, "add_prefix_space", true));
    SECATEUR_TRY(scheme, fields::optionalText(description, "prepend_scheme"));
    SECATEUR_TRY(split, fields::boolean(description, "split", true));
    metaspace.split = split;
    const std::string name = scheme ? *scheme : (prefix ? "always" : "never");
    if (name != "always" && name != "first" && name != "never")
        return failure(ErrorCode::BadInput, "Metaspace has an unknown prepend_scheme \"" + name + "\"");
    metaspace.prepend = name == "always" ? PrependScheme::Always
        : name == "first"                ? PrependScheme::First
                                         : PrependScheme::Never;
    return metaspace;
}

Result<StepPointer> makeSplitStep(const json &description)
{
    SECATEUR_TRY(pattern, fields::pattern(description));
    SECATEUR_TRY(name, fields::text(description, "behavior"));
    SECATEUR_TRY(inverted, fields::boolean(description, "invert", false));
    const auto behaviour = behaviourFromName(name);
    if (!behaviour)
        return failure(ErrorCode::BadInput, "Split has an unknown behavior \"" + name + "\"");
    if (!pattern.isRegex)
        return StepPointer(std::make_shared<LiteralStep>(pattern.text, *behaviour, inverted));
    // The scanners' words tile the text, so isolating the matches and dropping what does not match are the same.
    const bool tiles = inverted ? *behaviour == Behaviour::Removed : *behaviour == Behaviour::Isolated;
    if (const auto scanner = WordScanner::forPattern(pattern.text); scanner && tiles)
        return StepPointer(std::make_shared<ScannerStep>(*scanner));
    SECATEUR_TRY(regex, Regex::compile(pattern.text));
    return StepPointer(std::make_shared<RegexStep>(std::move(regex), *behaviour, inverted));
}

Result<StepPointer> makeMetaspaceStep(const json &description)
{
    SECATEUR_TRY(metaspace, Metaspace::fromJson(description));
    return StepPointer(std::make_shared<MetaspaceStep>(metaspace));
}

Result<StepPointer> makeWhitespaceStep()
{
    // The reference's \w also holds the two joiners here.
    SECATEUR_TRY(regex, Regex::compile(R"([\w\x{200c}\x{200d}]+|[^\w\s\x{200c}\x{200d}]+)"));
    return StepPointer(std::make_shared<RegexStep>(std::move(regex), Behaviour::Removed, true));
}

StepPointer makeGpt2Step()
{
    return std::make_shared<ScannerStep>(WordScanner::gpt2());
}

StepPointer makeCharacterStep(Delimiter delimiter, Behaviour behaviour)
{
    return std::make_shared<CharacterStep>(delimiter, behaviour);
}

StepPointer makePrefixSpaceStep()
{
    return std::make_shared<PrefixSpaceStep>();
}

} // namespace secateur::tokenizer
