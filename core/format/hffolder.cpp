// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/format/hffolder.h"

#include <algorithm>
#include <set>
#include <system_error>

#include "core/base/json.h"
#include "core/format/names.h"
#include "core/format/pickle.h"
#include "core/format/shardindex.h"

namespace secateur::format {

namespace {

constexpr const char *kSingleFile = "model.safetensors";
constexpr const char *kIndexFile = "model.safetensors.index.json";
constexpr std::uint64_t kMaxConfigBytes = 4 << 20;
constexpr std::size_t kMaxShards = 1000; // each keeps a descriptor open
constexpr std::size_t kMaxEntries = 100'000;

/// Names of the folder's entries. NotFound, BadInput, Io.
Result<std::set<std::string>> entryNames(const std::filesystem::path &folder)
{
    std::error_code error;
    const auto status = std::filesystem::status(folder, error);
    if (!std::filesystem::exists(status))
        return failure(ErrorCode::NotFound, folder.string() + ": there is no such folder");
    if (!std::filesystem::is_directory(status))
        return failure(ErrorCode::BadInput, folder.string() + ": is not a folder");
    std::set<std::string> names;
    std::filesystem::directory_iterator entry(folder, error);
    for (; !error && entry != std::filesystem::directory_iterator(); entry.increment(error)) {
        if (names.size() == kMaxEntries)
            return failure(ErrorCode::BadInput, folder.string() + ": has too many files to be a model's folder");
        names.insert(entry->path().filename().string());
    }
    if (error)
        return tl::make_unexpected(errnoError(error.value(), "list", folder));
    return names;
}

Result<nlohmann::json> readConfig(const std::filesystem::path &folder)
{
    const auto path = folder / "config.json";
    SECATEUR_CHECK(checkStaysInside(folder, path));
    SECATEUR_TRY(text, readTextFile(path, kMaxConfigBytes));
    SECATEUR_TRY(config, parseJson(text, path.string(), {.maxValues = 1'000'000}));
    if (!config.is_object())
        return failure(ErrorCode::BadInput, path.string() + ": is not a JSON object");
    return std::move(config);
}

Error noWeights(const std::filesystem::path &folder, const std::set<std::string> &names)
{
    for (const auto &name : names) {
        if (isNamedLikePickle(name))
            return {ErrorCode::Unsupported, (folder / name).string() + ": " + pickleAdvice(folder)};
    }
    const bool hasShards = std::any_of(names.begin(), names.end(), [](const std::string &name) {
        return std::filesystem::path(name).extension() == ".safetensors";
    });
    return {ErrorCode::NotFound,
            folder.string() + ": has no " + kSingleFile
                + (hasShards ? std::string(", and no ") + kIndexFile
                           + " that says which tensor is in which of its files; fetch that too"
                             : std::string(" nor ") + kIndexFile)};
}

/// "model-00002-of-00007.safetensors"
bool isShardName(const std::string &name)
{
    return name.starts_with("model-") && name.find("-of-") != std::string::npos && name.ends_with(".safetensors");
}

/// A file of weights that the index does not know is a mix of two models: which is meant, nobody can tell.
Result<void> checkNothingUnlisted(const std::filesystem::path &folder, const std::set<std::string> &names,
                                  const std::set<std::string> &listed)
{
    for (const auto &name : names) {
        if ((isShardName(name) || name == kSingleFile) && !listed.contains(name))
            return failure(ErrorCode::BadInput,
                           (folder / name).string() + ": is not listed in " + kIndexFile
                               + "; remove what does not belong to the model");
    }
    return {};
}

Result<SafetensorsFile> openShard(const std::filesystem::path &folder, const std::string &name)
{
    SECATEUR_CHECK(checkStaysInside(folder, folder / name));
    return SafetensorsFile::open(folder / name);
}

/// The tensors of a shard must be those that the index puts there.
Result<void> checkShard(const SafetensorsFile &shard, const std::string &name, const ShardIndex &index)
{
    for (const auto &tensor : shard.tensors()) {
        const auto listed = index.fileOf.find(tensor.name);
        if (listed == index.fileOf.end())
            return failure(ErrorCode::BadInput,
                           shard.path().string() + ": tensor " + inQuotes(tensor.name) + " is not in " + kIndexFile);
        if (listed->second != name)
            return failure(ErrorCode::BadInput,
                           shard.path().string() + ": tensor " + inQuotes(tensor.name) + " is also in " + listed->second
                               + ", says " + kIndexFile);
    }
    for (const auto &[tensor, file] : index.fileOf) {
        if (file == name && !shard.find(tensor))
            return failure(ErrorCode::BadInput,
                           shard.path().string() + ": lacks tensor " + inQuotes(tensor) + ", which " + kIndexFile
                               + " puts there");
    }
    return {};
}

Result<std::vector<SafetensorsFile>> openShards(const std::filesystem::path &folder, const std::set<std::string> &names)
{
    const auto indexPath = folder / kIndexFile;
    SECATEUR_CHECK(checkStaysInside(folder, indexPath));
    SECATEUR_TRY(index, readShardIndex(indexPath));
    std::set<std::string> listed;
    for (const auto &[tensor, file] : index.fileOf)
        listed.insert(file);
    if (listed.size() > kMaxShards)
        return failure(ErrorCode::BadInput, indexPath.string() + ": lists more than 1000 files");
    SECATEUR_CHECK(checkNothingUnlisted(folder, names, listed));

    std::vector<SafetensorsFile> shards;
    std::uint64_t bytes = 0;
    for (const auto &name : listed) {
        SECATEUR_TRY(shard, openShard(folder, name));
        SECATEUR_CHECK(checkShard(shard, name, index));
        for (const auto &tensor : shard.tensors())
            bytes += tensor.bytes;
        shards.push_back(std::move(shard));
    }
    if (index.totalSize && *index.totalSize != bytes)
        return failure(ErrorCode::BadInput,
                       indexPath.string() + ": total_size is " + std::to_string(*index.totalSize)
                           + ", but the tensors have " + std::to_string(bytes) + " bytes");
    return shards;
}

} // namespace

Result<HfFolder> HfFolder::open(const std::filesystem::path &folder)
{
    SECATEUR_TRY(names, entryNames(folder));
    HfFolder opened;
    opened.m_folder = folder;
    SECATEUR_TRY(config, readConfig(folder));
    opened.m_config = std::move(config);
    if (names.contains(kIndexFile)) {
        SECATEUR_TRY(shards, openShards(folder, names));
        opened.m_shards = std::move(shards);
    } else if (names.contains(kSingleFile)) {
        SECATEUR_TRY(shard, openShard(folder, kSingleFile));
        opened.m_shards.push_back(std::move(shard));
    } else {
        return tl::make_unexpected(noWeights(folder, names));
    }
    for (std::size_t i = 0; i < opened.m_shards.size(); ++i) {
        for (const auto &tensor : opened.m_shards[i].tensors())
            opened.m_shardOf.emplace(tensor.name, i);
    }
    return opened;
}

std::pair<const SafetensorsFile *, const TensorInfo *> HfFolder::find(const std::string &name) const
{
    const auto found = m_shardOf.find(name);
    if (found == m_shardOf.end())
        return {nullptr, nullptr};
    const SafetensorsFile &shard = m_shards[found->second];
    return {&shard, shard.find(name)};
}

} // namespace secateur::format
