// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "core/base/result.h"
#include "core/base/runcontext.h"

namespace secateur::data {

/// One record of a dataset file: its fields, and where it stands for messages ("gsm8k.jsonl, line 7").
struct Record {
    nlohmann::json fields; ///< an object; a paragraph of .txt becomes {"text": …}, a row of .csv strings by column name
    std::string origin;
    std::string_view source = {}; ///< the object as the file spells it; of JSON lines only, while they are visited
};

/// The fields in the order of the file, where that is known (JSON lines); else by name.
[[nodiscard]] nlohmann::ordered_json orderedFields(const Record &record);

/// Calls `visit` for each record of a dataset file, one at a time (memory: one record, but .json: the file). `visit`
/// returns an error to stop. The kind is told by the name, gzip by the content:
/// .jsonl, .ndjson: an object a line, blank lines passed over; .json: an array of objects, or {"data": [objects]};
/// .csv, .tsv, .tab: RFC 4180 with a header row; .txt: a record is a paragraph, that is the lines between blank lines.
/// All must be UTF-8, with or without byte order mark. BadInput names file and line; so do a file over 8 GiB
/// uncompressed (.json: 512 MiB), a line, row or paragraph over 16 MiB, and a decompression bomb. Unsupported: other
/// names, but for Parquet and Arrow files where readsArrowFiles() (conversion.h; read as arrowfile.h says).
[[nodiscard]] Result<void> forEachRecord(const std::filesystem::path &file,
                                         const std::function<Result<void>(const Record &)> &visit,
                                         const RunContext &context);

/// A text template: "{question}\n{answer}". In braces stands a path: field names joined by dots, [0] for an element of
/// a list, [*] for all of them. "{{" and "}}" are braces; the two characters \n are a line end, \t a tab, \\ a
/// backslash (so that a template can be typed in a shell); other backslashes stand for themselves. A list needs a form:
/// {options:list} "x, y", {options:lines} one a line, {choices[*].text:letters} "A: x, B: y", {endings:numbers} "1: x
/// 2: y" (letters and numbers as in the code of arXiv 2501.05248).
class FieldTemplate
{
public:
    /// InvalidArgument with the position of what cannot be read.
    [[nodiscard]] static Result<FieldTemplate> parse(const std::string &text);
    /// Strings as they are, numbers and booleans as in JSON.
    /// BadInput names the record and the missing field, and lists the fields it has.
    [[nodiscard]] Result<std::string> render(const Record &record) const;
    [[nodiscard]] const std::string &text() const { return m_text; }

private:
    friend class TemplateParser;
    enum class Form { Scalar, List, Lines, Letters, Numbers };
    struct Step {
        enum class Kind { Field, Element, AllElements } kind = Kind::Field;
        std::string name;
        std::size_t index = 0;
    };
    struct Piece {
        std::string literal; ///< when `path` is empty
        std::string pathText; ///< as written, for messages
        std::vector<Step> path;
        Form form = Form::Scalar;
    };

    [[nodiscard]] static Result<std::string> renderPiece(const Piece &piece, const Record &record);
    [[nodiscard]] static Result<std::vector<const nlohmann::json *>> resolve(const Piece &piece, const Record &record);
    [[nodiscard]] static Result<std::string> itemPrefix(const Piece &piece, const Record &record, std::size_t index);

    std::string m_text;
    std::vector<Piece> m_pieces;
};

/// A named template for a well-known dataset.
struct Preset {
    std::string name; ///< "gsm8k"
    std::string fieldTemplate; ///< "{question}\n{answer}"
    std::string domain; ///< the paper's domain: "math"
    std::string note; ///< which columns it expects and where the template comes from
};

/// All presets, those that need more fields before those that need fewer.
[[nodiscard]] const std::vector<Preset> &presets();
/// InvalidArgument lists the names there are.
[[nodiscard]] Result<Preset> presetByName(const std::string &name);
/// The template of the first preset that can be rendered from this record, else the record's only text field.
/// BadInput lists the fields and asks for a template.
[[nodiscard]] Result<std::string> guessTemplate(const Record &record);

} // namespace secateur::data
