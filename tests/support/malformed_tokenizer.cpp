// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/malformed_tokenizer.h"

#include <filesystem>

#include "tests/support/testsupport.h"

namespace secateur::test {

namespace {

using Cases = std::vector<MalformedTokenizer>;

/// The members of a small sound tokenizer.json, one of which a case replaces.
struct Parts {
    std::string added = "[]";
    std::string normalizer = "null";
    std::string preTokenizer = "null";
    std::string postProcessor = "null";
    std::string decoder = "null";
    std::string modelStart = R"("type": "BPE")";
    std::string vocabulary = R"({"a": 0, "b": 1, "ab": 2, "<s>": 3})";
    std::string merges = R"([["a", "b"]])";

    [[nodiscard]] std::string json() const
    {
        return "{\"version\": \"1.0\", \"added_tokens\": " + added + ", \"normalizer\": " + normalizer
            + ", \"pre_tokenizer\": " + preTokenizer + ", \"post_processor\": " + postProcessor + ", \"decoder\": "
            + decoder + ", \"model\": {" + modelStart + ", \"vocab\": " + vocabulary + ", \"merges\": " + merges + "}}";
    }
};

std::string with(std::string Parts::*member, std::string value)
{
    Parts parts;
    parts.*member = std::move(value);
    return parts.json();
}

void refuse(Cases &cases, std::string name, std::string json, std::string says)
{
    cases.push_back({std::move(name), std::move(json), false, std::move(says), {}});
}

void accept(Cases &cases, std::string name, std::string json)
{
    cases.push_back({std::move(name), std::move(json), true, {}, {}});
}

std::string repeated(const std::string &part, std::size_t count)
{
    std::string text;
    text.reserve(part.size() * count);
    for (std::size_t i = 0; i < count; ++i)
        text += part;
    return text;
}

/// A backslash or quote doubled, as JSON wants it.
std::string splitAt(const std::string &pattern)
{
    std::string escaped;
    for (const char c : pattern)
        escaped += c == '\\' ? std::string("\\\\") : std::string(1, c);
    return with(&Parts::preTokenizer,
                R"({"type": "Split", "pattern": {"Regex": ")" + escaped
                    + R"("}, "behavior": "Isolated", "invert": false})");
}

void addByteTokens(Cases &cases)
{
    for (const char *token : {"<0x-1>", "<0xZZ>", "<0x+F>", "<0x 1>", "<0x1>", "<0x001>"}) {
        Parts parts;
        parts.modelStart = R"("type": "BPE", "byte_fallback": true)";
        parts.vocabulary = R"({"a": 0, "b": 1, "ab": 2, ")" + std::string(token) + R"(": 3})";
        parts.decoder = R"({"type": "ByteFallback"})";
        accept(cases, std::string("66 an ordinary token ") + token, parts.json());
    }
}

void addPatterns(Cases &cases)
{
    const std::string manyA = std::string(40, 'a') + "!";
    cases.push_back({"67 (a+)+$", splitAt("(a+)+$"), true, "ran away", manyA});
    cases.push_back({"67 (a|aa)+$", splitAt("(a|aa)+$"), true, "ran away", manyA});
    cases.push_back({"67 (a+)+$ in a normaliser",
                     with(&Parts::normalizer, R"({"type": "Replace", "pattern": {"Regex": "(a+)+$"}, "content": ""})"),
                     true, "ran away", manyA});
    refuse(cases, "67 500 parentheses", splitAt(std::string(500, '(') + "a" + std::string(500, ')')), "parentheses");
    refuse(cases, "67 nested repeats", splitAt("(((a{65535}){65535}){65535}){65535}"), "pattern");
    refuse(cases, "67 \\C", splitAt("a\\Cb"), "pattern");
    for (const char *pattern : {"a(?R)?b", "(a)(?1)", "(?<x>a)(?&x)", "(?P>x)", "(a)\\g<1>", "(?(1)a|b)", "a(?C1)b",
                                "(*LIMIT_MATCH=4000000000)a", "(*NO_JIT)a"})
        refuse(cases, std::string("67 ") + pattern, splitAt(pattern), "pattern");
    refuse(cases, "67 unbalanced parenthesis", splitAt("(a"), "pattern");
    refuse(cases, "67 empty pattern", splitAt(""), "pattern");
    refuse(cases, "67 5000 bytes of pattern", splitAt(std::string(5000, 'a')), "pattern");
    refuse(cases, "67 nested class", splitAt("[a[bc]]"), "character classes");
    refuse(cases, "67 repeated repeat", splitAt("a{1,2}+"), "counted repeat");
    refuse(cases, "67 Replace with an empty pattern",
           with(&Parts::normalizer, R"({"type": "Replace", "pattern": {"String": ""}, "content": "x"})"),
           "empty pattern");
    accept(cases, "67 a lookahead, options, a named group", splitAt("(?<x>a)(?!b)(?i:c)|\\s+(?!\\S)"));
}

void addAddedTokens(Cases &cases)
{
    const auto added = [](const std::string &list) { return with(&Parts::added, list); };
    refuse(cases, "68 empty added token", added(R"([{"id": 4, "content": ""}])"), "is empty");
    refuse(cases, "68 negative id", added(R"([{"id": -1, "content": "x"}])"), "\"id\" must be an integer");
    refuse(cases, "68 fractional id", added(R"([{"id": 4.0, "content": "x"}])"), "\"id\" must be an integer");
    refuse(cases, "68 id of 2^32", added(R"([{"id": 4294967296, "content": "x"}])"), "\"id\" must be an integer");
    refuse(cases, "68 id of 2^20", added(R"([{"id": 1048576, "content": "x"}])"), "\"id\" must be an integer");
    refuse(cases, "68 no id", added(R"([{"content": "x"}])"), "\"id\" must be an integer");
    refuse(cases, "68 no content", added(R"([{"id": 4}])"), "\"content\" is missing");
    refuse(cases, "68 two tokens of one id", added(R"([{"id": 4, "content": "x"}, {"id": 4, "content": "y"}])"),
           "have the id 4");
    refuse(cases, "68 one token twice", added(R"([{"id": 4, "content": "x"}, {"id": 5, "content": "x"}])"),
           "is there twice");
    refuse(cases, "68 id of another token", added(R"([{"id": 1, "content": "x"}])"), "disagrees with the vocabulary");
    refuse(cases, "68 token with another id", added(R"([{"id": 4, "content": "ab"}])"),
           "disagrees with the vocabulary");
    refuse(cases, "68 added token of 2000 bytes", added(R"([{"id": 4, "content": ")" + std::string(2000, 'x') + "\"}]"),
           "more than 1024 bytes");
    refuse(cases, "68 lone surrogate", added(R"([{"id": 4, "content": "\ud800"}])"), "surrogate");
    accept(cases, "68 an added token with a free id", added(R"([{"id": 9, "content": "x", "special": true}])"));
}

void addVocabularies(Cases &cases)
{
    const auto vocabulary = [](const std::string &object) { return with(&Parts::vocabulary, object); };
    refuse(cases, "68 negative id in the vocabulary", vocabulary(R"({"a": 0, "b": -1, "ab": 2})"), "model.vocab");
    refuse(cases, "68 fractional id in the vocabulary", vocabulary(R"({"a": 0, "b": 1.0, "ab": 2})"), "model.vocab");
    refuse(cases, "68 text as id in the vocabulary", vocabulary(R"({"a": 0, "b": "1", "ab": 2})"), "model.vocab");
    refuse(cases, "68 object as id in the vocabulary", vocabulary(R"({"a": 0, "b": {"c": 1}, "ab": 2})"),
           "model.vocab");
    refuse(cases, "68 id of 2^40 in the vocabulary", vocabulary(R"({"a": 0, "b": 1099511627776, "ab": 2})"), "limit");
    refuse(cases, "68 one id for two tokens", vocabulary(R"({"a": 0, "b": 0, "ab": 2})"), "have the id 0");
    refuse(cases, "68 one token with two ids", vocabulary(R"({"a": 0, "b": 1, "ab": 2, "\u0061": 3})"),
           "is there twice");
    refuse(cases, "68 more than 2^20 tokens", vocabulary("{" + repeated("\"\":0,", 1 << 20) + "\"a\": 0}"),
           "more than 1048576");
    accept(cases, "68 ids with gaps", vocabulary(R"({"a": 7, "b": 900000, "ab": 2})"));
    const auto merges = [](const std::string &list) { return with(&Parts::merges, list); };
    refuse(cases, "68 merge of an unknown token", merges(R"([["a", "c"]])"), "not in the vocabulary");
    refuse(cases, "68 merge to an unknown token", merges(R"([["b", "a"]])"), "not in the vocabulary");
    refuse(cases, "68 merge of one part", merges(R"([["a"]])"), "two parts");
    refuse(cases, "68 merge of three parts", merges(R"([["a", "b", "a"]])"), "two parts");
    refuse(cases, "68 merge of a list", merges(R"([["a", ["b"]]])"), "model.merges");
    refuse(cases, "68 merge without a space", merges(R"(["ab"])"), "one space");
    refuse(cases, "68 merge with two spaces", merges(R"(["a b a"])"), "one space");
    refuse(cases, "68 merges of numbers", merges("[1, 2]"), "model.merges");
    refuse(cases, "68 more than 2^20 merges", merges("[" + repeated("\" \",", 1 << 20) + "\" \"]"),
           "more than 1048576");
    accept(cases, "68 merges in the older form", merges(R"(["#version: 0.2", "a b"])"));
}

void addModels(Cases &cases)
{
    const auto model = [](const std::string &start) { return with(&Parts::modelStart, start); };
    for (const char *type : {"Unigram", "WordPiece", "WordLevel"})
        refuse(cases, std::string("69 model ") + type, model(std::string(R"("type": ")") + type + "\""), type);
    refuse(cases, "69 Unigram's vocabulary",
           R"({"model": {"type": "BPE", "unk_id": 0, "vocab": [["<unk>", 0.0], ["a", -1.5]]}})", "in Unigram only");
    refuse(cases, "69 dropout", model(R"("type": "BPE", "dropout": 0.1)"), "dropout");
    refuse(cases, "69 subword prefix", model(R"("type": "BPE", "continuing_subword_prefix": "##")"),
           "continuing_subword_prefix");
    refuse(cases, "69 word suffix", model(R"("type": "BPE", "end_of_word_suffix": "</w>")"), "end_of_word_suffix");
    refuse(cases, "69 unknown token that is not there", model(R"("type": "BPE", "unk_token": "<unk>")"), "unk_token");
    refuse(cases, "69 byte_fallback of a wrong type", model(R"("type": "BPE", "byte_fallback": "yes")"),
           "byte_fallback");
    refuse(cases, "69 no model", R"({"version": "1.0"})", "model");
    refuse(cases, "69 no vocabulary", R"({"model": {"type": "BPE", "merges": []}})", "vocab");
    refuse(cases, "69 vocabulary given twice",
           R"({"model": {"type": "BPE", "vocab": {"a": 0}, "merges": [], "vocab": {"a": 0}}})", "repeated");
    accept(cases, "69 a model without a type", R"({"model": {"vocab": {"a": 0}, "merges": []}})");
}

void addComponents(Cases &cases)
{
    const auto charsmap = [](const char *base64) {
        return with(&Parts::normalizer,
                    std::string(R"({"type": "Precompiled", "precompiled_charsmap": ")") + base64 + "\"}");
    };
    refuse(cases, "69 charsmap of 2 bytes", charsmap("AAA="), "precompiled_charsmap");
    refuse(cases, "69 charsmap that claims 4 GiB", charsmap("/////w=="), "precompiled_charsmap");
    refuse(cases, "69 Lowercase", with(&Parts::normalizer, R"({"type": "Lowercase"})"), "Lowercase");
    refuse(cases, "69 normaliser without a type", with(&Parts::normalizer, "{}"), "normalizer");
    refuse(cases, "69 normaliser that is a number", with(&Parts::normalizer, "7"), "normalizer");
    refuse(cases, "69 pre-tokeniser of scripts", with(&Parts::preTokenizer, R"({"type": "UnicodeScripts"})"),
           "UnicodeScripts");
    refuse(cases, "69 Split with an unknown behaviour",
           with(&Parts::preTokenizer, R"({"type": "Split", "pattern": {"String": "a"}, "behavior": "Explode"})"),
           "Explode");
    refuse(cases, "69 Metaspace with an empty replacement",
           with(&Parts::preTokenizer, R"({"type": "Metaspace", "replacement": ""})"), "Metaspace");
    refuse(cases, "69 decoder WordPiece", with(&Parts::decoder, R"({"type": "WordPiece"})"), "WordPiece");
    refuse(cases, "69 Strip from a negative start",
           with(&Parts::decoder, R"({"type": "Strip", "content": " ", "start": -1, "stop": 0})"), "start");
    refuse(
        cases, "69 Sequence of 65",
        with(&Parts::normalizer,
             R"({"type": "Sequence", "normalizers": [)" + repeated(R"({"type": "NFC"},)", 64) + R"({"type": "NFC"}]})"),
        "64 steps");
    refuse(cases, "69 Sequences in Sequences",
           with(&Parts::normalizer, repeated(R"({"type": "Sequence", "normalizers": [)", 12) + repeated("]}", 12)),
           "nested");
    const auto post = [](const std::string &single, const std::string &ids) {
        return with(&Parts::postProcessor,
                    R"({"type": "TemplateProcessing", "single": )" + single
                        + R"(, "special_tokens": {"<s>": {"id": "<s>", "ids": )" + ids + "}}}");
    };
    const std::string text = R"({"Sequence": {"id": "A", "type_id": 0}})";
    const std::string begin = R"({"SpecialToken": {"id": "<s>", "type_id": 0}})";
    accept(cases, "69 a template", post("[" + begin + ", " + text + "]", "[3]"));
    refuse(cases, "69 template with an id outside", post("[" + begin + ", " + text + "]", "[4]"),
           "not in the vocabulary");
    refuse(cases, "69 template with a negative id", post("[" + begin + ", " + text + "]", "[-3]"), "out of range");
    refuse(cases, "69 template without the text", post("[" + begin + "]", "[3]"), "leaves out the text");
    refuse(cases, "69 template with the text twice", post("[" + text + ", " + text + "]", "[3]"), "repeats the text");
    refuse(cases, "69 template with an unknown token", post(R"([{"SpecialToken": {"id": "x"}}, )" + text + "]", "[3]"),
           "\"x\"");
    refuse(cases, "69 BertProcessing", with(&Parts::postProcessor, R"({"type": "BertProcessing"})"), "BertProcessing");
    const std::string bomb =
        R"({"type": "Replace", "pattern": {"String": "a"}, "content": ")" + std::string(64, 'a') + "\"}";
    cases.push_back(
        {"69 normaliser that grows without end",
         with(&Parts::normalizer, R"({"type": "Sequence", "normalizers": [)" + repeated(bomb + ",", 20) + bomb + "]}"),
         true, "32 times", std::string(100, 'a')});
}

void addDocuments(Cases &cases)
{
    refuse(cases, "69 empty file", "", "parse error");
    refuse(cases, "69 not JSON", "tokenizer", "parse error");
    refuse(cases, "69 a list", "[]", "vocab");
    refuse(cases, "69 cut off", Parts().json().substr(0, 200), "parse error");
    refuse(cases, "69 two documents", Parts().json() + Parts().json(), "parse error");
    refuse(cases, "69 not UTF-8", with(&Parts::vocabulary, "{\"\xFF\": 0}"), "UTF-8");
    refuse(cases, "69 nested 10000 deep", with(&Parts::normalizer, std::string(10000, '[') + std::string(10000, ']')),
           "deeper");
    refuse(cases, "69 vocabulary nested 10000 deep",
           with(&Parts::vocabulary, std::string(10000, '[') + std::string(10000, ']')), "pieces with scores");
    accept(cases, "69 the sound tokenizer all others are made from", Parts().json());
}

} // namespace

std::vector<MalformedTokenizer> malformedTokenizers()
{
    Cases cases;
    addByteTokens(cases);
    addPatterns(cases);
    addAddedTokens(cases);
    addVocabularies(cases);
    addModels(cases);
    addComponents(cases);
    addDocuments(cases);
    return cases;
}

std::vector<MalformedCase> malformedTokenizerFolders()
{
    std::vector<MalformedCase> folders;
    for (const MalformedTokenizer &tokenizer : malformedTokenizers()) {
        if (!tokenizer.hostileText.empty())
            continue;
        const auto write = [json = tokenizer.tokenizerJson](const std::filesystem::path &path) {
            std::filesystem::create_directory(path);
            writeFile(path / "tokenizer.json", json);
        };
        folders.push_back({tokenizer.name, write, tokenizer.mustLoad, tokenizer.says});
    }
    return folders;
}

} // namespace secateur::test
