// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tokenizer/ggufspecwriter.h"

#include <algorithm>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/tokenizer/decoder.h"
#include "core/tokenizer/ggufpre.h"
#include "core/tokenizer/jsonspec.h"

namespace secateur::tokenizer {

using nlohmann::json;

namespace {

/// Whether any step of a normaliser or pre-tokeniser puts a space in front of the text.
bool addsPrefix(const json &step)
{
    if (step.is_array())
        return std::any_of(step.begin(), step.end(), addsPrefix);
    if (!step.is_object())
        return false;
    const std::string type = step.value("type", "");
    if (type == "Prepend" || (type == "Metaspace" && step.value("prepend_scheme", "always") != "never"))
        return true;
    return addsPrefix(step.value("normalizers", json())) || addsPrefix(step.value("pretokenizers", json()));
}

/// The tokens by id, with their types and, for SentencePiece, the scores from which llama.cpp makes the merges.
struct Table {
    std::vector<std::string> tokens;
    std::vector<std::int32_t> types;
    std::vector<float> scores;
};

Table tableOf(const TokenizerSpec &spec, std::uint64_t vocabSize)
{
    Table table{std::vector<std::string>(vocabSize), std::vector<std::int32_t>(vocabSize, ggufUnused),
                std::vector<float>(vocabSize, 0.0F)};
    for (std::size_t id = 0; id < vocabSize; ++id)
        table.tokens[id] = "[PAD" + std::to_string(id) + "]";
    for (std::size_t i = 0; i < spec.tokens.size(); ++i) {
        const auto id = std::size_t(spec.ids[i]);
        table.tokens[id] = spec.tokens[i];
        const bool isByte = spec.byteFallback && byteOfToken(spec.tokens[i]) >= 0;
        table.types[id] = isByte ? ggufByte : ggufNormal;
    }
    for (const auto &added : spec.addedTokens) {
        const auto id = std::size_t(added.id);
        table.tokens[id] = added.content;
        table.types[id] = added.content == spec.unknownToken ? ggufUnknown
            : added.special                                  ? ggufControl
                                                             : ggufUserDefined;
    }
    return table;
}

std::vector<std::string> mergesOf(const TokenizerSpec &spec)
{
    std::vector<std::string> merges;
    for (std::size_t i = 0; i + 1 < spec.mergeParts.size(); i += 2)
        merges.push_back(std::string(spec.mergeParts[i]) + " " + std::string(spec.mergeParts[i + 1]));
    return merges;
}

/// Earlier merges score higher; what no merge makes keeps 0.
void addScores(const TokenizerSpec &spec, Table &table)
{
    std::unordered_map<std::string, std::size_t> ids;
    for (std::size_t i = 0; i < spec.tokens.size(); ++i)
        ids.emplace(spec.tokens[i], std::size_t(spec.ids[i]));
    for (std::size_t i = 0; i + 1 < spec.mergeParts.size(); i += 2) {
        const auto made = ids.find(std::string(spec.mergeParts[i]) + std::string(spec.mergeParts[i + 1]));
        if (made != ids.end() && table.scores[made->second] == 0.0F)
            table.scores[made->second] = -float(i / 2 + 1);
    }
}

Result<void> checkIds(const TokenizerSpec &spec, std::uint64_t vocabSize)
{
    TokenId largest = 0;
    for (const auto id : spec.ids)
        largest = std::max(largest, id);
    for (const auto &added : spec.addedTokens)
        largest = std::max(largest, added.id);
    if (std::uint64_t(largest) >= vocabSize)
        return failure(ErrorCode::Unsupported,
                       "the tokenizer has a token " + std::to_string(largest) + ", but the embedding only "
                           + std::to_string(vocabSize) + " rows; GGUF wants as many of both");
    return {};
}

} // namespace

Result<bool> addGgufTokenizer(const Tokenizer &tokenizer, std::uint64_t vocabSize, format::GgufMetadata &metadata)
{
    SECATEUR_TRY(spec, readJsonSpec(tokenizer.tokenizerJson(), tokenizer.tokenizerConfigJson(), "the tokenizer"));
    if (!spec.scores.empty())
        return failure(ErrorCode::Unsupported,
                       "a Unigram tokenizer is not written to GGUF; export a Hugging Face folder (--format dense)");
    SECATEUR_CHECK(checkIds(spec, vocabSize));
    Table table = tableOf(spec, vocabSize);
    const auto pre = spec.byteFallback ? std::nullopt : ggufPreName(spec);
    metadata.add("tokenizer.ggml.model", spec.byteFallback ? "llama" : "gpt2");
    if (spec.byteFallback) {
        addScores(spec, table);
        metadata.add("tokenizer.ggml.scores", table.scores);
        metadata.add("tokenizer.ggml.add_space_prefix", addsPrefix(spec.normalizer) || addsPrefix(spec.preTokenizer));
    } else {
        metadata.add("tokenizer.ggml.pre", pre.value_or("default"));
    }
    metadata.add("tokenizer.ggml.tokens", table.tokens);
    metadata.add("tokenizer.ggml.token_type", table.types);
    metadata.add("tokenizer.ggml.merges", mergesOf(spec));
    if (const auto bos = tokenizer.bosId())
        metadata.add("tokenizer.ggml.bos_token_id", std::uint32_t(*bos));
    if (const auto eos = tokenizer.eosId())
        metadata.add("tokenizer.ggml.eos_token_id", std::uint32_t(*eos));
    metadata.add("tokenizer.ggml.add_bos_token", tokenizer.addsBos());
    const json config = json::parse(tokenizer.tokenizerConfigJson(), nullptr, false);
    if (config.is_object() && config.contains("chat_template") && config["chat_template"].is_string())
        metadata.add("tokenizer.chat_template", config["chat_template"].get_ref<const std::string &>());
    return spec.byteFallback || pre.has_value();
}

} // namespace secateur::tokenizer
