// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/store/sealedjson.h"

#include <array>
#include <optional>
#include <string_view>
#include <vector>

#include "core/base/file.h"
#include "core/base/json.h"
#include "core/base/sha256.h"

namespace secateur::store {

using nlohmann::json;

namespace {

constexpr std::size_t digits = 64;
constexpr std::uint64_t largestDocument = std::uint64_t(256) << 20;

std::string zeros()
{
    return std::string(digits, '0');
}

/// Where the digits of a top-level key start in a sealed text; npos when they are not there. A quotation mark inside a
/// JSON text has a backslash before it, so the pattern only matches a key.
std::size_t digitsAt(const std::string &text, const char *key)
{
    const std::string pattern = std::string("\n \"") + key + "\": \"";
    const std::size_t found = text.find(pattern);
    if (found == std::string::npos || text.size() - found < pattern.size() + digits)
        return std::string::npos;
    return found + pattern.size();
}

std::vector<std::byte> bytesOfHex(const std::string &hex)
{
    const auto value = [](char c) { return c <= '9' ? c - '0' : c - 'a' + 10; };
    std::vector<std::byte> bytes;
    for (std::size_t i = 0; i + 1 < hex.size(); i += 2)
        bytes.push_back(std::byte(value(hex[i]) * 16 + value(hex[i + 1])));
    return bytes;
}

/// RFC 2104 with SHA-256 (block of 64 bytes); keys here are at most a block long.
std::string hmacSha256(const std::string &key, std::string_view text)
{
    std::array<std::byte, 64> inner{};
    std::array<std::byte, 64> outer{};
    for (std::size_t i = 0; i < inner.size(); ++i) {
        const auto byte = std::byte(i < key.size() ? static_cast<unsigned char>(key[i]) : 0);
        inner[i] = byte ^ std::byte{0x36};
        outer[i] = byte ^ std::byte{0x5C};
    }
    Sha256 first;
    first.update(inner);
    first.update(text);
    Sha256 second;
    second.update(outer);
    second.update(bytesOfHex(first.finishHex()));
    return second.finishHex();
}

} // namespace

std::string sealJson(json value, const std::string &key)
{
    value["seal"] = zeros();
    if (!key.empty())
        value["mac"] = zeros();
    std::string text = value.dump(1, ' ', false, json::error_handler_t::replace) + "\n";
    if (!key.empty())
        text.replace(digitsAt(text, "mac"), digits, hmacSha256(key, text));
    text.replace(digitsAt(text, "seal"), digits, sha256Hex(text));
    return text;
}

Result<SealedJson> readSealedJson(const std::filesystem::path &path)
{
    SealedJson document;
    SECATEUR_TRY(text, readTextFile(path, largestDocument));
    const std::size_t at = digitsAt(text, "seal");
    if (at != std::string::npos) {
        std::string unsealed = text;
        unsealed.replace(at, digits, zeros());
        if (sha256Hex(unsealed) == std::string_view(text).substr(at, digits)) {
            SECATEUR_TRY(value, parseJson(text, path.string()));
            document.value = std::move(value);
            document.text = std::move(text);
            return document;
        }
    }
    // A text that is no JSON at all deserves the parser's message, which has the offset.
    SECATEUR_TRY(value, parseJson(text, path.string()));
    return failure(ErrorCode::BadInput,
                   path.string() + ": is damaged or was edited: its \"seal\" "
                       + (value.contains("seal") ? "does not fit its text" : "is missing")
                       + "; restore the file from a copy");
}

bool writtenWith(const SealedJson &document, const std::string &key)
{
    const std::size_t mac = digitsAt(document.text, "mac");
    const std::size_t seal = digitsAt(document.text, "seal");
    if (key.empty() || mac == std::string::npos || seal == std::string::npos)
        return false;
    std::string text = document.text;
    const std::string found = text.substr(mac, digits);
    text.replace(mac, digits, zeros());
    text.replace(seal, digits, zeros());
    return hmacSha256(key, text) == found;
}

} // namespace secateur::store
