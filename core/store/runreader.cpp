// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/store/runreader.h"

#include <map>
#include <mutex>
#include <optional>
#include <set>

#include "core/store/layeraccess.h"
#include "core/store/names.h"

namespace secateur::store {

namespace {

namespace fs = std::filesystem;

/// Keeps the file of the last layer open: reading goes layer by layer. A file is hashed (and probed) once, which is
/// enough because finished files are never written again.
class FolderRunReader final : public RunReader
{
public:
    FolderRunReader(fs::path folder, RunManifest manifest, ProbeRunner probe)
        : m_folder(std::move(folder)), m_manifest(std::move(manifest)), m_probe(std::move(probe))
    {
        for (const SublayerInfo &sublayer : m_manifest.sublayers)
            m_sublayers.emplace(sublayer.id, &sublayer);
    }

    const RunManifest &manifest() const override { return m_manifest; }

    Result<mask::BitMatrix> mask(const MatrixId &id) const override
    {
        return withLayer(id, [](const LayerFile &file, const SublayerInfo &info) { return readMask(file, info); });
    }
    Result<std::vector<float>> norm(const MatrixId &id) const override;
    Result<mask::DensityPyramid::Level> density(const MatrixId &id) const override;

private:
    template <typename Read>
    auto withLayer(const MatrixId &id, const Read &read) const
        -> decltype(read(std::declval<const LayerFile &>(), std::declval<const SublayerInfo &>()));
    [[nodiscard]] Result<void> openLayerOf(LayerIndex layer) const;

    const fs::path m_folder;
    const RunManifest m_manifest;
    const ProbeRunner m_probe;
    std::map<MatrixId, const SublayerInfo *> m_sublayers;

    mutable std::mutex m_mutex; ///< guards what follows
    mutable std::optional<LayerFile> m_open;
    mutable LayerIndex m_openLayer;
    mutable std::set<LayerIndex> m_checked;
};

Result<void> FolderRunReader::openLayerOf(LayerIndex layer) const
{
    if (m_open && m_openLayer == layer)
        return {};
    m_open.reset();
    const RunFile &recorded = m_manifest.files[layer.value];
    const fs::path path = m_folder / recorded.name;
    const bool known = m_checked.contains(layer);
    if (!known)
        SECATEUR_CHECK(checkFile(path, recorded, RunContext()));
    SECATEUR_TRY(file, openLayer(path, layer, known ? ProbeRunner() : m_probe));
    m_checked.insert(layer);
    m_open = std::move(file);
    m_openLayer = layer;
    return {};
}

template <typename Read>
auto FolderRunReader::withLayer(const MatrixId &id, const Read &read) const
    -> decltype(read(std::declval<const LayerFile &>(), std::declval<const SublayerInfo &>()))
{
    const auto found = m_sublayers.find(id);
    if (found == m_sublayers.end())
        return failure(ErrorCode::NotFound, "run \"" + m_manifest.recipe.name + "\": has no matrix " + tensorName(id));
    const std::lock_guard lock(m_mutex);
    SECATEUR_CHECK(openLayerOf(id.layer));
    return read(*m_open, *found->second);
}

Result<std::vector<float>> FolderRunReader::norm(const MatrixId &id) const
{
    return withLayer(id, [&](const LayerFile &file, const SublayerInfo &info) -> Result<std::vector<float>> {
        SECATEUR_TRY(norm, file.norm(info.id.sublayer, info.cols));
        if (!norm)
            return failure(ErrorCode::NotFound,
                           "run \"" + m_manifest.recipe.name + "\": has no norms ("
                               + methodName(m_manifest.recipe.method) + " needs none)");
        return std::move(*norm);
    });
}

Result<mask::DensityPyramid::Level> FolderRunReader::density(const MatrixId &id) const
{
    using Level = mask::DensityPyramid::Level;
    return withLayer(id, [](const LayerFile &file, const SublayerInfo &info) -> Result<Level> {
        SECATEUR_TRY(stored, file.density(info.id.sublayer, info.rows, info.cols));
        if (stored)
            return std::move(*stored);
        SECATEUR_TRY(kept, readMask(file, info));
        return mask::DensityPyramid::build(kept).levels().front();
    });
}

} // namespace

std::unique_ptr<RunReader> makeRunReader(fs::path runFolder, RunManifest manifest, ProbeRunner probe)
{
    return std::make_unique<FolderRunReader>(std::move(runFolder), std::move(manifest), std::move(probe));
}

} // namespace secateur::store
