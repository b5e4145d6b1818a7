// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/training/bpetrainer.h"

#include <algorithm>
#include <map>

#include <nlohmann/json.hpp>

#include "core/tokenizer/regex.h"
#include "core/tokenizer/unicode.h"

namespace secateur::training {

using nlohmann::json;
using nlohmann::ordered_json;

namespace {

using Pair = std::pair<int, int>;

struct Word {
    std::vector<int> tokens;
    std::int64_t count = 0;
};

Result<std::vector<Word>> wordsOf(const std::vector<std::string> &texts)
{
    SECATEUR_TRY(pattern, tokenizer::Regex::compile(wordPattern()));
    std::map<std::string, std::int64_t> counts;
    for (const auto &text : texts) {
        tokenizer::RegexScratch scratch(text.size());
        SECATEUR_TRY(spans, pattern.findAll(text, scratch));
        for (const auto &span : spans)
            ++counts[std::string(span.of(text))];
    }
    std::vector<Word> words;
    for (const auto &[text, count] : counts) {
        Word word{{}, count};
        for (const char c : text)
            word.tokens.push_back(static_cast<unsigned char>(c));
        words.push_back(std::move(word));
    }
    return words;
}

/// The most frequent pair; of equals the one with the smallest ids. Count 0: there is none.
std::pair<Pair, std::int64_t> mostFrequent(const std::vector<Word> &words)
{
    std::map<Pair, std::int64_t> counts;
    for (const auto &word : words)
        for (std::size_t i = 0; i + 1 < word.tokens.size(); ++i)
            counts[{word.tokens[i], word.tokens[i + 1]}] += word.count;
    std::pair<Pair, std::int64_t> best{{0, 0}, 0};
    for (const auto &entry : counts)
        if (entry.second > best.second)
            best = entry;
    return best;
}

void merge(std::vector<Word> &words, const Pair &pair, int merged)
{
    for (auto &word : words) {
        std::size_t to = 0;
        for (std::size_t from = 0; from < word.tokens.size(); ++to)
            if (from + 1 < word.tokens.size() && word.tokens[from] == pair.first
                && word.tokens[from + 1] == pair.second) {
                word.tokens[to] = merged;
                from += 2;
            } else {
                word.tokens[to] = word.tokens[from++];
            }
        word.tokens.resize(to);
    }
}

ordered_json addedToken(std::size_t id)
{
    return {{"id", id},        {"content", endOfText}, {"single_word", false}, {"lstrip", false},
            {"rstrip", false}, {"normalized", false},  {"special", true}};
}

/// Every text begins with endOfText, as in training.
ordered_json postProcessor(std::size_t id)
{
    const auto special = [](int type) {
        return ordered_json{{"SpecialToken", {{"id", endOfText}, {"type_id", type}}}};
    };
    const auto text = [](const char *name, int type) {
        return ordered_json{{"Sequence", {{"id", name}, {"type_id", type}}}};
    };
    ordered_json tokens;
    tokens[endOfText] = {{"id", endOfText}, {"ids", json::array({id})}, {"tokens", json::array({endOfText})}};
    return {{"type", "TemplateProcessing"},
            {"single", ordered_json::array({special(0), text("A", 0)})},
            {"pair", ordered_json::array({special(0), text("A", 0), special(1), text("B", 1)})},
            {"special_tokens", tokens}};
}

std::string tokenizerJson(const std::vector<std::string> &tokens, const std::vector<Pair> &merges)
{
    ordered_json vocabulary;
    for (std::size_t id = 0; id < tokens.size(); ++id)
        vocabulary[tokenizer::byteLevelSpelling(tokens[id])] = id;
    vocabulary[endOfText] = tokens.size();
    ordered_json mergeList = ordered_json::array();
    for (const auto &[left, right] : merges)
        mergeList.push_back(tokenizer::byteLevelSpelling(tokens[std::size_t(left)]) + " "
                            + tokenizer::byteLevelSpelling(tokens[std::size_t(right)]));
    const ordered_json byteLevel = {
        {"type", "ByteLevel"}, {"add_prefix_space", false}, {"trim_offsets", true}, {"use_regex", false}};
    ordered_json split = {{"type", "Split"}};
    split["pattern"]["Regex"] = wordPattern();
    split["behavior"] = "Isolated";
    split["invert"] = false;
    ordered_json out;
    out["version"] = "1.0";
    out["truncation"] = nullptr;
    out["padding"] = nullptr;
    out["added_tokens"] = ordered_json::array({addedToken(tokens.size())});
    out["normalizer"] = nullptr;
    out["pre_tokenizer"] = {{"type", "Sequence"}, {"pretokenizers", ordered_json::array({split, byteLevel})}};
    out["post_processor"] = postProcessor(tokens.size());
    out["decoder"] = byteLevel;
    out["model"] = {{"type", "BPE"},
                    {"dropout", nullptr},
                    {"unk_token", nullptr},
                    {"continuing_subword_prefix", nullptr},
                    {"end_of_word_suffix", nullptr},
                    {"fuse_unk", false},
                    {"byte_fallback", false},
                    {"ignore_merges", false},
                    {"vocab", vocabulary},
                    {"merges", mergeList}};
    return out.dump(1) + "\n";
}

} // namespace

std::string wordPattern()
{
    return " ?[\\p{L}_]+| ?\\p{N}| ?[^\\s\\p{L}\\p{N}_]+|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";
}

Result<std::string> trainTokenizer(const std::vector<std::string> &texts, std::size_t vocabulary)
{
    constexpr std::size_t bytes = 256;
    if (vocabulary <= bytes)
        return failure(ErrorCode::InvalidArgument, "a byte-level vocabulary has at least 257 tokens");
    SECATEUR_TRY(words, wordsOf(texts));
    std::vector<std::string> tokens;
    for (std::size_t byte = 0; byte < bytes; ++byte)
        tokens.emplace_back(1, char(byte));
    std::vector<Pair> merges;
    while (tokens.size() + 1 < vocabulary) {
        const auto [pair, count] = mostFrequent(words);
        if (count < 2)
            return failure(ErrorCode::InvalidArgument,
                           "the texts have repeated pairs for " + std::to_string(tokens.size() + 1) + " tokens only");
        merge(words, pair, int(tokens.size()));
        tokens.push_back(tokens[std::size_t(pair.first)] + tokens[std::size_t(pair.second)]);
        merges.push_back(pair);
    }
    return tokenizerJson(tokens, merges);
}

std::string tokenizerConfig(std::size_t longestText)
{
    const ordered_json config = {{"tokenizer_class", "PreTrainedTokenizerFast"},
                                 {"bos_token", endOfText},
                                 {"eos_token", endOfText},
                                 {"clean_up_tokenization_spaces", false},
                                 {"model_input_names", json::array({"input_ids", "attention_mask"})},
                                 {"model_max_length", longestText}};
    return config.dump(1) + "\n";
}

} // namespace secateur::training
