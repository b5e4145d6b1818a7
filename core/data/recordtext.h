// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <ctime>
#include <memory>
#include <string>
#include <variant>

#include "core/chat/chattemplate.h"
#include "core/data/dataset.h"

namespace secateur::data {

/// How the records of a dataset become texts: by a template of their fields, or as conversations by the chat template
/// of the model.
class RecordText
{
public:
    RecordText(FieldTemplate fields); // NOLINT(google-explicit-constructor): a field template is one
    /// `day` is what the template's strftime_now() tells, whenever the texts are made.
    RecordText(std::shared_ptr<const chat::ChatTemplate> chat, const std::tm &day);
    /// As text() described it: "chat template SHA256", perhaps with ", 2026-11-28" behind it, is that of the model at
    /// `model`; anything else a template of fields. Conflict when the model's template is another one now.
    [[nodiscard]] static Result<RecordText> fromDescription(const std::string &text,
                                                            const std::filesystem::path &model);

    /// BadInput naming the record.
    [[nodiscard]] Result<std::string> render(const Record &record) const;
    /// What is recorded of it, enough to make the same texts again.
    [[nodiscard]] const std::string &text() const { return m_text; }

private:
    struct Chat {
        std::shared_ptr<const chat::ChatTemplate> chat;
        std::tm day;
    };
    std::variant<FieldTemplate, Chat> m_maker;
    std::string m_text;
};

/// Whether text() of a RecordText describes a chat template.
[[nodiscard]] bool isChatText(const std::string &description);

} // namespace secateur::data
