// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/base/result.h"

namespace secateur::eval {

/// Which words share a meaning, read from the user's own copy of Princeton WordNet (Fellbaum 1998): the files
/// index.POS, data.POS (format: wndb(5WN)) and POS.exc for noun, verb, adj and adv. Immutable, usable by all threads.
class WordNet
{
public:
    /// Reads a folder that has the files, or has them in corpora/wordnet (an nltk_data folder) or dict. All of it is
    /// checked: each sense of the index must be in the data. NotFound names what is missing; Unsupported for a
    /// wordnet.zip that is not unpacked; BadInput names file and line.
    [[nodiscard]] static Result<std::shared_ptr<const WordNet>> open(const std::filesystem::path &folder);

    /// The names, without those of several words, of all meanings that a lower-case word or one of its base forms has,
    /// in the case in which WordNet has them, sorted, each once. Base forms are those of NLTK: by the list of
    /// exceptions, or where the word is not in it by one replacement of an ending ("-ies" by "-y").
    [[nodiscard]] std::vector<std::string_view> synonyms(std::string_view word) const;

    [[nodiscard]] const std::string &version() const { return m_version; } ///< "3.0"; empty where the files do not say

private:
    /// One part of speech.
    struct Part {
        std::unordered_map<std::string, std::vector<std::uint32_t>> senses; ///< numbers of synsets by lemma
        std::unordered_map<std::string, std::vector<std::string>> exceptions; ///< base forms by inflected form
    };

    WordNet() = default;
    [[nodiscard]] Result<void> read(const std::filesystem::path &folder, std::size_t part);
    [[nodiscard]] std::vector<std::string> baseForms(const std::string &word, std::size_t part) const;

    std::array<Part, 4> m_parts;
    std::vector<std::vector<std::string>> m_synsets; ///< names of one word
    std::string m_version;
};

/// Where a WordNet may be found, in order: $WNHOME/dict, Debian's /usr/share/wordnet (package wordnet-base), and
/// nltk_data in the user's home. Only folders that exist.
[[nodiscard]] std::vector<std::filesystem::path> standardWordNetFolders();

/// The first of these that can be read, opened once per process; null when there is none.
[[nodiscard]] std::shared_ptr<const WordNet> installedWordNet();

} // namespace secateur::eval
