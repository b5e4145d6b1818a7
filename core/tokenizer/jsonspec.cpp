// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tokenizer/jsonspec.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "core/base/json.h"
#include "core/tokenizer/jsonfields.h"
#include "core/tokenizer/tokenizerjsonsax.h"

namespace secateur::tokenizer {

using nlohmann::json;

namespace {

Result<AddedToken> readAddedToken(const json &entry)
{
    AddedToken token;
    SECATEUR_TRY(content, fields::text(entry, "content"));
    token.content = content;
    SECATEUR_TRY(special, fields::boolean(entry, "special", false));
    SECATEUR_TRY(lstrip, fields::boolean(entry, "lstrip", false));
    SECATEUR_TRY(rstrip, fields::boolean(entry, "rstrip", false));
    SECATEUR_TRY(singleWord, fields::boolean(entry, "single_word", false));
    SECATEUR_TRY(normalized, fields::boolean(entry, "normalized", !special));
    token.special = special;
    token.lstrip = lstrip;
    token.rstrip = rstrip;
    token.singleWord = singleWord;
    token.normalized = normalized;
    return token;
}

Result<void> readAddedTokens(const json &list, TokenizerSpec &spec)
{
    if (list.is_null())
        return {};
    if (!list.is_array() || list.size() > std::size_t(MaxTokens))
        return failure(ErrorCode::BadInput, "\"added_tokens\" must be a list");
    for (const json &entry : list) {
        SECATEUR_TRY(token, readAddedToken(entry));
        SECATEUR_TRY(id, fields::integer(entry, "id", MaxTokens));
        token.id = TokenId(id);
        spec.addedTokens.push_back(std::move(token));
    }
    return {};
}

/// What the program cannot do exactly it refuses, rather than give other ids than the reference.
Result<void> checkModel(const json &model, bool hasVocabulary, bool hasScores)
{
    const std::string type = fields::type(model);
    if (!type.empty() && type != "BPE" && type != "Unigram")
        return failure(ErrorCode::Unsupported, "model type \"" + type + "\" (only BPE and Unigram are supported)");
    if (!model.is_object() || !hasVocabulary)
        return failure(ErrorCode::BadInput, "\"model\" lacks its \"vocab\"");
    if (hasScores != (type == "Unigram"))
        return failure(ErrorCode::BadInput,
                       "\"vocab\" is a list of pieces with scores in Unigram, and in Unigram only");
    if (!fields::member(model, "dropout").is_null() && fields::member(model, "dropout") != 0.0)
        return failure(ErrorCode::Unsupported, "a BPE model with dropout");
    for (const char *affix : {"continuing_subword_prefix", "end_of_word_suffix"}) {
        SECATEUR_TRY(text, fields::optionalText(model, affix));
        if (text && !text->empty())
            return failure(ErrorCode::Unsupported, std::string("a BPE model with ") + affix);
    }
    return {};
}

Result<TokenizerSpec> specFromDocument(TokenizerDocument document)
{
    const json &model = fields::member(document.rest, "model");
    SECATEUR_CHECK(checkModel(model, document.hasVocabulary, !document.scores.empty()));
    TokenizerSpec spec;
    SECATEUR_TRY(byteFallback, fields::boolean(model, "byte_fallback", false));
    SECATEUR_TRY(ignoreMerges, fields::boolean(model, "ignore_merges", false));
    SECATEUR_TRY(fuseUnknown, fields::boolean(model, "fuse_unk", false));
    SECATEUR_TRY(unknown, fields::optionalText(model, "unk_token"));
    spec.byteFallback = byteFallback;
    spec.ignoreMerges = ignoreMerges;
    spec.fuseUnknown = fuseUnknown;
    spec.unknownToken = unknown;
    spec.scores = std::move(document.scores);
    if (!fields::member(model, "unk_id").is_null()) {
        SECATEUR_TRY(unknownId, fields::integer(model, "unk_id", MaxTokens));
        spec.unknownId = TokenId(unknownId);
    }
    spec.tokens = std::move(document.tokens);
    spec.ids = std::move(document.ids);
    spec.mergeParts = std::move(document.mergeParts);
    SECATEUR_CHECK(readAddedTokens(fields::member(document.rest, "added_tokens"), spec));
    spec.normalizer = fields::member(document.rest, "normalizer");
    spec.preTokenizer = fields::member(document.rest, "pre_tokenizer");
    spec.postProcessor = fields::member(document.rest, "post_processor");
    spec.decoder = fields::member(document.rest, "decoder");
    return spec;
}

/// A token of tokenizer_config.json: its text, or an object with "content".
std::optional<std::string> configToken(const json &value)
{
    if (value.is_string())
        return value.get<std::string>();
    const json &content = fields::member(value, "content");
    return content.is_string() ? std::optional(content.get<std::string>()) : std::nullopt;
}

/// Adds a token, or gives the one with this content its flags.
void addOrReplace(std::vector<AddedToken> &tokens, AddedToken token)
{
    const auto known = std::find_if(tokens.begin(), tokens.end(),
                                    [&](const AddedToken &other) { return other.content == token.content; });
    if (known == tokens.end())
        tokens.push_back(std::move(token));
    else if (known->id == token.id)
        *known = std::move(token);
}

Result<void> addConfigTokens(const json &decoder, TokenizerSpec &spec)
{
    if (!decoder.is_object())
        return {};
    for (const auto &[key, entry] : decoder.items()) {
        TokenId id = -1;
        const auto [end, problem] = std::from_chars(key.data(), key.data() + key.size(), id);
        if (problem != std::errc() || end != key.data() + key.size() || id < 0 || id >= MaxTokens)
            return failure(ErrorCode::BadInput, "added_tokens_decoder has the id \"" + key.substr(0, 40) + "\"");
        SECATEUR_TRY(token, readAddedToken(entry));
        token.id = id;
        addOrReplace(spec.addedTokens, std::move(token));
    }
    return {};
}

/// Named tokens of the configuration are special, whatever tokenizer.json says.
void markSpecial(const std::optional<std::string> &content, TokenizerSpec &spec)
{
    const auto isContent = [&](const AddedToken &token) { return token.content == content; };
    if (!content || content->empty() || std::any_of(spec.addedTokens.begin(), spec.addedTokens.end(), isContent))
        return;
    for (std::size_t i = 0; i < spec.tokens.size(); ++i) {
        if (spec.tokens[i] == *content)
            spec.addedTokens.push_back({*content, spec.ids[i], true});
    }
}

/// The classes of the reference that build the post-processor anew from add_bos_token and add_eos_token, and what they
/// take when the configuration does not say.
std::optional<bool> rebuildsPostProcessor(std::string name)
{
    if (name.ends_with("Fast"))
        name.resize(name.size() - 4);
    constexpr std::array<std::string_view, 4> WithBos = {"LlamaTokenizer", "CodeLlamaTokenizer", "GemmaTokenizer",
                                                         "CohereTokenizer"};
    if (std::find(WithBos.begin(), WithBos.end(), name) != WithBos.end())
        return true;
    return name == "GPTNeoXTokenizer" ? std::optional(false) : std::nullopt;
}

Result<void> applyConfig(const json &config, TokenizerSpec &spec)
{
    if (!config.is_object())
        return failure(ErrorCode::BadInput, "is not a JSON object");
    SECATEUR_CHECK(addConfigTokens(fields::member(config, "added_tokens_decoder"), spec));
    spec.bosToken = configToken(fields::member(config, "bos_token"));
    spec.eosToken = configToken(fields::member(config, "eos_token"));
    spec.padToken = configToken(fields::member(config, "pad_token"));
    for (const char *name : {"bos_token", "eos_token", "pad_token", "unk_token"})
        markSpecial(configToken(fields::member(config, name)), spec);
    SECATEUR_TRY(className, fields::optionalText(config, "tokenizer_class"));
    const std::optional<bool> classDefault = rebuildsPostProcessor(className.value_or(""));
    const bool explicitBos = fields::member(config, "add_bos_token").is_boolean();
    if (!classDefault && (className || !explicitBos))
        return {};
    SECATEUR_TRY(addBos, fields::boolean(config, "add_bos_token", classDefault.value_or(false)));
    SECATEUR_TRY(addEos, fields::boolean(config, "add_eos_token", false));
    spec.addBos = addBos;
    spec.addEos = addEos;
    return {};
}

} // namespace

Result<TokenizerSpec> readJsonSpec(std::string_view tokenizerJson, std::string_view tokenizerConfigJson,
                                   const std::string &origin)
{
    SECATEUR_TRY(document, parseTokenizerDocument(tokenizerJson, origin));
    auto spec = specFromDocument(std::move(document));
    if (!spec)
        return tl::make_unexpected(withContext(spec.error(), origin));
    spec->origin = origin;
    if (tokenizerConfigJson.empty())
        return spec;
    const std::string configOrigin = origin + " (its tokenizer_config.json)";
    SECATEUR_TRY(config, parseJson(tokenizerConfigJson, configOrigin));
    if (auto applied = applyConfig(config, *spec); !applied)
        return tl::make_unexpected(withContext(applied.error(), configOrigin));
    return spec;
}

} // namespace secateur::tokenizer
