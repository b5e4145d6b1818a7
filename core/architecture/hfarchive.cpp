// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/architecture/archives.h"

#include <system_error>
#include <unordered_set>
#include <utility>

#include "core/architecture/configreader.h"
#include "core/architecture/family.h"
#include "core/architecture/tensorreading.h"
#include "core/base/file.h"
#include "core/base/json.h"
#include "core/format/hffolder.h"
#include "core/format/shardindex.h"

namespace secateur::architecture {

namespace {

constexpr std::uint64_t maxGenerationConfig = 1 << 20;

class HfArchive final : public ModelArchive
{
public:
    [[nodiscard]] static Result<std::shared_ptr<const ModelArchive>> open(const std::filesystem::path &folder);

    const std::filesystem::path &path() const override { return m_folder.folder(); }
    Container container() const override { return Container::Safetensors; }
    std::filesystem::path hfFolder() const override { return m_folder.folder(); }
    std::vector<std::filesystem::path> weightFiles() const override;
    Result<void> readRowsF32(const std::string &name, std::uint64_t firstRow, std::span<float> target) const override;
    Result<void> readRaw(const std::string &name, std::uint64_t firstByte, std::span<std::byte> target) const override;

private:
    struct Stored {
        const format::SafetensorsFile *file;
        const format::TensorInfo *info;
    };

    explicit HfArchive(format::HfFolder folder) : m_folder(std::move(folder)) { }
    [[nodiscard]] Result<void> collect(ModelConfig config);

    format::HfFolder m_folder;
    std::vector<Stored> m_stored; ///< beside m_tensors; points into m_folder
};

/// The ends of generation that the model's own generation_config.json names; transformers prefers them.
Result<void> readGenerationConfig(const std::filesystem::path &folder, ModelConfig &config)
{
    const auto path = folder / "generation_config.json";
    std::error_code error;
    if (!std::filesystem::exists(path, error))
        return {};
    SECATEUR_CHECK(format::checkStaysInside(folder, path));
    SECATEUR_TRY(text, readTextFile(path, maxGenerationConfig));
    SECATEUR_TRY(object, parseJson(text, path.string()));
    if (!object.is_object())
        return failure(ErrorCode::BadInput, path.string() + ": must be a JSON object");
    SECATEUR_TRY(eos, ConfigReader(object, path.string()).integers("eos_token_id"));
    if (!eos.empty())
        config.eosIds = eos;
    return validate(config, path.string());
}

bool isRotaryBuffer(const std::string &name)
{
    return name.ends_with("rotary_emb.inv_freq");
}

/// A tensor inside a block that the configuration does not account for changes what the model computes.
Result<void> refuseUnknownTensor(const std::string &name, const std::string &origin)
{
    if (!name.starts_with("model.layers.") || isRotaryBuffer(name))
        return {};
    if (name.ends_with(".bias"))
        return failure(ErrorCode::Unsupported,
                       origin + ": tensor " + name + " is a bias; linears with a bias are not supported yet");
    return failure(ErrorCode::BadInput,
                   origin + ": tensor " + name + " is no part of the model that config.json describes");
}

Result<std::shared_ptr<const ModelArchive>> HfArchive::open(const std::filesystem::path &folder)
{
    SECATEUR_TRY(opened, format::HfFolder::open(folder));
    const std::string origin = (folder / "config.json").string();
    SECATEUR_TRY(family, familyForHf(opened.config(), origin));
    SECATEUR_TRY(config, family->fromHfConfig(opened.config(), origin));
    SECATEUR_CHECK(readGenerationConfig(folder, config));
    std::shared_ptr<HfArchive> archive(new HfArchive(std::move(opened)));
    SECATEUR_CHECK(archive->collect(std::move(config)));
    return archive;
}

Result<void> HfArchive::collect(ModelConfig config)
{
    const std::string origin = path().string();
    std::unordered_set<std::string> expected;
    for (auto &tensor : expectedTensors(config))
        expected.insert(std::move(tensor.name));
    const std::vector<std::uint64_t> headShape = {std::uint64_t(config.vocabSize), std::uint64_t(config.hiddenSize)};

    std::vector<Tensor> tensors;
    for (const auto &shard : m_folder.shards()) {
        for (const auto &info : shard.tensors()) {
            std::string name = canonicalTensorName(info.name);
            if (name == "lm_head.weight" && config.tiedEmbeddings) {
                if (info.shape != headShape)
                    return failure(ErrorCode::BadInput,
                                   origin + ": tensor lm_head.weight is not of the embedding's shape");
                continue;
            }
            if (!expected.contains(name)) {
                SECATEUR_CHECK(refuseUnknownTensor(name, origin));
                continue;
            }
            tensors.push_back({std::move(name), info.type, info.shape});
            m_stored.push_back({&shard, &info});
        }
    }
    return adopt(std::move(config), std::move(tensors), origin);
}

std::vector<std::filesystem::path> HfArchive::weightFiles() const
{
    std::vector<std::filesystem::path> files;
    for (const auto &shard : m_folder.shards())
        files.push_back(shard.path());
    return files;
}

Result<void> HfArchive::readRowsF32(const std::string &name, std::uint64_t firstRow, std::span<float> target) const
{
    SECATEUR_TRY(rows, checkRows(name, firstRow, target));
    const Stored &stored = m_stored[rows.tensor];
    const RawReader read = [&](std::uint64_t first, std::span<std::byte> bytes) {
        return stored.file->read(*stored.info, first, bytes);
    };
    return readRows(read, stored.info->type, rows.cols, rows.first, target);
}

Result<void> HfArchive::readRaw(const std::string &name, std::uint64_t firstByte, std::span<std::byte> target) const
{
    SECATEUR_TRY(rows, checkRows(name, 0, {}));
    const Stored &stored = m_stored[rows.tensor];
    return stored.file->read(*stored.info, firstByte, target);
}

} // namespace

Result<std::shared_ptr<const ModelArchive>> openHfArchive(const std::filesystem::path &folder)
{
    return HfArchive::open(folder);
}

} // namespace secateur::architecture
