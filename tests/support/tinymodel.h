// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace secateur::test {

/// A random Llama-style model that is whole in every respect but knows nothing: config.json, tokenizer.json,
/// tokenizer_config.json, generation_config.json and safetensors, as transformers writes and reads them.
struct TinyModelOptions {
    int layers = 4;
    int hidden = 64;
    int intermediate = 168; ///< divisible by 8, so that 2:4 and 4:8 fit, but not by 64: masks then have padding bits
    int heads = 4;
    int kvHeads = 2;
    int maxPositions = 512;
    bool tiedEmbeddings = true;
    int shards = 1; ///< more than 1: model-0000i-of-0000n.safetensors and an index
    std::string dtype = "F32"; ///< "F32" or "BF16" (F32 values rounded to nearest even)
    bool addsBos = true; ///< whether the tokenizer itself puts <s> before a text
    std::uint64_t seed = 1; ///< of the weights: the same seed gives the same bytes on every machine
};

/// Number of tokens: 256 bytes, 42 merges, <s> and </s>.
inline constexpr int tinyVocabulary = 300;
inline constexpr int tinyBos = 298;
inline constexpr int tinyEos = 299;

/// Writes the model into `folder`, which is made when it is not there, and returns the folder.
/// Throws std::runtime_error when the disk refuses (a test then ends with that message).
std::filesystem::path writeTinyModel(const std::filesystem::path &folder, const TinyModelOptions &options = {});

/// The model's tokenizer.json: byte-level BPE, the GPT-2 pre-tokeniser; token i < 256 is the byte i.
[[nodiscard]] std::string tinyTokenizerJson(bool addsBos = true);

/// Writes `records` lines {"text": "…"} of 20 to 60 made-up words each. Different seeds share the words, not the texts.
std::filesystem::path writeTinyCorpus(const std::filesystem::path &path, std::size_t records, std::uint64_t seed);

/// Writes a safetensors file with one I32 tensor `input_ids` [samples, length] of ids in [0, vocabulary).
std::filesystem::path writeTokenIds(const std::filesystem::path &path, std::size_t samples, std::size_t length,
                                    int vocabulary, std::uint64_t seed);

/// Uniform random numbers that are the same with every standard library (SplitMix64: Steele, Lea and Flood 2014).
class TinyRandom
{
public:
    explicit TinyRandom(std::uint64_t seed) : m_state(seed) { }
    std::uint64_t next();
    std::uint64_t below(std::uint64_t bound) { return next() % bound; }
    double uniform(); ///< in [0, 1)
    double normal(); ///< sum of twelve uniforms less six: no libm, so no platform differences

private:
    std::uint64_t m_state;
};

} // namespace secateur::test
