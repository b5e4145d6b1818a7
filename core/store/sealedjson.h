// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include <nlohmann/json.hpp>

#include "core/base/result.h"

namespace secateur::store {

/// A JSON document that carries a checksum of itself: "seal" is the SHA-256 of the file's text with the seal's 64
/// digits as zeros, so any changed byte shows. "mac" is the HMAC-SHA256 (RFC 2104) of the same text, with both as
/// zeros, under a key that only this user's machine has: it tells what was written here from what somebody sent.
struct SealedJson {
    nlohmann::json value;
    std::string text;
};

/// The text of a sealed document. An empty key leaves "mac" out. Text that is not UTF-8 gets replacement characters.
[[nodiscard]] std::string sealJson(nlohmann::json value, const std::string &key);

/// NotFound, Io; BadInput when it is no JSON, or when its seal does not fit.
[[nodiscard]] Result<SealedJson> readSealedJson(const std::filesystem::path &path);

/// Whether the document's "mac" was made with this key; never with an empty one.
[[nodiscard]] bool writtenWith(const SealedJson &document, const std::string &key);

} // namespace secateur::store
