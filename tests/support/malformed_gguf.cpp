// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/malformed_gguf.h"

#include <utility>

#include "tests/support/testsupport.h"

namespace secateur::test {

namespace {

using Cases = std::vector<MalformedCase>;

constexpr std::uint32_t kF32 = 0;
constexpr std::uint32_t kQ4_0 = 2;
constexpr std::uint64_t kTop = std::uint64_t(1) << 63;

template <typename T>
std::string le(T value)
{
    return littleEndian(value);
}

std::string start(std::uint32_t version, std::uint64_t tensors, std::uint64_t pairs)
{
    return "GGUF" + le(version) + le(tensors) + le(pairs);
}

/// A file with one pair that is malformed; the zeros behind keep a count from being refused for the file's size alone.
std::string onePair(std::string_view pair)
{
    return start(3, 0, 1) + std::string(pair) + std::string(64, '\0');
}

std::string oneTensor(std::string_view tensor, std::size_t dataBytes = 32)
{
    return ggufBytes({}, {std::string(tensor)}, std::string(dataBytes, '\0'));
}

/// Writes the bytes and then a hole up to `size` bytes.
MalformedCase sparseCase(std::string name, std::string front, std::uint64_t size, std::string says)
{
    auto sparse = malformedBytes(std::move(name), std::move(front), std::move(says));
    sparse.write = [write = sparse.write, size](const std::filesystem::path &path) {
        write(path);
        std::filesystem::resize_file(path, size);
    };
    return sparse;
}

void addStarts(Cases &cases)
{
    const std::string ends = "the file ends inside its metadata";
    cases.push_back(malformedBytes("51 empty file", "", ends));
    cases.push_back(malformedBytes("51 GGUF and nothing else", "GGUF", ends));
    cases.push_back(malformedBytes("51 half a header", start(3, 0, 0).substr(0, 20), ends));
    cases.push_back(malformedBytes("51 other magic", "GGML" + start(3, 0, 0).substr(4), "is not a GGUF file"));
    cases.push_back(soundBytes("51 a header and nothing else", start(3, 0, 0)));
    cases.push_back(malformedBytes("52 version 0", start(0, 0, 0), "GGUF version 0"));
    cases.push_back(malformedBytes("52 version 1", start(1, 0, 0), "GGUF version 1"));
    cases.push_back(malformedBytes("52 version 4", start(4, 0, 0), "GGUF version 4"));
    cases.push_back(malformedBytes("52 big-endian", start(0x03000000, 0, 0), "big-endian"));
    cases.push_back(soundBytes("52 version 2", start(2, 0, 0)));

    for (const auto count : {~std::uint64_t(0), std::uint64_t(1) << 61, kTop, std::uint64_t(1) << 21}) {
        const std::string number = std::to_string(count);
        cases.push_back(malformedBytes("53 " + number + " tensors", start(3, count, 0) + std::string(64, '\0'),
                                       number + " tensors, more than fit"));
        cases.push_back(malformedBytes("53 " + number + " keys", start(3, 0, count) + std::string(64, '\0'),
                                       number + " metadata keys, more than fit"));
    }
    cases.push_back(
        sparseCase("53 2^20 + 1 tensors in a large file", start(3, (1 << 20) + 1, 0), 1 << 30, "more than fit"));
    cases.push_back(
        sparseCase("53 2^16 + 1 keys in a large file", start(3, 0, (1 << 16) + 1), 1 << 30, "more than fit"));
    cases.push_back(malformedBytes("53 one tensor too many",
                                   start(3, 2, 0) + ggufTensor("a", {8}, kF32, 0) + std::string(80, '\0'),
                                   "a tensor's name is empty"));
}

void addKeys(Cases &cases)
{
    const std::string rest = le(std::uint32_t(GgufU8)) + "\1";
    const auto keyOfLength = [&](std::uint64_t length) { return onePair(le(length) + "key" + rest); };
    cases.push_back(malformedBytes("54 key of 2^64 - 1 bytes", keyOfLength(~std::uint64_t(0)), "a text claims"));
    cases.push_back(malformedBytes("54 key of 2^63 bytes", keyOfLength(kTop), "a text claims"));
    cases.push_back(malformedBytes("54 key of 65536 bytes", onePair(ggufPair(std::string(65536, 'k'), GgufU8, "\1")),
                                   "a text claims"));
    cases.push_back(malformedBytes("54 key beyond the end", keyOfLength(4000), "goes past the end"));
    const auto text = [](std::uint64_t length) { return onePair(ggufPair("key", GgufString, le(length) + "text")); };
    cases.push_back(malformedBytes("54 text of 2^64 - 1 bytes", text(~std::uint64_t(0)), "a text claims"));
    cases.push_back(malformedBytes("54 text beyond the end", text(1000), "goes past the end"));
    cases.push_back(sparseCase("54 text of 16 MiB + 1",
                               start(3, 0, 1) + ggufPair("key", GgufString, le((16u << 20) + 1ull)), 1 << 30,
                               "a text claims"));

    cases.push_back(malformedBytes("55 empty key", onePair(ggufPair("", GgufU8, "\1")), "key is empty"));
    cases.push_back(malformedBytes("55 key with NUL", onePair(ggufPair(std::string("a\0b", 3), GgufU8, "\1")),
                                   "contains control characters"));
    cases.push_back(malformedBytes("55 key not UTF-8", onePair(ggufPair("a\xff", GgufU8, "\1")), "not valid UTF-8"));
    const auto number = ggufPair("a", GgufU8, "\1");
    cases.push_back(malformedBytes("56 key twice", ggufBytes({number, number}, {}, ""), "\"a\" is there twice"));
    cases.push_back(malformedBytes("56 key twice with other types",
                                   ggufBytes({number, ggufPair("a", GgufI8, "\1")}, {}, ""), "\"a\" is there twice"));
    cases.push_back(malformedBytes(
        "56 tensor twice",
        ggufBytes({}, {ggufTensor("t", {8}, kF32, 0), ggufTensor("t", {8}, kF32, 32)}, std::string(64, '\0')),
        "\"t\" is there twice"));
}

void addValues(Cases &cases)
{
    const auto array = [](std::uint32_t type, std::uint64_t count, std::string_view values = {}) {
        return onePair(ggufArrayPair("key", type, count, values));
    };
    cases.push_back(malformedBytes("57 array of arrays", array(GgufArray, 1), "array of arrays"));
    for (const auto count : {std::uint64_t(1) << 62, ~std::uint64_t(0), std::uint64_t(1) << 61}) {
        const std::string claim = "claims " + std::to_string(count) + " values";
        for (const auto type : {GgufU8, GgufU32, GgufF64, GgufString})
            cases.push_back(malformedBytes("57 array of " + std::to_string(count) + " of type " + std::to_string(type),
                                           array(type, count), claim));
    }
    cases.push_back(malformedBytes("57 array beyond the end", array(GgufU32, 1000), "array goes past the end"));
    cases.push_back(malformedBytes("57 texts beyond the end", array(GgufString, 1000), "array goes past the end"));
    cases.push_back(sparseCase("57 2^22 + 1 empty texts",
                               start(3, 0, 1) + ggufArrayPair("key", GgufString, (1 << 22) + 1, {}), 1 << 30,
                               "an array claims"));
    cases.push_back(sparseCase("57 2^22 bytes as an array", start(3, 0, 1) + ggufArrayPair("key", GgufU8, 1 << 22, {}),
                               1 << 30, "more memory than four times"));
    cases.push_back(malformedBytes("57 U64 array with 2^63", array(GgufU64, 1, le(kTop)), "above 2^63 - 1"));
    cases.push_back(malformedBytes("57 array of type 13", array(13, 1), "value type 13 does not exist"));
    cases.push_back(soundBytes("57 empty array", array(GgufU32, 0)));

    for (const auto type : {13u, 255u, 0x80000000u, 0xffffffffu})
        cases.push_back(malformedBytes("58 value type " + std::to_string(type), onePair(ggufPair("key", type, "\1")),
                                       "value type " + std::to_string(type) + " does not exist"));
    cases.push_back(malformedBytes("58 boolean 2", onePair(ggufPair("key", GgufBool, "\2")), "neither 0 nor 1"));
    cases.push_back(malformedBytes("58 part of a split model",
                                   onePair(ggufPair("split.count", GgufU16, le(std::uint16_t(3)))), "one of 3 parts"));

    const std::string alignment = "general.alignment is not a power of two";
    const auto aligned = [](std::uint32_t type, std::string_view value) {
        return onePair(ggufPair("general.alignment", type, value));
    };
    for (const std::uint32_t value : {0u, 1u, 3u, 4u, 24u, 131072u, 0x80000000u, 0xffffffffu})
        cases.push_back(
            malformedBytes("59 alignment " + std::to_string(value), aligned(GgufU32, le(value)), alignment));
    cases.push_back(malformedBytes("59 alignment as U64", aligned(GgufU64, le(std::uint64_t(32))), alignment));
    cases.push_back(malformedBytes("59 alignment as I32", aligned(GgufI32, le(std::int32_t(32))), alignment));
    cases.push_back(malformedBytes("59 alignment as text", aligned(GgufString, ggufText("32")), alignment));
    cases.push_back(malformedBytes("59 alignment as F32", aligned(GgufF32, le(32.0f)), alignment));
    cases.push_back(soundBytes("59 alignment 64", aligned(GgufU32, le(64u))));
}

void addTensors(Cases &cases)
{
    const auto dimensions = [](std::uint32_t count) {
        return start(3, 1, 0) + ggufText("t") + le(count) + std::string(256, '\1');
    };
    for (const std::uint32_t count : {0u, 5u, 0xffffffffu})
        cases.push_back(malformedBytes("60 " + std::to_string(count) + " dimensions", dimensions(count),
                                       "it has " + std::to_string(count) + " dimensions"));

    const std::string extent = "a dimension is not between";
    const std::string overflow = "its size overflows 64 bits";
    const std::uint64_t half = std::uint64_t(1) << 32;
    const auto shaped = [](const std::vector<std::uint64_t> &extents) {
        return oneTensor(ggufTensor("t", extents, kF32, 0));
    };
    cases.push_back(malformedBytes("61 extent 0", shaped({0}), extent));
    cases.push_back(malformedBytes("61 second extent 0", shaped({8, 0}), extent));
    cases.push_back(malformedBytes("61 extent -1", shaped({~std::uint64_t(0)}), extent));
    cases.push_back(malformedBytes("61 extent -2^63", shaped({kTop}), extent));
    cases.push_back(malformedBytes("61 2^32 x 2^32: wraps to 0", shaped({half, half}), overflow));
    cases.push_back(
        malformedBytes("61 2^32 x 2^31 x 4 bytes: elements turn negative", shaped({half, half / 2}), overflow));
    cases.push_back(malformedBytes("61 2^42 + 1 x 2^22: wraps to a small number",
                                   shaped({(std::uint64_t(1) << 42) + 1, std::uint64_t(1) << 22}), overflow));
    cases.push_back(malformedBytes("61 2^62 x 4 bytes: bytes wrap to 0", shaped({std::uint64_t(1) << 62}), overflow));
    cases.push_back(malformedBytes("61 2^61 x 4 bytes: bytes turn negative", shaped({std::uint64_t(1) << 61}),
                                   "goes past the end"));

    const auto typed = [](std::uint32_t type) { return oneTensor(ggufTensor("t", {256}, type, 0), 1024); };
    for (const std::uint32_t type : {42u, 1000u, 0x7fffffffu, 0x80000000u, 0xffffffffu})
        cases.push_back(malformedBytes("62 type " + std::to_string(type), typed(type),
                                       "tensor type " + std::to_string(type) + " does not exist"));
    for (const auto &[type, name] : {std::pair(4u, "Q4_2"), std::pair(16u, "IQ2_XXS"), std::pair(23u, "IQ4_XS"),
                                     std::pair(34u, "TQ1_0"), std::pair(39u, "MXFP4")})
        cases.push_back(malformedBytes(std::string("62 type not read: ") + name, typed(type),
                                       std::string("tensor type ") + name + " is not supported"));
    cases.push_back(malformedBytes("63 Q4_0 row of 33", oneTensor(ggufTensor("t", {33}, kQ4_0, 0)), "whole blocks"));
    cases.push_back(malformedBytes("63 Q4_0 rows of 16, two of them", oneTensor(ggufTensor("t", {16, 2}, kQ4_0, 0)),
                                   "whole blocks"));
    cases.push_back(malformedBytes("63 Q6_K row of 128", oneTensor(ggufTensor("t", {128}, 14, 0)), "whole blocks"));
    cases.push_back(malformedBytes("63 empty tensor name", oneTensor(ggufTensor("", {8}, kF32, 0)), "name is empty"));
    cases.push_back(malformedBytes("63 tensor name with newline", oneTensor(ggufTensor("a\nb", {8}, kF32, 0)),
                                   "contains control characters"));
}

void addOffsets(Cases &cases)
{
    const std::string packed = "tensors overlap, or a gap lies between them";
    const std::string past = "goes past the end of the file";
    const std::uint64_t huge = 0x7fffffffffffffc0; // I8: as many bytes
    const auto two = [](std::uint64_t extent, std::uint32_t type, std::uint64_t second, std::size_t dataBytes) {
        return ggufBytes({}, {ggufTensor("a", {extent}, type, 0), ggufTensor("b", {extent}, type, second)},
                         std::string(dataBytes, '\0'));
    };
    cases.push_back(malformedBytes("64 two tensors of 0x7fffffffffffffc0 bytes", two(huge, 24, huge, 64), past));
    cases.push_back(malformedBytes("64 the same at one offset", two(huge, 24, 0, 64), past));
    cases.push_back(soundBytes("65 two packed tensors", two(8, kF32, 32, 64)));
    cases.push_back(soundBytes("65 last tensor not padded", two(7, kF32, 32, 60)));
    cases.push_back(malformedBytes("65 overlap", two(16, kF32, 32, 128), packed));
    cases.push_back(malformedBytes("65 same offset", two(8, kF32, 0, 64), packed));
    cases.push_back(malformedBytes("65 gap", two(8, kF32, 64, 96), packed));
    cases.push_back(malformedBytes("65 second tensor past the end", two(8, kF32, 32, 63), past));
    cases.push_back(malformedBytes("65 no data", two(8, kF32, 32, 0), past));
    cases.push_back(malformedBytes("65 offset 2^64 - 32", two(8, kF32, ~std::uint64_t(31), 64), packed));
    cases.push_back(malformedBytes("65 misaligned", two(8, kF32, 33, 96), "not aligned to 32"));
    cases.push_back(malformedBytes("65 first tensor misaligned", oneTensor(ggufTensor("t", {8}, kF32, 4), 64),
                                   "not aligned to 32"));
    cases.push_back(malformedBytes("65 first tensor not at 0", oneTensor(ggufTensor("t", {8}, kF32, 32), 64), packed));
    cases.push_back(malformedBytes("65 file cut inside a tensor entry",
                                   oneTensor(ggufTensor("longer name", {8}, kF32, 0)).substr(0, 60),
                                   "the file ends inside its metadata"));
}

} // namespace

std::string ggufText(std::string_view text)
{
    return le(std::uint64_t(text.size())) + std::string(text);
}

std::string ggufPair(std::string_view key, std::uint32_t type, std::string_view value)
{
    return ggufText(key) + le(type) + std::string(value);
}

std::string ggufArrayPair(std::string_view key, std::uint32_t type, std::uint64_t count, std::string_view values)
{
    return ggufPair(key, GgufArray, le(type) + le(count) + std::string(values));
}

std::string ggufTensor(std::string_view name, const std::vector<std::uint64_t> &extents, std::uint32_t type,
                       std::uint64_t offset)
{
    std::string entry = ggufText(name) + le(std::uint32_t(extents.size()));
    for (const auto extent : extents)
        entry += le(extent);
    return entry + le(type) + le(offset);
}

std::string ggufBytes(const std::vector<std::string> &pairs, const std::vector<std::string> &tensors,
                      std::string_view data)
{
    std::string bytes = start(3, tensors.size(), pairs.size());
    for (const auto &pair : pairs)
        bytes += pair;
    for (const auto &tensor : tensors)
        bytes += tensor;
    bytes.resize((bytes.size() + 31) / 32 * 32, '\0');
    return bytes + std::string(data);
}

std::vector<MalformedCase> malformedGguf()
{
    Cases cases;
    addStarts(cases);
    addKeys(cases);
    addValues(cases);
    addTensors(cases);
    addOffsets(cases);
    return cases;
}

} // namespace secateur::test
