// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>

#include "core/architecture/family.h"

/// The families there are; registry.cpp lists them.
namespace secateur::architecture {

/// Llama 1-3, CodeLlama, SmolLM2, Mistral.
[[nodiscard]] std::unique_ptr<const Family> makeLlamaFamily();
/// Gemma 1.
[[nodiscard]] std::unique_ptr<const Family> makeGemmaFamily();
[[nodiscard]] std::unique_ptr<const Family> makeGemma2Family();
/// Gemma 3, text only.
[[nodiscard]] std::unique_ptr<const Family> makeGemma3Family();
/// Qwen 2 and 2.5.
[[nodiscard]] std::unique_ptr<const Family> makeQwen2Family();
[[nodiscard]] std::unique_ptr<const Family> makeQwen3Family();
[[nodiscard]] std::unique_ptr<const Family> makeSmolLm3Family();
[[nodiscard]] std::unique_ptr<const Family> makeOlmo2Family();
/// GPT-NeoX 20B, Pythia, Dolly 2, RedPajama-INCITE.
[[nodiscard]] std::unique_ptr<const Family> makeGptNeoxFamily();
/// OPT, but for its model of 350m.
[[nodiscard]] std::unique_ptr<const Family> makeOptFamily();
/// Phi 3 and 4, text only.
[[nodiscard]] std::unique_ptr<const Family> makePhi3Family();
/// Mixtral 8x7B and 8x22B.
[[nodiscard]] std::unique_ptr<const Family> makeMixtralFamily();
/// Qwen 1.5 MoE and Qwen 2 57B-A14B.
[[nodiscard]] std::unique_ptr<const Family> makeQwen2MoeFamily();
/// Qwen 3 30B-A3B and its kin.
[[nodiscard]] std::unique_ptr<const Family> makeQwen3MoeFamily();

} // namespace secateur::architecture
