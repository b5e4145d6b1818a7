// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "core/base/result.h"
#include "core/base/runcontext.h"

namespace secateur::data {

/// One record of a dataset file: its fields, and where it stands for messages ("gsm8k.jsonl, line 7").
struct Record {
    nlohmann::json fields; ///< an object; a line of .txt becomes {"text": …}
    std::string origin;
};

/// Calls `visit` for each record of a jsonl, json (array of objects), csv, tsv or txt file, gzip-compressed or not,
/// one at a time (memory: one record, but json: the file). `visit` returns an error to stop.
/// BadInput names file and line; a file over 8 GiB uncompressed, or a record over 16 MiB, is BadInput too.
[[nodiscard]] Result<void> forEachRecord(const std::filesystem::path &file,
                                         const std::function<Result<void>(const Record &)> &visit,
                                         const RunContext &context);

/// A text template: "{question}\n{answer}"; "{choices.text[0]}" reaches into nested fields; "{{" is a brace.
class FieldTemplate
{
public:
    /// InvalidArgument with the position of what cannot be read.
    [[nodiscard]] static Result<FieldTemplate> parse(const std::string &text);
    /// BadInput names the record and the missing field, and lists the fields it has.
    [[nodiscard]] Result<std::string> render(const Record &record) const;
    [[nodiscard]] const std::string &text() const { return m_text; }

private:
    struct Piece {
        std::string literal;               ///< when `path` is empty
        std::vector<std::string> path;     ///< field names and decimal indices
    };
    std::string m_text;
    std::vector<Piece> m_pieces;
};

/// A named template for a well-known dataset.
struct Preset {
    std::string name;          ///< "gsm8k"
    std::string fieldTemplate; ///< "{question}\n{answer}"
    std::string domain;        ///< the paper's domain: "math"
    std::string note;          ///< which columns it expects and where the template comes from
};

[[nodiscard]] const std::vector<Preset> &presets();
[[nodiscard]] Result<Preset> presetByName(const std::string &name);
/// The first preset all of whose fields this record has, else "{text}" / "{content}" / "{code}" when there is such a
/// field. BadInput lists the fields and asks for a template.
[[nodiscard]] Result<std::string> guessTemplate(const Record &record);

} // namespace secateur::data
