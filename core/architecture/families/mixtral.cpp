// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/architecture/families/families.h"

#include <string_view>
#include <utility>

#include "core/architecture/dimensions.h"
#include "core/architecture/families/traits.h"
#include "core/architecture/ropereading.h"

namespace secateur::architecture {

namespace {

using nlohmann::json;

constexpr const char *mixtralName = "MixtralForCausalLM";

/// transformers models/mixtral: Mistral's block with experts instead of the MLP. Folders only: GGUF keeps all experts
/// of a layer in one tensor.
class MixtralFamily final : public Family
{
public:
    std::string name() const override { return "mixtral"; }
    std::vector<std::string> hfArchitectures() const override { return {mixtralName}; }
    std::vector<std::string> hfModelTypes() const override { return {"mixtral"}; }
    Result<ModelConfig> fromHfConfig(const json &config, const std::string &origin) const override;
    StoredPlace storedPlace(const std::string &name, const ModelConfig &config) const override;
};

StoredPlace MixtralFamily::storedPlace(const std::string &name, const ModelConfig &) const
{
    const auto part = blockTensor(name);
    if (!part || !part->name.starts_with("mlp."))
        return {.tensor = name};
    std::string stored = "model.layers." + part->layer + ".block_sparse_moe" + part->name.substr(part->name.find('.'));
    using Pair = std::pair<std::string_view, std::string_view>;
    for (const auto &[own, other] : {Pair{"gate_proj.weight", "w1.weight"}, Pair{"down_proj.weight", "w2.weight"},
                                     Pair{"up_proj.weight", "w3.weight"}})
        if (stored.ends_with(own))
            return {.tensor = stored.substr(0, stored.size() - own.size()) + std::string(other)};
    return {.tensor = stored};
}

Result<void> readExperts(const ConfigReader &reader, Experts &experts)
{
    SECATEUR_TRY(count, reader.optionalInteger("num_local_experts"));
    SECATEUR_TRY(perToken, reader.optionalInteger("num_experts_per_tok"));
    experts.count = count.value_or(8);
    experts.perToken = perToken.value_or(2);
    if (experts.count < 1)
        return tl::make_unexpected(reader.error(ErrorCode::BadInput, "num_local_experts", "must be at least 1"));
    return {};
}

Result<ModelConfig> MixtralFamily::fromHfConfig(const json &object, const std::string &origin) const
{
    const ConfigReader reader(object, origin);
    SECATEUR_CHECK(refuseUnsupportedHf(reader));
    SECATEUR_CHECK(requireSilu(reader));
    ModelConfig config;
    config.family = name();
    config.architecture = mixtralName;
    SECATEUR_CHECK(readHfDimensions(reader, {.kvHeads = 8, .maxPositions = 4096 * 32, .normEpsilon = 1e-5}, config));
    SECATEUR_CHECK(readExperts(reader, config.experts));
    SECATEUR_TRY(rope, ropeFromHf(reader, 1e6));
    SECATEUR_TRY(window, oneSlidingWindow(reader));
    SECATEUR_CHECK(finishLlamaBlock(config, LayerAttention{window.value_or(0), rope}, origin));
    return config;
}

} // namespace

std::unique_ptr<const Family> makeMixtralFamily()
{
    return std::make_unique<MixtralFamily>();
}

} // namespace secateur::architecture
