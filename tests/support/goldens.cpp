// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/goldens.h"

#include <cstring>
#include <stdexcept>

#include "core/base/file.h"
#include "core/base/json.h"
#include "tests/support/testsupport.h"

namespace secateur::test {

namespace {

template <typename T>
T valueOf(Result<T> result)
{
    if (!result)
        throw std::runtime_error(describe(result.error()));
    return std::move(*result);
}

std::string shortName(const MatrixId &id)
{
    return std::to_string(id.layer.value) + "." + id.sublayer;
}

std::vector<std::byte> tensorBytes(const format::SafetensorsFile &file, const std::string &name)
{
    const auto *const tensor = file.find(name);
    if (!tensor)
        throw std::runtime_error(file.path().string() + " has no tensor " + name);
    std::vector<std::byte> bytes(std::size_t(tensor->bytes));
    if (auto read = file.read(*tensor, 0, bytes); !read)
        throw std::runtime_error(describe(read.error()));
    return bytes;
}

std::vector<float> floatsOf(const std::vector<std::byte> &bytes)
{
    std::vector<float> values(bytes.size() / sizeof(float));
    std::memcpy(values.data(), bytes.data(), bytes.size());
    return values;
}

} // namespace

std::filesystem::path goldenFolder()
{
    return sharedFolder() / "goldens" / "smollm2";
}

std::filesystem::path goldenModelPath()
{
    return sharedFolder() / "models" / "SmolLM2-135M-Instruct.Q4_1.gguf";
}

std::shared_ptr<const architecture::ModelArchive> openGoldenModel()
{
    return valueOf(architecture::ModelArchive::open(goldenModelPath()));
}

nlohmann::json goldenJson(const std::string &name)
{
    const auto path = goldenFolder() / name;
    return valueOf(parseJson(valueOf(readTextFile(path, std::uint64_t(1) << 26)), path.string()));
}

std::vector<std::vector<std::int32_t>> goldenIds(const std::string &file, const std::string &tensor)
{
    const auto opened = valueOf(format::SafetensorsFile::open(goldenFolder() / file));
    const auto bytes = tensorBytes(opened, tensor);
    const auto &info = *opened.find(tensor);
    const std::size_t width = info.type == format::DType::I64 ? 8 : 4;
    const std::size_t rows = info.shape.size() > 1 ? std::size_t(info.shape[0]) : 1;
    const std::size_t cols = bytes.size() / width / rows;
    std::vector<std::vector<std::int32_t>> ids(rows, std::vector<std::int32_t>(cols));
    for (std::size_t i = 0; i < rows * cols; ++i) // little-endian: the low half of an int64 comes first
        std::memcpy(&ids[i / cols][i % cols], bytes.data() + i * width, sizeof(std::int32_t));
    return ids;
}

GoldenRun::GoldenRun(const std::string &file)
    : m_file(valueOf(format::SafetensorsFile::open(goldenFolder() / file))) { }

bool GoldenRun::hasMask(const MatrixId &id) const
{
    return m_file.find("mask." + shortName(id)) != nullptr;
}

mask::BitMatrix GoldenRun::kept(const MatrixId &id, std::size_t rows, std::size_t cols) const
{
    const auto bytes = tensorBytes(m_file, "mask." + shortName(id));
    mask::BitMatrix kept(rows, cols);
    for (std::size_t i = 0; i < rows * cols; ++i)
        kept.set(i / cols, i % cols, (std::to_integer<unsigned>(bytes.at(i / 8)) >> (i % 8) & 1U) == 0);
    return kept;
}

std::vector<float> GoldenRun::scalerRow(const MatrixId &id) const
{
    return floatsOf(tensorBytes(m_file, "scaler_row." + shortName(id)));
}

std::vector<float> goldenFloats(const std::string &file, const std::string &tensor)
{
    return floatsOf(tensorBytes(valueOf(format::SafetensorsFile::open(goldenFolder() / file)), tensor));
}

std::uint64_t differingBits(const mask::BitMatrix &a, const mask::BitMatrix &b)
{
    return valueOf(mask::bitXor(a, b)).count();
}

} // namespace secateur::test
