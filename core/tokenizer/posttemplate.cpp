// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tokenizer/posttemplate.h"

#include "core/tokenizer/jsonfields.h"
#include "core/tokenizer/tokenizerspec.h"

namespace secateur::tokenizer {

using nlohmann::json;

namespace {

/// The ids that a template's {"SpecialToken": {"id": name}} stands for.
Result<void> appendSpecial(const json &piece, const json &table, std::vector<TokenId> &out)
{
    SECATEUR_TRY(name, fields::text(piece, "id"));
    const json &ids = fields::member(fields::member(table, name.c_str()), "ids");
    if (!ids.is_array())
        return failure(ErrorCode::BadInput, "the template's token \"" + name + "\" is not among its special_tokens");
    for (const json &id : ids) {
        const auto index = fields::index(id, MaxTokens);
        if (!index)
            return failure(ErrorCode::BadInput, "the template's token \"" + name + "\" has an id out of range");
        out.push_back(TokenId(*index));
    }
    return {};
}

Result<void> addTemplate(const json &description, PostTemplate &result)
{
    const json &single = fields::member(description, "single");
    if (!single.is_array() || single.size() > 64)
        return failure(ErrorCode::BadInput, "TemplateProcessing needs a list \"single\" of at most 64 pieces");
    const json &table = fields::member(description, "special_tokens");
    PostTemplate inner;
    bool textSeen = false;
    for (const json &piece : single) {
        if (!fields::member(piece, "Sequence").is_null()) {
            if (std::exchange(textSeen, true))
                return failure(ErrorCode::Unsupported, "a template that repeats the text");
            continue;
        }
        SECATEUR_CHECK(
            appendSpecial(fields::member(piece, "SpecialToken"), table, textSeen ? inner.after : inner.before));
    }
    if (!textSeen)
        return failure(ErrorCode::BadInput, "TemplateProcessing leaves out the text");
    // A later step of a Sequence stands around what the earlier ones made.
    result.before.insert(result.before.begin(), inner.before.begin(), inner.before.end());
    result.after.insert(result.after.end(), inner.after.begin(), inner.after.end());
    return {};
}

} // namespace

Result<PostTemplate> PostTemplate::fromJson(const json &description)
{
    SECATEUR_TRY(steps, fields::flattened(description, "processors"));
    PostTemplate result;
    for (const json &step : steps) {
        const std::string type = fields::type(step);
        if (type == "TemplateProcessing")
            SECATEUR_CHECK(addTemplate(step, result));
        else if (type != "ByteLevel")
            return failure(ErrorCode::Unsupported,
                           "post_processor \"" + type
                               + "\" (supported: Sequence, "
                                 "TemplateProcessing, ByteLevel)");
    }
    return result;
}

json templateJson(const std::vector<TemplateToken> &before, const std::vector<TemplateToken> &after)
{
    if (before.empty() && after.empty())
        return nullptr;
    json single = json::array();
    json pair = json::array();
    json table = json::object();
    const auto addToken = [&](const TemplateToken &token, int sequence, json &list) {
        list.push_back({{"SpecialToken", {{"id", token.text}, {"type_id", sequence}}}});
        table[token.text] = {{"id", token.text}, {"ids", {token.id}}, {"tokens", {token.text}}};
    };
    const auto addText = [&](const char *name, int sequence, json &list) {
        for (const TemplateToken &token : before)
            addToken(token, sequence, list);
        list.push_back({{"Sequence", {{"id", name}, {"type_id", sequence}}}});
        for (const TemplateToken &token : after)
            addToken(token, sequence, list);
    };
    addText("A", 0, single);
    addText("A", 0, pair);
    addText("B", 1, pair);
    return {{"type", "TemplateProcessing"}, {"single", single}, {"pair", pair}, {"special_tokens", table}};
}

} // namespace secateur::tokenizer
