// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "core/data/dataset.h"
#include "core/eval/task.h"

namespace secateur::eval {

/// Reads the fields of an item with errors that name the record, the field and what the task expects.
class ItemFields
{
public:
    explicit ItemFields(const data::Record &record) : m_record(record) { }

    [[nodiscard]] bool has(const char *name) const { return m_record.fields.contains(name); }
    [[nodiscard]] Result<std::string> text(const char *name) const;
    /// A number, a boolean, or a string of digits, below `count`.
    [[nodiscard]] Result<std::size_t> number(const char *name, std::size_t count) const;
    [[nodiscard]] Result<std::vector<std::string>> texts(const char *name) const;
    [[nodiscard]] tl::unexpected<Error> refuse(const std::string &why) const;
    [[nodiscard]] const data::Record &record() const { return m_record; }

private:
    const data::Record &m_record;
};

/// A question of ARC, OpenBookQA or CommonsenseQA, in the original layout ({"question": {"stem", "choices": [{"text",
/// "label"}]}, "answerKey"}) or in that of Hugging Face ({"question" or "question_stem", "choices": {"text": […],
/// "label": […]}, "answerKey"}).
struct LetteredQuestion {
    std::string stem;
    std::vector<std::string> texts;
    std::vector<std::string> labels; ///< as many
    std::size_t gold = 0;
};
[[nodiscard]] Result<LetteredQuestion> letteredQuestion(const data::Record &record);

/// Unicode characters of a text.
[[nodiscard]] std::uint64_t characters(std::string_view utf8);

/// Every text behind the same context with a space in front, normalised by its own characters.
[[nodiscard]] ChoiceItem choicesOf(const std::string &context, const std::vector<std::string> &texts, std::size_t gold);

} // namespace secateur::eval
