// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/format/gguf.h"

#include "core/format/ggufparser.h"

namespace secateur::format {

Result<GgufFile> GgufFile::open(const std::filesystem::path &path)
{
    SECATEUR_TRY(file, ReadFile::open(path));
    SECATEUR_TRY(front, parseGgufFront(file));
    GgufFile opened(std::move(file));
    opened.m_tensors = std::move(front.tensors);
    opened.m_byName = std::move(front.byName);
    opened.m_metadata = std::move(front.metadata);
    return opened;
}

const TensorInfo *GgufFile::find(const std::string &name) const
{
    const auto found = m_byName.find(name);
    return found == m_byName.end() ? nullptr : &m_tensors[found->second];
}

const GgufValue *GgufFile::value(const std::string &key) const
{
    const auto found = m_metadata.find(key);
    return found == m_metadata.end() ? nullptr : &found->second;
}

namespace {

tl::unexpected<Error> wrongType(const GgufFile &file, const std::string &key, std::string_view expected)
{
    return failure(ErrorCode::BadInput,
                   file.path().string() + ": metadata key " + key + ": is not " + std::string(expected));
}

template <typename T>
Result<std::optional<T>> valueOf(const GgufFile &file, const std::string &key, std::string_view expected)
{
    const GgufValue *const value = file.value(key);
    if (!value)
        return std::optional<T>();
    if (const T *const held = std::get_if<T>(value))
        return std::optional<T>(*held);
    return wrongType(file, key, expected);
}

template <typename T>
const std::vector<T> *arrayOf(const GgufFile &file, const std::string &key)
{
    const GgufValue *const value = file.value(key);
    return value ? std::get_if<std::vector<T>>(value) : nullptr;
}

} // namespace

Result<std::optional<std::int64_t>> GgufFile::integer(const std::string &key) const
{
    return valueOf<std::int64_t>(*this, key, "an integer below 2^63");
}

Result<std::optional<double>> GgufFile::number(const std::string &key) const
{
    const GgufValue *const held = value(key);
    // Some writers store 10000.0 as an integer.
    if (const auto *const whole = held ? std::get_if<std::int64_t>(held) : nullptr)
        return std::optional<double>(double(*whole));
    return valueOf<double>(*this, key, "a number");
}

Result<std::optional<bool>> GgufFile::boolean(const std::string &key) const
{
    return valueOf<bool>(*this, key, "a boolean");
}

Result<std::optional<std::string>> GgufFile::text(const std::string &key) const
{
    return valueOf<std::string>(*this, key, "a text");
}

const std::vector<std::string> *GgufFile::texts(const std::string &key) const
{
    return arrayOf<std::string>(*this, key);
}

const std::vector<std::int64_t> *GgufFile::integers(const std::string &key) const
{
    return arrayOf<std::int64_t>(*this, key);
}

const std::vector<double> *GgufFile::numbers(const std::string &key) const
{
    return arrayOf<double>(*this, key);
}

Result<void> GgufFile::read(const TensorInfo &tensor, std::uint64_t first, std::span<std::byte> target) const
{
    return readTensorBytes(m_file, tensor, first, target);
}

} // namespace secateur::format
