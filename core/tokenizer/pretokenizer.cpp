// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tokenizer/pretokenizer.h"

#include "core/tokenizer/jsonfields.h"
#include "core/tokenizer/pretokenizersteps.h"

namespace secateur::tokenizer {

using nlohmann::json;

Result<void> PreTokenizer::addByteLevel(const json &description)
{
    SECATEUR_TRY(prefixSpace, fields::boolean(description, "add_prefix_space", true));
    SECATEUR_TRY(usePattern, fields::boolean(description, "use_regex", true));
    if (prefixSpace)
        m_steps.push_back(makePrefixSpaceStep());
    if (usePattern)
        m_steps.push_back(makeGpt2Step());
    m_byteLevel = true;
    return {};
}

Result<void> PreTokenizer::addStep(const json &description)
{
    const std::string type = fields::type(description);
    if (m_byteLevel)
        return failure(ErrorCode::Unsupported, "pre_tokenizer \"" + type + "\" behind ByteLevel");
    if (type == "ByteLevel")
        return addByteLevel(description);
    if (type == "Split" || type == "Metaspace" || type == "Whitespace") {
        SECATEUR_TRY(step,
                     type == "Split"           ? makeSplitStep(description)
                         : type == "Metaspace" ? makeMetaspaceStep(description)
                                               : makeWhitespaceStep());
        m_steps.push_back(std::move(step));
    } else if (type == "Digits") {
        SECATEUR_TRY(single, fields::boolean(description, "individual_digits", false));
        m_steps.push_back(makeCharacterStep(Delimiter::Number, single ? Behaviour::Isolated : Behaviour::Contiguous));
    } else if (type == "WhitespaceSplit") {
        m_steps.push_back(makeCharacterStep(Delimiter::Space, Behaviour::Removed));
    } else if (type == "Punctuation") {
        SECATEUR_TRY(name, fields::optionalText(description, "behavior"));
        const auto behaviour = behaviourFromName(name.value_or("Isolated"));
        if (!behaviour)
            return failure(ErrorCode::BadInput, "Punctuation has an unknown behavior \"" + *name + "\"");
        m_steps.push_back(makeCharacterStep(Delimiter::Punctuation, *behaviour));
    } else {
        return failure(ErrorCode::Unsupported,
                       "pre_tokenizer \"" + type
                           + "\" (supported: Sequence, ByteLevel, Split, "
                             "Digits, Metaspace, Whitespace, WhitespaceSplit, Punctuation)");
    }
    return {};
}

Result<PreTokenizer> PreTokenizer::fromJson(const json &description)
{
    SECATEUR_TRY(steps, fields::flattened(description, "pretokenizers"));
    PreTokenizer preTokenizer;
    for (const json &step : steps)
        SECATEUR_CHECK(preTokenizer.addStep(step));
    return preTokenizer;
}

Result<std::vector<Piece>> PreTokenizer::words(const Piece &piece, EncodeScratch &scratch) const
{
    std::vector<Piece> pieces = {piece};
    std::vector<Piece> next;
    for (const auto &step : m_steps) {
        next.clear();
        for (const Piece &part : pieces)
            SECATEUR_CHECK(step->split(part, scratch, next));
        pieces.swap(next);
    }
    return pieces;
}

} // namespace secateur::tokenizer
