// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/file.h"
#include "core/base/result.h"
#include "core/format/bytes.h"

namespace secateur::format {

/// Reads numbers and texts one after another from the front part of a GGUF file, never beyond its end, and keeps the
/// account of how much memory they take: at most four times what was read (design/safety.md B.3).
class GgufCursor
{
public:
    /// The front part of the largest models has about 20 MB; no honest file has more than this before its data.
    static constexpr std::uint64_t maxFrontBytes = 128 << 20;
    static constexpr std::uint64_t maxTextBytes = 16 << 20;

    explicit GgufCursor(const ReadFile &file);

    [[nodiscard]] std::uint64_t offset() const { return m_bufferStart + m_used; }
    /// Bytes to the end of the file, or of the part that may hold metadata.
    [[nodiscard]] std::uint64_t remaining() const { return m_end - offset(); }

    template <typename T>
    [[nodiscard]] Result<T> number()
    {
        if (m_filled - m_used < sizeof(T))
            SECATEUR_CHECK(refill(sizeof(T)));
        const T value = loadAs<T>(m_buffer.data() + m_used);
        m_used += sizeof(T);
        return value;
    }
    /// A length of 64 bits and as many bytes, which need not be UTF-8.
    [[nodiscard]] Result<std::string> text(std::uint64_t limit = maxTextBytes);

    /// Books memory that a value takes; BadInput when all together is out of proportion to the bytes read.
    [[nodiscard]] Result<void> book(std::uint64_t bytes);

    /// BadInput naming file and offset.
    [[nodiscard]] tl::unexpected<Error> refuse(std::string_view why, ErrorCode code = ErrorCode::BadInput) const;

private:
    /// Makes at least `bytes` (at most the buffer's size) available.
    [[nodiscard]] Result<void> refill(std::size_t bytes);

    const ReadFile &m_file;
    std::uint64_t m_end;
    std::vector<std::byte> m_buffer;
    std::uint64_t m_bufferStart = 0;
    std::size_t m_used = 0;
    std::size_t m_filled = 0;
    std::uint64_t m_booked = 0;
};

} // namespace secateur::format
