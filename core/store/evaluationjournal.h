// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <utility>

#include <nlohmann/json.hpp>

#include "core/base/result.h"

namespace secateur::store {

/// What was found about one sample of one item; several entries of the same sample add to each other.
struct JournalEntry {
    std::uint64_t item = 0; ///< position among the task's items
    std::uint64_t sample = 0;
    nlohmann::json found; ///< an object
};

/// The samples of an evaluation that is not finished yet, so that a cancelled or killed one goes on where it was: a
/// text file, one line per entry, "<CRC-32 of the rest, 8 hexadecimal digits> <JSON>". The first line names the
/// evaluation that it belongs to. A line is acknowledged once append() has returned (fdatasync); reading stops at the
/// first line that is cut or does not fit its checksum, and cuts the file there. Lines also tell how long the work
/// took since the one before, so that an evaluation knows its time whatever the number of sessions.
class EvaluationJournal
{
public:
    using Key = std::pair<std::uint64_t, std::uint64_t>; ///< item, sample
    using Found = std::map<Key, nlohmann::json>; ///< everything that is known of each sample

    /// Adds what an entry says to what is known of its sample.
    static void addTo(Found &found, const JournalEntry &entry);

    /// Opens or creates the journal of the evaluation with this fingerprint (EvaluationRecipe::fingerprint). A file
    /// that belongs to another one is begun anew. Io, OutOfDisk.
    [[nodiscard]] static Result<std::unique_ptr<EvaluationJournal>> open(const std::filesystem::path &file,
                                                                         const std::string &fingerprint);
    ~EvaluationJournal();
    EvaluationJournal(const EvaluationJournal &) = delete;
    EvaluationJournal &operator=(const EvaluationJournal &) = delete;

    [[nodiscard]] const Found &found() const { return m_found; }
    /// Of work, over all sessions: the sum of what was appended.
    [[nodiscard]] double seconds() const { return m_seconds; }
    /// Durable on return; `seconds` is how long these entries took. Io, OutOfDisk; then nothing of these entries counts.
    [[nodiscard]] Result<void> append(std::span<const JournalEntry> entries, double seconds = 0.0);
    /// Removes the file: its evaluation is in the study.
    [[nodiscard]] Result<void> remove();

private:
    EvaluationJournal(std::filesystem::path file, int descriptor);
    void read(const std::string &text, const std::string &fingerprint);
    [[nodiscard]] Result<void> writeBehind(std::span<const JournalEntry> entries, double seconds);

    std::filesystem::path m_file;
    int m_descriptor;
    std::string m_header; ///< first line
    std::uint64_t m_bytes = 0; ///< of sound lines
    Found m_found;
    double m_seconds = 0.0;
};

} // namespace secateur::store
