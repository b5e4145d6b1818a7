// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/architecture/modelarchive.h"

#include <map>
#include <system_error>
#include <utility>

#include "core/architecture/archives.h"

namespace secateur::architecture {

namespace {

std::string shapeText(const std::vector<std::uint64_t> &shape)
{
    std::string text;
    for (const auto extent : shape)
        text += (text.empty() ? "" : ", ") + std::to_string(extent);
    return "[" + text + "]";
}

std::uint64_t elements(const std::vector<std::uint64_t> &shape)
{
    std::uint64_t product = 1;
    for (const auto extent : shape)
        product *= extent;
    return product;
}

Error badTensor(const std::string &origin, const std::string &name, const std::string &problem)
{
    return {ErrorCode::BadInput, origin + ": tensor " + name + " " + problem};
}

} // namespace

Result<std::shared_ptr<const ModelArchive>> ModelArchive::open(const std::filesystem::path &path)
{
    std::error_code error;
    const auto status = std::filesystem::status(path, error);
    if (!std::filesystem::exists(status))
        return failure(ErrorCode::NotFound, path.string() + ": there is no such file or folder");
    if (std::filesystem::is_directory(status))
        return openHfArchive(path);
    if (path.extension() == ".safetensors")
        return failure(ErrorCode::BadInput,
                       path.string() + ": a model is opened by the folder that holds config.json and this file");
    return openGgufArchive(path);
}

Result<void> ModelArchive::adopt(ModelConfig config, std::vector<Tensor> tensors, const std::string &origin)
{
    std::unordered_map<std::string, std::size_t> byName;
    for (std::size_t i = 0; i < tensors.size(); ++i)
        if (!byName.emplace(tensors[i].name, i).second)
            return tl::make_unexpected(badTensor(origin, tensors[i].name, "is there twice"));

    const auto expected = expectedTensors(config);
    for (const auto &[name, shape] : expected) {
        const auto found = byName.find(name);
        if (found == byName.end())
            return tl::make_unexpected(missingTensor(origin, name));
        const Tensor &tensor = tensors[found->second];
        if (tensor.shape != shape)
            return tl::make_unexpected(wrongShape(origin, name, tensor.shape, shape));
        if (!format::isWeightType(tensor.type))
            return tl::make_unexpected(
                badTensor(origin, name,
                          "holds " + std::string(format::dtypeName(tensor.type)) + ", which is no type of weights"));
    }
    if (tensors.size() != expected.size())
        return failure(ErrorCode::Internal, origin + ": tensors were adopted that the model does not use");
    m_sublayers = prunableSublayers(config);
    m_config = std::move(config);
    m_tensors = std::move(tensors);
    m_byName = std::move(byName);
    return {};
}

const ModelArchive::Tensor *ModelArchive::find(const std::string &name) const
{
    const auto found = m_byName.find(name);
    return found == m_byName.end() ? nullptr : &m_tensors[found->second];
}

std::uint64_t ModelArchive::parameters() const
{
    std::uint64_t sum = 0;
    for (const auto &tensor : m_tensors)
        sum += elements(tensor.shape);
    return sum;
}

std::uint64_t ModelArchive::prunableParameters() const
{
    std::uint64_t sum = 0;
    for (const auto &sublayer : m_sublayers)
        sum += std::uint64_t(sublayer.rows) * std::uint64_t(sublayer.cols);
    return sum * std::uint64_t(m_config.layers);
}

format::DType ModelArchive::weightType() const
{
    std::map<format::DType, std::uint64_t> weights;
    for (std::int64_t layer = 0; layer < m_config.layers; ++layer)
        for (const auto &sublayer : m_sublayers)
            if (const auto *tensor = find("model.layers." + std::to_string(layer) + "." + sublayer.name + ".weight"))
                weights[tensor->type] += elements(tensor->shape);
    format::DType most = format::DType::F32;
    std::uint64_t largest = 0;
    for (const auto &[type, count] : weights) {
        if (count > largest) {
            largest = count;
            most = type;
        }
    }
    return most;
}

Result<ModelArchive::Rows> ModelArchive::checkRows(const std::string &name, std::uint64_t firstRow,
                                                   std::span<const float> target) const
{
    const auto found = m_byName.find(name);
    if (found == m_byName.end())
        return failure(ErrorCode::NotFound, path().string() + ": the model has no tensor " + name);
    const auto &shape = m_tensors[found->second].shape;
    const std::uint64_t cols = shape.back();
    const std::uint64_t rows = shape.size() == 1 ? 1 : shape.front();
    const std::uint64_t count = target.size() / cols;
    if (target.size() % cols != 0 || firstRow > rows || count > rows - firstRow)
        return failure(ErrorCode::Internal,
                       path().string() + ": " + std::to_string(target.size()) + " weights from row "
                           + std::to_string(firstRow) + " are not rows of tensor " + name + " " + shapeText(shape));
    return Rows{found->second, firstRow, cols};
}

Result<void> ModelArchive::readF32(const std::string &name, std::span<float> target) const
{
    if (const Tensor *tensor = find(name); tensor && target.size() != elements(tensor->shape))
        return failure(ErrorCode::Internal,
                       path().string() + ": tensor " + name + " " + shapeText(tensor->shape) + " does not have "
                           + std::to_string(target.size()) + " weights");
    return readRowsF32(name, 0, target);
}

std::vector<StoredPart> ModelArchive::storedParts(const std::string &stored) const
{
    const Tensor *const tensor = find(stored);
    if (!tensor)
        return {};
    return {{stored, tensor->shape, {.tensor = stored}}};
}

Error ModelArchive::missingTensor(const std::string &origin, const std::string &name)
{
    return badTensor(origin, name, "is missing; the configuration describes another model, or a file is not here");
}

Error ModelArchive::wrongShape(const std::string &origin, const std::string &name,
                               const std::vector<std::uint64_t> &shape, const std::vector<std::uint64_t> &expected)
{
    return badTensor(origin, name,
                     "has the shape " + shapeText(shape) + ", but the configuration asks for " + shapeText(expected));
}

} // namespace secateur::architecture
