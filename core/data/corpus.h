// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/base/runcontext.h"
#include "core/data/calibration.h"
#include "core/data/dataset.h"
#include "core/data/recordfilter.h"
#include "core/data/recordtext.h"
#include "core/data/textchunks.h"

namespace secateur::data {

/// The distinct texts of some dataset files. Holds no text but 32 bytes a document, so that a corpus may be larger than
/// memory; the texts that were sampled are read again, and checked to be the same.
class Corpus
{
public:
    struct Document {
        std::uint64_t record = 0; ///< number of the record over all files, from 0
        std::uint64_t bytes = 0; ///< of its text
        std::array<std::uint64_t, 2> hash = {}; ///< first 128 bits of the text's SHA-256
    };

    /// Reads all records. Without a template, one is guessed for each file from its first record that the filter takes.
    /// BadInput (a record that does not fit the template, a filter that fits no record), Cancelled.
    [[nodiscard]] static Result<Corpus> scan(const std::vector<std::filesystem::path> &files,
                                             const std::optional<RecordText> &recordText, const RunContext &context,
                                             const RecordFilter &filter = {});

    [[nodiscard]] const std::vector<Document> &documents() const { return m_documents; }
    [[nodiscard]] const std::vector<Provenance::File> &files() const { return m_files; }
    [[nodiscard]] std::uint64_t duplicates() const { return m_duplicates; }
    [[nodiscard]] std::uint64_t blank() const { return m_blank; }

    /// The texts of these documents (numbers into documents()), in this order. Reads the files again.
    /// Conflict when a file changed in between.
    [[nodiscard]] Result<std::vector<std::string>> texts(std::span<const std::size_t> numbers,
                                                         const RunContext &context) const;

private:
    class Scanner;
    using Wanted = std::map<std::uint64_t, std::size_t>; ///< record number to position in the answer

    [[nodiscard]] Result<void> readTexts(std::size_t file, std::uint64_t firstRecord, const Wanted &wanted,
                                         std::span<const std::size_t> numbers, std::vector<std::string> &texts,
                                         const RunContext &context) const;

    std::vector<std::filesystem::path> m_paths;
    std::vector<Provenance::File> m_files;
    std::vector<std::optional<RecordText>> m_templates; ///< one per file; empty: a file without records
    std::vector<Document> m_documents;
    std::uint64_t m_duplicates = 0;
    std::uint64_t m_blank = 0;
};

} // namespace secateur::data
