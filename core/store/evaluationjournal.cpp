// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/store/evaluationjournal.h"

#include <cerrno>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <optional>

#include <fcntl.h>
#include <unistd.h>

#include "core/base/crc32.h"
#include "core/base/file.h"
#include "core/base/json.h"

namespace secateur::store {

using nlohmann::json;

namespace {

constexpr std::uint64_t mostBytes = std::uint64_t(4) << 30;
constexpr const char *schema = "secateur-journal";
constexpr std::size_t checksumDigits = 8;

std::string lineOf(const json &value)
{
    // Output of a model may be cut inside a character; the journal is read as UTF-8.
    const std::string text = value.dump(-1, ' ', false, json::error_handler_t::replace);
    char checksum[checksumDigits + 2];
    std::snprintf(checksum, sizeof checksum, "%08x ", crc32(text));
    return checksum + text + "\n";
}

/// None for a line that is not whole.
std::optional<json> valueOf(std::string_view line)
{
    std::uint32_t checksum = 0;
    if (line.size() <= checksumDigits || line[checksumDigits] != ' ')
        return std::nullopt;
    const auto [end, failed] = std::from_chars(line.data(), line.data() + checksumDigits, checksum, 16);
    const std::string_view text = line.substr(checksumDigits + 1);
    if (failed != std::errc() || end != line.data() + checksumDigits || crc32(text) != checksum)
        return std::nullopt;
    auto parsed = parseJson(text, "a line of a journal");
    if (!parsed || !parsed->is_object())
        return std::nullopt;
    return std::move(*parsed);
}

json headerOf(const std::string &fingerprint)
{
    return {{"schema", schema}, {"version", "1.0"}, {"evaluation", fingerprint}};
}

/// Nothing of this decides a number: what is no time is none.
double secondsOf(const json &value)
{
    const auto seconds = value.find("seconds");
    const double spent = seconds != value.end() && seconds->is_number() ? seconds->get<double>() : 0.0;
    return std::isfinite(spent) && spent > 0.0 ? spent : 0.0;
}

std::optional<JournalEntry> entryOf(json value)
{
    const auto item = value.find("item");
    const auto sample = value.find("sample");
    const auto found = value.find("found");
    if (item == value.end() || sample == value.end() || found == value.end() || !item->is_number_unsigned()
        || !sample->is_number_unsigned() || !found->is_object())
        return std::nullopt;
    return JournalEntry{item->get<std::uint64_t>(), sample->get<std::uint64_t>(), std::move(*found)};
}

} // namespace

EvaluationJournal::EvaluationJournal(std::filesystem::path file, int descriptor)
    : m_file(std::move(file)), m_descriptor(descriptor)
{
}

EvaluationJournal::~EvaluationJournal()
{
    ::close(m_descriptor);
}

Result<std::unique_ptr<EvaluationJournal>> EvaluationJournal::open(const std::filesystem::path &file,
                                                                   const std::string &fingerprint)
{
    std::error_code failed;
    std::filesystem::create_directories(file.parent_path(), failed);
    const int descriptor = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0666);
    if (descriptor < 0)
        return tl::make_unexpected(errnoError(errno, "open", file));
    std::unique_ptr<EvaluationJournal> journal(new EvaluationJournal(file, descriptor));
    SECATEUR_CHECK(syncPath(file.parent_path()));
    SECATEUR_TRY(text, readTextFile(file, mostBytes));
    journal->read(text, fingerprint);
    if (::ftruncate(descriptor, off_t(journal->m_bytes)) != 0)
        return tl::make_unexpected(errnoError(errno, "cut", file));
    if (journal->m_bytes == 0)
        SECATEUR_CHECK(journal->append({}));
    return journal;
}

/// Takes lines as long as they are sound.
void EvaluationJournal::read(const std::string &text, const std::string &fingerprint)
{
    m_header = lineOf(headerOf(fingerprint));
    if (!text.starts_with(m_header))
        return;
    m_bytes = m_header.size();
    for (std::size_t end = text.find('\n', m_bytes); end != std::string::npos; end = text.find('\n', m_bytes)) {
        auto value = valueOf(std::string_view(text).substr(m_bytes, end - m_bytes));
        const double seconds = value ? secondsOf(*value) : 0.0;
        auto entry = value ? entryOf(std::move(*value)) : std::nullopt;
        if (!entry)
            return;
        addTo(m_found, *entry);
        m_seconds += seconds;
        m_bytes = end + 1;
    }
}

void EvaluationJournal::addTo(Found &found, const JournalEntry &entry)
{
    auto &known = found[{entry.item, entry.sample}];
    if (known.is_null())
        known = json::object();
    known.update(entry.found);
}

Result<void> EvaluationJournal::append(std::span<const JournalEntry> entries, double seconds)
{
    auto written = writeBehind(entries, seconds);
    if (!written) // nothing of these may be taken for sound later
        [[maybe_unused]]
        const int ignored = ::ftruncate(m_descriptor, off_t(m_bytes));
    return written;
}

Result<void> EvaluationJournal::writeBehind(std::span<const JournalEntry> entries, double seconds)
{
    std::string text = m_bytes == 0 ? m_header : std::string();
    const double each = entries.empty() ? 0.0 : seconds / double(entries.size());
    for (const auto &entry : entries)
        text += lineOf({{"item", entry.item}, {"sample", entry.sample}, {"found", entry.found}, {"seconds", each}});
    for (std::size_t written = 0; written < text.size();) {
        const auto count =
            ::pwrite(m_descriptor, text.data() + written, text.size() - written, off_t(m_bytes + written));
        if (count < 0 && errno != EINTR)
            return tl::make_unexpected(errnoError(errno, "write", m_file));
        written += count < 0 ? 0 : std::size_t(count);
    }
    if (::fdatasync(m_descriptor) != 0)
        return tl::make_unexpected(errnoError(errno, "write", m_file));
    m_bytes += text.size();
    for (const auto &entry : entries) {
        addTo(m_found, entry);
        m_seconds += each;
    }
    return {};
}

Result<void> EvaluationJournal::remove()
{
    if (::unlink(m_file.c_str()) != 0 && errno != ENOENT)
        return tl::make_unexpected(errnoError(errno, "remove", m_file));
    return {};
}

} // namespace secateur::store
