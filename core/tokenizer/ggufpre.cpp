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
enum class Words {
    Gpt2,
    DigitsThenGpt2,
    Llama3,
    Qwen2,
    Tekken,
    Gpt4o,
    Falcon,
    DeepseekLlm,
    DeepseekCoder,
    DeepseekV3,
    Default
};

struct Name {
    std::string_view name;
    Words words;
    bool ignoreMerges = false;
    bool addBos = false;
};

constexpr std::array<Name, 40> Names = {{
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
    {"deepseek-llm", Words::DeepseekLlm},
    {"deepseek-coder", Words::DeepseekCoder},
    {"deepseek-v3", Words::DeepseekV3}, // and R1
    {"hunyuan-dense", Words::DeepseekV3},
}};

constexpr std::string_view Punctuation = R"([\p{P}\$\+<=>\^~\|]+)";
constexpr std::string_view FalconPunctuation = R"([\p{P}\$\+<=>\^~\|`]+)";
constexpr std::string_view ThreeDigits = "[0-9][0-9][0-9]";
constexpr std::string_view Tekken =
    R"([^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+)";
constexpr std::string_view Gpt4o =
    R"([^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+)";

constexpr std::string_view DeepseekLetters =
    "\\s?[A-Za-z\u00b5\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u01ba\u01bc-\u01bf\u01c4-\u0293\u0295-\u02af\u0370-\u0373"
    "\u0376\u0377\u037b-\u037d\u037f\u0386\u0388-\u038a\u038c\u038e-\u03a1\u03a3-\u03f5\u03f7-\u0481\u048a-"
    "\u052f\u0531-\u0556\u10a0-\u10c5\u13a0-\u13f5\u13f8-\u13fd\u1c90-\u1cba\u1cbd-\u1cbf\u1d00-\u1d2b\u1d6b-"
    "\u1d77\u1d79-\u1d9a\u1e00-\u1f15\u1f18-\u1f1d\u1f20-\u1f45\u1f48-\u1f4d\u1f50-\u1f57\u1f59\u1f5b\u1f5d"
    "\u1f5f-\u1f7d\u1f80-\u1fb4\u1fb6-\u1fbc\u1fbe\u1fc2-\u1fc4\u1fc6-\u1fcc\u1fd0-\u1fd3\u1fd6-\u1fdb\u1fe0-"
    "\u1fec\u1ff2-\u1ff4\u1ff6-\u1ffc\u2102\u2107\u210a-\u2113\u2115\u2119-\u211d\u2124\u2126\u2128\u212a-"
    "\u212d\u212f-\u2134\u2139\u213c-\u213f\u2145-\u2149\u214e\u2183\u2184\u2c00-\u2c7b\u2c7e-\u2ce4\u2ceb-"
    "\u2cee\u2cf2\u2cf3\ua640-\ua66d\ua680-\ua69b\ua722-\ua76f\ua771-\ua787\ua78b-\ua78e\uab70-\uabbf\ufb00-"
    "\ufb06\ufb13-\ufb17\uff21-\uff3a\uff41-\uff5a\U00010400-\U0001044f\U000104b0-\U000104d3\U000104d8-"
    "\U000104fb\U00010c80-\U00010cb2\U00010cc0-\U00010cf2\U000118a0-\U000118df\U0001e900-\U0001e943]+";
/// Letters that have a case, by the Unicode of then; what follows are its punctuation and its Chinese and Korean.
constexpr std::string_view DeepseekMarks = "\\s?[!-/:-~\uff01-\uff0f\uff1a-\uff5e\u2018-\u201f\u3000-\u3002]+";
constexpr std::string_view DeepseekCjk = "[\u4e00-\u9fa5\u0800-\u4e00\uac00-\ud7ff]+";
constexpr std::string_view Deepseek3Cjk = "[\u4e00-\u9fa5\u3040-\u309f\u30a0-\u30ff]+";
constexpr std::string_view Deepseek3 =
    "[!\"#$%&'()*+,\\-./:;<=>?@\\[\\\\\\]^_`{|}~][A-Za-z]+|[^\r\n\\p{L}\\p{P}\\p{S}]?[\\p{L}\\p{M}]+|"
    " ?[\\p{P}\\p{S}]+[\r\n]*|\\s*[\r\n]+|\\s+(?!\\S)|\\s+";

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

json singleDigits()
{
    return {{"type", "Digits"}, {"individual_digits", true}};
}

json preTokenizerOf(Words words)
{
    switch (words) {
    case Words::Gpt2: return byteLevel(true);
    case Words::DigitsThenGpt2: return sequence({singleDigits(), byteLevel(true)});
    case Words::Llama3: return sequence({splitAt(patterns::Llama3), byteLevel(false)});
    case Words::Qwen2: return sequence({splitAt(patterns::Qwen2), byteLevel(false)});
    case Words::Tekken: return sequence({splitAt(Tekken), byteLevel(false)});
    case Words::Gpt4o: return sequence({splitAt(Gpt4o), byteLevel(false)});
    case Words::Falcon:
        return sequence({splitAt(FalconPunctuation), splitAt(patterns::Gpt2), splitAt(ThreeDigits), byteLevel(false)});
    case Words::DeepseekLlm:
        return sequence({splitAt("[\r\n]"), splitAt(DeepseekLetters), splitAt(DeepseekMarks), splitAt("\\s+$"),
                         splitAt(DeepseekCjk), singleDigits(), byteLevel(false)});
    case Words::DeepseekCoder:
        return sequence({splitAt("[\r\n]"), splitAt("\\s?\\p{L}+"), splitAt("\\s?\\p{P}+"), splitAt(DeepseekCjk),
                         singleDigits(), byteLevel(false)});
    case Words::DeepseekV3:
        return sequence({splitAt("\\p{N}{1,3}"), splitAt(Deepseek3Cjk), splitAt(Deepseek3), byteLevel(false)});
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
    const bool identity = spec.normalizer == json{{"type", "Sequence"}, {"normalizers", json::array()}};
    const json normalizer = identity ? json() : spec.normalizer;
    for (const Name &entry : Names) {
        const auto pre = ggufPre(std::string(entry.name));
        if (pre && pre->preTokenizer == spec.preTokenizer && pre->normalizer == normalizer
            && pre->ignoreMerges == spec.ignoreMerges)
            return std::string(entry.name);
    }
    return std::nullopt;
}

} // namespace secateur::tokenizer
