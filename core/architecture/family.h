// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "core/architecture/modelconfig.h"
#include "core/architecture/storedplace.h"
#include "core/base/result.h"
#include "core/format/gguf.h"

namespace secateur::architecture {

/// What a GGUF tensor must go through to become the Hugging Face tensor of the same meaning.
enum class GgufTransform {
    None,
    UnpermuteRope, ///< Llama's q and k: rows of each head are interleaved for the other rotary convention
    MinusOne, ///< Gemma's norms: GGUF stores 1 + weight
};

/// One family of decoder models. Adding one is a new file in families/ and a line in registry.cpp.
class Family
{
public:
    virtual ~Family() = default;

    [[nodiscard]] virtual std::string name() const = 0; ///< "llama"
    /// Values of config.json "architectures" and of "general.architecture" that are this family.
    [[nodiscard]] virtual std::vector<std::string> hfArchitectures() const = 0;
    /// Values of config.json "model_type", which decides where there are no "architectures".
    [[nodiscard]] virtual std::vector<std::string> hfModelTypes() const = 0;
    /// None: this family is read from folders only, and what follows about GGUF is never asked.
    [[nodiscard]] virtual std::vector<std::string> ggufArchitectures() const { return {}; }

    /// Where folders of this family keep tensor `name` (expectedTensors) of the model.
    [[nodiscard]] virtual StoredPlace storedPlace(const std::string &name, const ModelConfig & /*config*/) const
    {
        return {.tensor = name};
    }
    [[nodiscard]] virtual FolderNames folderNames() const { return {}; }

    /// A validated configuration. BadInput names the key; Unsupported says which feature is missing.
    [[nodiscard]] virtual Result<ModelConfig> fromHfConfig(const nlohmann::json &config,
                                                           const std::string &origin) const = 0;
    [[nodiscard]] virtual Result<ModelConfig> fromGguf(const format::GgufFile &file) const;

    /// A config.json that transformers reads as the same model, for exporting a GGUF; `dtype` e.g. "float32".
    [[nodiscard]] virtual nlohmann::json toHfConfig(const ModelConfig & /*config*/, const std::string & /*dtype*/) const
    {
        return nullptr;
    }

    /// The Hugging Face name of a GGUF tensor; empty: the tensor is not needed (e.g. rope_freqs.weight). With "*" where
    /// the number of an expert belongs: that matrix of all experts [experts, rows, cols], which GGUF keeps as one.
    [[nodiscard]] virtual std::optional<std::string> hfTensorName(const std::string & /*ggufName*/) const { return {}; }
    [[nodiscard]] virtual GgufTransform ggufTransform(const std::string & /*hfName*/) const
    {
        return GgufTransform::None;
    }
};

/// All families, for messages and for choosing.
[[nodiscard]] const std::vector<const Family *> &families();

/// The one that made a configuration: ModelConfig::family. Internal when there is none of that name.
[[nodiscard]] Result<const Family *> familyNamed(const std::string &name);

/// Unsupported, with the list of what can be opened, when no family claims it.
[[nodiscard]] Result<const Family *> familyForHf(const nlohmann::json &config, const std::string &origin);
[[nodiscard]] Result<const Family *> familyForGguf(const format::GgufFile &file);

} // namespace secateur::architecture
