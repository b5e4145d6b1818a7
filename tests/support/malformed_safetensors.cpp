// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/malformed_safetensors.h"

#include <cstdint>

#include "tests/support/testsupport.h"

namespace secateur::test {

namespace {

using Cases = std::vector<MalformedCase>;

const std::string kEightBytes("\0\0\x80\x3f\0\0\0\x40", 8); // 1.0f, 2.0f

/// A file whose only tensor is "a", F32, shape [2], with one part of its header replaced.
std::string oneTensor(std::string_view shape = "[2]", std::string_view offsets = "[0,8]",
                      std::string_view dtype = "F32", std::string_view name = "a")
{
    return safetensorsBytes(braced(tensorEntry(name, dtype, shape, offsets)), kEightBytes);
}

/// A file with these entries and `dataBytes` zeros after them.
std::string tensors(std::string_view entries, std::size_t dataBytes)
{
    return safetensorsBytes(braced(entries), std::string(dataBytes, '\0'));
}

std::string f32(std::string_view name, std::string_view shape, std::string_view offsets)
{
    return tensorEntry(name, "F32", shape, offsets);
}

std::string repeated(std::string_view text, std::size_t count)
{
    std::string all;
    all.reserve(text.size() * count);
    for (std::size_t i = 0; i < count; ++i)
        all += text;
    return all;
}

/// Writes `front` and then a hole up to `size` bytes.
MalformedCase sparseCase(std::string name, std::string front, std::uint64_t size, std::string says)
{
    auto sparse = malformedBytes(std::move(name), std::move(front), std::move(says));
    sparse.write = [write = sparse.write, size](const std::filesystem::path &path) {
        write(path);
        std::filesystem::resize_file(path, size);
    };
    return sparse;
}

/// A million names, all with the same range of the data.
MalformedCase sharedRange(std::string name, std::string offsets, std::string shape, std::uint64_t dataBytes,
                          std::string says)
{
    const auto write = [=](const std::filesystem::path &path) {
        std::string entries = f32("t", shape, offsets);
        for (int i = 1; i < 1'000'000; ++i)
            entries.append(",").append(f32(std::to_string(i), shape, offsets));
        const std::string header = braced(entries);
        writeFile(path, safetensorsBytes(header, {}));
        std::filesystem::resize_file(path, 8 + header.size() + dataBytes);
    };
    return {std::move(name), write, false, std::move(says)};
}

void addLengths(Cases &cases)
{
    const std::string some = "{}      ";
    const auto length = [&](std::uint64_t value) { return littleEndian(value) + some; };
    cases.push_back(malformedBytes("1 empty file", "", "too few"));
    cases.push_back(malformedBytes("2 seven bytes", std::string(7, '\0'), "too few"));
    cases.push_back(malformedBytes("3 header of 0 bytes", length(0), "claims a header of 0 bytes"));
    cases.push_back(malformedBytes("3 nothing but a header of 0 bytes", littleEndian(std::uint64_t(0)),
                                   "claims a header of 0 bytes"));
    cases.push_back(malformedBytes("4 header longer than the file by 1", length(some.size() + 1), "claims a header"));
    cases.push_back(sparseCase("5 header of 100 000 001 bytes", length(100'000'001), 100'000'100, "claims a header"));
    cases.push_back(malformedBytes("6 header of 2^63 bytes", length(std::uint64_t(1) << 63), "claims a header"));
    cases.push_back(malformedBytes("7 header of 2^64 - 1 bytes", length(~std::uint64_t(0)), "claims a header"));
    cases.push_back(malformedBytes("7 header of 2^64 - 8 bytes", length(~std::uint64_t(7)), "claims a header"));
}

void addEncoding(Cases &cases)
{
    const std::string notJson = "is not valid JSON and UTF-8";
    const auto named = [](std::string_view name) { return oneTensor("[2]", "[0,8]", "F32", name); };
    cases.push_back(malformedBytes("8 name not UTF-8", named("a\xff"), notJson));
    cases.push_back(malformedBytes("8 name cut inside a character", named("a\xe2\x82"), notJson));
    cases.push_back(malformedBytes("8 header not UTF-8 outside of texts", safetensorsBytes("{\xff}", ""), notJson));
    cases.push_back(
        malformedBytes("8 metadata not UTF-8", safetensorsBytes("{\"__metadata__\":{\"a\":\"\xfe\"}}", ""), notJson));
    cases.push_back(malformedBytes("9 overlong slash", named("\xc0\xaf"), notJson));
    cases.push_back(malformedBytes("9 overlong in three bytes", named("\xe0\x80\xaf"), notJson));
    cases.push_back(malformedBytes("9 surrogate as UTF-8", named("\xed\xa0\x80"), notJson));
    cases.push_back(malformedBytes("9 beyond U+10FFFF", named("\xf4\x90\x80\x80"), notJson));
    cases.push_back(malformedBytes("9 escaped lone high surrogate", named("\\ud800"), notJson));
    cases.push_back(malformedBytes("9 escaped lone low surrogate", named("\\udc00x"), notJson));
}

void addJson(Cases &cases)
{
    const std::string misplaced = "stands where the format has none";
    const std::string notJson = "is not valid JSON and UTF-8";
    const auto header = [](std::string_view text) { return safetensorsBytes(text, ""); };
    cases.push_back(malformedBytes("10 an array", header("[]"), misplaced));
    cases.push_back(malformedBytes("10 null", header("null"), misplaced));
    cases.push_back(malformedBytes("10 a text", header("\"\""), misplaced));
    cases.push_back(malformedBytes("10 a number", header("1"), misplaced));
    cases.push_back(malformedBytes("10 true", header("true"), misplaced));
    cases.push_back(malformedBytes("10 tensor is an array", header("{\"a\":[]}"), misplaced));
    cases.push_back(malformedBytes("10 tensor is null", header("{\"a\":null}"), misplaced));
    cases.push_back(malformedBytes("11 open object", header("{\"a\":{\"dtype\":\"F32\""), notJson));
    cases.push_back(malformedBytes("11 open text", header("{\"a"), notJson));
    cases.push_back(malformedBytes("11 only spaces", header("        "), notJson));
    cases.push_back(malformedBytes("11 trailing comma", header("{\"__metadata__\":{},}"), notJson));
    cases.push_back(malformedBytes("11 comment", header("{/* */}"), notJson));
    cases.push_back(malformedBytes("12 two documents", header("{}{}"), notJson));
    cases.push_back(malformedBytes("12 text after the document", header("{} x"), notJson));
    cases.push_back(malformedBytes("13 10 000 arrays", header(repeated("[", 10'000)), misplaced));
    cases.push_back(malformedBytes("13 10 000 objects", header(repeated("{\"a\":", 10'000)),
                                   "none of dtype, shape and data_offsets"));
    cases.push_back(malformedBytes("13 10 000 arrays as shape", oneTensor(repeated("[", 10'000)), misplaced));
    cases.push_back(malformedBytes("13 an object inside a tensor", header("{\"a\":{\"dtype\":{}}}"), misplaced));
}

void addRepetition(Cases &cases)
{
    const std::string twice = "is there twice";
    const std::string field = "is repeated";
    cases.push_back(malformedBytes("14 tensor repeated",
                                   tensors(f32("a", "[1]", "[0,4]") + "," + f32("a", "[1]", "[4,8]"), 8), twice));
    cases.push_back(malformedBytes("14 empty tensor repeated",
                                   tensors(f32("a", "[0]", "[0,0]") + "," + f32("a", "[0]", "[0,0]"), 0), twice));
    const auto body = [](std::string_view text) {
        return safetensorsBytes("{\"a\":{" + std::string(text) + "}}", kEightBytes);
    };
    const std::string rest = "\"data_offsets\":[0,8],\"dtype\":\"F32\"";
    cases.push_back(malformedBytes("15 two shapes", body("\"shape\":[2],\"shape\":[2]," + rest), field));
    cases.push_back(malformedBytes("15 two dtypes", body("\"shape\":[2],\"dtype\":\"F32\"," + rest), field));
    cases.push_back(malformedBytes("15 two offsets", body("\"shape\":[2],\"data_offsets\":[0,8]," + rest), field));
    cases.push_back(
        malformedBytes("15 two shapes, one escaped", body("\"shape\":[2],\"sh\\u0061pe\":[2]," + rest), field));
    cases.push_back(malformedBytes("15 two __metadata__",
                                   safetensorsBytes("{\"__metadata__\":{},\"__metadata__\":{}}", ""), field));
    cases.push_back(malformedBytes("15 metadata key repeated",
                                   safetensorsBytes("{\"__metadata__\":{\"a\":\"1\",\"a\":\"2\"}}", ""), field));
    cases.push_back(malformedBytes("16 tensor repeated by an escape",
                                   tensors(f32("a", "[1]", "[0,4]") + "," + f32("\\u0061", "[1]", "[4,8]"), 8), twice));
}

void addFields(Cases &cases)
{
    const std::string misplaced = "stands where the format has none";
    const auto metadata = [](std::string_view value) {
        return safetensorsBytes("{\"__metadata__\":" + std::string(value) + "}", "");
    };
    for (const auto *value : {"{\"a\":1}", "{\"a\":null}", "{\"a\":{}}", "{\"a\":[\"b\"]}", "[]", "\"a\"", "null"})
        cases.push_back(malformedBytes(std::string("17 __metadata__ ") + value, metadata(value), misplaced));

    const std::string needs = "needs dtype, shape and data_offsets";
    const auto body = [](std::string_view text) {
        return safetensorsBytes("{\"a\":{" + std::string(text) + "}}", kEightBytes);
    };
    cases.push_back(malformedBytes("18 no dtype", body("\"shape\":[2],\"data_offsets\":[0,8]"), needs));
    cases.push_back(malformedBytes("18 no shape", body("\"dtype\":\"F32\",\"data_offsets\":[0,8]"), needs));
    cases.push_back(malformedBytes("18 no data_offsets", body("\"dtype\":\"F32\",\"shape\":[2]"), needs));
    cases.push_back(malformedBytes("18 nothing", body(""), needs));
    cases.push_back(malformedBytes("18 another key",
                                   body("\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8],\"x\":1"),
                                   "none of dtype, shape and data_offsets"));
    cases.push_back(malformedBytes("18 one offset", oneTensor("[2]", "[0]"), "fewer than two numbers"));
    cases.push_back(malformedBytes("18 three offsets", oneTensor("[2]", "[0,8,8]"), "more than two numbers"));

    const auto typed = [](std::string_view dtype) { return oneTensor("[2]", "[0,8]", dtype); };
    for (const auto *dtype : {"X32", "", "F32 ", "Q4_0", "I128"})
        cases.push_back(malformedBytes(std::string("19 dtype '") + dtype + "'", typed(dtype),
                                       "tensor \"a\": its dtype is not one that exists"));
    for (const auto *dtype : {"F8_E4M3", "F8_E5M2", "F8_E8M0", "F6_E2M3", "F4", "C64"})
        cases.push_back(malformedBytes(std::string("19 dtype not read: ") + dtype, typed(dtype),
                                       std::string("tensor \"a\": its dtype ") + dtype + " is not supported"));
    for (const auto *dtype : {"f32", "Bf16", "bool"})
        cases.push_back(
            malformedBytes(std::string("20 dtype ") + dtype, typed(dtype), "its dtype is not one that exists"));
}

void addNumbers(Cases &cases)
{
    const std::string sign = "a number with a sign";
    const std::string fraction = "a number with fraction or exponent";
    cases.push_back(malformedBytes("21 shape -2", oneTensor("[-2]"), sign));
    cases.push_back(malformedBytes("21 shape -0", oneTensor("[-0]"), sign));
    cases.push_back(malformedBytes("21 offset -8", oneTensor("[2]", "[-8,0]"), sign));
    cases.push_back(malformedBytes("21 shape -2^63", oneTensor("[-9223372036854775808]"), sign));
    cases.push_back(malformedBytes("22 shape 2.0", oneTensor("[2.0]"), fraction));
    cases.push_back(malformedBytes("22 shape 2e0", oneTensor("[2e0]"), fraction));
    cases.push_back(malformedBytes("22 shape 1e3", oneTensor("[1e3]"), fraction));
    cases.push_back(malformedBytes("22 offset 8.0", oneTensor("[2]", "[0,8.0]"), fraction));
    cases.push_back(malformedBytes("22 shape 2^64", oneTensor("[18446744073709551616]"), fraction));
    cases.push_back(malformedBytes("22 shape 2^63", oneTensor("[9223372036854775808]"), "above 2^63 - 1"));
    cases.push_back(malformedBytes("22 shape of texts", oneTensor("[\"2\"]"), "a text stands"));
    cases.push_back(malformedBytes("22 shape +2", oneTensor("[+2]"), "not valid JSON"));
    cases.push_back(malformedBytes("22 shape 02", oneTensor("[02]"), "not valid JSON"));
    cases.push_back(malformedBytes("22 shape NaN", oneTensor("[NaN]"), "not valid JSON"));

    const std::string overflow = "more than 64 bits can count";
    const std::string half = "4294967296";
    cases.push_back(malformedBytes("23 2^32 x 2^32 elements, empty range",
                                   oneTensor("[" + half + "," + half + "]", "[0,0]"), overflow));
    cases.push_back(
        malformedBytes("23 2^32 x 2^32 x 2 elements", oneTensor("[" + half + "," + half + ",2]", "[0,8]"), overflow));
    cases.push_back(
        malformedBytes("24 2^62 x 4 bytes, empty range", oneTensor("[4611686018427387904]", "[0,0]"), overflow));
    cases.push_back(malformedBytes("24 2^63 x 2 bytes, empty range",
                                   oneTensor("[4611686018427387904,2]", "[0,0]", "F16"), overflow));
    cases.push_back(malformedBytes("24 2^62 + 2 elements of 4 bytes", oneTensor("[4611686018427387906]"), overflow));
    cases.push_back(
        malformedBytes("25 rank 1000", oneTensor("[2" + repeated(",1", 999) + "]"), "more than 8 dimensions"));
    cases.push_back(malformedBytes("25 rank 9", oneTensor("[2" + repeated(",1", 8) + "]"), "more than 8 dimensions"));
    cases.push_back(soundBytes("25 rank 8", oneTensor("[2" + repeated(",1", 7) + "]")));
}

void addLayout(Cases &cases)
{
    const std::string size = "but shape and dtype ask for";
    cases.push_back(malformedBytes("26 shape too small", oneTensor("[1]"), size));
    cases.push_back(malformedBytes("26 shape too large", oneTensor("[3]"), size));
    cases.push_back(malformedBytes("26 dtype too small", oneTensor("[2]", "[0,8]", "F16"), size));
    cases.push_back(malformedBytes("27 reversed offsets", oneTensor("[2]", "[8,0]"), "ends before it begins"));
    cases.push_back(malformedBytes(
        "28 overlap", tensors(f32("a", "[2]", "[0,8]") + "," + f32("b", "[2]", "[4,12]"), 16), "it overlaps another"));
    cases.push_back(malformedBytes("28 same range twice",
                                   tensors(f32("a", "[2]", "[0,8]") + "," + f32("b", "[2]", "[0,8]"), 16),
                                   "data is shared"));
    cases.push_back(malformedBytes("28 one inside the other",
                                   tensors(f32("a", "[4]", "[0,16]") + "," + f32("b", "[1]", "[4,8]"), 20),
                                   "it overlaps another"));
    cases.push_back(
        sharedRange("29 a million names for all the data", "[0,1048576]", "[262144]", 1 << 20, "data is shared"));
    cases.push_back(
        sharedRange("29 a million names for a millionth of the data", "[0,4]", "[1]", 4'000'000, "data is shared"));
    cases.push_back(malformedBytes("30 gap", tensors(f32("a", "[1]", "[0,4]") + "," + f32("b", "[1]", "[8,12]"), 12),
                                   "a gap lies before it"));
    cases.push_back(
        malformedBytes("31 first offset is not 0", tensors(f32("a", "[1]", "[4,8]"), 8), "a gap lies before it"));
    cases.push_back(malformedBytes("32 end beyond the file by 1", tensors(tensorEntry("a", "U8", "[9]", "[0,9]"), 8),
                                   "the file is incomplete"));
    auto cut = oneTensor();
    cut.pop_back();
    cases.push_back(malformedBytes("33 data cut by 1 byte", cut, "the file is incomplete"));
    cases.push_back(malformedBytes("34 trailing byte", oneTensor() + "x", "belong to no tensor"));
    cases.push_back(malformedBytes("34 data without tensors", safetensorsBytes("{}", "x"), "belong to no tensor"));
}

void addForeignFiles(Cases &cases)
{
    const std::string zip = "PK\x03\x04" + std::string(22, '\0') + "archive/data.pkl";
    const std::string pickle = "\x80\x02}q";
    const std::string advice = "is a Python pickle";
    cases.push_back(malformedBytes("35 ZIP after the data", oneTensor() + zip, "belong to no tensor"));
    cases.push_back(malformedBytes("35 pickle after the data", oneTensor() + pickle, "belong to no tensor"));
    cases.push_back(malformedBytes("35 a ZIP archive", zip, advice));
    cases.push_back(
        malformedBytes("35 a pickle of torch before 1.6", "\x80\x02\x8a\x0al\xfc\x9c\x46\xf9 j\xa8P\x19.", advice));
    cases.push_back(
        malformedBytes("35 a pickle of protocol 5", std::string("\x80\x05\x95\x0f\0\0\0\0\0\0\0", 11), advice));
    cases.push_back(malformedBytes("35 a short pickle", std::string("\x80\x04}q\0.\0\0", 8), advice));
}

void addLegalCorners(Cases &cases)
{
    cases.push_back(malformedBytes("36 empty tensor with data", oneTensor("[0]"), "but shape and dtype ask for"));
    cases.push_back(malformedBytes("36 scalar with 8 bytes", oneTensor("[]"), "but shape and dtype ask for"));
    cases.push_back(soundBytes(
        "36 empty tensors",
        tensors(f32("a", "[0]", "[0,0]") + "," + f32("b", "[2]", "[0,8]") + "," + f32("c", "[3,0]", "[8,8]"), 8)));
    cases.push_back(soundBytes("36 scalar", tensors(f32("a", "[]", "[0,4]"), 4)));
    cases.push_back(soundBytes("36 no tensors", safetensorsBytes("{}", "")));

    const std::string entry = braced(f32("a", "[2]", "[0,8]"));
    const auto padded = [&](std::string_view before, std::string_view after) {
        return safetensorsBytes(std::string(before) + entry + std::string(after), kEightBytes);
    };
    cases.push_back(soundBytes("37 spaces before", padded("    ", "")));
    cases.push_back(soundBytes("37 spaces after", padded("", "       ")));
    cases.push_back(soundBytes("37 a page of all kinds of white space", padded("\t\r\n ", repeated("\t\r\n ", 1024))));
    const std::string nul(3, '\0');
    cases.push_back(malformedBytes("37 NUL after", padded("", nul), "NUL bytes"));
    cases.push_back(malformedBytes("37 NUL before", padded(nul, ""), "NUL bytes"));
    cases.push_back(malformedBytes("37 NUL and more after", padded("", nul + "{}"), "NUL bytes"));
    cases.push_back(malformedBytes("37 byte-order mark", padded("\xef\xbb\xbf", ""), "byte-order mark"));
    cases.push_back(malformedBytes("37 form feed after", padded("", "\f"), "not valid JSON"));
    cases.push_back(malformedBytes("38 F4 with odd count", tensors(tensorEntry("a", "F4", "[3]", "[0,1]"), 1),
                                   "its dtype F4 is not supported"));
    const std::string nanAndInfinity("\0\0\xc0\x7f\0\0\x80\xff", 8);
    cases.push_back(soundBytes("39 NaN and infinite weights", safetensorsBytes(entry, nanAndInfinity)));
}

void addNames(Cases &cases)
{
    const auto named = [](std::string_view name) { return oneTensor("[2]", "[0,8]", "F32", name); };
    const std::string control = "contains control characters";
    cases.push_back(malformedBytes("40 name with NUL", named("a\\u0000b"), control));
    cases.push_back(malformedBytes("40 name with newline", named("a\\nb"), control));
    cases.push_back(malformedBytes("40 name with escape", named("a\\u001b[2J"), control));
    cases.push_back(malformedBytes("40 name with delete", named("a\x7f"), control));
    cases.push_back(malformedBytes("40 name with raw newline", named("a\nb"), "not valid JSON"));
    cases.push_back(malformedBytes("40 name ../", named("../a"), "is absolute or contains"));
    cases.push_back(malformedBytes("40 name a/../b", named("a/../b"), "is absolute or contains"));
    cases.push_back(malformedBytes("40 name /etc/passwd", named("/etc/passwd"), "is absolute or contains"));
    cases.push_back(malformedBytes("40 name of 1 MB", named(std::string(1'000'000, 'n')), "longer than 4096"));
    cases.push_back(malformedBytes("40 name of 20 MB", named(std::string(20'000'000, 'n')), "longer than 4 MiB"));
    cases.push_back(malformedBytes("40 empty name", named(""), "is empty"));
    cases.push_back(soundBytes("40 name of 4096 bytes", named(std::string(4096, 'n'))));
    cases.push_back(soundBytes("40 name in Greek, with dots", named("\xce\xb1..b")));
}

} // namespace

std::string safetensorsBytes(std::string_view header, std::string_view data)
{
    return littleEndian(std::uint64_t(header.size())) + std::string(header) + std::string(data);
}

std::string braced(std::string_view text)
{
    return std::string("{").append(text).append("}");
}

std::string tensorEntry(std::string_view name, std::string_view dtype, std::string_view shape, std::string_view offsets)
{
    std::string entry;
    entry.append("\"").append(name).append("\":{\"dtype\":\"").append(dtype).append("\",\"shape\":").append(shape);
    return entry.append(",\"data_offsets\":").append(offsets).append("}");
}

std::vector<MalformedCase> malformedSafetensors()
{
    Cases cases;
    addLengths(cases);
    addEncoding(cases);
    addJson(cases);
    addRepetition(cases);
    addFields(cases);
    addNumbers(cases);
    addLayout(cases);
    addForeignFiles(cases);
    addLegalCorners(cases);
    addNames(cases);
    return cases;
}

} // namespace secateur::test
