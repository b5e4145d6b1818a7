// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/format/safetensorsheader.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <iterator>
#include <limits>
#include <optional>
#include <tuple>
#include <unordered_set>
#include <utility>

#include <nlohmann/json.hpp>

#include "core/format/names.h"

namespace secateur::format {

namespace {

using nlohmann::json;

constexpr std::size_t kMaxTensors = 1'000'000;
constexpr std::size_t kMaxRank = 8;
constexpr std::uint64_t kMaxInteger = std::numeric_limits<std::int64_t>::max();
/// No name, text or run of spaces is longer; without this bound the JSON lexer would collect a whole header in memory.
constexpr std::uint64_t kMaxToken = 4 << 20;

/// The bytes of the header, read piece by piece. What goes wrong ends the stream and is kept in problem().
class HeaderBytes
{
public:
    HeaderBytes(const ReadFile &file, std::uint64_t headerBytes)
        : m_file(file), m_next(kSafetensorsPrefix), m_end(kSafetensorsPrefix + headerBytes)
    {
    }

    [[nodiscard]] bool atEnd() { return m_used == m_filled && !fill(); }
    [[nodiscard]] char current() const { return m_buffer[m_used]; }
    void advance() { ++m_used; }

    /// Offset of the next byte, from the start of the file.
    [[nodiscard]] std::uint64_t position() const { return m_next - (m_filled - m_used); }
    void tokenDone() { m_tokenStart = position(); }
    [[nodiscard]] const std::optional<Error> &problem() const { return m_problem; }

private:
    bool fill()
    {
        if (m_problem || m_next == m_end)
            return false;
        if (m_next - m_tokenStart > kMaxToken)
            return refuse(ErrorCode::BadInput, "a name or text is longer than 4 MiB");
        const std::size_t wanted = std::size_t(std::min<std::uint64_t>(m_buffer.size(), m_end - m_next));
        const auto target = std::as_writable_bytes(std::span(m_buffer)).first(wanted);
        if (auto got = m_file.readAt(m_next, target); !got) {
            m_problem = std::move(got).error();
            return false;
        }
        // nlohmann's lexer takes a NUL for the end of the text and would not look at what follows.
        if (std::memchr(m_buffer.data(), 0, wanted))
            return refuse(ErrorCode::BadInput, "the header contains NUL bytes (only spaces may pad it)");
        m_used = 0;
        m_filled = wanted;
        m_next += wanted;
        return true;
    }
    bool refuse(ErrorCode code, const std::string &why)
    {
        m_problem = Error{code, m_file.path().string() + ": " + why};
        return false;
    }

    const ReadFile &m_file;
    std::uint64_t m_next;
    std::uint64_t m_end;
    std::uint64_t m_tokenStart = kSafetensorsPrefix;
    std::array<char, 65536> m_buffer;
    std::size_t m_used = 0;
    std::size_t m_filled = 0;
    std::optional<Error> m_problem;
};

/// What nlohmann's parser reads from; all copies share one HeaderBytes, a default one is the end.
class HeaderIterator
{
public:
    using iterator_category = std::input_iterator_tag;
    using value_type = char;
    using difference_type = std::ptrdiff_t;
    using pointer = const char *;
    using reference = char;

    HeaderIterator() = default;
    explicit HeaderIterator(HeaderBytes &bytes) : m_bytes(&bytes) { }

    char operator*() const { return m_bytes->current(); }
    HeaderIterator &operator++()
    {
        m_bytes->advance();
        return *this;
    }
    HeaderIterator operator++(int)
    {
        const HeaderIterator before = *this;
        ++*this;
        return before;
    }
    friend bool operator==(const HeaderIterator &a, const HeaderIterator &b) { return a.atEnd() == b.atEnd(); }
    friend bool operator!=(const HeaderIterator &a, const HeaderIterator &b) { return !(a == b); }

private:
    [[nodiscard]] bool atEnd() const { return !m_bytes || m_bytes->atEnd(); }
    HeaderBytes *m_bytes = nullptr;
};

/// Accepts exactly {"__metadata__": {text: text}, name: {"dtype", "shape", "data_offsets"}, …} and nothing else, each
/// key once; so nesting is bounded by the grammar. Every tensor is checked when its object ends, and no two may begin
/// at one byte or all together have more bytes than there are: a million names for one range end at the second.
class HeaderHandler final : public nlohmann::json_sax<json>
{
public:
    HeaderHandler(HeaderBytes &bytes, std::uint64_t dataStart, std::uint64_t dataBytes)
        : m_bytes(bytes), m_dataStart(dataStart), m_dataBytes(dataBytes)
    {
    }

    [[nodiscard]] Error takeError() { return std::move(m_error); }
    [[nodiscard]] SafetensorsHeader takeHeader() { return std::move(m_header); }

    bool null() override { return misplaced("null"); }
    bool boolean(bool) override { return misplaced("a boolean"); }
    bool number_integer(number_integer_t) override { return misplaced("a number with a sign"); }
    bool number_float(number_float_t, const string_t &) override
    {
        return misplaced("a number with fraction or exponent, or above 64 bits,");
    }
    bool binary(binary_t &) override { return misplaced("binary data"); }

    bool number_unsigned(number_unsigned_t value) override
    {
        if (m_place != Place::Shape && m_place != Place::Offsets)
            return misplaced("a number");
        if (value > kMaxInteger)
            return refuse("a number is above 2^63 - 1");
        if (m_place == Place::Offsets) {
            if (m_offsetCount == m_offsets.size())
                return refuse("data_offsets has more than two numbers");
            m_offsets[m_offsetCount++] = value;
            return true;
        }
        if (m_tensor.shape.size() == kMaxRank)
            return refuse("shape has more than 8 dimensions");
        m_tensor.shape.push_back(value);
        return true;
    }

    bool string(string_t &value) override
    {
        m_bytes.tokenDone();
        if (m_place == Place::Metadata)
            return m_header.metadata.try_emplace(m_metadataKey, std::move(value)).second
                || refuse("a key of __metadata__ is repeated");
        if (m_place != Place::Tensor || m_field != Dtype)
            return misplaced("a text");
        const auto type = dtypeFromSafetensors(value);
        if (type) {
            m_tensor.type = *type;
            return true;
        }
        if (!isUnreadSafetensorsType(value))
            return refuse("its dtype is not one that exists");
        return refuse("its dtype " + value + " is not supported; use a model in BF16, F16 or F32",
                      ErrorCode::Unsupported);
    }

    bool key(string_t &name) override
    {
        m_bytes.tokenDone();
        if (m_place == Place::Metadata) {
            m_metadataKey = std::move(name);
            return true;
        }
        return m_place == Place::Tensor ? fieldKey(name) : tensorKey(name);
    }

    bool start_object(std::size_t) override
    {
        if (m_place == Place::Document) {
            m_place = Place::Top;
            return true;
        }
        if (m_place != Place::Top)
            return misplaced("an object");
        m_place = m_isMetadata ? Place::Metadata : Place::Tensor;
        return true;
    }
    bool end_object() override
    {
        m_bytes.tokenDone();
        const bool complete = m_place != Place::Tensor || finishTensor();
        m_place = m_place == Place::Top ? Place::Document : Place::Top;
        m_isMetadata = false;
        m_tensor = {};
        return complete;
    }

    bool start_array(std::size_t) override
    {
        if (m_place != Place::Tensor || m_field == Dtype)
            return misplaced("an array");
        m_place = m_field == Shape ? Place::Shape : Place::Offsets;
        return true;
    }
    bool end_array() override
    {
        if (m_place == Place::Offsets && m_offsetCount != m_offsets.size())
            return refuse("data_offsets has fewer than two numbers");
        m_place = Place::Tensor;
        return true;
    }

    bool parse_error(std::size_t, const std::string &, const nlohmann::detail::exception &) override
    {
        // The parser's own message quotes what it read, of any length and not always UTF-8.
        return refuse("is not valid JSON and UTF-8");
    }

private:
    enum class Place { Document, Top, Metadata, Tensor, Shape, Offsets };
    enum Field : unsigned { Dtype = 1, Shape = 2, Offsets = 4, AllFields = 7 };

    bool tensorKey(string_t &name)
    {
        m_isMetadata = name == "__metadata__";
        if (m_isMetadata)
            return !std::exchange(m_hadMetadata, true) || refuse("__metadata__ is repeated");
        if (const auto problem = nameProblem(name); !problem.empty())
            return refuse("a tensor's name " + std::string(problem));
        if (m_header.tensors.size() == kMaxTensors)
            return refuse("there are more than 1000000 tensors");
        m_tensor.name = std::move(name);
        m_seen = 0;
        m_offsetCount = 0;
        return true;
    }

    bool fieldKey(const string_t &name)
    {
        if (name == "dtype")
            m_field = Dtype;
        else if (name == "shape")
            m_field = Shape;
        else if (name == "data_offsets")
            m_field = Offsets;
        else
            return refuse("it has a key that is none of dtype, shape and data_offsets");
        if ((m_seen & m_field) != 0)
            return refuse("its key " + name + " is repeated");
        m_seen |= m_field;
        return true;
    }

    bool finishTensor()
    {
        if (m_seen != AllFields)
            return refuse("it needs dtype, shape and data_offsets");
        const auto [begin, end] = m_offsets;
        if (end < begin)
            return refuse("its data ends before it begins");
        if (end > m_dataBytes)
            return refuse("its data ends at byte " + std::to_string(end) + " of the data, which has "
                          + std::to_string(m_dataBytes) + " bytes: the file is incomplete, fetch it again");
        const auto bytes = storedBytes(m_tensor.type, m_tensor.shape);
        if (!bytes || *bytes != end - begin)
            return refuse("its data has " + std::to_string(end - begin) + " bytes, but shape and dtype ask for "
                          + (bytes ? std::to_string(*bytes) : "more than 64 bits can count"));
        const bool isShared = *bytes > 0 && !m_begins.insert(begin).second;
        if (isShared || *bytes > m_dataBytes - m_claimed)
            return refuse("it and tensors before it claim the same bytes: data is shared");
        m_claimed += *bytes;
        m_tensor.offset = m_dataStart + begin;
        m_tensor.bytes = *bytes;
        m_header.tensors.push_back(std::move(m_tensor));
        return true;
    }

    bool misplaced(const char *what) { return refuse(std::string(what) + " stands where the format has none"); }
    bool refuse(std::string_view why, ErrorCode code = ErrorCode::BadInput)
    {
        const std::string where = m_tensor.name.empty() ? "" : "tensor " + inQuotes(m_tensor.name) + ": ";
        m_error = {code,
                   where + std::string(why) + " (header, before byte " + std::to_string(m_bytes.position()) + ")"};
        return false;
    }

    HeaderBytes &m_bytes;
    std::uint64_t m_dataStart;
    std::uint64_t m_dataBytes;
    std::uint64_t m_claimed = 0;
    std::unordered_set<std::uint64_t> m_begins; // of the tensors that have data
    SafetensorsHeader m_header;
    Error m_error{ErrorCode::BadInput, "the header is not complete"};

    Place m_place = Place::Document;
    bool m_isMetadata = false;
    bool m_hadMetadata = false;
    std::string m_metadataKey;
    TensorInfo m_tensor;
    Field m_field = Dtype;
    unsigned m_seen = 0;
    std::array<std::uint64_t, 2> m_offsets = {};
    std::size_t m_offsetCount = 0;
};

/// Sorts by data and checks that each tensor begins where the one before it ends.
Result<void> checkLayout(SafetensorsHeader &header, std::uint64_t dataStart, std::uint64_t fileSize)
{
    std::sort(header.tensors.begin(), header.tensors.end(), [](const TensorInfo &a, const TensorInfo &b) {
        return std::tie(a.offset, a.bytes, a.name) < std::tie(b.offset, b.bytes, b.name);
    });
    std::uint64_t expected = dataStart;
    for (const auto &tensor : header.tensors) {
        if (tensor.offset != expected)
            return failure(ErrorCode::BadInput,
                           "tensor " + inQuotes(tensor.name) + ": its data begins at byte "
                               + std::to_string(tensor.offset) + " of the file, not at " + std::to_string(expected)
                               + (tensor.offset < expected ? ": it overlaps another" : ": a gap lies before it"));
        expected += tensor.bytes;
    }
    if (expected != fileSize)
        return failure(ErrorCode::BadInput,
                       "has " + std::to_string(fileSize - expected)
                           + " bytes that belong to no tensor after its last one");
    return {};
}

} // namespace

Result<SafetensorsHeader> parseSafetensorsHeader(const ReadFile &file, std::uint64_t headerBytes)
{
    const std::string origin = file.path().string();
    const std::uint64_t dataStart = kSafetensorsPrefix + headerBytes;
    HeaderBytes bytes(file, headerBytes);
    // nlohmann's lexer would skip a byte-order mark; the format has none.
    if (!bytes.atEnd() && std::uint8_t(bytes.current()) == 0xef)
        return failure(ErrorCode::BadInput, origin + ": the header begins with a byte-order mark");

    HeaderHandler handler(bytes, dataStart, file.size() - dataStart);
    const bool parsed = json::sax_parse(HeaderIterator(bytes), HeaderIterator(), &handler);
    if (bytes.problem())
        return tl::make_unexpected(*bytes.problem());
    if (!parsed)
        return tl::make_unexpected(withContext(handler.takeError(), origin));

    auto header = handler.takeHeader();
    if (auto checked = checkLayout(header, dataStart, file.size()); !checked)
        return tl::make_unexpected(withContext(std::move(checked).error(), origin));
    return header;
}

} // namespace secateur::format
