// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/format/dtype.h"

#include <algorithm>
#include <array>
#include <string>

#include "core/format/bytes.h"
#include "core/format/dequantize.h"
#include "core/format/half.h"
#include "core/format/quantize.h"

namespace secateur::format {

namespace {

constexpr std::uint32_t kNotInGguf = ~0u;

struct TypeRow {
    DType type;
    std::string_view name;
    std::size_t elements; // per block
    std::size_t bytes; // per block
    std::uint32_t gguf;
    bool inSafetensors;
    bool isWeight;
};

constexpr std::array kTypes = {
    TypeRow{DType::Bool, "BOOL", 1, 1, kNotInGguf, true, false},
    TypeRow{DType::U8, "U8", 1, 1, kNotInGguf, true, false},
    TypeRow{DType::I8, "I8", 1, 1, 24, true, false},
    TypeRow{DType::U16, "U16", 1, 2, kNotInGguf, true, false},
    TypeRow{DType::I16, "I16", 1, 2, 25, true, false},
    TypeRow{DType::U32, "U32", 1, 4, kNotInGguf, true, false},
    TypeRow{DType::I32, "I32", 1, 4, 26, true, false},
    TypeRow{DType::U64, "U64", 1, 8, kNotInGguf, true, false},
    TypeRow{DType::I64, "I64", 1, 8, 27, true, false},
    TypeRow{DType::F16, "F16", 1, 2, 1, true, true},
    TypeRow{DType::BF16, "BF16", 1, 2, 30, true, true},
    TypeRow{DType::F32, "F32", 1, 4, 0, true, true},
    TypeRow{DType::F64, "F64", 1, 8, 28, true, true},
    TypeRow{DType::Q4_0, "Q4_0", 32, 18, 2, false, true},
    TypeRow{DType::Q4_1, "Q4_1", 32, 20, 3, false, true},
    TypeRow{DType::Q5_0, "Q5_0", 32, 22, 6, false, true},
    TypeRow{DType::Q5_1, "Q5_1", 32, 24, 7, false, true},
    TypeRow{DType::Q8_0, "Q8_0", 32, 34, 8, false, true},
    TypeRow{DType::Q2_K, "Q2_K", 256, 84, 10, false, true},
    TypeRow{DType::Q3_K, "Q3_K", 256, 110, 11, false, true},
    TypeRow{DType::Q4_K, "Q4_K", 256, 144, 12, false, true},
    TypeRow{DType::Q5_K, "Q5_K", 256, 176, 13, false, true},
    TypeRow{DType::Q6_K, "Q6_K", 256, 210, 14, false, true},
};

constexpr bool inOrderOfEnum()
{
    for (std::size_t i = 0; i < kTypes.size(); ++i) {
        if (std::size_t(kTypes[i].type) != i)
            return false;
    }
    return kTypes.size() == std::size_t(DType::Q6_K) + 1;
}
static_assert(inOrderOfEnum());

struct UnreadGgufType {
    std::uint32_t number;
    std::string_view name;
};

// ggml.h, enum ggml_type; the numbers that were taken out of use are listed with the names they had.
constexpr std::array kUnreadGgufTypes = {
    UnreadGgufType{4, "Q4_2"},        UnreadGgufType{5, "Q4_3"},        UnreadGgufType{9, "Q8_1"},
    UnreadGgufType{15, "Q8_K"},       UnreadGgufType{16, "IQ2_XXS"},    UnreadGgufType{17, "IQ2_XS"},
    UnreadGgufType{18, "IQ3_XXS"},    UnreadGgufType{19, "IQ1_S"},      UnreadGgufType{20, "IQ4_NL"},
    UnreadGgufType{21, "IQ3_S"},      UnreadGgufType{22, "IQ2_S"},      UnreadGgufType{23, "IQ4_XS"},
    UnreadGgufType{29, "IQ1_M"},      UnreadGgufType{31, "Q4_0_4_4"},   UnreadGgufType{32, "Q4_0_4_8"},
    UnreadGgufType{33, "Q4_0_8_8"},   UnreadGgufType{34, "TQ1_0"},      UnreadGgufType{35, "TQ2_0"},
    UnreadGgufType{36, "IQ4_NL_4_4"}, UnreadGgufType{37, "IQ4_NL_4_8"}, UnreadGgufType{38, "IQ4_NL_8_8"},
    UnreadGgufType{39, "MXFP4"},      UnreadGgufType{40, "NVFP4"},      UnreadGgufType{41, "Q1_0"},
};

constexpr std::array<std::string_view, 9> kUnreadSafetensorsTypes = {
    "F4", "F6_E2M3", "F6_E3M2", "F8_E5M2", "F8_E4M3", "F8_E8M0", "F8_E4M3FNUZ", "F8_E5M2FNUZ", "C64"};

const TypeRow &row(DType type)
{
    return kTypes[std::min(std::size_t(type), kTypes.size() - 1)];
}

template <typename From, typename To, typename Convert>
void convertEach(const std::byte *source, std::size_t count, std::byte *target, Convert convert)
{
    for (std::size_t i = 0; i < count; ++i) {
        const To value = convert(loadAs<From>(source + i * sizeof(From)));
        std::memcpy(target + i * sizeof(To), &value, sizeof(To));
    }
}

Error sizeMismatch(DType type, std::size_t bytes, std::size_t weights)
{
    return {ErrorCode::Internal,
            std::to_string(bytes) + " bytes do not hold " + std::to_string(weights) + " weights of type "
                + std::string(dtypeName(type))};
}

} // namespace

std::string_view dtypeName(DType type)
{
    return row(type).name;
}

std::optional<DType> dtypeFromSafetensors(std::string_view name)
{
    for (const auto &candidate : kTypes) {
        if (candidate.inSafetensors && candidate.name == name)
            return candidate.type;
    }
    return std::nullopt;
}

std::optional<DType> dtypeFromGguf(std::uint32_t type)
{
    for (const auto &candidate : kTypes) {
        if (candidate.gguf == type && type != kNotInGguf)
            return candidate.type;
    }
    return std::nullopt;
}

std::optional<std::uint32_t> ggufNumber(DType type)
{
    const std::uint32_t number = row(type).gguf;
    return number == kNotInGguf ? std::nullopt : std::optional(number);
}

std::string_view unreadGgufType(std::uint32_t type)
{
    for (const auto &candidate : kUnreadGgufTypes) {
        if (candidate.number == type)
            return candidate.name;
    }
    return {};
}

bool isUnreadSafetensorsType(std::string_view name)
{
    return std::find(kUnreadSafetensorsTypes.begin(), kUnreadSafetensorsTypes.end(), name)
        != kUnreadSafetensorsTypes.end();
}

std::size_t blockElements(DType type)
{
    return row(type).elements;
}

std::size_t blockBytes(DType type)
{
    return row(type).bytes;
}

bool isWeightType(DType type)
{
    return row(type).isWeight;
}

std::optional<std::uint64_t> storedBytes(DType type, std::span<const std::uint64_t> shape)
{
    std::uint64_t elements = 1;
    for (const auto extent : shape) {
        const auto product = checkedProduct(elements, extent);
        if (!product)
            return std::nullopt;
        elements = *product;
    }
    if (elements % blockElements(type) != 0)
        return std::nullopt;
    return checkedProduct(elements / blockElements(type), blockBytes(type));
}

Result<void> toFloat32(DType type, std::span<const std::byte> source, std::span<float> target)
{
    if (!isWeightType(type))
        return failure(ErrorCode::Unsupported, std::string(dtypeName(type)) + " values are not weights");
    const std::size_t blocks = target.size() / blockElements(type);
    if (target.size() % blockElements(type) != 0 || source.size() % blockBytes(type) != 0
        || source.size() / blockBytes(type) != blocks)
        return tl::make_unexpected(sizeMismatch(type, source.size(), target.size()));
    if (target.empty())
        return {};

    const auto bytes = std::as_writable_bytes(target);
    if (const auto decode = blockDecoder(type))
        decode(source.data(), blocks, target.data());
    else if (type == DType::F16)
        convertEach<std::uint16_t, float>(source.data(), blocks, bytes.data(), halfToFloat);
    else if (type == DType::BF16)
        convertEach<std::uint16_t, float>(source.data(), blocks, bytes.data(), bfloatToFloat);
    else if (type == DType::F64)
        convertEach<double, float>(source.data(), blocks, bytes.data(), [](double value) { return float(value); });
    else
        std::memcpy(target.data(), source.data(), source.size());
    return {};
}

Result<void> fromFloat32(DType type, std::span<const float> source, std::span<std::byte> target)
{
    const BlockEncoder encode = blockEncoder(type);
    if (!encode && type != DType::F32 && type != DType::F16 && type != DType::BF16)
        return failure(ErrorCode::Unsupported, "weights are not written as " + std::string(dtypeName(type)));
    const std::size_t blocks = source.size() / blockElements(type);
    if (source.size() % blockElements(type) != 0 || target.size() != blocks * blockBytes(type))
        return tl::make_unexpected(sizeMismatch(type, target.size(), source.size()));
    if (source.empty())
        return {};

    const auto bytes = std::as_bytes(source);
    if (encode)
        encode(source.data(), blocks, target.data());
    else if (type == DType::F16)
        convertEach<float, std::uint16_t>(bytes.data(), source.size(), target.data(), floatToHalf);
    else if (type == DType::BF16)
        convertEach<float, std::uint16_t>(bytes.data(), source.size(), target.data(), floatToBfloat);
    else
        std::memcpy(target.data(), source.data(), target.size());
    return {};
}

} // namespace secateur::format
