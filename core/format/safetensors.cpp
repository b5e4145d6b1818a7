// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/format/safetensors.h"

#include <algorithm>
#include <array>

#include "core/format/bytes.h"
#include "core/format/names.h"
#include "core/format/pickle.h"
#include "core/format/safetensorsheader.h"

namespace secateur::format {

namespace {

Result<std::uint64_t> headerLength(const ReadFile &file)
{
    const std::string origin = file.path().string();
    if (file.size() < kSafetensorsPrefix)
        return failure(ErrorCode::BadInput,
                       origin + ": has " + std::to_string(file.size()) + " bytes, too few for a safetensors file");
    std::array<std::byte, 16> start = {};
    const auto read = std::span(start).first(std::size_t(std::min<std::uint64_t>(start.size(), file.size())));
    SECATEUR_CHECK(file.readAt(0, read));
    if (looksLikePickle(read))
        return failure(ErrorCode::BadInput, origin + ": " + pickleAdvice(file.path().parent_path()));

    const auto length = loadAs<std::uint64_t>(start.data());
    if (length == 0 || length > kMaxSafetensorsHeader || length > file.size() - kSafetensorsPrefix)
        return failure(ErrorCode::BadInput,
                       origin + ": is not a safetensors file, or not all of one: it claims a header of "
                           + std::to_string(length) + " bytes (at most " + std::to_string(kMaxSafetensorsHeader)
                           + ", and the file has " + std::to_string(file.size()) + ")");
    return length;
}

} // namespace

Result<SafetensorsFile> SafetensorsFile::open(const std::filesystem::path &path)
{
    SECATEUR_TRY(file, ReadFile::open(path));
    SECATEUR_TRY(length, headerLength(file));
    SECATEUR_TRY(header, parseSafetensorsHeader(file, length));

    SafetensorsFile opened(std::move(file));
    opened.m_tensors = std::move(header.tensors);
    opened.m_metadata = std::move(header.metadata);
    for (std::size_t i = 0; i < opened.m_tensors.size(); ++i) {
        const auto &name = opened.m_tensors[i].name;
        if (!opened.m_byName.try_emplace(name, i).second)
            return failure(ErrorCode::BadInput, path.string() + ": tensor " + inQuotes(name) + " is there twice");
    }
    return opened;
}

const TensorInfo *SafetensorsFile::find(const std::string &name) const
{
    const auto found = m_byName.find(name);
    return found == m_byName.end() ? nullptr : &m_tensors[found->second];
}

Result<void> SafetensorsFile::read(const TensorInfo &tensor, std::uint64_t first, std::span<std::byte> target) const
{
    return readTensorBytes(m_file, tensor, first, target);
}

} // namespace secateur::format
