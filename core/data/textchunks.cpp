// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/textchunks.h"

#include <algorithm>
#include <span>
#include <vector>

#include <zlib.h>

#include "core/base/file.h"
#include "core/base/sha256.h"
#include "core/base/system.h"
#include "core/data/utf8.h"

namespace secateur::data {

namespace {

constexpr std::size_t bufferBytes = std::size_t(256) << 10;
constexpr std::uint64_t bombBytes = std::uint64_t(64) << 20;
constexpr std::uint64_t bombRatio = 250;

Error badInput(const std::filesystem::path &path, const std::string &problem)
{
    return {ErrorCode::BadInput, path.string() + ": " + problem};
}

std::string_view asText(std::span<const std::byte> bytes)
{
    return {reinterpret_cast<const char *>(bytes.data()), bytes.size()};
}

/// The raw bytes of a file in order, hashed as they pass.
class RawReader
{
public:
    RawReader(ReadFile file, const RunContext &context) : m_file(std::move(file)), m_context(context) { }

    /// The next piece, valid until the next call; empty at the end of the file.
    [[nodiscard]] Result<std::span<const std::byte>> next()
    {
        SECATEUR_CHECK(m_context.checkpoint());
        const auto length = std::size_t(std::min<std::uint64_t>(m_buffer.size(), m_file.size() - m_offset));
        const auto piece = std::span(m_buffer).first(length);
        SECATEUR_CHECK(m_file.readAt(m_offset, piece));
        m_hash.update(piece);
        m_offset += length;
        return piece;
    }
    [[nodiscard]] const std::filesystem::path &path() const { return m_file.path(); }
    [[nodiscard]] std::uint64_t bytesRead() const { return m_offset; }
    [[nodiscard]] FileDigest digest() { return {m_offset, m_hash.finishHex()}; }

private:
    ReadFile m_file;
    const RunContext &m_context;
    std::vector<std::byte> m_buffer = std::vector<std::byte>(bufferBytes);
    std::uint64_t m_offset = 0;
    Sha256 m_hash;
};

/// Passes text on, without its byte order mark, within the size limit.
class TextSink
{
public:
    TextSink(const std::filesystem::path &path, const std::function<Result<void>(std::string_view)> &take)
        : m_path(path), m_take(take)
    {
    }

    /// The first piece must have at least three bytes unless the text is shorter.
    [[nodiscard]] Result<void> put(std::string_view piece)
    {
        const bool first = m_total == 0;
        m_total += piece.size();
        if (m_total > maxTextBytes)
            return tl::make_unexpected(
                badInput(m_path, "has more than " + bytesText(maxTextBytes) + " of text; split it into smaller files"));
        if (first && (piece.starts_with("\xFF\xFE") || piece.starts_with("\xFE\xFF")))
            return tl::make_unexpected(badInput(m_path, "is UTF-16 text; save it as UTF-8"));
        if (first && piece.starts_with("\xEF\xBB\xBF"))
            piece.remove_prefix(3);
        return m_take(piece);
    }
    [[nodiscard]] std::uint64_t total() const { return m_total; }

private:
    const std::filesystem::path &m_path;
    const std::function<Result<void>(std::string_view)> &m_take;
    std::uint64_t m_total = 0;
};

/// zlib's inflate state for gzip data.
class Inflater
{
public:
    Inflater() { m_ready = inflateInit2(&m_stream, 16 + MAX_WBITS) == Z_OK; }
    ~Inflater()
    {
        if (m_ready)
            inflateEnd(&m_stream);
    }
    Inflater(const Inflater &) = delete;
    Inflater &operator=(const Inflater &) = delete;

    /// Decompresses all of the reader's members into `sink`, `first` being the piece already read.
    [[nodiscard]] Result<void> run(std::span<const std::byte> first, RawReader &reader, TextSink &sink)
    {
        if (!m_ready)
            return failure(ErrorCode::OutOfMemory, "zlib cannot start");
        for (auto piece = first; !piece.empty();) {
            SECATEUR_CHECK(inflatePiece(piece, reader, sink));
            SECATEUR_TRY(next, reader.next());
            piece = next;
        }
        if (!m_memberEnded)
            return tl::make_unexpected(badInput(reader.path(), "ends in the middle of its gzip data; copy it again"));
        return flush(reader, sink);
    }

private:
    [[nodiscard]] Result<void> inflatePiece(std::span<const std::byte> piece, const RawReader &reader, TextSink &sink)
    {
        m_stream.next_in = reinterpret_cast<Bytef *>(const_cast<std::byte *>(piece.data()));
        m_stream.avail_in = uInt(piece.size());
        while (m_stream.avail_in > 0) {
            if (m_memberEnded)
                inflateReset(&m_stream);
            m_stream.next_out = reinterpret_cast<Bytef *>(m_output.data() + m_filled);
            m_stream.avail_out = uInt(m_output.size() - m_filled);
            const int status = inflate(&m_stream, Z_NO_FLUSH);
            if (status != Z_OK && status != Z_STREAM_END)
                return tl::make_unexpected(badInput(reader.path(),
                                                    std::string("has damaged gzip data (")
                                                        + (m_stream.msg ? m_stream.msg : zError(status))
                                                        + "); copy it again"));
            m_memberEnded = status == Z_STREAM_END;
            m_filled = m_output.size() - m_stream.avail_out;
            if (m_filled == m_output.size())
                SECATEUR_CHECK(flush(reader, sink));
        }
        return {};
    }

    [[nodiscard]] Result<void> flush(const RawReader &reader, TextSink &sink)
    {
        const std::string_view text(m_output.data(), std::exchange(m_filled, 0));
        SECATEUR_CHECK(sink.put(text));
        if (sink.total() > bombBytes && sink.total() / bombRatio > reader.bytesRead())
            return tl::make_unexpected(
                badInput(reader.path(),
                         "expands more than " + std::to_string(bombRatio) + "-fold, as no text does; it is refused"));
        return {};
    }

    z_stream m_stream = {};
    bool m_ready = false;
    bool m_memberEnded = false;
    std::vector<char> m_output = std::vector<char>(bufferBytes);
    std::size_t m_filled = 0;
};

} // namespace

Result<void> forEachChunk(const std::filesystem::path &file, const std::function<Result<void>(std::string_view)> &take,
                          const RunContext &context, FileDigest *digest)
{
    SECATEUR_TRY(opened, ReadFile::open(file));
    RawReader reader(std::move(opened), context);
    TextSink sink(file, take);
    SECATEUR_TRY(first, reader.next());
    if (asText(first).starts_with("\x1F\x8B")) {
        SECATEUR_CHECK(Inflater().run(first, reader, sink));
    } else {
        for (auto piece = first; !piece.empty();) {
            SECATEUR_CHECK(sink.put(asText(piece)));
            SECATEUR_TRY(next, reader.next());
            piece = next;
        }
    }
    if (digest)
        *digest = reader.digest();
    return {};
}

Result<void> LineSplitter::feed(std::string_view piece)
{
    for (auto end = piece.find('\n'); end != std::string_view::npos; end = piece.find('\n')) {
        if (m_pending.empty()) {
            SECATEUR_CHECK(emit(piece.substr(0, end)));
        } else {
            m_pending.append(piece.substr(0, end));
            SECATEUR_CHECK(emit(m_pending));
            m_pending.clear();
        }
        piece.remove_prefix(end + 1);
    }
    m_pending.append(piece);
    if (m_pending.size() > maxRecordBytes)
        return emit(m_pending);
    return {};
}

Result<void> LineSplitter::finish()
{
    return m_pending.empty() ? Result<void>() : emit(m_pending);
}

Result<void> LineSplitter::emit(std::string_view line)
{
    ++m_number;
    const auto refuse = [this](const std::string &problem) {
        return failure(ErrorCode::BadInput, m_name + ", line " + std::to_string(m_number) + ": " + problem);
    };
    if (line.size() > maxRecordBytes)
        return refuse("is longer than " + bytesText(maxRecordBytes));
    if (line.ends_with('\r'))
        line.remove_suffix(1);
    if (const auto bad = firstInvalidUtf8(line))
        return refuse("byte " + std::to_string(*bad + 1) + " is not UTF-8; convert the file to UTF-8");
    return m_visit(line, m_number);
}

} // namespace secateur::data
