// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/architecture/archives.h"

#include <algorithm>
#include <system_error>
#include <unordered_map>
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
    std::vector<StoredPart> storedParts(const std::string &stored) const override;

private:
    struct Stored {
        const format::SafetensorsFile *file;
        const format::TensorInfo *info;
        StoredPlace place;
    };

    explicit HfArchive(format::HfFolder folder) : m_folder(std::move(folder)) { }
    [[nodiscard]] Result<void> collect(const Family &family, ModelConfig config);
    void plan(const Family &family, const ModelConfig &config);
    [[nodiscard]] std::string fullName(const std::string &stored) const;
    [[nodiscard]] Result<void> refuseUnknownTensor(const std::string &name) const;
    [[nodiscard]] Result<void> checkFused() const;

    format::HfFolder m_folder;
    FolderNames m_names;
    std::unordered_map<std::string, std::vector<StoredPart>> m_parts; ///< by the folder's name, with its root
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

/// The shape of a stored tensor that holds `part`.
std::vector<std::uint64_t> storedShape(const StoredPart &part)
{
    auto shape = part.shape;
    if (part.place.rows > 0)
        shape.front() = part.place.rows;
    return shape;
}

/// Calls `use(storedFirst, count, done)` for rows [first, first + count) of a tensor, run by run.
template <typename Use>
Result<void> forRuns(const StoredPlace &place, std::uint64_t first, std::uint64_t count, Use use)
{
    for (std::uint64_t done = 0; done < count;) {
        const std::uint64_t some = place.together(first + done, count - done);
        SECATEUR_CHECK(use(place.storedRow(first + done), some, done));
        done += some;
    }
    return {};
}

/// A tensor inside a block that the configuration does not account for changes what the model computes.
Result<void> HfArchive::refuseUnknownTensor(const std::string &name) const
{
    const bool computed = std::ranges::any_of(m_names.tables, [&](const auto &end) { return name.ends_with(end); });
    if (!name.starts_with(m_names.blocks) || computed)
        return {};
    if (name.ends_with(".bias"))
        return failure(ErrorCode::Unsupported,
                       path().string() + ": tensor " + name + " is a bias; linears with a bias are not supported yet");
    return failure(ErrorCode::BadInput,
                   path().string() + ": tensor " + name + " is no part of the model that config.json describes");
}

Result<std::shared_ptr<const ModelArchive>> HfArchive::open(const std::filesystem::path &folder)
{
    SECATEUR_TRY(opened, format::HfFolder::open(folder));
    const std::string origin = (folder / "config.json").string();
    SECATEUR_TRY(family, familyForHf(opened.config(), origin));
    SECATEUR_TRY(config, family->fromHfConfig(opened.config(), origin));
    SECATEUR_CHECK(readGenerationConfig(folder, config));
    std::shared_ptr<HfArchive> archive(new HfArchive(std::move(opened)));
    SECATEUR_CHECK(archive->collect(*family, std::move(config)));
    return archive;
}

void HfArchive::plan(const Family &family, const ModelConfig &config)
{
    m_names = family.folderNames();
    for (auto &[name, shape] : expectedTensors(config)) {
        StoredPlace place = family.storedPlace(name, config);
        const std::string stored = place.tensor;
        m_parts[stored].push_back({std::move(name), std::move(shape), std::move(place)});
    }
}

/// The name with its root before it, also where the folder was saved from the bare decoder and has none.
std::string HfArchive::fullName(const std::string &stored) const
{
    const std::string whole = m_names.root + stored;
    return m_parts.contains(whole) || whole.starts_with(m_names.blocks) ? whole : stored;
}

std::vector<StoredPart> HfArchive::storedParts(const std::string &stored) const
{
    const auto found = m_parts.find(fullName(stored));
    return found == m_parts.end() ? std::vector<StoredPart>() : found->second;
}

/// Fused and renamed tensors, told of by the names that they have in the folder.
Result<void> HfArchive::checkFused() const
{
    std::unordered_map<std::string, const format::TensorInfo *> there;
    for (const auto &stored : m_stored)
        there.emplace(stored.place.tensor, stored.info);
    for (const auto &[name, parts] : m_parts) {
        if (parts.front().tensor == name)
            continue;
        const auto found = there.find(name);
        if (found == there.end())
            return tl::make_unexpected(missingTensor(path().string(), name));
        const auto expected = storedShape(parts.front());
        if (found->second->shape != expected)
            return tl::make_unexpected(wrongShape(path().string(), name, found->second->shape, expected));
    }
    return {};
}

Result<void> HfArchive::collect(const Family &family, ModelConfig config)
{
    const std::string origin = path().string();
    plan(family, config);
    const std::string head = family.storedPlace("lm_head.weight", config).tensor;
    const std::vector<std::uint64_t> headShape = {std::uint64_t(config.vocabSize), std::uint64_t(config.hiddenSize)};

    std::vector<Tensor> tensors;
    for (const auto &shard : m_folder.shards()) {
        for (const auto &info : shard.tensors()) {
            const std::string name = fullName(info.name);
            if (name == head && config.tiedEmbeddings) {
                if (info.shape != headShape)
                    return failure(ErrorCode::BadInput,
                                   origin + ": tensor " + head + " is not of the embedding's shape");
                continue;
            }
            const auto found = m_parts.find(name);
            if (found == m_parts.end()) {
                SECATEUR_CHECK(refuseUnknownTensor(name));
                continue;
            }
            for (const auto &part : found->second) {
                const bool alone = part.tensor == name;
                tensors.push_back({part.tensor, info.type, alone ? info.shape : part.shape});
                m_stored.push_back({&shard, &info, part.place});
            }
        }
    }
    SECATEUR_CHECK(checkFused());
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
    if (stored.place.rows == 0)
        return readRows(read, stored.info->type, rows.cols, rows.first, target);
    const std::uint64_t cols = m_tensors[rows.tensor].shape.size() == 1 ? 1 : rows.cols;
    return forRuns(stored.place, rows.first, target.size() / cols,
                   [&](std::uint64_t first, std::uint64_t count, std::uint64_t done) {
                       return readRows(read, stored.info->type, cols, first, target.subspan(done * cols, count * cols));
                   });
}

Result<void> HfArchive::readRaw(const std::string &name, std::uint64_t firstByte, std::span<std::byte> target) const
{
    SECATEUR_TRY(rows, checkRows(name, 0, {}));
    const Stored &stored = m_stored[rows.tensor];
    if (stored.place.rows == 0)
        return stored.file->read(*stored.info, firstByte, target);
    const auto &shape = m_tensors[rows.tensor].shape;
    const std::uint64_t rowBytes = (shape.size() == 1 ? 1 : shape.back()) * format::blockBytes(stored.info->type);
    const std::uint64_t first = firstByte / rowBytes;
    const std::uint64_t count = target.size() / rowBytes;
    if (firstByte % rowBytes != 0 || target.size() % rowBytes != 0 || first > shape.front()
        || count > shape.front() - first)
        return failure(ErrorCode::Internal,
                       path().string() + ": " + std::to_string(target.size()) + " bytes from byte "
                           + std::to_string(firstByte) + " on are not rows of tensor " + name);
    return forRuns(stored.place, first, count, [&](std::uint64_t at, std::uint64_t some, std::uint64_t done) {
        return stored.file->read(*stored.info, at * rowBytes, target.subspan(done * rowBytes, some * rowBytes));
    });
}

} // namespace

Result<std::shared_ptr<const ModelArchive>> openHfArchive(const std::filesystem::path &folder)
{
    return HfArchive::open(folder);
}

} // namespace secateur::architecture
