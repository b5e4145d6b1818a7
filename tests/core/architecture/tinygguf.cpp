// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/core/architecture/tinygguf.h"

#include <map>
#include <stdexcept>

#include "tests/support/malformed_gguf.h"
#include "tests/support/testsupport.h"

namespace secateur::test {

namespace {

constexpr std::uint32_t f32Type = 0;
constexpr std::size_t alignment = 32;

std::string replaced(std::string name, const std::string &from, const std::string &to)
{
    if (const auto at = name.find(from); at != std::string::npos)
        name.replace(at, from.size(), to);
    return name;
}

/// Written apart from the product's table, in the other direction.
std::string ggufName(std::string name, bool gemma)
{
    const std::vector<std::pair<std::string, std::string>> table = {
        {"model.embed_tokens", "token_embd"},
        {"model.norm", "output_norm"},
        {"lm_head", "output"},
        {"model.layers.", "blk."},
        {"self_attn.q_proj", "attn_q"},
        {"self_attn.k_proj", "attn_k"},
        {"self_attn.v_proj", "attn_v"},
        {"self_attn.o_proj", "attn_output"},
        {"self_attn.q_norm", "attn_q_norm"},
        {"self_attn.k_norm", "attn_k_norm"},
        {"mlp.gate_proj", "ffn_gate"},
        {"mlp.up_proj", "ffn_up"},
        {"mlp.down_proj", "ffn_down"},
        {"input_layernorm", "attn_norm"},
        {"post_attention_layernorm", gemma ? "post_attention_norm" : "ffn_norm"},
        {"pre_feedforward_layernorm", "ffn_norm"},
        {"post_feedforward_layernorm", "post_ffw_norm"},
    };
    for (const auto &[from, to] : table)
        name = replaced(std::move(name), from, to);
    return name;
}

void writeMetadata(TinyGguf &file, const architecture::ModelConfig &config, const std::string &prefix)
{
    file.text("general.architecture", prefix);
    file.integer(prefix + ".block_count", std::uint32_t(config.layers));
    file.integer(prefix + ".embedding_length", std::uint32_t(config.hiddenSize));
    file.integer(prefix + ".feed_forward_length", std::uint32_t(config.intermediateSize));
    file.integer(prefix + ".context_length", std::uint32_t(config.maxPositions));
    file.integer(prefix + ".attention.head_count", std::uint32_t(config.heads));
    file.integer(prefix + ".attention.head_count_kv", std::uint32_t(config.kvHeads));
    file.number(prefix + ".attention.layer_norm_rms_epsilon", float(config.normEpsilon));
    file.number(prefix + ".rope.freq_base", float(config.attention.back().rope.base));
    if (config.bosId)
        file.integer("tokenizer.ggml.bos_token_id", std::uint32_t(*config.bosId));
    if (!config.eosIds.empty())
        file.integer("tokenizer.ggml.eos_token_id", std::uint32_t(config.eosIds.front()));
    if (prefix != "gemma3")
        return;
    file.integer(prefix + ".attention.key_length", std::uint32_t(config.headDim));
    file.integer(prefix + ".attention.value_length", std::uint32_t(config.headDim));
    file.integer(prefix + ".attention.sliding_window", std::uint32_t(config.attention.front().slidingWindow));
}

} // namespace

void TinyGguf::integer(const std::string &key, std::uint32_t value)
{
    pairs.push_back(ggufPair(key, GgufU32, littleEndian(value)));
}

void TinyGguf::number(const std::string &key, float value)
{
    pairs.push_back(ggufPair(key, GgufF32, littleEndian(value)));
}

void TinyGguf::text(const std::string &key, const std::string &value)
{
    pairs.push_back(ggufPair(key, GgufString, ggufText(value)));
}

void TinyGguf::tensor(const std::string &name, const std::vector<std::uint64_t> &shape,
                      const std::vector<float> &values)
{
    m_tensors.push_back(ggufTensor(name, {shape.rbegin(), shape.rend()}, f32Type, m_data.size()));
    m_data.append(reinterpret_cast<const char *>(values.data()), values.size() * sizeof(float));
    m_data.append((alignment - m_data.size() % alignment) % alignment, '\0');
}

std::filesystem::path TinyGguf::write(const std::filesystem::path &path) const
{
    return writeFile(path, ggufBytes(pairs, m_tensors, m_data));
}

std::vector<float> permutedRows(const std::vector<float> &matrix, std::size_t cols, std::size_t headDim)
{
    std::vector<float> result;
    for (std::size_t head = 0; head < matrix.size() / cols / headDim; ++head)
        for (std::size_t pair = 0; pair < headDim / 2; ++pair)
            for (std::size_t half = 0; half < 2; ++half) {
                const auto row = matrix.begin() + std::ptrdiff_t((head * headDim + half * headDim / 2 + pair) * cols);
                result.insert(result.end(), row, row + std::ptrdiff_t(cols));
            }
    return result;
}

TinyGguf converted(const architecture::ModelArchive &model)
{
    const auto &config = model.config();
    const bool gemma = config.family == "gemma3";
    TinyGguf file;
    writeMetadata(file, config, gemma ? "gemma3" : "llama");
    for (const auto &tensor : model.tensors()) {
        std::size_t elements = 1;
        for (const auto extent : tensor.shape)
            elements *= extent;
        std::vector<float> values(elements);
        if (const auto read = model.readF32(tensor.name, values); !read)
            throw std::runtime_error(describe(read.error()));
        if (gemma && tensor.name.ends_with("norm.weight"))
            for (float &value : values)
                value += 1.0F;
        if (!gemma && (tensor.name.ends_with("q_proj.weight") || tensor.name.ends_with("k_proj.weight")))
            values = permutedRows(values, tensor.shape.back(), std::size_t(config.headDim));
        file.tensor(ggufName(tensor.name, gemma), tensor.shape, values);
    }
    return file;
}

} // namespace secateur::test
