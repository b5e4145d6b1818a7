// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tokenizer/ggufpre.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <vector>

#include "core/tokenizer/wordscanner.h"

namespace secateur::tokenizer {

using nlohmann::json;

namespace {

/// The rules of the models, by what their own tokenizer.json does; several names of GGUF share one.
enum class Words { Gpt2, DigitsThenGpt2, Llama3, Qwen2, Tekken, Gpt4o, Falcon, Default };

struct Name {
    std::string_view name;
    Words words;
    bool ignoreMerges = false;
    bool addBos = false;
};

constexpr std::array<Name, 36> Names = {{
    {"default", Words::Default},
    {"gpt-2", Words::Gpt2},
    {"phi-2", Words::Gpt2},
    {"olmo", Words::Gpt2},
    {"mpt", Words::Gpt2},
    {"jais", Words::Gpt2},
    {"jina-v2-code", Words::Gpt2},
    {"gigachat", Words::Gpt2},
    {"mellum", Words::Gpt2},
    {"exaone4", Words::Gpt2},
    {"trillion", Words::Gpt2},
    {"smollm", Words::DigitsThenGpt2},
    {"starcoder", Words::DigitsThenGpt2},
    {"refact", Words::DigitsThenGpt2},
    {"command-r", Words::DigitsThenGpt2},
    {"codeshell", Words::DigitsThenGpt2},
    {"exaone", Words::DigitsThenGpt2},
    {"minerva-7b", Words::DigitsThenGpt2},
    {"llama-bpe", Words::Llama3, true, true},
    {"llama3", Words::Llama3, true, true},
    {"llama-v3", Words::Llama3, true, true},
    {"falcon3", Words::Llama3, true, true},
    {"falcon-h1", Words::Llama3, true, true},
    {"lfm2", Words::Llama3, true, true},
    {"dbrx", Words::Llama3},
    {"smaug-bpe", Words::Llama3},
    {"qwen2", Words::Qwen2},
    {"deepseek-r1-qwen", Words::Qwen2},
    {"stablelm2", Words::Qwen2},
    {"hunyuan", Words::Qwen2},
    {"megrez", Words::Qwen2},
    {"tekken", Words::Tekken, true, true}, // Mistral Nemo and later
    {"pixtral", Words::Llama3, true, true},
    {"gpt-4o", Words::Gpt4o},
    {"llama4", Words::Gpt4o},
    {"falcon", Words::Falcon},
}};

constexpr std::string_view Punctuation = R"([\p{P}\$\+<=>\^~\|]+)";
constexpr std::string_view FalconPunctuation = R"([\p{P}\$\+<=>\^~\|`]+)";
constexpr std::string_view ThreeDigits = "[0-9][0-9][0-9]";
constexpr std::string_view Tekken =
    R"([^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+)";
constexpr std::string_view Gpt4o =
    R"([^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+)";

json byteLevel(bool usePattern)
{
    return {{"type", "ByteLevel"}, {"add_prefix_space", false}, {"trim_offsets", true}, {"use_regex", usePattern}};
}

json splitAt(std::string_view pattern)
{
    return {{"type", "Split"}, {"pattern", {{"Regex", pattern}}}, {"behavior", "Isolated"}, {"invert", false}};
}

json sequence(const std::vector<json> &steps)
{
    return {{"type", "Sequence"}, {"pretokenizers", steps}};
}

json preTokenizerOf(Words words)
{
    switch (words) {
    case Words::Gpt2: return byteLevel(true);
    case Words::DigitsThenGpt2: return sequence({{{"type", "Digits"}, {"individual_digits", true}}, byteLevel(true)});
    case Words::Llama3: return sequence({splitAt(patterns::Llama3), byteLevel(false)});
    case Words::Qwen2: return sequence({splitAt(patterns::Qwen2), byteLevel(false)});
    case Words::Tekken: return sequence({splitAt(Tekken), byteLevel(false)});
    case Words::Gpt4o: return sequence({splitAt(Gpt4o), byteLevel(false)});
    case Words::Falcon:
        return sequence({splitAt(FalconPunctuation), splitAt(patterns::Gpt2), splitAt(ThreeDigits), byteLevel(false)});
    case Words::Default:
        return sequence({splitAt(Punctuation), splitAt(patterns::Gpt2), splitAt(R"(\p{N}+)"), splitAt(ThreeDigits),
                         byteLevel(false)});
    }
    return nullptr;
}

std::string knownNames()
{
    std::string names;
    for (const Name &entry : Names)
        names.append(names.empty() ? "" : ", ").append(entry.name);
    return names;
}

} // namespace

Result<GgufPre> ggufPre(const std::string &name)
{
    const auto found = std::find_if(Names.begin(), Names.end(), [&](const Name &entry) { return entry.name == name; });
    if (found == Names.end())
        return failure(ErrorCode::Unsupported,
                       "tokenizer.ggml.pre is \"" + name + "\"; known are " + knownNames()
                           + ". Use the model's Hugging Face folder instead");
    GgufPre pre;
    pre.preTokenizer = preTokenizerOf(found->words);
    if (name == "qwen2")
        pre.normalizer = {{"type", "NFC"}};
    pre.ignoreMerges = found->ignoreMerges;
    pre.addBos = found->addBos;
    return pre;
}

std::optional<std::string> ggufPreName(const TokenizerSpec &spec)
{
    for (const Name &entry : Names) {
        const auto pre = ggufPre(std::string(entry.name));
        if (pre && pre->preTokenizer == spec.preTokenizer && pre->normalizer == spec.normalizer
            && pre->ignoreMerges == spec.ignoreMerges)
            return std::string(entry.name);
    }
    return std::nullopt;
}

} // namespace secateur::tokenizer
