// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <memory>
#include <system_error>

#include "core/architecture/modelarchive.h"
#include "core/base/file.h"
#include "core/base/sha256.h"

namespace secateur::architecture {

namespace {

constexpr std::uint64_t pieceBytes = 1 << 20;

/// Bytes hashed so far, over all files.
struct HashProgress {
    const RunContext &context;
    std::uint64_t done = 0;
    std::uint64_t total = 0;
};

Result<std::string> hashFile(const ReadFile &file, HashProgress &progress)
{
    Sha256 hash;
    const auto buffer = std::make_unique_for_overwrite<std::byte[]>(pieceBytes);
    for (std::uint64_t offset = 0; offset < file.size();) {
        SECATEUR_CHECK(progress.context.checkpoint());
        const std::span piece(buffer.get(), std::min(pieceBytes, file.size() - offset));
        SECATEUR_CHECK(file.readAt(offset, piece));
        hash.update(piece);
        offset += piece.size();
        progress.done += piece.size();
        progress.context.report({"hash", progress.done, progress.total, "bytes", 0.0});
    }
    return hash.finishHex();
}

} // namespace

std::string ModelIdentity::fingerprint() const
{
    std::vector<std::string> digests;
    for (const auto &file : files)
        digests.push_back(file.sha256);
    std::ranges::sort(digests);
    std::string text = configSha256;
    for (const auto &digest : digests)
        text += "\n" + digest;
    return sha256Hex(text);
}

Result<ModelIdentity> identify(const ModelArchive &model, const RunContext &context)
{
    ModelIdentity identity;
    std::error_code error;
    const auto absolute = std::filesystem::absolute(model.path(), error);
    identity.path = (error ? model.path() : absolute.lexically_normal()).string();
    identity.architecture = model.config().architecture;
    identity.configSha256 = configSha256(model.config());

    std::vector<ReadFile> files;
    HashProgress progress{context};
    for (const auto &path : model.weightFiles()) {
        SECATEUR_TRY(file, ReadFile::open(path));
        progress.total += file.size();
        files.push_back(std::move(file));
    }
    for (const auto &file : files) {
        SECATEUR_TRY(digest, hashFile(file, progress));
        identity.files.push_back({file.path().filename().string(), file.size(), digest});
    }
    return identity;
}

} // namespace secateur::architecture
