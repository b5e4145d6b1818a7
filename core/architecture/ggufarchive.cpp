// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/architecture/archives.h"

#include <utility>

#include "core/architecture/family.h"
#include "core/architecture/tensorreading.h"
#include "core/format/gguf.h"

namespace secateur::architecture {

namespace {

class GgufArchive final : public ModelArchive
{
public:
    [[nodiscard]] static Result<std::shared_ptr<const ModelArchive>> open(const std::filesystem::path &path);

    const std::filesystem::path &path() const override { return m_file.path(); }
    Container container() const override { return Container::Gguf; }
    std::filesystem::path hfFolder() const override { return {}; }
    std::vector<std::filesystem::path> weightFiles() const override { return {m_file.path()}; }
    Result<void> readRowsF32(const std::string &name, std::uint64_t firstRow, std::span<float> target) const override;
    Result<void> readRaw(const std::string &name, std::uint64_t, std::span<std::byte>) const override
    {
        return failure(ErrorCode::Unsupported,
                       path().string() + ": tensor " + name + " of a GGUF file cannot be rewritten as it is stored");
    }

private:
    GgufArchive(format::GgufFile file, const Family &family) : m_file(std::move(file)), m_family(family) { }
    [[nodiscard]] Result<void> collect(ModelConfig config);

    format::GgufFile m_file;
    const Family &m_family;
    std::vector<const format::TensorInfo *> m_stored; ///< beside m_tensors; points into m_file
};

/// Tables that a configuration makes unnecessary.
bool isDerived(const std::string &name)
{
    return name.ends_with("rope_freqs.weight") || name.ends_with("attn_rot_embd.weight");
}

Result<std::shared_ptr<const ModelArchive>> GgufArchive::open(const std::filesystem::path &path)
{
    SECATEUR_TRY(file, format::GgufFile::open(path));
    SECATEUR_TRY(family, familyForGguf(file));
    SECATEUR_TRY(config, family->fromGguf(file));
    std::shared_ptr<GgufArchive> archive(new GgufArchive(std::move(file), *family));
    SECATEUR_CHECK(archive->collect(std::move(config)));
    return archive;
}

Result<void> GgufArchive::collect(ModelConfig config)
{
    const std::string origin = path().string();
    std::vector<Tensor> tensors;
    for (const auto &info : m_file.tensors()) {
        auto name = m_family.hfTensorName(info.name);
        if (!name && isDerived(info.name))
            continue;
        if (!name)
            return failure(ErrorCode::Unsupported,
                           origin + ": tensor " + info.name + " is no part of a plain " + m_family.name()
                               + " model; this variant cannot be opened");
        tensors.push_back({std::move(*name), info.type, info.shape});
        m_stored.push_back(&info);
    }
    if (const auto expected = expectedTensors(config).size(); tensors.size() > expected)
        return failure(ErrorCode::BadInput,
                       origin + ": there are " + std::to_string(tensors.size())
                           + " tensors, but a model of its metadata has " + std::to_string(expected));
    return adopt(std::move(config), std::move(tensors), origin);
}

Result<void> GgufArchive::readRowsF32(const std::string &name, std::uint64_t firstRow, std::span<float> target) const
{
    SECATEUR_TRY(rows, checkRows(name, firstRow, target));
    const format::TensorInfo &info = *m_stored[rows.tensor];
    const RawReader read = [&](std::uint64_t first, std::span<std::byte> bytes) {
        return m_file.read(info, first, bytes);
    };
    const GgufTransform transform = m_family.ggufTransform(name);
    if (transform == GgufTransform::UnpermuteRope)
        return readUnpermutedRows(read, info.type, rows.cols, std::uint64_t(config().headDim), rows.first, target);
    SECATEUR_CHECK(readRows(read, info.type, rows.cols, rows.first, target));
    if (transform == GgufTransform::MinusOne)
        for (float &value : target)
            value -= 1.0F;
    return {};
}

} // namespace

Result<std::shared_ptr<const ModelArchive>> openGgufArchive(const std::filesystem::path &file)
{
    return GgufArchive::open(file);
}

} // namespace secateur::architecture
