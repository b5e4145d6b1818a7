// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/core/selection/selectiongoldens.h"

#include <algorithm>
#include <span>

#include "core/base/file.h"
#include "core/base/json.h"

namespace secateur::test {

namespace {

/// The recipe behind a golden run's name.
PruneTarget targetOf(const std::string &runName)
{
    if (runName.ends_with("2of4"))
        return NmPattern::fromCounts(2, 4).value();
    if (runName.ends_with("4of8"))
        return NmPattern::fromCounts(4, 8).value();
    return Sparsity::fromRatio(runName.ends_with("s60") ? 0.6 : 0.5).value();
}

Result<selection::VariantResult> withoutAlpha(Result<mask::BitMatrix> kept)
{
    SECATEUR_TRY(found, std::move(kept));
    return selection::VariantResult{std::move(found), 0.0};
}

} // namespace

Result<SelectionGoldens> SelectionGoldens::open(const std::filesystem::path &shared)
{
    SelectionGoldens goldens;
    goldens.m_folder = shared / "goldens/smollm2";
    SECATEUR_TRY(model, architecture::ModelArchive::open(shared / "models/SmolLM2-135M-Instruct.Q4_1.gguf"));
    goldens.m_model = model;
    const auto path = goldens.m_folder / "wanda_summary.json";
    SECATEUR_TRY(text, readTextFile(path, std::uint64_t(1) << 24));
    SECATEUR_TRY(summary, parseJson(text, path.string()));
    goldens.m_summary = std::move(summary);
    return goldens;
}

std::vector<MatrixId> SelectionGoldens::matrices() const
{
    std::vector<MatrixId> ids;
    for (std::int64_t layer = 0; layer < m_model->config().layers; ++layer)
        for (const auto &sublayer : m_model->sublayers())
            ids.push_back({LayerIndex{std::uint32_t(layer)}, sublayer.name});
    return ids;
}

Result<format::SafetensorsFile> SelectionGoldens::run(const std::string &name) const
{
    return format::SafetensorsFile::open(m_folder / ("wanda_" + name + ".safetensors"));
}

Result<SelectionGoldens::Matrix> SelectionGoldens::matrix(const MatrixId &id) const
{
    const auto *const tensor = m_model->find(tensorName(id));
    if (!tensor || tensor->shape.size() != 2)
        return failure(ErrorCode::NotFound, tensorName(id));
    Matrix matrix{tensor->shape[0], tensor->shape[1], std::vector<float>(tensor->shape[0] * tensor->shape[1])};
    SECATEUR_CHECK(m_model->readF32(tensor->name, matrix.weights));
    return matrix;
}

Result<std::vector<float>> SelectionGoldens::norms(const format::SafetensorsFile &run, const MatrixId &id) const
{
    const auto &sublayers = m_model->sublayers();
    const auto sublayer =
        std::find_if(sublayers.begin(), sublayers.end(), [&](const auto &each) { return each.name == id.sublayer; });
    if (sublayer == sublayers.end())
        return failure(ErrorCode::NotFound, id.sublayer);
    const std::string name = "scaler_row." + goldenName({id.layer, sublayer->inputOf});
    const auto *const tensor = run.find(name);
    if (!tensor)
        return failure(ErrorCode::NotFound, name);
    std::vector<float> values(tensor->elements());
    SECATEUR_CHECK(run.read(*tensor, 0, std::as_writable_bytes(std::span(values))));
    return values;
}

Result<selection::VariantResult> SelectionGoldens::select(const std::string &runName,
                                                          const format::SafetensorsFile &run, const MatrixId &id,
                                                          int threads) const
{
    SECATEUR_TRY(source, matrix(id));
    const PruneTarget target = targetOf(runName);
    if (runName.starts_with("magnitude"))
        return withoutAlpha(selection::selectMagnitude(source.view(), target, threads));
    SECATEUR_TRY(statistic, norms(run, id));
    if (runName.find("variant") != std::string::npos)
        return selection::selectWandaVariant(source.view(), statistic, std::get<Sparsity>(target), threads);
    return withoutAlpha(selection::selectWanda(source.view(), statistic, target, threads));
}

std::string goldenName(const MatrixId &id)
{
    return std::to_string(id.layer.value) + "." + id.sublayer;
}

std::vector<std::uint8_t> packedPruned(const mask::BitMatrix &kept)
{
    std::vector<std::uint8_t> bytes((kept.size() + 7) / 8);
    for (std::size_t row = 0; row < kept.rows(); ++row)
        for (std::size_t col = 0; col < kept.cols(); ++col)
            if (!kept.test(row, col)) {
                const std::size_t index = row * kept.cols() + col;
                bytes[index / 8] = std::uint8_t(bytes[index / 8] | (1U << (index % 8)));
            }
    return bytes;
}

Result<std::vector<std::uint8_t>> storedMask(const format::SafetensorsFile &run, const MatrixId &id)
{
    const auto *const tensor = run.find("mask." + goldenName(id));
    if (!tensor)
        return std::vector<std::uint8_t>();
    std::vector<std::uint8_t> bytes(tensor->bytes);
    SECATEUR_CHECK(run.read(*tensor, 0, std::as_writable_bytes(std::span(bytes))));
    return bytes;
}

} // namespace secateur::test
