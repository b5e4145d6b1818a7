// SPDX-License-Identifier: GPL-3.0-or-later
#include <limits>
#include <optional>

#include "tests/support/malformed_gguf.h"
#include "tests/support/malformed_tokenizer.h"

namespace secateur::test {

namespace {

using Texts = std::vector<std::string>;

constexpr std::int32_t Normal = 1;
constexpr std::int32_t Control = 3;
constexpr std::int32_t Byte = 6;

std::string textsPair(const char *key, const Texts &texts)
{
    std::string values;
    for (const std::string &text : texts)
        values += ggufText(text);
    return ggufArrayPair(key, GgufString, texts.size(), values);
}

template <typename T>
std::string numbersPair(const char *key, GgufType type, const std::vector<T> &numbers)
{
    std::string values;
    for (const T number : numbers)
        values += littleEndian(number);
    return ggufArrayPair(key, type, numbers.size(), values);
}

/// The tokenizer metadata of a small sound file; what is empty is left out.
struct Metadata {
    std::string model = "llama";
    Texts tokens = {"<unk>", "<s>", "</s>", "a", "b", "ab", "\u2581"};
    std::vector<std::int32_t> types = {2, Control, Control, Normal, Normal, Normal, Normal};
    std::vector<float> scores = {0, 0, 0, -1, -2, -3, -4};
    Texts merges;
    std::string pre;
    std::optional<std::uint32_t> bos;
    Texts extraPairs;

    [[nodiscard]] std::string bytes() const
    {
        Texts pairs = extraPairs;
        if (!model.empty())
            pairs.push_back(ggufPair("tokenizer.ggml.model", GgufString, ggufText(model)));
        if (!tokens.empty())
            pairs.push_back(textsPair("tokenizer.ggml.tokens", tokens));
        if (!types.empty())
            pairs.push_back(numbersPair("tokenizer.ggml.token_type", GgufI32, types));
        if (!scores.empty())
            pairs.push_back(numbersPair("tokenizer.ggml.scores", GgufF32, scores));
        if (!merges.empty())
            pairs.push_back(textsPair("tokenizer.ggml.merges", merges));
        if (!pre.empty())
            pairs.push_back(ggufPair("tokenizer.ggml.pre", GgufString, ggufText(pre)));
        if (bos)
            pairs.push_back(ggufPair("tokenizer.ggml.bos_token_id", GgufU32, littleEndian(*bos)));
        return ggufBytes(pairs, {}, "");
    }
};

Metadata withToken(const std::string &token, std::int32_t type)
{
    Metadata metadata;
    metadata.tokens.push_back(token);
    metadata.types.push_back(type);
    metadata.scores.push_back(-5);
    return metadata;
}

Metadata byteLevel()
{
    Metadata metadata;
    metadata.model = "gpt2";
    metadata.scores.clear();
    metadata.merges = {"a b"};
    metadata.pre = "gpt-2";
    return metadata;
}

class GgufCases
{
public:
    template <typename Change>
    void refuse(std::string name, std::string says, Metadata metadata, Change change)
    {
        change(metadata);
        m_cases.push_back(malformedBytes("66 " + std::move(name), metadata.bytes(), std::move(says)));
    }
    void accept(std::string name, const Metadata &metadata)
    {
        m_cases.push_back(soundBytes("66 " + std::move(name), metadata.bytes()));
    }
    [[nodiscard]] std::vector<MalformedCase> take() { return std::move(m_cases); }

private:
    std::vector<MalformedCase> m_cases;
};

void addByteTokens(GgufCases &cases)
{
    for (const char *token : {"<0x-1>", "<0xZZ>", "<0x+F>", "<0x 1>", "<0x1>", "<0x001>", "<0X41>", "0x41"}) {
        cases.refuse(std::string("byte token ") + token, "of type byte", withToken(token, Byte), [](Metadata &) {});
        cases.accept(std::string("ordinary token ") + token, withToken(token, Normal));
    }
    cases.accept("byte token <0xfF>", withToken("<0xfF>", Byte));
}

void addLists(GgufCases &cases)
{
    cases.accept("a sound llama tokenizer", Metadata());
    cases.accept("a sound gpt2 tokenizer", byteLevel());
    cases.refuse("no model", "tokenizer.ggml.model", {}, [](Metadata &m) { m.model.clear(); });
    cases.refuse("no tokens", "tokenizer.ggml.tokens", {}, [](Metadata &m) { m.tokens.clear(); });
    cases.refuse("tokens that are numbers", "tokenizer.ggml.tokens", {}, [](Metadata &m) {
        m.tokens.clear();
        m.extraPairs = {numbersPair<std::int32_t>("tokenizer.ggml.tokens", GgufI32, {1, 2, 3})};
    });
    cases.refuse("fewer types than tokens", "differ in length", {}, [](Metadata &m) { m.types.pop_back(); });
    cases.refuse("fewer scores than tokens", "scores", {}, [](Metadata &m) { m.scores.pop_back(); });
    cases.refuse("neither scores nor merges", "scores", {}, [](Metadata &m) { m.scores.clear(); });
    cases.refuse("a score that is no number", "scores", {},
                 [](Metadata &m) { m.scores[3] = std::numeric_limits<float>::quiet_NaN(); });
    cases.refuse("token that is not UTF-8", "not UTF-8", {}, [](Metadata &m) { m.tokens[3] = "\xC3("; });
    cases.refuse("token that is there twice", "is there twice", {}, [](Metadata &m) { m.tokens[3] = "b"; });
    cases.refuse("begin token outside", "outside the vocabulary", {}, [](Metadata &m) { m.bos = 7; });
    cases.refuse("gpt2 without merges", "merges", byteLevel(), [](Metadata &m) { m.merges.clear(); });
    cases.refuse("merge without a space", "two texts", byteLevel(), [](Metadata &m) { m.merges = {"ab"}; });
    cases.refuse("merge of an unknown token", "not in the vocabulary", byteLevel(),
                 [](Metadata &m) { m.merges = {"a c"}; });
    cases.refuse("unknown pre", "known are default", byteLevel(), [](Metadata &m) { m.pre = "nonsense"; });
    cases.refuse("charsmap of 2 bytes", "t5", {}, [](Metadata &m) {
        m.model = "t5";
        m.extraPairs = {ggufArrayPair("tokenizer.ggml.precompiled_charsmap", GgufU8, 2, std::string(2, '\0'))};
    });
}

} // namespace

std::vector<MalformedCase> malformedTokenizerGguf()
{
    GgufCases cases;
    addByteTokens(cases);
    addLists(cases);
    return cases.take();
}

} // namespace secateur::test
