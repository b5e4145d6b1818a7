// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <ctime>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "core/base/result.h"
#include "core/base/runcontext.h"
#include "core/base/types.h"
#include "core/tokenizer/tokenizer.h"

namespace secateur::chat {
class ChatTemplate;
}

namespace secateur::data {

/// What to calibrate a sub-model on.
struct CalibrationRequest {
    std::vector<std::filesystem::path> files; ///< as forEachRecord() reads them; records count on over all of them
    std::vector<double> weights; ///< shares of the files in the sequences, one per file, any sum (mixture.h); empty:
                                 ///< the records of all files are drawn alike, so that a larger file gives more
    std::string preset; ///< name of a built-in template (dataset.h presets()); or
    std::string fieldTemplate; ///< e.g. "{question}\n{answer}"; both empty: guessed for each file from its first record
    /// Instead of both: the records are conversations, written by this template of the model.
    std::shared_ptr<const chat::ChatTemplate> chat = {};
    std::optional<std::tm> chatDay = {}; ///< what it is told as the day; empty: today
    std::uint64_t samples = 128; ///< how many sequences
    std::uint64_t length = 0; ///< tokens per sequence: sampled records joined by a blank line, cut to this length
                              ///< ("packed"); 0: one record a sequence, natural length
    std::uint64_t maxLength = 2048; ///< natural length: longer records are cut here
    std::uint64_t seed = 0; ///< of the sampling without replacement
    BosPolicy bos = BosPolicy::Auto; ///< packed: once at the start of each sequence
    std::string filter = {}; ///< only the records that it takes, as RecordFilter (recordfilter.h) reads it; empty: all
};

/// Where a calibration set came from: enough to make it again, and to see that it was made from the same bytes.
struct Provenance {
    struct File {
        std::string name;
        std::uint64_t bytes = 0;
        std::string sha256;
        std::uint64_t records = 0;
        std::string fieldTemplate; ///< how its records became texts, as RecordText::text() says; empty for token ids
        std::string path = {}; ///< where it was read, so that held-out texts can be found; empty: not recorded
        std::optional<double> weight = {}; ///< of its share in a mixture; none: drawn from together with the others
        std::uint64_t sequences = 0; ///< that it gave to a mixture
        std::string filter = {}; ///< only the records that it took were used (recordfilter.h); empty: all
        std::uint64_t filtered = 0; ///< with a filter: how many of `records` it took
    };
    std::vector<File> files;
    std::string preset;
    std::string fieldTemplate; ///< empty when the files differ in theirs
    std::uint64_t seed = 0;
    std::uint64_t length = 0; ///< of each sequence; 0: natural lengths
    std::uint64_t maxLength = 0; ///< natural lengths: where longer records were cut; 0: not recorded
    std::uint64_t samplesRequested = 0; ///< 0: not recorded
    std::string bos; ///< bosName() of the policy; empty for token ids, which bypass it
    std::vector<std::uint64_t>
        sampleIndices; ///< of the records used, in the order drawn, counted from 0 over all files
    std::vector<std::uint64_t> tokenCounts; ///< one per sequence
    std::uint64_t duplicates = 0; ///< records dropped because their text was seen before
    std::vector<std::string> notices; ///< what the user should know, e.g. "asked for 128 samples, 90 are there"
};

/// "x.jsonl: the filter took 3 of 10 records".
[[nodiscard]] std::string filterNotice(const Provenance::File &file);

/// What a filter did over all files.
struct FilterOutcome {
    std::string filter;
    std::uint64_t records = 0;
    std::uint64_t taken = 0; ///< of them
};
[[nodiscard]] std::optional<FilterOutcome> filterOutcome(const Provenance &provenance); ///< none without a filter

[[nodiscard]] nlohmann::json toJson(const Provenance &provenance);
[[nodiscard]] Result<Provenance> provenanceFromJson(const nlohmann::json &value, const std::string &origin);

/// Token sequences of one domain, with their provenance. No padding is ever added.
struct CalibrationSet {
    std::vector<std::vector<tokenizer::TokenId>> sequences;
    Provenance provenance;

    [[nodiscard]] std::uint64_t tokens() const;
    [[nodiscard]] std::size_t longest() const;
    /// SHA-256 over lengths and ids (int32 little-endian).
    [[nodiscard]] std::string fingerprint() const;
};

/// Reads, renders, samples and tokenises. The same request on the same bytes gives the same ids on every machine.
/// Conversations may be packed, too: nothing stands between them, and what is no conversation is BadInput.
/// The filter comes first; what it leaves out need not fit the template, but keeps its number.
/// Records without text and repeated texts are left out; the others are drawn without replacement (sampler.h).
/// Packed: each record is tokenised with the blank line after it, and none is used twice; what does not fill a last
/// sequence is left out. Fewer sequences than asked for give a notice, none gives BadInput.
/// With weights each file gives its share of the sequences, file after file; a text that several files hold counts for
/// the first of them. A file that cannot give its share is named in a notice; the others do not make up for it.
/// InvalidArgument; BadInput names file and record; Conflict when a file changes meanwhile; Cancelled.
[[nodiscard]] Result<CalibrationSet> buildCalibrationSet(const CalibrationRequest &request,
                                                         const tokenizer::Tokenizer &tokenizer,
                                                         const RunContext &context);

/// From the I32 or I64 tensor `tensor` [samples, length] of a safetensors file, by-passing text and tokenizer.
/// All rows, or the first `samples` (BadInput when there are fewer); of each row the first `length` ids, or all (0).
/// Ids must be in [0, vocabSize). Cancelled.
[[nodiscard]] Result<CalibrationSet> calibrationFromTokenIds(const std::filesystem::path &path,
                                                             const std::string &tensor,
                                                             std::optional<std::uint64_t> samples,
                                                             std::uint64_t vocabSize, std::uint64_t length = 0,
                                                             const RunContext &context = {});

} // namespace secateur::data
