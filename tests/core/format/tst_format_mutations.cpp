// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include <QtTest/QTest>

#include "tests/fuzz/parsers.h"
#include "tests/support/malformed_gguf.h"
#include "tests/support/malformed_safetensors.h"

using namespace secateur;

namespace {

using Parse = void (*)(std::span<const std::byte>);

void parseText(Parse parse, const std::string &bytes)
{
    parse(std::as_bytes(std::span(bytes)));
}

std::string safetensorsSeed()
{
    return test::safetensorsBytes(test::braced("\"__metadata__\":{\"format\":\"pt\"},"
                                               + test::tensorEntry("a.weight", "F32", "[2,2]", "[0,16]") + ","
                                               + test::tensorEntry("b", "BF16", "[3]", "[16,22]") + ","
                                               + test::tensorEntry("\\u00e9", "I8", "[]", "[22,23]")),
                                  "0123456789abcdefABCDEF.");
}

std::string ggufSeed()
{
    const auto u32 = [](std::uint32_t value) { return test::littleEndian(value); };
    return test::ggufBytes(
        {test::ggufPair("general.alignment", test::GgufU32, u32(32)),
         test::ggufPair("general.name", test::GgufString, test::ggufText("seed")),
         test::ggufArrayPair("tokens", test::GgufString, 2, test::ggufText("<0x00>") + test::ggufText("b")),
         test::ggufArrayPair("types", test::GgufI32, 2, u32(1) + u32(2)), test::ggufPair("yes", test::GgufBool, "\1")},
        {test::ggufTensor("a", {32}, 3, 0), test::ggufTensor("b", {4, 2}, 0, 32), test::ggufTensor("c", {256}, 14, 64)},
        std::string(64 + 210, '\x5a'));
}

/// A few random changes: bytes overwritten, a piece removed, a piece repeated, an extreme number written.
std::string mutated(std::string bytes, std::mt19937 &random)
{
    const auto below = [&](std::size_t limit) { return std::size_t(random()) % std::max<std::size_t>(limit, 1); };
    for (std::size_t change = 1 + below(4); change > 0 && !bytes.empty(); --change) {
        const std::size_t at = below(bytes.size());
        const std::size_t length = std::min(1 + below(12), bytes.size() - at);
        switch (below(4)) {
        case 0: bytes[at] = char(random()); break;
        case 1: bytes.erase(at, length); break;
        case 2: bytes.insert(at, bytes.substr(at, length)); break;
        default:
            bytes.replace(at, std::min<std::size_t>(8, bytes.size() - at),
                          test::littleEndian(~std::uint64_t(0) >> below(64)));
        }
    }
    return bytes;
}

} // namespace

/// The parsers on thousands of damaged files: whatever comes, they return. Most telling in the sanitizer build; the
/// same entry points are the libFuzzer targets of tests/fuzz.
class TestFormatMutations : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void everyByteChanged_data() { parsers(); }
    void everyByteChanged()
    {
        QFETCH(Parse, parse);
        QFETCH(std::string, seed);
        for (std::size_t at = 0; at < seed.size(); ++at) {
            for (const int bit : {0, 1, 5, 7}) {
                std::string damaged = seed;
                damaged[at] = char(damaged[at] ^ (1 << bit));
                parseText(parse, damaged);
            }
        }
    }

    void randomChanges_data() { parsers(); }
    void randomChanges()
    {
        QFETCH(Parse, parse);
        QFETCH(std::string, seed);
        std::mt19937 random(20240117);
        for (int round = 0; round < 20'000; ++round)
            parseText(parse, mutated(seed, random));
        // A loop bounded by a number out of the file would run into the test's time limit.
    }

private:
    void parsers()
    {
        QTest::addColumn<Parse>("parse");
        QTest::addColumn<std::string>("seed");
        QTest::newRow("safetensors") << &test::parseAsSafetensors << safetensorsSeed();
        QTest::newRow("gguf") << &test::parseAsGguf << ggufSeed();
    }
};

QTEST_APPLESS_MAIN(TestFormatMutations)
#include "tst_format_mutations.moc"
