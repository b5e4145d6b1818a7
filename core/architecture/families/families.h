// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>

#include "core/architecture/family.h"

/// The families there are; registry.cpp lists them.
namespace secateur::architecture {

/// Llama 1-3, CodeLlama, SmolLM2, Mistral.
[[nodiscard]] std::unique_ptr<const Family> makeLlamaFamily();
/// Gemma 3, text only.
[[nodiscard]] std::unique_ptr<const Family> makeGemma3Family();

} // namespace secateur::architecture
