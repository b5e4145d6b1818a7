// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tokenizer/specwriter.h"

namespace secateur::tokenizer {

using nlohmann::json;

namespace {

void appendText(std::string &out, std::string_view text)
{
    out += json(text).dump(-1, ' ', false, json::error_handler_t::replace);
}

void appendVocabulary(std::string &out, const TokenizerSpec &spec)
{
    out += "{";
    for (std::size_t i = 0; i < spec.tokens.size(); ++i) {
        out += i == 0 ? "\n" : ",\n";
        appendText(out, spec.tokens[i]);
        out += ": " + std::to_string(spec.ids[i]);
    }
    out += "\n}";
}

void appendMerges(std::string &out, const TokenizerSpec &spec)
{
    out += "[";
    for (std::size_t i = 0; i + 1 < spec.mergeParts.size(); i += 2) {
        out += i == 0 ? "\n[" : ",\n[";
        appendText(out, spec.mergeParts[i]);
        out += ", ";
        appendText(out, spec.mergeParts[i + 1]);
        out += "]";
    }
    out += "\n]";
}

json addedTokensJson(const TokenizerSpec &spec)
{
    json list = json::array();
    for (const AddedToken &token : spec.addedTokens) {
        list.push_back({{"id", token.id},
                        {"content", token.content},
                        {"single_word", token.singleWord},
                        {"lstrip", token.lstrip},
                        {"rstrip", token.rstrip},
                        {"normalized", token.normalized},
                        {"special", token.special}});
    }
    return list;
}

} // namespace

std::string writeTokenizerJson(const TokenizerSpec &spec)
{
    const auto dump = [](const json &value) { return value.dump(2, ' ', false, json::error_handler_t::replace); };
    std::string out = "{\n\"version\": \"1.0\",\n\"truncation\": null,\n\"padding\": null,\n";
    out += "\"added_tokens\": " + dump(addedTokensJson(spec)) + ",\n";
    out += "\"normalizer\": " + dump(spec.normalizer) + ",\n";
    out += "\"pre_tokenizer\": " + dump(spec.preTokenizer) + ",\n";
    out += "\"post_processor\": " + dump(spec.postProcessor) + ",\n";
    out += "\"decoder\": " + dump(spec.decoder) + ",\n";
    out += "\"model\": {\n\"type\": \"BPE\",\n\"dropout\": null,\n";
    out += "\"unk_token\": " + (spec.unknownToken ? dump(*spec.unknownToken) : "null") + ",\n";
    out += "\"continuing_subword_prefix\": null,\n\"end_of_word_suffix\": null,\n";
    out += "\"fuse_unk\": " + dump(spec.fuseUnknown) + ",\n";
    out += "\"byte_fallback\": " + dump(spec.byteFallback) + ",\n";
    out += "\"ignore_merges\": " + dump(spec.ignoreMerges) + ",\n";
    out += "\"vocab\": ";
    appendVocabulary(out, spec);
    out += ",\n\"merges\": ";
    appendMerges(out, spec);
    out += "\n}\n}\n";
    return out;
}

std::string writeTokenizerConfigJson(const TokenizerSpec &spec)
{
    json config = {{"tokenizer_class", "PreTrainedTokenizerFast"}, {"clean_up_tokenization_spaces", false}};
    const auto add = [&](const char *name, const std::optional<std::string> &text) {
        if (text)
            config[name] = *text;
    };
    add("bos_token", spec.bosToken);
    add("eos_token", spec.eosToken);
    add("pad_token", spec.padToken);
    add("unk_token", spec.unknownToken);
    add("chat_template", spec.chatTemplate);
    return config.dump(2, ' ', false, json::error_handler_t::replace) + "\n";
}

} // namespace secateur::tokenizer
