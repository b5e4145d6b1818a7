// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/sha256.h"

#include <algorithm>
#include <stdexcept>
#include <vector>

#include <openssl/evp.h>

#include "core/base/file.h"

namespace secateur {

struct Sha256::Context {
    EVP_MD_CTX *evp = EVP_MD_CTX_new();
    ~Context() { EVP_MD_CTX_free(evp); }
};

Sha256::Sha256() : m_context(std::make_unique<Context>())
{
    if (!m_context->evp || EVP_DigestInit_ex(m_context->evp, EVP_sha256(), nullptr) != 1)
        throw std::runtime_error("OpenSSL offers no SHA-256");
}

Sha256::~Sha256() = default;
Sha256::Sha256(Sha256 &&) noexcept = default;
Sha256 &Sha256::operator=(Sha256 &&) noexcept = default;

void Sha256::update(std::span<const std::byte> bytes)
{
    if (EVP_DigestUpdate(m_context->evp, bytes.data(), bytes.size()) != 1)
        throw std::runtime_error("SHA-256 was updated after it ended");
}

void Sha256::update(std::string_view text)
{
    update(std::as_bytes(std::span(text)));
}

std::string Sha256::finishHex()
{
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned int length = 0;
    if (EVP_DigestFinal_ex(m_context->evp, digest.data(), &length) != 1)
        throw std::runtime_error("SHA-256 ended twice");
    static constexpr std::string_view digits = "0123456789abcdef";
    std::string text;
    text.reserve(std::size_t(length) * 2);
    for (unsigned int i = 0; i < length; ++i) {
        text += digits[digest[i] >> 4];
        text += digits[digest[i] & 0xF];
    }
    return text;
}

std::string sha256Hex(std::span<const std::byte> bytes)
{
    Sha256 hash;
    hash.update(bytes);
    return hash.finishHex();
}

std::string sha256Hex(std::string_view text)
{
    return sha256Hex(std::as_bytes(std::span(text)));
}

Result<std::string> sha256File(const std::filesystem::path &path, const RunContext &context)
{
    SECATEUR_TRY(file, ReadFile::open(path));
    Sha256 hash;
    std::vector<std::byte> buffer(std::size_t(1) << 20);
    for (std::uint64_t offset = 0; offset < file.size();) {
        SECATEUR_CHECK(context.checkpoint());
        const auto length = std::size_t(std::min<std::uint64_t>(buffer.size(), file.size() - offset));
        const auto piece = std::span(buffer).first(length);
        SECATEUR_CHECK(file.readAt(offset, piece));
        hash.update(piece);
        offset += length;
    }
    return hash.finishHex();
}

} // namespace secateur
