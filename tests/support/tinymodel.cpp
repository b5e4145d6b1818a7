// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/tinymodel.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstring>
#include <fstream>
#include <stdexcept>

#include <nlohmann/json.hpp>

namespace secateur::test {
namespace {

using nlohmann::json;

struct TinyTensor {
    std::string name;
    std::vector<std::size_t> shape;
    double mean = 0.0;
    double deviation = 0.0;

    [[nodiscard]] std::size_t elements() const
    {
        std::size_t product = 1;
        for (const auto extent : shape)
            product *= extent;
        return product;
    }
};

void writeBytes(const std::filesystem::path &path, const std::string &bytes)
{
    std::ofstream file(path, std::ios::binary);
    file.write(bytes.data(), std::streamsize(bytes.size()));
    file.close();
    if (!file)
        throw std::runtime_error("cannot write " + path.string());
}

template <typename T>
void appendValue(std::string &bytes, T value)
{
    std::array<char, sizeof value> raw;
    std::memcpy(raw.data(), &value, sizeof value);
    bytes.append(raw.data(), raw.size());
}

void appendFloat(std::string &bytes, float value, const std::string &dtype)
{
    if (dtype == "F32")
        return appendValue(bytes, value);
    const auto bits = std::bit_cast<std::uint32_t>(value);
    appendValue(bytes, std::uint16_t((bits + 0x7fffU + ((bits >> 16) & 1U)) >> 16));
}

/// Header and data of one file. Written here by hand, not by the product's writer, so that the readers are tested
/// against bytes that came from somewhere else.
std::string safetensorsBytes(const json &header, const std::string &data)
{
    std::string text = header.dump();
    text.append((8 - text.size() % 8) % 8, ' ');
    std::string bytes;
    appendValue(bytes, std::uint64_t(text.size()));
    return bytes + text + data;
}

std::vector<TinyTensor> blockTensors(const TinyModelOptions &options, int layer)
{
    const auto hidden = std::size_t(options.hidden);
    const auto wide = std::size_t(options.intermediate);
    const std::size_t keys = hidden / std::size_t(options.heads) * std::size_t(options.kvHeads);
    const std::string prefix = "model.layers." + std::to_string(layer) + ".";
    return {
        {prefix + "input_layernorm.weight", {hidden}, 1.0, 0.1},
        {prefix + "self_attn.q_proj.weight", {hidden, hidden}, 0.0, 0.12},
        {prefix + "self_attn.k_proj.weight", {keys, hidden}, 0.0, 0.12},
        {prefix + "self_attn.v_proj.weight", {keys, hidden}, 0.0, 0.12},
        {prefix + "self_attn.o_proj.weight", {hidden, hidden}, 0.0, 0.12},
        {prefix + "post_attention_layernorm.weight", {hidden}, 1.0, 0.1},
        {prefix + "mlp.gate_proj.weight", {wide, hidden}, 0.0, 0.12},
        {prefix + "mlp.up_proj.weight", {wide, hidden}, 0.0, 0.12},
        {prefix + "mlp.down_proj.weight", {hidden, wide}, 0.0, 0.08},
    };
}

std::vector<TinyTensor> modelTensors(const TinyModelOptions &options)
{
    const auto hidden = std::size_t(options.hidden);
    std::vector<TinyTensor> tensors = {{"model.embed_tokens.weight", {tinyVocabulary, hidden}, 0.0, 0.5}};
    for (int layer = 0; layer < options.layers; ++layer)
        for (auto &tensor : blockTensors(options, layer))
            tensors.push_back(std::move(tensor));
    tensors.push_back({"model.norm.weight", {hidden}, 1.0, 0.1});
    if (!options.tiedEmbeddings)
        tensors.push_back({"lm_head.weight", {tinyVocabulary, hidden}, 0.0, 0.2});
    return tensors;
}

/// Writes tensors [first, last) as one file; returns its bytes of data.
std::size_t writeShard(const std::filesystem::path &path, const std::vector<TinyTensor> &tensors, std::size_t first,
                       std::size_t last, const TinyModelOptions &options, TinyRandom &random)
{
    json header = {{"__metadata__", {{"format", "pt"}}}};
    std::string data;
    for (std::size_t index = first; index < last; ++index) {
        const TinyTensor &tensor = tensors[index];
        const std::size_t begin = data.size();
        for (std::size_t element = 0; element < tensor.elements(); ++element)
            appendFloat(data, float(tensor.mean + tensor.deviation * random.normal()), options.dtype);
        header[tensor.name] = {
            {"dtype", options.dtype}, {"shape", tensor.shape}, {"data_offsets", {begin, data.size()}}};
    }
    writeBytes(path, safetensorsBytes(header, data));
    return data.size();
}

void writeWeights(const std::filesystem::path &folder, const TinyModelOptions &options)
{
    TinyRandom random(options.seed);
    const auto tensors = modelTensors(options);
    if (options.shards <= 1) {
        writeShard(folder / "model.safetensors", tensors, 0, tensors.size(), options, random);
        return;
    }
    const auto shards = std::size_t(options.shards);
    json map = json::object();
    std::size_t bytes = 0;
    for (std::size_t shard = 0; shard < shards; ++shard) {
        std::array<char, 64> name;
        std::snprintf(name.data(), name.size(), "model-%05zu-of-%05zu.safetensors", shard + 1, shards);
        const std::size_t first = tensors.size() * shard / shards;
        const std::size_t last = tensors.size() * (shard + 1) / shards;
        bytes += writeShard(folder / name.data(), tensors, first, last, options, random);
        for (std::size_t index = first; index < last; ++index)
            map[tensors[index].name] = name.data();
    }
    writeBytes(folder / "model.safetensors.index.json",
               json{{"metadata", {{"total_size", bytes}}}, {"weight_map", map}}.dump(2));
}

json tinyConfig(const TinyModelOptions &options)
{
    return {{"architectures", {"LlamaForCausalLM"}},
            {"model_type", "llama"},
            {"torch_dtype", options.dtype == "F32" ? "float32" : "bfloat16"},
            {"hidden_act", "silu"},
            {"hidden_size", options.hidden},
            {"intermediate_size", options.intermediate},
            {"num_hidden_layers", options.layers},
            {"num_attention_heads", options.heads},
            {"num_key_value_heads", options.kvHeads},
            {"vocab_size", tinyVocabulary},
            {"max_position_embeddings", options.maxPositions},
            {"rms_norm_eps", 1e-5},
            {"rope_theta", 10000.0},
            {"attention_bias", false},
            {"tie_word_embeddings", options.tiedEmbeddings},
            {"bos_token_id", tinyBos},
            {"eos_token_id", tinyEos}};
}

/// UTF-8 of the character that stands for a byte in a byte-level vocabulary: itself where it is printable and not a
/// blank, otherwise 256 + its rank among those that are not.
std::string byteSymbol(int byte)
{
    const auto printable = [](int b) { return (b >= 33 && b <= 126) || (b >= 161 && b <= 172) || b >= 174; };
    int code = byte;
    if (!printable(byte)) {
        code = 256;
        for (int other = 0; other < byte; ++other)
            code += printable(other) ? 0 : 1;
    }
    if (code < 0x80)
        return std::string(1, char(code));
    return {char(0xc0 | (code >> 6)), char(0x80 | (code & 0x3f))};
}

/// Pairs in order of rank; each part is a byte or an earlier result. Ġ is the blank.
constexpr std::array<std::array<const char *, 2>, 42> tinyMerges = {{
    {"Ġ", "t"}, {"Ġ", "a"},  {"h", "e"},  {"i", "n"},  {"r", "e"},  {"o", "n"}, {"Ġt", "he"}, {"e", "r"},   {"Ġ", "s"},
    {"a", "t"}, {"Ġ", "w"},  {"Ġ", "o"},  {"e", "n"},  {"Ġ", "c"},  {"i", "t"}, {"i", "s"},   {"a", "n"},   {"o", "r"},
    {"e", "s"}, {"Ġ", "b"},  {"e", "d"},  {"Ġ", "f"},  {"in", "g"}, {"Ġ", "p"}, {"o", "u"},   {"Ġa", "n"},  {"a", "l"},
    {"a", "r"}, {"Ġt", "o"}, {"Ġ", "m"},  {"Ġo", "f"}, {"Ġ", "in"}, {"Ġ", "d"}, {"Ġ", "h"},   {"Ġan", "d"}, {"i", "c"},
    {"a", "s"}, {"l", "e"},  {"Ġt", "h"}, {"i", "on"}, {"o", "m"},  {"l", "l"},
}};

json addedToken(int id, const char *content)
{
    return {{"id", id},        {"content", content},  {"single_word", false}, {"lstrip", false},
            {"rstrip", false}, {"normalized", false}, {"special", true}};
}

json bosPostProcessor()
{
    return {{"type", "TemplateProcessing"},
            {"single",
             {{{"SpecialToken", {{"id", "<s>"}, {"type_id", 0}}}}, {{"Sequence", {{"id", "A"}, {"type_id", 0}}}}}},
            {"pair",
             {{{"SpecialToken", {{"id", "<s>"}, {"type_id", 0}}}},
              {{"Sequence", {{"id", "A"}, {"type_id", 0}}}},
              {{"SpecialToken", {{"id", "<s>"}, {"type_id", 1}}}},
              {{"Sequence", {{"id", "B"}, {"type_id", 1}}}}}},
            {"special_tokens", {{"<s>", {{"id", "<s>"}, {"ids", {tinyBos}}, {"tokens", {"<s>"}}}}}}};
}

} // namespace

std::uint64_t TinyRandom::next()
{
    std::uint64_t mixed = (m_state += 0x9e3779b97f4a7c15ULL);
    mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9ULL;
    mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111ebULL;
    return mixed ^ (mixed >> 31);
}

double TinyRandom::uniform()
{
    return double(next() >> 11) * 0x1p-53;
}

double TinyRandom::normal()
{
    double sum = -6.0;
    for (int i = 0; i < 12; ++i)
        sum += uniform();
    return sum;
}

std::string tinyTokenizerJson(bool addsBos)
{
    json vocabulary = json::object();
    for (int byte = 0; byte < 256; ++byte)
        vocabulary[byteSymbol(byte)] = byte;
    json merges = json::array();
    int id = 256;
    for (const auto &[left, right] : tinyMerges) {
        merges.push_back(std::string(left) + " " + right);
        vocabulary[std::string(left) + right] = id++;
    }
    vocabulary["<s>"] = tinyBos;
    vocabulary["</s>"] = tinyEos;
    const json byteLevel = {
        {"type", "ByteLevel"}, {"add_prefix_space", false}, {"trim_offsets", true}, {"use_regex", true}};
    return json{{"version", "1.0"},
                {"truncation", nullptr},
                {"padding", nullptr},
                {"added_tokens", {addedToken(tinyBos, "<s>"), addedToken(tinyEos, "</s>")}},
                {"normalizer", nullptr},
                {"pre_tokenizer", byteLevel},
                {"post_processor", addsBos ? bosPostProcessor() : json(nullptr)},
                {"decoder", byteLevel},
                {"model",
                 {{"type", "BPE"},
                  {"dropout", nullptr},
                  {"unk_token", nullptr},
                  {"continuing_subword_prefix", nullptr},
                  {"end_of_word_suffix", nullptr},
                  {"fuse_unk", false},
                  {"byte_fallback", false},
                  {"vocab", vocabulary},
                  {"merges", merges}}}}
        .dump(1);
}

std::filesystem::path writeTinyModel(const std::filesystem::path &folder, const TinyModelOptions &options)
{
    if (options.dtype != "F32" && options.dtype != "BF16")
        throw std::runtime_error("a tiny model is F32 or BF16, not " + options.dtype);
    std::filesystem::create_directories(folder);
    writeBytes(folder / "config.json", tinyConfig(options).dump(2));
    writeBytes(folder / "tokenizer.json", tinyTokenizerJson(options.addsBos));
    writeBytes(folder / "tokenizer_config.json",
               json{{"tokenizer_class", "PreTrainedTokenizerFast"},
                    {"bos_token", "<s>"},
                    {"eos_token", "</s>"},
                    {"add_bos_token", options.addsBos},
                    {"add_eos_token", false},
                    {"clean_up_tokenization_spaces", false},
                    {"model_max_length", options.maxPositions}}
                   .dump(2));
    writeBytes(folder / "generation_config.json", json{{"bos_token_id", tinyBos}, {"eos_token_id", tinyEos}}.dump(2));
    writeWeights(folder, options);
    return folder;
}

std::filesystem::path writeTinyCorpus(const std::filesystem::path &path, std::size_t records, std::uint64_t seed)
{
    static constexpr std::array<const char *, 16> words = {"the",   "garden", "prunes", "every",    "second", "branch",
                                                           "and",   "water",  "of",     "an",       "old",    "rose",
                                                           "keeps", "its",    "shape",  "in spring"};
    TinyRandom random(seed);
    std::string lines;
    for (std::size_t record = 0; record < records; ++record) {
        std::string text = "Note " + std::to_string(random.below(100000)) + ":";
        for (std::uint64_t word = 0, count = 20 + random.below(41); word < count; ++word)
            text += std::string(" ") + words[random.below(words.size())];
        lines += json{{"text", text + "."}}.dump() + "\n";
    }
    writeBytes(path, lines);
    return path;
}

std::filesystem::path writeTokenIds(const std::filesystem::path &path, std::size_t samples, std::size_t length,
                                    int vocabulary, std::uint64_t seed)
{
    TinyRandom random(seed);
    std::string data;
    for (std::size_t i = 0; i < samples * length; ++i)
        appendValue(data, std::int32_t(random.below(std::uint64_t(vocabulary))));
    const json header = {
        {"input_ids", {{"dtype", "I32"}, {"shape", {samples, length}}, {"data_offsets", {0, data.size()}}}}};
    writeBytes(path, safetensorsBytes(header, data));
    return path;
}

} // namespace secateur::test
