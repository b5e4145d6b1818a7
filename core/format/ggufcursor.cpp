// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/format/ggufcursor.h"

namespace secateur::format {

namespace {

constexpr std::size_t kBufferBytes = 256 << 10;
constexpr std::uint64_t kMemoryPerByteRead = 4;
/// Small files are not held to the proportion: bytes of an array become 64-bit numbers.
constexpr std::uint64_t kFreeMemory = 4 << 20;

} // namespace

GgufCursor::GgufCursor(const ReadFile &file)
    : m_file(file), m_end(std::min(file.size(), maxFrontBytes)), m_buffer(kBufferBytes)
{
}

Result<std::string> GgufCursor::text(std::uint64_t limit)
{
    SECATEUR_TRY(length, number<std::uint64_t>());
    if (length > limit)
        return refuse("a text claims " + std::to_string(length) + " bytes; at most " + std::to_string(limit)
                      + " are accepted");
    if (length > remaining())
        return refuse("a text of " + std::to_string(length) + " bytes goes past the end of the file");
    SECATEUR_CHECK(book(sizeof(std::string) + length));

    std::string value(std::size_t(length), '\0');
    std::size_t done = 0;
    while (done < value.size()) {
        if (m_used == m_filled)
            SECATEUR_CHECK(refill(1));
        const std::size_t piece = std::min(value.size() - done, m_filled - m_used);
        std::memcpy(value.data() + done, m_buffer.data() + m_used, piece);
        m_used += piece;
        done += piece;
    }
    return value;
}

Result<void> GgufCursor::book(std::uint64_t bytes)
{
    m_booked += bytes;
    if (m_booked > kFreeMemory + kMemoryPerByteRead * offset())
        return refuse("the metadata would take more memory than four times its size in the file");
    return {};
}

tl::unexpected<Error> GgufCursor::refuse(std::string_view why, ErrorCode code) const
{
    return failure(code, m_file.path().string() + ": byte " + std::to_string(offset()) + ": " + std::string(why));
}

Result<void> GgufCursor::refill(std::size_t bytes)
{
    if (bytes > remaining())
        return refuse(m_end == maxFrontBytes ? "the metadata is longer than 128 MiB"
                                             : "the file ends inside its metadata: it is incomplete, fetch it again");
    m_bufferStart += m_used;
    m_used = 0;
    m_filled = 0;
    const auto wanted = std::size_t(std::min<std::uint64_t>(m_buffer.size(), m_end - m_bufferStart));
    SECATEUR_CHECK(m_file.readAt(m_bufferStart, std::span(m_buffer).first(wanted)));
    m_filled = wanted;
    return {};
}

} // namespace secateur::format
