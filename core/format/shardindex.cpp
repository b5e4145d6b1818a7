// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/format/shardindex.h"

#include <algorithm>
#include <system_error>

#include "core/base/file.h"
#include "core/base/json.h"
#include "core/format/names.h"

namespace secateur::format {

namespace {

constexpr std::uint64_t kMaxIndexBytes = 32 << 20;
constexpr JsonLimits kIndexLimits = {.maxDepth = 4, .maxValues = 1'100'000};

bool isPlainShardName(const std::string &name)
{
    return nameProblem(name).empty() && name.find_first_of("/\\") == std::string::npos
        && std::filesystem::path(name).extension() == ".safetensors";
}

bool isBelow(const std::filesystem::path &file, const std::filesystem::path &folder)
{
    return std::mismatch(folder.begin(), folder.end(), file.begin(), file.end()).first == folder.end();
}

} // namespace

Result<ShardIndex> readShardIndex(const std::filesystem::path &path)
{
    SECATEUR_TRY(text, readTextFile(path, kMaxIndexBytes));
    SECATEUR_TRY(document, parseJson(text, path.string(), kIndexLimits));
    const auto map = document.find("weight_map");
    if (!document.is_object() || map == document.end() || !map->is_object() || map->empty())
        return failure(ErrorCode::BadInput, path.string() + ": has no weight_map");

    ShardIndex index;
    for (const auto &[tensor, file] : map->items()) {
        if (const auto problem = nameProblem(tensor); !problem.empty())
            return failure(ErrorCode::BadInput, path.string() + ": a tensor's name " + std::string(problem));
        if (!file.is_string() || !isPlainShardName(file.get_ref<const std::string &>()))
            return failure(ErrorCode::BadInput,
                           path.string() + ": tensor " + inQuotes(tensor)
                               + ": its file is not the plain name of a .safetensors file");
        index.fileOf.emplace(tensor, file.get<std::string>());
    }
    const auto metadata = document.find("metadata");
    if (metadata == document.end() || !metadata->is_object() || !metadata->contains("total_size"))
        return index;
    const auto &total = (*metadata)["total_size"];
    if (!total.is_number_unsigned())
        return failure(ErrorCode::BadInput, path.string() + ": total_size is not a whole number");
    index.totalSize = total.get<std::uint64_t>();
    return index;
}

Result<void> checkStaysInside(const std::filesystem::path &folder, const std::filesystem::path &file)
{
    std::error_code error;
    if (!std::filesystem::is_symlink(std::filesystem::symlink_status(file, error)))
        return {};
    const auto target = std::filesystem::canonical(file, error);
    if (error)
        return tl::make_unexpected(errnoError(error.value(), "follow the link", file));
    const auto inside = std::filesystem::canonical(folder, error);
    if (error)
        return tl::make_unexpected(errnoError(error.value(), "open", folder));
    const auto snapshots = inside.parent_path();
    const bool inCache = snapshots.filename() == "snapshots" && isBelow(target, snapshots.parent_path() / "blobs");
    if (isBelow(target, inside) || inCache)
        return {};
    return failure(ErrorCode::BadInput,
                   file.string() + ": is a link that leads out of the model's folder; put the file itself there");
}

} // namespace secateur::format
