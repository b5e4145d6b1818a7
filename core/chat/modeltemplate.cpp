// SPDX-License-Identifier: GPL-3.0-or-later
#include <array>

#include "core/base/file.h"
#include "core/base/json.h"
#include "core/chat/chattemplate.h"

namespace secateur::chat {

namespace {

using nlohmann::json;

constexpr std::uint64_t mostFileBytes = 16 * 1024 * 1024;
constexpr std::array<const char *, 6> tokenNames = {"bos_token", "eos_token", "unk_token",
                                                    "sep_token", "pad_token", "cls_token"};

tl::unexpected<Error> noTemplate(const std::filesystem::path &model)
{
    return failure(ErrorCode::NotFound,
                   model.string()
                       + " has no chat template: it was made for plain text. Leave out --chat, or take the model that "
                         "was trained on conversations (often named -Instruct, -Chat or -it)");
}

/// An object in a file that may be absent.
Result<json> readObject(const std::filesystem::path &path)
{
    std::error_code problem;
    if (!std::filesystem::exists(path, problem))
        return json::object();
    SECATEUR_TRY(text, readTextFile(path, mostFileBytes));
    SECATEUR_TRY(object, parseJson(text, path.string()));
    if (!object.is_object())
        return failure(ErrorCode::BadInput, path.string() + ": is not a JSON object");
    return std::move(object);
}

/// Adds the tokens that `config` names and `tokens` lacks: a text, or an object with "content".
void addTokens(const json &config, SpecialTokens &tokens)
{
    for (const char *name : tokenNames) {
        const auto entry = config.find(name);
        const bool known =
            std::any_of(tokens.begin(), tokens.end(), [&](const auto &token) { return token.first == name; });
        if (entry == config.end() || known)
            continue;
        const json &text = entry->is_object() && entry->contains("content") ? entry->at("content") : *entry;
        if (text.is_string() && !text.get_ref<const std::string &>().empty())
            tokens.emplace_back(name, text.get<std::string>());
    }
}

/// The template that a configuration holds; empty: none.
Result<std::optional<std::string>> templateIn(const json &config, const std::string &origin)
{
    const auto entry = config.find("chat_template");
    if (entry == config.end() || entry->is_null())
        return std::optional<std::string>();
    if (entry->is_string())
        return std::optional(entry->get<std::string>());
    if (!entry->is_array())
        return failure(ErrorCode::BadInput, origin + ": \"chat_template\" is neither a text nor a list");
    std::string names;
    for (const json &one : *entry) {
        const bool isNamed = one.is_object() && one.contains("name") && one["name"].is_string()
            && one.contains("template") && one["template"].is_string();
        if (!isNamed)
            return failure(ErrorCode::BadInput,
                           origin + ": \"chat_template\" lists something without name and template");
        if (one["name"] == "default")
            return std::optional(one["template"].get<std::string>());
        names += (names.empty() ? "" : ", ") + one["name"].get<std::string>();
    }
    return failure(ErrorCode::BadInput,
                   origin + ": none of its chat templates is named \"default\"; there are: " + names);
}

Result<std::shared_ptr<const ChatTemplate>> fromFolder(const std::filesystem::path &folder)
{
    const auto configPath = folder / "tokenizer_config.json";
    SECATEUR_TRY(config, readObject(configPath));
    SECATEUR_TRY(map, readObject(folder / "special_tokens_map.json"));
    SpecialTokens tokens;
    addTokens(config, tokens);
    addTokens(map, tokens);
    const auto path = folder / "chat_template.jinja";
    std::error_code problem;
    if (std::filesystem::exists(path, problem)) {
        SECATEUR_TRY(source, readTextFile(path, mostFileBytes));
        return ChatTemplate::parse(std::move(source), path.string(), std::move(tokens));
    }
    SECATEUR_TRY(source, templateIn(config, configPath.string()));
    if (!source)
        return noTemplate(folder);
    return ChatTemplate::parse(std::move(*source), configPath.string() + ", chat_template", std::move(tokens));
}

} // namespace

Result<std::shared_ptr<const ChatTemplate>> ChatTemplate::forModel(const std::filesystem::path &model)
{
    std::error_code problem;
    if (std::filesystem::is_directory(model, problem))
        return fromFolder(model);
    SECATEUR_TRY(file, format::GgufFile::open(model));
    return fromGguf(file);
}

Result<std::shared_ptr<const ChatTemplate>> ChatTemplate::fromGguf(const format::GgufFile &file)
{
    SECATEUR_TRY(source, file.text("tokenizer.chat_template"));
    if (!source)
        return noTemplate(file.path());
    SpecialTokens tokens;
    const std::vector<std::string> *const texts = file.texts("tokenizer.ggml.tokens");
    static constexpr std::array<std::pair<const char *, const char *>, 4> keys = {
        {{"bos_token", "tokenizer.ggml.bos_token_id"},
         {"eos_token", "tokenizer.ggml.eos_token_id"},
         {"unk_token", "tokenizer.ggml.unknown_token_id"},
         {"pad_token", "tokenizer.ggml.padding_token_id"}}};
    for (const auto &[name, key] : keys) {
        SECATEUR_TRY(id, file.integer(key));
        if (id && texts && *id >= 0 && std::size_t(*id) < texts->size())
            tokens.emplace_back(name, (*texts)[std::size_t(*id)]);
    }
    return parse(std::move(*source), file.path().string() + ", tokenizer.chat_template", std::move(tokens));
}

} // namespace secateur::chat
