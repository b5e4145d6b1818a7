// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/training/modelfiles.h"

#include <cmath>

#include "core/architecture/family.h"
#include "core/demo/domains.h"
#include "core/training/bpetrainer.h"

namespace secateur::training {

namespace {

constexpr std::size_t vocabulary = 2048;
constexpr std::uint64_t seed = 7;
constexpr std::size_t textsPerDomain = 2000;

/// 3.5 million prunable weights.
architecture::ModelConfig demoConfig()
{
    architecture::ModelConfig config;
    config.family = "llama";
    config.architecture = "LlamaForCausalLM";
    config.layers = 6;
    config.hiddenSize = 256;
    config.intermediateSize = 512;
    config.heads = 4;
    config.kvHeads = 2;
    config.headDim = 64;
    config.vocabSize = std::int64_t(vocabulary);
    config.maxPositions = 1024;
    config.tiedEmbeddings = true;
    config.normEpsilon = 1e-5;
    config.attentionScale = 1.0 / std::sqrt(double(config.headDim));
    config.attention.assign(std::size_t(config.layers), {});
    config.bosId = std::int64_t(vocabulary) - 1;
    config.eosIds = {std::int64_t(vocabulary) - 1};
    return config;
}

} // namespace

Result<std::map<std::string, std::string>> modelFiles()
{
    std::vector<std::string> texts;
    for (const auto domain : demo::allDomains())
        for (auto &text : demo::documents(domain, seed, textsPerDomain))
            texts.push_back(std::move(text));
    SECATEUR_TRY(tokenizer, trainTokenizer(texts, vocabulary));
    const auto config = demoConfig();
    const nlohmann::json named = {{"model_type", "llama"}, {"architectures", {config.architecture}}};
    SECATEUR_TRY(family, architecture::familyForHf(named, "the demo's model"));
    const nlohmann::json generation = {{"bos_token_id", *config.bosId}, {"eos_token_id", config.eosIds.front()}};
    return std::map<std::string, std::string>{
        {"config.json", family->toHfConfig(config, "float16").dump(1) + "\n"},
        {"tokenizer.json", tokenizer},
        {"tokenizer_config.json", tokenizerConfig(std::size_t(config.maxPositions))},
        {"generation_config.json", generation.dump(1) + "\n"}};
}

} // namespace secateur::training
