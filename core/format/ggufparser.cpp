// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/format/ggufparser.h"

#include <algorithm>
#include <bit>
#include <limits>
#include <type_traits>
#include <utility>

#include "core/format/ggufcursor.h"
#include "core/format/names.h"

namespace secateur::format {

namespace {

constexpr std::uint32_t kMagic = 0x46554747; // "GGUF"
constexpr std::uint64_t kMaxTensors = 1 << 20;
constexpr std::uint64_t kMaxKeys = 1 << 16;
constexpr std::uint64_t kMaxKeyBytes = 65535;
constexpr std::uint64_t kMaxArrayValues = 1 << 22; // of all arrays together; Gemma 3 has 1.3 million
constexpr std::uint64_t kSmallestKey = 8 + 1 + 4 + 1;
constexpr std::uint64_t kSmallestTensor = 8 + 1 + 4 + 8 + 4 + 8;
constexpr std::uint32_t kMaxDimensions = 4;
constexpr std::uint32_t kMaxAlignment = 65536;
constexpr std::string_view kAlignmentKey = "general.alignment";

/// gguf.md, enum gguf_metadata_value_type.
enum class ValueType : std::uint32_t { U8, I8, U16, I16, U32, I32, F32, Bool, String, Array, U64, I64, F64 };

/// Calls `use` with a value of the C++ type that stands for a scalar value type; false for String, Array and unknowns.
template <typename Use>
bool withScalar(ValueType type, Use use)
{
    switch (type) {
    case ValueType::U8: use(std::uint8_t()); return true;
    case ValueType::I8: use(std::int8_t()); return true;
    case ValueType::U16: use(std::uint16_t()); return true;
    case ValueType::I16: use(std::int16_t()); return true;
    case ValueType::U32: use(std::uint32_t()); return true;
    case ValueType::I32: use(std::int32_t()); return true;
    case ValueType::F32: use(float()); return true;
    case ValueType::Bool: use(bool()); return true;
    case ValueType::U64: use(std::uint64_t()); return true;
    case ValueType::I64: use(std::int64_t()); return true;
    case ValueType::F64: use(double()); return true;
    case ValueType::String:
    case ValueType::Array: break;
    }
    return false;
}

class Parser
{
public:
    explicit Parser(const ReadFile &file) : m_file(file), m_cursor(file) { }
    [[nodiscard]] Result<GgufFront> parse();

private:
    [[nodiscard]] Result<void> parseStart();
    [[nodiscard]] Result<void> parseKey();
    [[nodiscard]] Result<GgufValue> parseValue(ValueType type);
    [[nodiscard]] Result<GgufValue> parseArray();
    [[nodiscard]] Result<GgufValue> parseTexts(std::uint64_t count);
    template <typename T>
    [[nodiscard]] Result<GgufValue> parseScalar();
    template <typename T>
    [[nodiscard]] Result<GgufValue> parseScalars(std::uint64_t count);
    [[nodiscard]] Result<void> checkSplit() const;
    [[nodiscard]] Result<void> parseTensor();
    [[nodiscard]] Result<std::vector<std::uint64_t>> parseShape();
    [[nodiscard]] Result<DType> parseType();
    [[nodiscard]] Result<void> placeTensors();

    const ReadFile &m_file;
    GgufCursor m_cursor;
    GgufFront m_front;
    std::uint64_t m_tensorCount = 0;
    std::uint64_t m_keyCount = 0;
    std::uint64_t m_arrayValues = 0;
    std::uint64_t m_alignment = 32;
};

Result<void> Parser::parseStart()
{
    SECATEUR_TRY(magic, m_cursor.number<std::uint32_t>());
    if (magic != kMagic)
        return m_cursor.refuse("this is not a GGUF file");
    SECATEUR_TRY(version, m_cursor.number<std::uint32_t>());
    if (version != 0 && (version & 0xffff) == 0)
        return m_cursor.refuse("this is a big-endian GGUF file; convert it to little-endian", ErrorCode::Unsupported);
    if (version != 2 && version != 3)
        return m_cursor.refuse("GGUF version " + std::to_string(version) + " is not read; 2 and 3 are",
                               version == 0 ? ErrorCode::BadInput : ErrorCode::Unsupported);
    SECATEUR_TRY(tensors, m_cursor.number<std::uint64_t>());
    SECATEUR_TRY(keys, m_cursor.number<std::uint64_t>());
    if (tensors > kMaxTensors || tensors > m_cursor.remaining() / kSmallestTensor)
        return m_cursor.refuse("it claims " + std::to_string(tensors) + " tensors, more than fit the file");
    if (keys > kMaxKeys || keys > m_cursor.remaining() / kSmallestKey)
        return m_cursor.refuse("it claims " + std::to_string(keys) + " metadata keys, more than fit the file");
    m_tensorCount = tensors;
    m_keyCount = keys;
    return {};
}

template <typename T>
Result<GgufValue> Parser::parseScalar()
{
    if constexpr (std::is_same_v<T, bool>) {
        SECATEUR_TRY(byte, m_cursor.number<std::uint8_t>());
        if (byte > 1)
            return m_cursor.refuse("a boolean is neither 0 nor 1");
        return GgufValue(byte == 1);
    } else {
        SECATEUR_TRY(value, m_cursor.number<T>());
        if constexpr (std::is_floating_point_v<T>)
            return GgufValue(double(value));
        if constexpr (std::is_same_v<T, std::uint64_t>) {
            if (value > std::uint64_t(std::numeric_limits<std::int64_t>::max()))
                return GgufValue(value);
        }
        return GgufValue(std::int64_t(value));
    }
}

template <typename T>
Result<GgufValue> Parser::parseScalars(std::uint64_t count)
{
    using Held = std::conditional_t<std::is_floating_point_v<T>, double, std::int64_t>;
    if (count > m_cursor.remaining() / sizeof(T))
        return m_cursor.refuse("an array goes past the end of the file");
    std::vector<Held> values;
    for (std::uint64_t i = 0; i < count; ++i) {
        SECATEUR_CHECK(m_cursor.book(sizeof(Held)));
        SECATEUR_TRY(value, parseScalar<T>());
        if (const auto *const truth = std::get_if<bool>(&value))
            values.push_back(Held(*truth));
        else if (const auto *const held = std::get_if<Held>(&value))
            values.push_back(*held);
        else
            return m_cursor.refuse("an array holds a number above 2^63 - 1");
    }
    return GgufValue(std::move(values));
}

Result<GgufValue> Parser::parseTexts(std::uint64_t count)
{
    if (count > m_cursor.remaining() / sizeof(std::uint64_t))
        return m_cursor.refuse("an array goes past the end of the file");
    std::vector<std::string> values;
    for (std::uint64_t i = 0; i < count; ++i) {
        SECATEUR_TRY(value, m_cursor.text());
        values.push_back(std::move(value));
    }
    return GgufValue(std::move(values));
}

Result<GgufValue> Parser::parseArray()
{
    SECATEUR_TRY(number, m_cursor.number<std::uint32_t>());
    const auto type = ValueType(number);
    SECATEUR_TRY(count, m_cursor.number<std::uint64_t>());
    if (count > kMaxArrayValues - m_arrayValues)
        return m_cursor.refuse("an array claims " + std::to_string(count) + " values; all arrays together may have "
                               + std::to_string(kMaxArrayValues));
    m_arrayValues += count;
    if (type == ValueType::String)
        return parseTexts(count);
    if (type == ValueType::Array)
        return m_cursor.refuse("an array of arrays is not accepted");
    Result<GgufValue> values = m_cursor.refuse("value type " + std::to_string(number) + " does not exist");
    withScalar(type, [&](auto scalar) { values = parseScalars<decltype(scalar)>(count); });
    return values;
}

Result<GgufValue> Parser::parseValue(ValueType type)
{
    if (type == ValueType::Array)
        return parseArray();
    if (type == ValueType::String) {
        SECATEUR_TRY(text, m_cursor.text());
        return GgufValue(std::move(text));
    }
    Result<GgufValue> value = m_cursor.refuse("value type " + std::to_string(std::uint32_t(type)) + " does not exist");
    withScalar(type, [&](auto scalar) { value = parseScalar<decltype(scalar)>(); });
    return value;
}

Result<void> Parser::parseKey()
{
    SECATEUR_TRY(key, m_cursor.text(kMaxKeyBytes));
    if (const auto problem = nameProblem(key); !problem.empty())
        return m_cursor.refuse("a metadata key " + std::string(problem));
    SECATEUR_TRY(number, m_cursor.number<std::uint32_t>());
    const auto type = ValueType(number);
    auto value = parseValue(type);
    if (!value)
        return tl::make_unexpected(withContext(std::move(value).error(), "metadata key " + inQuotes(key)));
    if (key == kAlignmentKey) {
        const auto *const alignment = std::get_if<std::int64_t>(&*value);
        if (type != ValueType::U32 || !alignment || *alignment < 8 || *alignment > kMaxAlignment
            || !std::has_single_bit(std::uint64_t(*alignment)))
            return m_cursor.refuse("general.alignment is not a power of two from 8 to 65536, stored as U32");
        m_alignment = std::uint64_t(*alignment);
    }
    SECATEUR_CHECK(m_cursor.book(sizeof(GgufValue)));
    if (!m_front.metadata.try_emplace(key, std::move(*value)).second)
        return m_cursor.refuse("metadata key " + inQuotes(key) + " is there twice");
    return {};
}

Result<void> Parser::checkSplit() const
{
    const auto found = m_front.metadata.find("split.count");
    const auto *const count = found == m_front.metadata.end() ? nullptr : std::get_if<std::int64_t>(&found->second);
    if (count && *count > 1)
        return m_cursor.refuse("this is one of " + std::to_string(*count)
                                   + " parts of a model; join them first: llama-gguf-split --merge FIRST-PART OUT",
                               ErrorCode::Unsupported);
    return {};
}

Result<std::vector<std::uint64_t>> Parser::parseShape()
{
    SECATEUR_TRY(dimensions, m_cursor.number<std::uint32_t>());
    if (dimensions < 1 || dimensions > kMaxDimensions)
        return m_cursor.refuse("it has " + std::to_string(dimensions) + " dimensions; 1 to 4 are accepted");
    std::vector<std::uint64_t> shape;
    for (std::uint32_t i = 0; i < dimensions; ++i) {
        SECATEUR_TRY(extent, m_cursor.number<std::uint64_t>());
        if (extent < 1 || extent > std::uint64_t(std::numeric_limits<std::int64_t>::max()))
            return m_cursor.refuse("a dimension is not between 1 and 2^63 - 1");
        shape.push_back(extent);
    }
    // The file lists the fastest dimension first.
    std::reverse(shape.begin(), shape.end());
    return shape;
}

Result<DType> Parser::parseType()
{
    SECATEUR_TRY(number, m_cursor.number<std::uint32_t>());
    if (const auto type = dtypeFromGguf(number))
        return *type;
    const auto name = unreadGgufType(number);
    if (name.empty())
        return m_cursor.refuse("tensor type " + std::to_string(number) + " does not exist");
    return m_cursor.refuse("tensor type " + std::string(name)
                               + " is not supported; take a Q4_0 to Q8_0, Q2_K to Q6_K, BF16, F16 or F32 file",
                           ErrorCode::Unsupported);
}

Result<void> Parser::parseTensor()
{
    TensorInfo tensor;
    SECATEUR_TRY(name, m_cursor.text(kMaxKeyBytes));
    if (const auto problem = nameProblem(name); !problem.empty())
        return m_cursor.refuse("a tensor's name " + std::string(problem));
    tensor.name = std::move(name);

    const auto inTensor = [&](Error error) { return withContext(std::move(error), "tensor " + inQuotes(tensor.name)); };
    auto shape = parseShape();
    if (!shape)
        return tl::make_unexpected(inTensor(std::move(shape).error()));
    auto type = parseType();
    if (!type)
        return tl::make_unexpected(inTensor(std::move(type).error()));
    tensor.shape = std::move(*shape);
    tensor.type = *type;
    SECATEUR_TRY(offset, m_cursor.number<std::uint64_t>());
    tensor.offset = offset;

    const auto bytes = storedBytes(tensor.type, tensor.shape);
    if (!bytes || tensor.shape.back() % blockElements(tensor.type) != 0)
        return m_cursor.refuse("tensor " + inQuotes(tensor.name)
                               + ": its rows are no whole blocks of its type, or its size overflows 64 bits");
    tensor.bytes = *bytes;
    SECATEUR_CHECK(m_cursor.book(sizeof(TensorInfo)));
    if (!m_front.byName.try_emplace(tensor.name, m_front.tensors.size()).second)
        return m_cursor.refuse("tensor " + inQuotes(tensor.name) + " is there twice");
    m_front.tensors.push_back(std::move(tensor));
    return {};
}

/// Turns offsets within the data into offsets within the file, checking that the data is packed in order.
Result<void> Parser::placeTensors()
{
    const std::uint64_t mask = m_alignment - 1;
    const std::uint64_t dataStart = (m_cursor.offset() + mask) & ~mask;
    const std::uint64_t available = m_file.size() - std::min(m_file.size(), dataStart);
    std::uint64_t expected = 0;
    for (auto &tensor : m_front.tensors) {
        const std::string where = "tensor " + inQuotes(tensor.name) + ": ";
        if ((tensor.offset & mask) != 0)
            return m_cursor.refuse(where + "its data is not aligned to " + std::to_string(m_alignment) + " bytes");
        if (tensor.offset != expected)
            return m_cursor.refuse(where + "its data begins at " + std::to_string(tensor.offset) + ", not at "
                                   + std::to_string(expected) + ": tensors overlap, or a gap lies between them");
        if (tensor.offset > available || tensor.bytes > available - tensor.offset)
            return m_cursor.refuse(where + "its data goes past the end of the file: it is incomplete, fetch it again");
        expected = (tensor.offset + tensor.bytes + mask) & ~mask;
        tensor.offset += dataStart;
    }
    return {};
}

Result<GgufFront> Parser::parse()
{
    SECATEUR_CHECK(parseStart());
    for (std::uint64_t i = 0; i < m_keyCount; ++i)
        SECATEUR_CHECK(parseKey());
    SECATEUR_CHECK(checkSplit());
    for (std::uint64_t i = 0; i < m_tensorCount; ++i)
        SECATEUR_CHECK(parseTensor());
    SECATEUR_CHECK(placeTensors());
    return std::move(m_front);
}

} // namespace

Result<GgufFront> parseGgufFront(const ReadFile &file)
{
    return Parser(file).parse();
}

} // namespace secateur::format
