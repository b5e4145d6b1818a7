// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/architecture/family.h"

#include <algorithm>
#include <array>
#include <memory>

#include "core/architecture/configreader.h"
#include "core/architecture/families/families.h"
#include "core/base/text.h"

namespace secateur::architecture {

namespace {

bool contains(const std::vector<std::string> &names, const std::string &name)
{
    return std::ranges::find(names, name) != names.end();
}

std::string whatCanBeOpened(std::vector<std::string> (Family::*names)() const)
{
    std::vector<std::string> all;
    for (const Family *family : families()) {
        const auto some = (family->*names)();
        all.insert(all.end(), some.begin(), some.end());
    }
    return joined(all);
}

/// The models of several kinds whose text part is a known family: they are refused with a way out.
bool isMultimodalGemma(const std::string &architecture, const std::string &modelType)
{
    return architecture == "Gemma3ForConditionalGeneration" || modelType == "gemma3";
}

/// A family whose GGUF files are known of, but not read: it says so itself. GGUF writes "gptneox" for "gpt_neox".
bool isFolderFamily(const Family &family, const std::string &architecture)
{
    std::string name = family.name();
    std::erase(name, '_');
    return family.ggufArchitectures().empty() && name == architecture;
}

} // namespace

Result<ModelConfig> Family::fromGguf(const format::GgufFile &file) const
{
    return failure(ErrorCode::Unsupported,
                   file.path().string() + ": " + name() + " models are read from Hugging Face folders only");
}

const std::vector<const Family *> &families()
{
    static const std::array owned = {
        makeLlamaFamily(), makeGemmaFamily(),   makeGemma2Family(),   makeGemma3Family(),  makeQwen2Family(),
        makeQwen3Family(), makeSmolLm3Family(), makeOlmo2Family(),    makePhi3Family(),    makeGptNeoxFamily(),
        makeOptFamily(),   makeMixtralFamily(), makeQwen2MoeFamily(), makeQwen3MoeFamily()};
    static const std::vector<const Family *> all = [] {
        std::vector<const Family *> plain;
        for (const auto &family : owned)
            plain.push_back(family.get());
        return plain;
    }();
    return all;
}

Result<const Family *> familyNamed(const std::string &name)
{
    const auto found = std::ranges::find(families(), name, &Family::name);
    if (found == families().end())
        return failure(ErrorCode::Internal, "no family is called " + name);
    return *found;
}

Result<const Family *> familyForHf(const nlohmann::json &config, const std::string &origin)
{
    if (!config.is_object())
        return failure(ErrorCode::BadInput, origin + ": must be a JSON object");
    const ConfigReader reader(config, origin);
    SECATEUR_TRY(architectures, reader.texts("architectures"));
    SECATEUR_TRY(modelType, reader.text("model_type"));
    for (const Family *family : families()) {
        const auto known = family->hfArchitectures();
        if (std::ranges::any_of(architectures, [&](const auto &name) { return contains(known, name); }))
            return family;
        if (architectures.empty() && modelType && contains(family->hfModelTypes(), *modelType))
            return family;
    }
    const std::string named = architectures.empty() ? modelType.value_or("") : joined(architectures);
    if (named.empty())
        return failure(ErrorCode::BadInput, origin + ": has neither architectures nor model_type");
    if (isMultimodalGemma(named, modelType.value_or("")))
        return failure(
            ErrorCode::Unsupported,
            origin + ": " + named
                + " reads images too; open a text-only checkpoint of Gemma 3 (Gemma3ForCausalLM, such as the "
                  "270M and 1B models), or a GGUF file of this model");
    return failure(ErrorCode::Unsupported,
                   origin + ": models of kind " + named
                       + " are not supported; can be opened: " + whatCanBeOpened(&Family::hfArchitectures));
}

Result<const Family *> familyForGguf(const format::GgufFile &file)
{
    const std::string origin = file.path().string();
    SECATEUR_TRY(architecture, file.text("general.architecture"));
    if (!architecture)
        return failure(ErrorCode::BadInput, origin + ": metadata key general.architecture is missing");
    for (const Family *family : families())
        if (contains(family->ggufArchitectures(), *architecture) || isFolderFamily(*family, *architecture))
            return family;
    return failure(ErrorCode::Unsupported,
                   origin + ": models of kind " + *architecture
                       + " are not supported; can be opened: " + whatCanBeOpened(&Family::ggufArchitectures));
}

} // namespace secateur::architecture
