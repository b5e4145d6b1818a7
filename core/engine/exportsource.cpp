// SPDX-License-Identifier: GPL-3.0-or-later
#include <cstdio>

#include <nlohmann/json.hpp>

#include "core/base/file.h"
#include "core/engine/exportweights.h"
#include "core/format/hffolder.h"

namespace secateur::engine {

namespace {

using Entry = format::SafetensorsWriter::Entry;

constexpr const char *singleFile = "model.safetensors";
constexpr const char *indexFile = "model.safetensors.index.json";
constexpr std::uint64_t maxIndexBytes = 256ULL << 20;
constexpr std::uint64_t largestShard = 5'000'000'000; // transformers' save_pretrained: max_shard_size "5GB"

class FolderSource final : public ExportSource
{
public:
    explicit FolderSource(format::HfFolder folder) : m_folder(std::move(folder)) { }

    std::vector<Shard> shards() const override
    {
        std::vector<Shard> result;
        for (const auto &file : m_folder.shards()) {
            Shard shard{file.path().filename().string(), {}, file.metadata()};
            for (const auto &tensor : file.tensors())
                shard.entries.push_back({tensor.name, tensor.type, tensor.shape});
            result.push_back(std::move(shard));
        }
        return result;
    }

    Result<void> readRows(const Entry &entry, std::uint64_t firstRow, std::span<std::byte> target) const override
    {
        const auto [file, tensor] = m_folder.find(entry.name);
        if (!file)
            return failure(ErrorCode::Internal, m_folder.folder().string() + ": has no tensor " + entry.name);
        const std::uint64_t cols = entry.shape.empty() ? 1 : entry.shape.back();
        return file->read(*tensor, firstRow * cols * format::blockBytes(entry.type), target);
    }

    Result<void> writeIndex(const std::filesystem::path &folder) const override
    {
        const auto &files = m_folder.shards();
        if (files.size() == 1 && files.front().path().filename() == singleFile)
            return {};
        SECATEUR_TRY(text, readTextFile(m_folder.folder() / indexFile, maxIndexBytes));
        return writeFileAtomically(folder / indexFile, text);
    }

private:
    format::HfFolder m_folder;
};

std::string shardName(std::size_t number, std::size_t count)
{
    if (count == 1)
        return singleFile;
    char name[64];
    std::snprintf(name, sizeof name, "model-%05zu-of-%05zu.safetensors", number, count);
    return name;
}

class GgufSource final : public ExportSource
{
public:
    explicit GgufSource(std::shared_ptr<const architecture::ModelArchive> model) : m_model(std::move(model)) { }

    std::vector<Shard> shards() const override
    {
        std::vector<Shard> result;
        std::uint64_t bytes = 0;
        for (const auto &tensor : m_model->tensors()) {
            std::uint64_t size = sizeof(float);
            for (const auto extent : tensor.shape)
                size *= extent;
            if (result.empty() || bytes + size > largestShard) {
                result.push_back({{}, {}, {{"format", "pt"}}});
                bytes = 0;
            }
            bytes += size;
            result.back().entries.push_back({tensor.name, format::DType::F32, tensor.shape});
        }
        for (std::size_t i = 0; i < result.size(); ++i)
            result[i].fileName = shardName(i + 1, result.size());
        return result;
    }

    Result<void> readRows(const Entry &entry, std::uint64_t firstRow, std::span<std::byte> target) const override
    {
        // The exporter's buffer comes from operator new, which aligns for every plain type.
        const std::span floats(reinterpret_cast<float *>(target.data()), target.size() / sizeof(float));
        return m_model->readRowsF32(entry.name, firstRow, floats);
    }

    Result<void> writeIndex(const std::filesystem::path &folder) const override
    {
        const auto files = shards();
        if (files.size() == 1)
            return {};
        nlohmann::json weightMap = nlohmann::json::object();
        for (const auto &file : files)
            for (const auto &entry : file.entries)
                weightMap[entry.name] = file.fileName;
        const nlohmann::json index = {{"metadata", {{"total_size", m_model->parameters() * sizeof(float)}}},
                                      {"weight_map", weightMap}};
        return writeFileAtomically(folder / indexFile, index.dump(2) + "\n");
    }

private:
    std::shared_ptr<const architecture::ModelArchive> m_model;
};

} // namespace

Result<std::unique_ptr<ExportSource>> makeExportSource(std::shared_ptr<const architecture::ModelArchive> model)
{
    if (model->container() == architecture::ModelArchive::Container::Gguf)
        return std::make_unique<GgufSource>(std::move(model));
    SECATEUR_TRY(folder, format::HfFolder::open(model->hfFolder()));
    return std::make_unique<FolderSource>(std::move(folder));
}

} // namespace secateur::engine
