// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/core/tokenizer/tinytokenizer.h"

#include <algorithm>
#include <array>
#include <cstdio>

#include "core/tokenizer/unicode.h"
#include "tests/support/testsupport.h"

namespace secateur::test {

using nlohmann::json;
using tokenizer::TokenId;

std::string TinyTokenizer::json() const
{
    std::vector<std::string> all = tokens;
    const auto idOf = [&](const std::string &token) {
        const auto found = std::find(all.begin(), all.end(), token);
        if (found != all.end())
            return std::size_t(found - all.begin());
        all.push_back(token);
        return all.size() - 1;
    };
    nlohmann::json mergeList = nlohmann::json::array();
    for (const auto &[left, right] : merges) {
        idOf(left + right);
        mergeList.push_back(nlohmann::json::array({left, right}));
    }
    const std::size_t vocabularySize = all.size();
    nlohmann::json addedList = nlohmann::json::array();
    for (const auto &entry : added) {
        nlohmann::json token = {
            {"single_word", false}, {"lstrip", false}, {"rstrip", false}, {"normalized", false}, {"special", false}};
        token.update(entry);
        token["id"] = idOf(entry.at("content").get<std::string>());
        addedList.push_back(token);
    }
    nlohmann::json vocabulary = nlohmann::json::object();
    for (std::size_t id = 0; id < vocabularySize; ++id)
        vocabulary[all[id]] = id;
    nlohmann::json bpe = {{"type", "BPE"},          {"unk_token", nullptr}, {"fuse_unk", false},
                          {"byte_fallback", false}, {"vocab", vocabulary},  {"merges", mergeList}};
    bpe.update(model);
    const nlohmann::json document = {{"version", "1.0"},
                                     {"added_tokens", addedList},
                                     {"normalizer", normalizer},
                                     {"pre_tokenizer", preTokenizer},
                                     {"post_processor", postProcessor},
                                     {"decoder", decoder},
                                     {"model", bpe}};
    return document.dump();
}

std::vector<std::string> byteTokens()
{
    std::vector<std::string> tokens;
    for (const char32_t character : tokenizer::byteLevelCharacters())
        tokenizer::appendUtf8(tokens.emplace_back(), character);
    return tokens;
}

std::vector<std::string> fallbackTokens()
{
    std::vector<std::string> tokens;
    for (unsigned byte = 0; byte < 256; ++byte) {
        std::array<char, 8> text{};
        std::snprintf(text.data(), text.size(), "<0x%02X>", byte);
        tokens.emplace_back(text.data());
    }
    return tokens;
}

std::string spelled(const tokenizer::Tokenizer &tokenizer, const std::vector<TokenId> &ids)
{
    std::string text;
    for (const TokenId id : ids)
        text += (text.empty() ? "" : "|") + tokenizer.tokenText(id);
    return text;
}

void checkReferenceCase(const tokenizer::Tokenizer &tokenizer, const ReferenceCase &expected)
{
    const auto ids = tokenizer.encode(expected.text, BosPolicy::Never);
    VERIFY_RESULT(ids);
    QCOMPARE(spelled(tokenizer, *ids), std::string(expected.tokens));
    const auto withSpecial = tokenizer.encode(expected.text, BosPolicy::Auto);
    VERIFY_RESULT(withSpecial);
    QCOMPARE(spelled(tokenizer, *withSpecial),
             std::string(expected.tokensWithSpecial ? expected.tokensWithSpecial : expected.tokens));

    const std::string decodedText = expected.decoded ? expected.decoded : expected.text;
    const auto decoded = tokenizer.decode(*ids, false);
    VERIFY_RESULT(decoded);
    QCOMPARE(*decoded, decodedText);
    const auto skipping = tokenizer.decode(*withSpecial, true);
    VERIFY_RESULT(skipping);
    QCOMPARE(*skipping, expected.decodedSkipping ? std::string(expected.decodedSkipping) : decodedText);
}

} // namespace secateur::test
