// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/architecture/archives.h"

#include <algorithm>
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
    /// Where a tensor is: from this row on, where several are kept as one.
    struct Stored {
        const format::TensorInfo *info;
        std::uint64_t firstRow = 0;
    };
    void addExperts(const format::TensorInfo &info, const std::string &name, std::vector<Tensor> &tensors);

    std::vector<Stored> m_stored; ///< beside m_tensors; points into m_file
};

/// More experts than any configuration may have.
constexpr std::uint64_t mostStacked = 4096;

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

/// A matrix of every expert, [experts, rows, cols]. Of another shape, it stays a tensor that no model has.
void GgufArchive::addExperts(const format::TensorInfo &info, const std::string &name, std::vector<Tensor> &tensors)
{
    const auto star = name.find('*');
    const bool stacked = info.shape.size() == 3;
    const std::uint64_t count = stacked ? std::min<std::uint64_t>(info.shape[0], mostStacked) : 1;
    for (std::uint64_t expert = 0; expert < count; ++expert) {
        const auto shape = stacked ? std::vector(info.shape.begin() + 1, info.shape.end()) : info.shape;
        tensors.push_back({name.substr(0, star) + std::to_string(expert) + name.substr(star + 1), info.type, shape});
        m_stored.push_back({&info, stacked ? expert * shape.front() : 0});
    }
}

Result<void> GgufArchive::collect(ModelConfig config)
{
    const std::string origin = path().string();
    std::vector<Tensor> tensors;
    const auto expected = expectedTensors(config).size();
    for (const auto &info : m_file.tensors()) {
        // Before more are listed: one tensor of a file may stand for thousands.
        if (tensors.size() > expected)
            break;
        auto name = m_family.hfTensorName(info.name);
        if (!name && isDerived(info.name))
            continue;
        if (!name)
            return failure(ErrorCode::Unsupported,
                           origin + ": tensor " + info.name + " is no part of a plain " + m_family.name()
                               + " model; this variant cannot be opened");
        if (name->find('*') != std::string::npos) {
            addExperts(info, *name, tensors);
            continue;
        }
        auto shape = info.shape;
        if (shape.size() == 1 && name->ends_with("shared_expert_gate.weight"))
            shape.insert(shape.begin(), 1); // a matrix of one row, which the converter squeezes
        tensors.push_back({std::move(*name), info.type, std::move(shape)});
        m_stored.push_back({&info});
    }
    if (tensors.size() > expected)
        return failure(ErrorCode::BadInput,
                       origin + ": there are " + std::to_string(tensors.size())
                           + " tensors, but a model of its metadata has " + std::to_string(expected));
    return adopt(std::move(config), std::move(tensors), origin);
}

Result<void> GgufArchive::readRowsF32(const std::string &name, std::uint64_t firstRow, std::span<float> target) const
{
    SECATEUR_TRY(rows, checkRows(name, firstRow, target));
    const auto &[stored, firstStored] = m_stored[rows.tensor];
    const format::TensorInfo &info = *stored;
    const RawReader read = [&](std::uint64_t first, std::span<std::byte> bytes) {
        return m_file.read(info, first, bytes);
    };
    const GgufTransform transform = m_family.ggufTransform(name);
    if (transform == GgufTransform::UnpermuteRope)
        return readUnpermutedRows(read, info.type, rows.cols, std::uint64_t(config().headDim), rows.first, target);
    SECATEUR_CHECK(readRows(read, info.type, rows.cols, firstStored + rows.first, target));
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
